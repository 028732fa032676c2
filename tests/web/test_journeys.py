"""A respondent's way through the site in each language, and what is stored at its end."""

import re
import subprocess
import sys
from collections.abc import Callable

import pytest
from flask import Flask
from nacl.public import PrivateKey, SealedBox
from sqlalchemy import Engine
from sqlmodel import select

from survey_app.intake import unpadded
from survey_app.settings import CollectorSettings
from survey_app.storage.database import reading
from survey_app.storage.tables import DraftRow, EnvelopeRow
from survey_app.web.application import create_site

from .conftest import Calendar, form, put_in_field
from .respondent import Respondent, at, checked

OURS = PrivateKey(bytes(range(32)))
Arrive = Callable[..., Respondent]


def envelopes(database: Engine) -> list[str]:
    """What the custodian reads."""
    with reading(database) as session:
        sealed = [row.sealed for row in session.exec(select(EnvelopeRow))]
    return [unpadded(SealedBox(OURS).decrypt(content)).decode() for content in sealed]


def drafts_kept(database: Engine) -> int:
    with reading(database) as session:
        return len(session.exec(select(DraftRow)).all())


@pytest.mark.parametrize(("language", "way"), [("ar", "rtl"), ("fr", "ltr"), ("en", "ltr")])
def test_a_whole_interview_ends_as_one_envelope(arrive: Arrive, database: Engine, language: str, way: str) -> None:
    person = arrive(language)
    assert f'<html lang="{language}" dir="{way}">' in person.get("/").text
    page = person.start(language)
    assert (page.status_code, page.location) == (303, at("welcome"))
    for name, reply, then in (
        ("welcome", None, at("trust_police")),
        ("trust_police", "98", at("contact12")),
        ("contact12", "yes", at("times")),
        ("times", "٣", "/review"),
    ):
        shown = person.get(at(name))
        assert f'lang="{language}" dir="{way}"' in shown.text
        assert form().by_name[name].label[language].replace(" ?", "\u00a0?") in shown.text
        page = person.answer(name, reply)
        assert (page.status_code, page.location) == (303, then)
    review = person.get("/review").text
    assert form().by_name["trust_police"].choices[4].label[language].replace("'", "&#39;") in review
    assert "\u20683\u2069" in review
    sent = person.send()
    assert (sent.status_code, sent.location) == (303, f"/thanks?lang={language}")
    assert person.cookie is None
    (content,) = envelopes(database)
    assert '"answers":{"contact12":"yes","times":3,"trust_police":"98"}' in content
    assert f'"language":"{language}"' in content
    assert drafts_kept(database) == 0


def test_three_languages_give_the_same_answers(arrive: Arrive, database: Engine) -> None:
    for language in ("ar", "fr", "en"):
        person = arrive(language)
        person.complete()
        person.get(f"/review?lang={language}")
        person.send()
    read = {re.sub(r'"language":"..",', "", content) for content in envelopes(database)}
    assert len(read) == 1


def test_progress_counts_questions_and_isolates_its_numbers(person: Respondent) -> None:
    person.start("en")
    assert "<progress" not in person.get(at("welcome")).text
    person.answer("welcome", None)
    page = person.get(at("trust_police")).text
    assert "Question \u20681\u2069 of \u20682\u2069" in page
    assert '<progress max="2" value="1"' in page


def test_each_question_has_one_heading_and_a_way_back_and_out(person: Respondent) -> None:
    person.complete()
    for name in ("welcome", "trust_police", "contact12"):
        page = person.get(at(name)).text
        assert page.count("<h1") == 1
        assert "<h2" not in page
        assert 'action="/leave?' in page
        assert ('class="back"' in page) == (name != "welcome")
    assert f'href="{at("trust_police")}">' in person.get(at("contact12")).text


def test_missing_answers_stand_apart_once(person: Respondent) -> None:
    person.complete()
    page = person.get(at("trust_police")).text
    assert page.count('class="choice apart"') == 1
    assert page.index('class="choice apart"') < page.index('value="98*') < page.index('value="99*')


@pytest.mark.parametrize(
    ("name", "reply", "target"), [("trust_police", "7", "choice-1"), ("trust_police", None, "choice-1")]
)
def test_a_reply_that_is_no_choice_is_asked_again(
    person: Respondent, name: str, reply: str | None, target: str
) -> None:
    person.start("en")
    person.answer("welcome", None)
    page = person.answer(name, reply)
    assert page.status_code == 422
    assert f'<a href="#{target}">Choose one of the answers below' in page.text
    assert f'id="{target}"' in page.text


@pytest.mark.parametrize(
    ("reply", "says"), [("many", "Write a whole number"), ("31", "Between 1 and 30"), ("", "Write a whole number")]
)
def test_a_number_that_does_not_fit_stays_with_what_to_do(person: Respondent, reply: str, says: str) -> None:
    person.complete()
    person.get("/review?lang=en")
    person.answer("contact12", "yes")
    page = person.answer("times", reply)
    assert page.status_code == 422
    assert says in page.text
    assert f'value="{reply}"' in page.text
    assert 'aria-invalid="true"' in page.text


def test_nothing_is_fielded(settings: CollectorSettings, database: Engine, calendar: Calendar) -> None:
    visitor = Respondent(create_site(settings, database, calendar))
    page = visitor.get("/?lang=en")
    assert page.status_code == 200
    assert "No survey is open" in page.text
    assert visitor.start().location.startswith("/?")
    assert visitor.cookie is None


def test_a_wave_that_closes_takes_no_more_answers(person: Respondent, database: Engine) -> None:
    person.complete()
    put_in_field(database, form(), "closed")
    assert person.send().status_code == 410
    assert person.cookie is None
    assert envelopes(database) == []


def test_demonstration_is_said_on_every_page(
    settings: CollectorSettings, database: Engine, calendar: Calendar, person: Respondent
) -> None:
    says = "Demonstration with synthetic data"
    paths = ("/", at("welcome"), "/thanks", "/left", "/privacy", "/nowhere")
    person.accepts = "en"
    person.start("en")
    assert all(says not in person.get(path).text for path in paths)
    demo = Respondent(create_site(settings.model_copy(update={"demo": True}), database, calendar), "en")
    demo.start("en")
    assert all(says in demo.get(path).text for path in paths)
    demo.complete()
    demo.get("/review?lang=en")
    assert says in demo.get("/review").text


def test_health(person: Respondent) -> None:
    page = person.get("/health")
    assert (page.status_code, page.text, page.mimetype) == (200, "ok", "text/plain")


def test_fault_73_the_first_page_and_its_style_are_within_8_kilobytes_on_the_wire(person: Respondent) -> None:
    squeezed = {"Accept-Encoding": "gzip"}
    found = re.search(r'<link rel="stylesheet" href="([^"]+)"', person.get("/").text)
    assert found
    page, style = person.get("/", **squeezed), person.get(found[1], **squeezed)
    assert style.status_code == 200
    assert len(page.data) + len(style.data) <= 8_192


def test_the_site_loads_no_statistics_dashboard_or_carrier() -> None:
    heavy = ("pandas", "statsmodels", "dash", "twilio", "plotly", "scipy", "numpy")
    code = f"import sys, survey_app.web.application; print([m for m in {heavy} if m in sys.modules])"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"


def test_the_style_is_logical_and_calls_no_other_host(site: Flask) -> None:
    page = Respondent(site).get("/survey-0.css")
    assert page.mimetype == "text/css"
    style = page.text
    assert not re.search(r"\b(left|right|url\(|@import|http)\b", style)
    assert not re.search(r"(?:^|[;{])(?:width|height|min-width|max-width|margin-top|padding-top)\s*:", style)


def test_a_choice_is_kept_when_the_page_is_seen_again(person: Respondent) -> None:
    person.complete()
    assert checked(person.get(at("trust_police"))) == ["2"]
