"""Naughty strings in every box of the running server (faults 18, 19, 20): stored or refused, and shown escaped."""

import re
import unicodedata
from collections.abc import Iterator
from urllib.parse import quote

import pytest
from sqlalchemy import Engine

from survey_app.engine import Item, Kind, Questionnaire, checked
from survey_app.engine.normalise import readable, visible
from survey_app.storage.database import connect, migrate
from tests.web.kinds import DONT_KNOW, NO, OFFERS, YES, same
from tests.web.test_journeys import envelopes

from .conftest import environment, fielded, url_of
from .naughty import NAUGHTY
from .reading import read
from .server import Server, Visitor, served

# One page with a box of each kind, and the words of one piped into the next page.
TOGETHER = Questionnaire(
    "naughty",
    same("Naughty"),
    ("ar", "fr", "en"),
    (
        Item("line", Kind.TEXT, same("A line"), page="p"),
        Item("story", Kind.TEXT, same("A story"), long=True, page="p"),
        Item("whole", Kind.INTEGER, same("A number"), page="p", offers=OFFERS),
        Item("part", Kind.DECIMAL, same("A part"), page="p"),
        Item("day", Kind.DATE, same("A day"), page="p"),
        Item("one", Kind.SINGLE, same("One"), choices=(YES, NO, DONT_KNOW), page="p"),
        Item("some", Kind.MULTIPLE, same("Some"), choices=(YES, NO), page="p"),
        Item("first", Kind.RANKING, same("First"), choices=(YES, NO), page="p"),
        Item("scale", Kind.SCALE, same("A scale"), page="p"),
        Item("told", Kind.SINGLE, same("What of ${line}?"), choices=(YES, NO), required=True),
    ),
)
FIELDS = (
    "answer@story", "answer@whole", "missing@whole", "answer@part", "day@day", "month@day", "year@day", "answer@one",
    "choices@some", "place.0@first", "place.1@first", "answer@scale",
)  # fmt: skip
UNWANTED = re.compile(
    "[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b\u200e\u200f\u202a-\u202e\u2060\u2066\u2067\ufeff]"
)


@pytest.fixture(scope="module")
def naughty_database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    engine = connect(f"sqlite:///{tmp_path_factory.mktemp('naughty')}/collector.sqlite3")
    migrate(engine)
    yield fielded(engine, checked(TOGETHER))
    engine.dispose()


@pytest.fixture(scope="module")
def naughty_server(naughty_database: Engine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with served(tmp_path_factory.mktemp("server"), environment(url_of(naughty_database))) as running:
        yield running


def test_the_list_is_long_and_says_nothing_twice() -> None:
    assert len(set(NAUGHTY)) == len(NAUGHTY) > 150


def test_fault_18_19_20_every_naughty_string_in_every_box_is_stored_or_refused_and_shown_escaped(
    naughty_server: Server, naughty_database: Engine
) -> None:
    person = Visitor(naughty_server)
    person.start()
    there = person.page
    kept = 0
    for text in NAUGHTY:
        person.page = there
        everywhere = dict.fromkeys(FIELDS, text[:400])
        refused = person.submit(answer=text[:4_000], **everywhere)
        assert refused.status == (422 if visible(_sent(text)) else 303), text
        if refused.status == 303:  # nothing that can be seen is nothing that was written
            continue
        _harmless(refused.text, text)
        again = read(refused.text)
        shown = {element.attributes.get("name"): element for element in again.elements}
        assert shown["answer"].attributes["value"] == readable(_sent(text), 250), text
        assert shown["answer@story"].text.removeprefix("\n") == readable(_sent(text)[:400], 2_000), text
        assert shown["answer@whole"].attributes["value"] == readable(visible(_sent(text)[:400]), 40), text
        alone = person.submit(**{"answer": text[:4_000], "answer@story": text[:4_000]})
        assert alone.status in (303, 422), text
        if alone.status == 303:
            kept += 1
            piped = person.see(alone.location)
            _harmless(piped.text, text)
            assert _plain(readable(_sent(text), 250)) in _plain(read(piped.text).texts("h1")[0]), text
    assert kept > 150
    person.press(answer="yes")
    _harmless(person.page.text, "")
    assert person.press().status == 200
    assert len(envelopes(naughty_database)) == 1
    assert naughty_server.log == ""


def _sent(text: str) -> str:
    """What the server reads of it: the bytes of a lone surrogate are no text and stay as they were quoted."""
    return re.sub("[\ud800-\udfff]", lambda lone: quote(lone[0], errors="surrogatepass"), text)


def _plain(text: str) -> str:
    """Without the fences around what is piped, and with a plain space where no line may begin with French marks."""
    return re.sub("[\u2068\u2069]", "", text).replace("\u00a0", " ")


def _harmless(page: str, text: str) -> None:
    read(page)
    assert not UNWANTED.search(page), (text, UNWANTED.search(page))
    assert max((len(run) for run in re.findall("[\u0300-\u036f]+", unicodedata.normalize("NFC", page))), default=0) < 5


@pytest.mark.parametrize(
    "field", ["csrf", "form", "shown", "lang", "missing", "answer@", "answer@line", "\u202e", "x" * 5_000]
)
def test_fault_19_naughty_strings_in_fields_that_no_person_fills_change_nothing(
    naughty_server: Server, field: str
) -> None:
    person = Visitor(naughty_server)
    person.start()
    there = person.page
    for text in NAUGHTY[::5]:
        person.page = there
        reply = person.submit(**{field: text})
        assert reply.status in (303, 400, 403, 413, 422)
        assert "alert(1)" not in reply.text
    assert naughty_server.log == ""
