"""The simulator: the same way as a real text, a thread that is never trusted, three languages, no script."""

import json
import re
from html import unescape

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine
from sqlmodel import func, select

from sms.settings import ChannelSettings
from sms.simulator import FICTIONAL, MAX_ENTRIES, MAX_THREAD_BYTES, Bubble, read_thread, write_thread
from sms.webhook import create_channel
from survey_app.storage.database import reading
from survey_app.storage.tables import EnvelopeRow

from .conftest import START


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
