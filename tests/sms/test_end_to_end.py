"""A campaign from its frame to the custodian: real processes, a real database, the carrier's own library over HTTP."""

import json
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from decimal import Decimal
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from sqlalchemy import Engine, func, update
from sqlmodel import select

from analytics.custody import KeyPair
from sms.segments import segments
from survey_app.storage.database import reading, writing
from survey_app.storage.tables import CarrierCopyRow, EnvelopeRow, InboundRow, QuarantineRow, ResponseRow, table
from tests.faults.server import HOST
from tests.privacy.canary.troubles import Away, cut_off, locked

from .carriers.twilio_server import Server as Twilio
from .carriers.twilio_server import running
from .kinds import every_kind
from .processes import PROXY, SENDER, WAVE, Phone, Post, Town, together, until

QUESTIONS = every_kind("adult", "worries", "scale", "region", "area", "times", "words", "piped", "fair")
TRANSCRIPTS = Path(__file__).parent / "transcripts"
AMINA, BRAHIM, CHAMA, DRISS, ETTO, FATIMA, GHITA = (f"+21266100{n}01" for n in range(10, 17))
FRAME = f"""telephone;language;area;stratum;psu;weight
{AMINA};ar;;urban;c01;1.5
{BRAHIM};fr;s1;rural;c02;2.25
{CHAMA};;;;;
{DRISS};fr;;urban;c01;1
{ETTO};ar;;urban;c03;1
{FATIMA};en;;urban;c03;1
"""
SAID = {
    "ar": ("نعم", "٢", "١ ٣", "٧", "الشمال", "طنجة", "٤", "حي السلام", "أوافق", "٢"),
    "fr": ("oui", "2", "0", "dix", "English", "Français", "le sud", "trois", "Quartier Hassan", "9", "d'accord"),
    "en": (
        *("hello", "yes", "2 1 7", "1", "back", "8", "2", "Agadir", "don't know"),
        *("2/9 1 3", "Hay Salam", "9", "1"),
    ),
    "stops": ("1", "merci arrêtez svp"),
    "whatsapp": ("ثقة", "نعم", "2", "السرقة", "١٠", "2", "كلميم", "لا أعرف", "الحي القديم", "2", "1"),
}
WORDS = ("السلام", "Hassan", "Salam", "القديم", "Agadir", "طنجة", "كلميم", "arrêtez", "Tangier", "Thiqa, ")
UNKNOWN = {"missing": "dont_know"}
SENT = {
    "ar": {"adult": "over18", "worries": ["theft", "traffic"], "scale": 7, "region": "n", "area": "n1", "times": 4,
           "piped": "1", "fair": "0"},
    "fr": {"adult": "over18", "worries": ["dk"], "scale": 10, "region": "s", "area": "s1", "times": 3,
           "fair": "1"},
    "en": {"adult": "over18", "worries": ["theft", "traffic"], "scale": 8, "region": "s", "area": "s1",
           "times": UNKNOWN, "fair": "1"},
    "whatsapp": {"adult": "over18", "worries": ["theft"], "scale": 10, "region": "s", "area": "s2", "times": UNKNOWN,
                 "piped": "0", "fair": "1"},
}  # fmt: skip
WRITTEN = {"حي السلام", "⟦name⟧", "Hay ⟦name⟧", "الحي القديم"}  # what reads like a name was taken out
CAME = {
    "ar": ("sms", "invited", "urban", "c01", 1.5),
    "fr": ("sms", "invited", "rural", "c02", 2.25),
    "en": ("sms", "invited", None, None, 1.0),
    "whatsapp": ("whatsapp", "open", None, None, None),
}


@pytest.fixture
def twilio() -> Iterator[Twilio]:
    with running() as server:
        yield server


@pytest.fixture
def town(tmp_path: Path, engine: Engine, keys: KeyPair, twilio: Twilio) -> Town:
    place = tmp_path / "town"
    place.mkdir()
    town = Town(place, engine, keys, twilio.url)
    town.field(QUESTIONS)
    return town


def test_a_campaign_is_held_in_three_languages_and_opened_by_the_custodian(town: Town, twilio: Twilio) -> None:
    frame = town.folder / "frame.csv"
    frame.write_text(FRAME)
    twilio.does[ETTO] = "stopped"
    with ExitStack() as living:
        server = living.enter_context(town.server())
        for _ in range(3):
            living.enter_context(town.worker())
        post = Post(town, server, twilio)
        invited = json.loads(town.thiqa("sms", "invite", WAVE, "--frame", str(frame), "--channel", "sms", "--json"))
        assert (invited["invited"], invited["reminders"], invited["left_out"]) == (6, 12, {})
        phones = {
            "ar": Phone(post, AMINA),
            "fr": Phone(post, BRAHIM),
            "en": Phone(post, CHAMA),
            "stops": Phone(post, DRISS),
            "landline": Phone(post, FATIMA),
            "whatsapp": Phone(post, GHITA, "whatsapp"),
        }

        def hold(name: str) -> None:
            phone = phones[name]
            if name != "whatsapp":
                phone.arrives()
            for text in SAID[name]:
                phone.says(text)

        together(
            *(lambda name=name: hold(name) for name in SAID),
            lambda: phones["landline"].arrives("undelivered", 30006),
        )
        _nothing_is_doubled(twilio, phones)
        _everything_is_as_written(phones)
        _progress(town, phones)
        _copies_are_erased(town, twilio)
    _the_custodian_reads(town)
    _nothing_was_logged(town, twilio)


def _nothing_is_doubled(twilio: Twilio, phones: dict[str, Phone]) -> None:
    """What was handed over is what the phones have shown, message by message; who told the carrier STOP has none."""
    handed = Counter((form["To"], form["Body"]) for _, form in twilio.requests)
    shown = Counter((it.address, text) for it in phones.values() for who, text in it.shown if who == "thiqa")
    refused = [body for to, body in handed if to == ETTO]
    assert len(refused) == 1
    assert handed == shown + Counter({(ETTO, refused[0]): 1})


def _everything_is_as_written(phones: dict[str, Phone]) -> None:
    for name, phone in phones.items():
        written = json.loads((TRANSCRIPTS / f"{name}.json").read_text(encoding="utf-8"))
        assert [list(each) for each in phone.shown] == written, name


def _progress(town: Town, phones: dict[str, Phone]) -> None:
    found = json.loads(town.thiqa("sms", "progress", WAVE, "--json"))
    assert {name: number for name, number in found["cases"].items() if number} == {
        "invited": 6,
        "delivered": 4,
        "failed: opted_out": 1,
        "failed: landline": 1,
        "replied": 5,
        "completed": 3,
        "refused": 2,
        "began by themselves": 1,
        "of these completed": 1,
    }
    counts = {name: number for name, number in found["counts"].items() if number}
    assert counts == {"complete": 3, "refusal": 2, "not_eligible": 1}
    assert (found["rates"]["RR1"], found["rates"]["RR6"]) == (3 / 5, 3 / 5)
    for spent in found["spent"]:
        sent = [
            text for it in phones.values() if it.channel == spent["channel"] for who, text in it.shown if who == "thiqa"
        ]
        price = {"sms": Decimal("0.01"), "whatsapp": Decimal("0.005")}[spent["channel"]]
        parts = sum(segments(text).parts for text in sent)
        assert (spent["messages"], spent["segments"], Decimal(spent["cost"])) == (len(sent), parts, parts * price)
    assert len(found["spent"]) == 2
    assert not any(line["silent"] for line in found["channels"])


def _copies_are_erased(town: Town, twilio: Twilio) -> None:
    """What came in goes at once; what went out when the carrier has let go of it, an hour later: here it has passed."""

    def noted() -> int:
        with reading(town.engine) as session:
            return session.exec(select(func.count()).select_from(CarrierCopyRow)).one()

    until(lambda: not [each for each in list(twilio.messages.values()) if each.direction == "inbound"])
    until(lambda: noted() == len(twilio.messages) > 50)
    with writing(town.engine) as session:
        session.connection().execute(update(table(CarrierCopyRow)).values(due=datetime.now(UTC)))
    until(lambda: not twilio.messages)
    until(lambda: not noted())


def _the_custodian_reads(town: Town) -> None:
    with reading(town.engine) as session:
        assert len(session.exec(select(EnvelopeRow)).all()) == 4
    town.thiqa("custody", "close-wave", WAVE, "--few", THIQA_CUSTODIAN_PRIVATE_KEY=town.keys.private)
    with reading(town.engine) as session:
        rows = session.exec(select(ResponseRow)).all()
        assert session.exec(select(EnvelopeRow)).all() == []
        assert set(session.exec(select(QuarantineRow.said))) == WRITTEN  # apart from the answers it was given with
    told = {(row.mode, row.language, row.entry): row for row in rows}
    assert len(told) == len(rows) == 4
    for name, (mode, entry, *design) in CAME.items():
        row = told[mode, "ar" if name == "whatsapp" else name, entry]
        assert [row.stratum, row.psu, row.weight] == design, name
        assert {item: value for item, value in row.answers.items() if value is not None} == SENT[name], name


def _nothing_was_logged(town: Town, twilio: Twilio) -> None:
    said = town.logs
    assert "sent" in said
    for secret in (*WORDS, "66100", "SM0", *(form["To"] for _, form in twilio.requests), town.token):
        assert secret not in said, secret
    assert "Traceback" not in said


@pytest.fixture
def away(request: pytest.FixtureRequest, engine: Engine) -> Away:
    """The database away: its file locked by another, or PostgreSQL that ends all connections and takes no new ones."""
    if engine.dialect.name == "sqlite":
        return locked(engine)
    return cut_off(request.getfixturevalue("postgres_server"), str(engine.url.database))


def test_fault_41_texts_that_arrive_while_the_database_is_away_are_taken_in_order_afterwards(
    town: Town, twilio: Twilio, away: Away
) -> None:
    with town.server() as server:
        post = Post(town, server, twilio)
        answering, leaving, beginning = (Phone(post, number) for number in (AMINA, BRAHIM, CHAMA))
        with town.worker():
            for phone in (answering, leaving):
                phone.says("trust")
            together(*(partial(phone.says, "yes") for phone in (answering, leaving)))
        town.engine.dispose()
        with away():
            answering.texts("2", times=2)  # a carrier that heard no answer in time brings it again
            leaving.texts("stop")
            beginning.texts("trust")
            leaving.texts("start")
            assert post.tells(next(iter(twilio.messages)), "delivered") == 200
            waiting = [file.read_bytes() for file in (town.folder / "spool").iterdir() if file.name[0] != "."]
        time.sleep(1.1)  # for connections that rested to be asked whether they live
        assert len(waiting) == 5
        assert not any(said in held for held in waiting for said in (b"66100", b"start", b"stop", b"trust"))
        before = len(twilio.requests)
        with town.worker():
            together(answering.arrives, beginning.arrives, leaving.arrives)
            leaving.arrives()
            until(lambda: not [file for file in (town.folder / "spool").iterdir() if file.name[0] != "."])
            time.sleep(2.5)  # a round of the worker: nothing more comes
        assert len(twilio.requests) == before + 4
    assert answering.shown[-1][1].startswith("2/8 What worries you?")
    assert beginning.shown[-1][1].startswith("Thiqa, a survey")
    stopped, begun_again = (text for _, text in leaving.shown[-2:])
    assert stopped.startswith("Stopped.")
    assert begun_again.startswith("Thiqa, a survey")
    _nothing_was_logged(town, twilio)


def test_fault_31_behind_a_proxy_a_signature_is_for_the_public_address_whatever_the_headers_say(
    town: Town, twilio: Twilio
) -> None:
    with town.server() as server:
        post, public = Post(town, server, twilio), f"https://{HOST}/sms/sms"
        form = {"MessageSid": "SM" + "a" * 32, "From": AMINA, "To": SENDER, "Body": "trust"}
        direct = f"127.0.0.1:{server.port}"
        for headers in (
            (),
            PROXY,
            (("Host", direct), *PROXY),
            (("X-Forwarded-Proto", "http"), ("X-Forwarded-Host", "elsewhere.example"), ("X-Forwarded-Port", "8080")),
            (("X-Forwarded-Prefix", "/behind"), ("Forwarded", "for=203.0.113.7;host=elsewhere.example;proto=http")),
            (("Host", "elsewhere.example"),),
        ):
            assert post.asks(public, form, headers) == 200, headers
        for url in (f"http://{HOST}/sms/sms", f"http://{direct}/sms/sms", "https://elsewhere.example/sms/sms"):
            assert post.asks(url, form, (("Host", urlsplit(url).netloc), *PROXY)) == 403, url
        assert post.asks(public, form, token="another") == 403
        assert post.asks(f"https://{HOST}/sms/whatsapp", form) == 200
        assert post.asks(f"https://{HOST}/sms/none", form) == 404
    with reading(town.engine) as session:
        assert len(session.exec(select(InboundRow)).all()) == 2, "the same text on two channels, each once"
