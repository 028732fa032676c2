"""Every kind of item under bytes that no form of ours sends, words like markup, and a database that is away."""

import re

import pytest
from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError

from survey_app.engine import Choice, Item, Kind, Questionnaire
from survey_app.engine import checked as sound
from survey_app.settings import CollectorSettings
from survey_app.web import fields, sittings
from survey_app.web.application import create_site

from .conftest import HOSTILE, Calendar, put_in_field
from .kinds import DONT_KNOW, KINDS, REPLIES, at, reply, same, until
from .respondent import Respondent, hidden
from .test_hostile_input import NAUGHTY


@pytest.fixture
def fielded(database: Engine) -> Questionnaire:
    return put_in_field(database, KINDS)


def test_hostile_end_labels_and_stems_are_only_words(
    settings: CollectorSettings, database: Engine, calendar: Calendar
) -> None:
    bad = same(HOSTILE)
    choices = (Choice("a", bad), Choice("b", bad), DONT_KNOW)
    items = (
        Item("s", Kind.SCALE, bad, hint=bad, stem=bad, low_label=bad, high_label=bad, page="p"),
        Item("r", Kind.RANKING, bad, hint=bad, stem=bad, choices=choices, page="p"),
    )
    put_in_field(database, sound(Questionnaire("hostile", same("t"), ("ar", "fr", "en"), items)))
    person = Respondent(create_site(settings, database, calendar), "en")
    person.start("en")
    page = person.get("/page/1").text
    assert page.count("&lt;script&gt;") == 10
    assert not re.search("<script(?! src=./survey-)|<img", page)


def test_no_screen_fails_or_shows_markup_whatever_is_sent_in_any_field(person: Respondent) -> None:
    person.start("en")
    csrf = person.csrf()
    for name, sent, raws in REPLIES:
        for text in (*(text[:5_000] for text in NAUGHTY), "", "0", "1", "dont_know", "2024"):
            items = [KINDS.by_name[item] for item in raws]
            every = {fields.name(key, item, name): text for item in items for key in fields.keys(item)}
            page = person.post(at(name), {"csrf": csrf, "shown": text, **every})
            assert page.status_code in (303, 422), (name, text)
            assert not re.search(r"<script(?! src=./survey-)|<img|<svg|\sstyle=|https?://", page.text)
            assert not re.search("[\u202a-\u202e\ufeff\u200b\x00]", page.text)
        assert reply(person, name, sent).status_code == 303


def test_a_page_stays_as_it_was_filled_in_while_the_database_is_away(
    person: Respondent, monkeypatch: pytest.MonkeyPatch
) -> None:
    until(person, "been")
    person.accepts = "en"
    shown = person.get(at("been"))

    def away(*_: object) -> None:
        raise OperationalError("SELECT", {}, Exception("away"))

    monkeypatch.setattr(sittings, "answer", away)
    sent = {"shown": hidden(shown, "shown")} | REPLIES[-2][1]
    page = reply(person, "been", sent)
    assert page.status_code == 503
    assert "Nothing is lost" in page.text
    kept = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', page.text))
    assert sent.items() <= kept.items()
    monkeypatch.undo()
    assert person.post(at("been"), dict(kept)).location == at("story")
