"""Pages that are drawn once: the same for all but the form's token, and never with what is one person's own."""

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import Engine

from survey_app.engine import Questionnaire
from survey_app.settings import CollectorSettings
from survey_app.web import drawn
from survey_app.web.application import create_site

from .conftest import Calendar, put_in_field
from .kinds import KINDS, REPLIES, reply
from .respondent import Respondent, at, checked, hidden

Arrive = Callable[..., Respondent]


def kept(site: Flask) -> dict[object, str]:
    found: dict[object, str] = site.extensions["thiqa"].drawn
    return found


def test_two_people_see_the_same_page_with_their_own_token(arrive: Arrive, site: Flask) -> None:
    first, second = arrive("en"), arrive("en")
    pages = []
    for person in (first, second):
        person.start("en")
        person.answer("welcome", None)
        pages.append(person.get(at("trust_police")))
    tokens = [hidden(page, "csrf") for page in pages]
    assert tokens[0] != tokens[1]
    assert pages[0].text.replace(tokens[0], tokens[1]) == pages[1].text
    assert not any(token in page for token in tokens for page in kept(site).values())
    assert person.answer("trust_police", "2").status_code == 303


def test_a_choice_a_language_a_fault_and_a_longer_path_are_other_pages(person: Respondent) -> None:
    person.complete()
    assert checked(person.get(at("trust_police"))) == ["2"]
    person.answer("trust_police", "3")
    assert checked(person.get(at("trust_police"))) == ["3"]
    person.get(at("trust_police") + "?lang=en")
    assert "of \u20682\u2069" in person.get(at("trust_police")).text
    person.answer("contact12", "yes")
    assert "of \u20683\u2069" in person.get(at("trust_police")).text
    assert person.answer("trust_police", "7").status_code == 422
    assert "summary" not in person.get(at("trust_police")).text


def test_nothing_typed_and_nothing_of_an_earlier_answer_is_kept(
    settings: CollectorSettings, database: Engine, calendar: Calendar
) -> None:
    put_in_field(database, KINDS)
    site = create_site(settings, database, calendar)
    person = Respondent(site, "en")
    person.start("en")
    for name, sent, _ in REPLIES:
        person.get(person.at(name))
        assert reply(person, name, sent).status_code == 303
        person.get(person.at(name))
    everything = "".join(kept(site).values())
    assert everything
    # A label of the questionnaire may stand there as a choice; piped into another question it is fenced.
    for own in ("\u2068South quarter 2\u2069", "1984", "1.5", "المركز 3", "سطر أول"):
        assert own not in everything


def test_the_memory_of_pages_is_bounded(
    settings: CollectorSettings,
    database: Engine,
    calendar: Calendar,
    fielded: Questionnaire,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(drawn, "MOST", 2)
    site = create_site(settings, database, calendar)
    person = Respondent(site, "en")
    person.complete()
    for name in ("welcome", "trust_police", "contact12", "welcome"):
        person.get(at(name))
        assert len(kept(site)) <= 2
