"""The simulator: the same way as a real text, a thread that is never trusted, three languages, no script."""

import json
import re
from datetime import datetime, timedelta
from html import unescape

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine
from sqlmodel import func, select

from sms.carriers.pretended import ENDINGS, Conduct
from sms.memory import PADDED_BYTES
from sms.sending import outbox
from sms.settings import ChannelSettings
from sms.simulator import CHANNEL, FICTIONAL, MAX_ENTRIES, MAX_THREAD_BYTES, Bubble, read_thread, write_thread
from sms.webhook import create_channel
from survey_app.storage.database import reading, writing
from survey_app.storage.tables import EnvelopeRow

from .conftest import START, WAVE

SEAL_BYTES = 40  # a nonce of 24 and a tag of 16


@pytest.fixture
def client(settings: ChannelSettings, database: Engine) -> FlaskClient:
    return create_channel(settings, database, lambda: START).test_client()


class Page:
    """The page as a person uses it: what it shows, and its form with the hidden fields."""

    def __init__(self, client: FlaskClient) -> None:
        self.client, self.html = client, client.get("/simulator?lang=en").text

    @property
    def hidden(self) -> dict[str, str]:
        form = self.html[self.html.index('id="write"') :]
        fields = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', form)
        return {name: unescape(value) for name, value in fields}

    @property
    def bubbles(self) -> list[str]:
        return [unescape(text) for text in re.findall(r'<p dir="auto">([^<]*)</p>', self.html)]

    def send(self, text: str, **fields: str) -> "Page":
        data = {**self.hidden, "number": FICTIONAL, "text": text, "send": "1", **fields}
        self.html = self.client.post("/simulator", data=data).text
        return self


def test_a_whole_interview_can_be_held_on_the_page(client: FlaskClient, database: Engine) -> None:
    page = Page(client)
    for said in ("trust", "1", "2", "2", "41"):
        page.send(said)
    assert len(page.bubbles) == 10
    assert page.bubbles[2] == "1"
    assert page.bubbles[3].startswith("Short questions.\n1/3 Do you trust the police?")
    assert page.bubbles[-1].startswith("Thank you.")
    with reading(database) as session:
        assert session.exec(select(func.count()).select_from(EnvelopeRow)).one() == 1


def test_each_message_shows_its_segments(client: FlaskClient) -> None:
    page = Page(client).send("ж" * 71)
    sizes = re.findall(r"<small><bdi>([\w-]+)</bdi> · ([^<]+)</small>", page.html)
    assert sizes == [("UCS-2", "2 segments"), ("UCS-2", "1 segment")]


def test_the_same_form_sent_twice_is_one_text(client: FlaskClient) -> None:
    page = Page(client).send("trust")
    form = page.hidden
    page.send("1")
    assert len(page.bubbles) == 4
    page.send("1", **form)
    assert page.bubbles[-1] == "1"


def test_another_number_is_another_conversation(client: FlaskClient) -> None:
    page = Page(client).send("trust").send("thiqa", number="+999 5501-2346")
    assert page.bubbles == ["thiqa", "Thiqa ثقة\n1 العربية\n2 Français\n3 English"]


def test_a_number_that_is_none_is_refused_on_the_page(client: FlaskClient) -> None:
    page = Page(client).send("trust", number="<b>12</b>")
    assert "The number needs a plus sign" in page.html
    assert "<b>" not in page.html
    assert page.bubbles == []
    assert 'name="text" type="text" value="trust"' in page.html


def test_markup_in_a_text_or_a_thread_is_shown_as_text(client: FlaskClient) -> None:
    evil = '"><script>alert(1)</script>{{7*7}}'
    page = Page(client).send(evil)
    page.send("x", thread=json.dumps({"number": FICTIONAL, "entries": [[0, evil]]}))
    assert "<script" not in page.html
    assert page.bubbles[0] == evil


def test_changing_the_language_sends_nothing_and_keeps_the_thread(client: FlaskClient) -> None:
    page = Page(client).send("trust")
    thread, before = page.hidden["thread"], page.bubbles
    page.html = client.post("/simulator", data={"lang": "ar", "thread": thread, "number": FICTIONAL}).text
    assert '<html lang="ar" dir="rtl">' in page.html
    assert page.bubbles == before


@pytest.mark.parametrize("lang", ["ar", "fr", "en", "xx", "../../etc/passwd", "%00", "a" * 5000])
def test_any_language_parameter_gives_a_page(client: FlaskClient, lang: str) -> None:
    response = client.get("/simulator", query_string={"lang": lang})
    expected = lang if lang in ("ar", "fr", "en") else "ar"
    assert response.status_code == 200
    assert f'<html lang="{expected}" dir="{"rtl" if expected == "ar" else "ltr"}">' in response.text


def test_the_page_has_no_script_and_no_style_of_its_own(client: FlaskClient) -> None:
    html = Page(client).send("trust").html
    assert not re.search(r"<script|<style|style=|\son\w+=", html)
    assert "script-src" not in client.get("/simulator").headers["Content-Security-Policy"]
    with client.get("/static/simulator.css") as response:
        assert not re.search(r"\b(left|right)\b", response.data.decode())


@pytest.mark.parametrize(
    "written",
    ["", "null", "[]", "{", '{"number":1}', "[" * 5000, "x" * 30_000, '{"number":"+1","entries":[]}']
    + [
        json.dumps({"number": FICTIONAL, "entries": entries})
        for entries in (1, "ab", [1], [[1]], [[1, 2]], [[1, 2, 3]])
    ]
    + [json.dumps({"number": FICTIONAL, "entries": [[0, "\ud800"]]})]
    + [json.dumps({"number": FICTIONAL, "entries": [[0, "a"]] * (MAX_ENTRIES + 1)})],
)
def test_a_thread_that_is_not_ours_is_forgotten(client: FlaskClient, written: str) -> None:
    assert read_thread(written, FICTIONAL) == []
    response = client.post("/simulator", data={"thread": written, "number": FICTIONAL, "send": "1", "text": "a"})
    assert response.status_code == 200


@given(st.lists(st.builds(Bubble, st.booleans(), st.text(st.characters(codec="utf-8"), max_size=400)), max_size=80))
def test_a_thread_comes_back_as_its_last_entries_within_the_bounds(thread: list[Bubble]) -> None:
    written = write_thread(thread, FICTIONAL)
    back = read_thread(written, FICTIONAL)
    assert len(written.encode()) <= MAX_THREAD_BYTES
    assert len(back) <= MAX_ENTRIES
    assert thread[len(thread) - len(back) :] == back
    if len(thread) <= MAX_ENTRIES and sum(len(bubble.text.encode()) for bubble in thread) < MAX_THREAD_BYTES // 10:
        assert back == thread


def test_a_long_thread_fits_into_a_request(client: FlaskClient) -> None:
    page = Page(client)
    for _ in range(16):
        page.send("م" * 1_600)
    assert len(page.html.encode()) < 120_000
    assert page.bubbles[-1] == "م" * 1_600


class Moving:
    """A clock that is moved."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Moving:
    return Moving()


@pytest.fixture
def later(settings: ChannelSettings, database: Engine, clock: Moving) -> FlaskClient:
    return create_channel(settings, database, clock).test_client()


def number_of(how: Conduct) -> str:
    return FICTIONAL[:-2] + ENDINGS[how]


def look(page: Page, number: str) -> list[str]:
    page.html = page.client.post("/simulator", data={**page.hidden, "number": number, "look": "1"}).text
    return page.bubbles


def test_the_carrier_is_chosen_by_the_numbers_ending(client: FlaskClient) -> None:
    page = Page(client).send("trust")
    page.html = client.post(
        "/simulator", data={**page.hidden, "number": FICTIONAL, "conduct": "twice", "set": "1"}
    ).text
    assert f'value="{number_of(Conduct.TWICE)}"' in page.html
    assert '<option value="twice" selected>' in page.html
    assert page.bubbles == []
    page.html = client.post("/simulator", data={"lang": "en", "conduct": "nothing", "set": "1"}).text
    assert f'value="{FICTIONAL}"' in page.html


@pytest.mark.parametrize("how", [Conduct.LATE, Conduct.TWICE, Conduct.DISORDERED])
def test_what_is_late_is_there_when_its_time_has_come(later: FlaskClient, clock: Moving, how: Conduct) -> None:
    number, page = number_of(how), Page(later)
    at_once = page.send("trust", number=number).bubbles
    clock.now += timedelta(hours=1)
    assert len(look(page, number)) - len(at_once) == (0 if how is Conduct.DISORDERED and len(at_once) == 2 else 1)
    assert look(page, number) == page.bubbles


@pytest.mark.parametrize("how", [Conduct.BROUGHT_LATE, Conduct.BROUGHT_TWICE, Conduct.BROUGHT_IN_PARTS])
def test_texts_on_their_way_are_taken_once(later: FlaskClient, clock: Moving, how: Conduct) -> None:
    number, page = number_of(how), Page(later)
    page.send("trust", number=number)
    assert ("still on its way" in page.html) is (how is Conduct.BROUGHT_LATE)
    clock.now += timedelta(hours=3)
    assert len(look(page, number)) == 2
    assert "still on its way" not in page.html


@pytest.mark.parametrize("how", [Conduct.BUSY, Conduct.TIMEOUT_NOT_TAKEN, Conduct.TIMEOUT_TAKEN])
def test_what_the_carrier_could_not_take_comes_once_in_the_end(later: FlaskClient, clock: Moving, how: Conduct) -> None:
    number, page = number_of(how), Page(later)
    page.send("trust", number=number)
    for _ in range(4):  # longer than any wait, and at another moment of the minute, half of which is bad
        clock.now += timedelta(hours=1, seconds=37)
        look(page, number)
    assert len(page.bubbles) == 2


@pytest.mark.parametrize("how", [Conduct.INVALID, Conduct.BLOCKED, Conduct.LANDLINE, Conduct.UNREACHABLE])
def test_what_the_carrier_refuses_is_shown_as_failed(client: FlaskClient, how: Conduct) -> None:
    page = Page(client).send("trust", number=number_of(how))
    assert page.bubbles == ["trust"]
    assert "</strong> · failed" in page.html


def test_who_told_the_carrier_stop_has_said_stop(client: FlaskClient) -> None:
    page = Page(client).send("trust", number=number_of(Conduct.OPTED_OUT))
    assert "yes, in any survey" in page.html


def test_what_is_held_is_shown_without_an_answer_a_text_or_a_number(client: FlaskClient) -> None:
    page = Page(client).send("trust").send("1").send("3")
    held = page.html[page.html.index('id="held"') :]
    assert "question 2 of 3" in held
    assert "under way" in held
    assert f"{PADDED_BYTES + SEAL_BYTES} bytes" in held.replace(",", "")
    assert "emptied" in held
    assert "Do you trust" not in held
    assert "A lot" not in held
    assert FICTIONAL not in held
    assert "999" not in held


def test_another_numbers_rows_are_not_shown(client: FlaskClient) -> None:
    Page(client).send("trust")
    page = Page(client).send("hello", number="+99955012399")
    assert page.html.count("<li><strong>") == 1
    page.html = client.post("/simulator", data={**page.hidden, "number": "+99955012301", "look": "1"}).text
    assert "None with this number." in page.html
    assert "<li><strong>" not in page.html


def test_a_waiting_reminder_is_shown_with_its_time(
    client: FlaskClient, settings: ChannelSettings, database: Engine
) -> None:
    page = Page(client).send("trust")
    own = settings.keyring.of(WAVE)
    assert own
    with writing(database) as session:
        to = outbox.Recipient(CHANNEL, f"{CHANNEL}:{FICTIONAL}", WAVE, own)
        outbox.queue(session, to, ("again",), START + timedelta(days=2), outbox.REMINDER)
    page.html = client.post("/simulator", data={**page.hidden, "number": FICTIONAL}).text
    assert "2026-03-04 09:00 UTC" in page.html
    assert "<strong>reminder</strong> · waiting" in page.html


@pytest.mark.parametrize("entry", [[1, "a", -1], [1, "a", 0.5], [1, "a", 0, "x"], [0, "a", 2**60], [1, "a", 0, 7], []])
def test_an_entry_that_is_not_ours_is_forgotten(entry: list[object]) -> None:
    assert read_thread(json.dumps({"number": FICTIONAL, "entries": [entry]}), FICTIONAL) == []


def test_without_a_wave_nothing_is_held(settings: ChannelSettings, engine: Engine) -> None:
    client = create_channel(settings, engine, lambda: START).test_client()
    assert "no survey is under way" in client.get("/simulator?lang=en").text
