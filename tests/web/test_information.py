"""Who asks, who keeps, whom to turn to: on the consent page, beside heavy questions, after sending; and the log."""

import logging
import re
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import Engine

from survey_app.settings import CollectorSettings
from survey_app.web.application import create_site

from .conftest import Calendar, form, put_in_field
from .heavy import HEAVY, INFORMATION, information_file
from .respondent import Respondent

SUMMARIES = {"ar": "المساعدة والشكاوى", "fr": "Aide et plaintes", "en": "Help and complaints"}


@pytest.fixture
def site(settings: CollectorSettings, database: Engine, calendar: Calendar, tmp_path: Path) -> Flask:
    """A site with information and the questionnaire with a heavy module."""
    put_in_field(database, HEAVY)
    informed = settings.model_copy(update={"information": information_file(tmp_path)})
    return create_site(informed, database, calendar)


def pages(person: Respondent, language: str, area: str | None) -> dict[str, str]:
    """The page of each question, the review and the page after sending, for one who lives in an area."""
    seen = {}
    address = person.start(language).location
    for name in ("area", "light", "force", "threat", "insult", "school"):
        seen[name] = person.get(address).text
        address = person.answer(name, area if name == "area" else "yes").location
    seen["review"] = person.get(address).text
    seen["thanks"] = person.get(person.send().location).text
    return seen


def help_of(page: str) -> str:
    """What the page says below its summary."""
    found = re.search(r"<details>\n<summary>.*?</details>", page, re.DOTALL)
    return found[0] if found else ""


def listed(page: str) -> list[str]:
    return re.findall(r"(?:Rescue|Help|Complaints) [XYZ]", help_of(page))


@pytest.mark.parametrize("language", SUMMARIES)
def test_help_stands_below_the_button_of_heavy_questions_and_after_sending_and_nowhere_else(
    site: Flask, language: str
) -> None:
    seen = pages(Respondent(site, language), language, "06.141.01.53")
    with_help = {name for name, page in seen.items() if f"<summary>{SUMMARIES[language]}</summary>" in page}
    assert with_help == {"force", "threat", "insult", "thanks"}
    assert {name for name, page in seen.items() if "<details" in page} == with_help
    for name in ("force", "threat"):
        assert seen[name].index('class="next"') < seen[name].index("</form>\n<details>")
        assert '<a href="tel:0800000012"><bdi dir="ltr">0800 000 012</bdi></a>' in seen[name]
        assert '<bdi dir="ltr">www.complaints.example</bdi>' in seen[name]
        assert not re.search("<a [^>]*complaints", seen[name])


def test_the_own_area_comes_first_within_help_and_no_other_areas_contact_is_shown(site: Flask) -> None:
    for area, expected in (
        ("06.141.01.53", ["Rescue X", "Help Y", "Help X", "Complaints X"]),
        ("06.141.01.01", ["Rescue X", "Help Z", "Help X", "Complaints X"]),
        (None, ["Rescue X", "Help X", "Complaints X"]),
    ):
        seen = pages(Respondent(site, "en"), "en", area)
        assert listed(seen["force"]) == listed(seen["threat"]) == expected


def test_the_page_after_sending_knows_no_area(site: Flask) -> None:
    seen = pages(Respondent(site, "en"), "en", "06.141.01.53")
    assert listed(seen["thanks"]) == ["Rescue X", "Help X", "Complaints X"]
    assert "Help Y" not in Respondent(site, "en").get("/thanks?lang=en").text


def test_help_stays_on_a_heavy_page_whose_answer_was_refused(site: Flask) -> None:
    person = Respondent(site, "en")
    person.start("en")
    for name in ("area", "light"):
        person.answer(name, "06.141.01.53" if name == "area" else "yes")
    refused = person.answer("force", "perhaps")
    assert refused.status_code == 422
    assert listed(refused.text) == ["Rescue X", "Help Y", "Help X", "Complaints X"]


def test_the_consent_page_says_everything_that_consent_needs(site: Flask) -> None:
    page = Respondent(site, "en").get("/").text
    for said in (
        "to improve the service",
        "The sponsor X",
        "The custodian X",
        "is voluntary",
        "no reward for taking part and no penalty",
        "No name, telephone number or address is asked for",
        "Only the custodian can open them",
        "Kept for a year.",
        "You can stop at any moment",
        "Office X",
        'href="tel:+212800000011"',
        "Complaints X",
        "REF-17",
        "I am 18 or over and I agree",
    ):
        assert said in page, said
    assert "ministry" not in page
    assert "Help X" not in page


@pytest.mark.parametrize("language", SUMMARIES)
def test_the_privacy_page_names_who_asks_who_keeps_and_how_long(site: Flask, language: str) -> None:
    page = Respondent(site).get(f"/privacy?lang={language}").text
    said = {
        "ar": ("جهة طالبة", "جهة حافظة", "تُحفظ سنة", "مكتب"),
        "fr": ("Le commanditaire X", "Le dépositaire X", "Gardées un an", "Bureau X"),
        "en": ("The sponsor X", "The custodian X", "Kept for a year", "Office X"),
    }[language]
    assert all(words in page for words in (*said, "REF-17", "www.complaints.example"))


def test_without_information_the_pages_name_the_ministry_and_nobody_to_turn_to(
    settings: CollectorSettings, database: Engine, calendar: Calendar
) -> None:
    put_in_field(database, HEAVY)
    person = Respondent(create_site(settings, database, calendar), "en")
    for path in ("/", "/privacy"):
        assert "The ministry of the interior" in person.get(path).text
    assert "contact the office named on the invitation" in person.get("/").text
    assert not any("<details" in page for page in pages(person, "en", None).values())


def test_the_demonstration_shows_the_example(settings: CollectorSettings, database: Engine, calendar: Calendar) -> None:
    put_in_field(database, HEAVY)
    person = Respondent(create_site(settings.model_copy(update={"demo": True}), database, calendar), "en")
    assert "Institution of the Mediator of the Kingdom" in person.get("/").text
    assert "Sidi Moumen" in help_of(pages(person, "en", "06.141.01.53")["force"])


def test_the_consent_page_in_arabic_stays_below_9_kilobytes(
    settings: CollectorSettings, database: Engine, calendar: Calendar
) -> None:
    put_in_field(database, HEAVY)
    demo = settings.model_copy(update={"demo": True})
    page = Respondent(create_site(demo, database, calendar), "ar").get("/?lang=ar")
    assert "مؤسسة وسيط المملكة" in page.text
    assert len(page.data) < 9_000


def test_a_name_in_the_file_is_shown_as_text(
    settings: CollectorSettings, database: Engine, calendar: Calendar, tmp_path: Path
) -> None:
    put_in_field(database, HEAVY)
    file = information_file(tmp_path, INFORMATION.replace(" X", " <img src=x>"))
    person = Respondent(create_site(settings.model_copy(update={"information": file}), database, calendar), "en")
    for page in (person.get("/").text, person.get("/privacy").text, person.get("/thanks").text):
        assert "&lt;img src=x&gt;" in page
        assert "<img" not in page


@pytest.mark.parametrize(
    ("information", "demo", "says"),
    [
        (None, False, ["set THIQA_INFORMATION"]),
        (INFORMATION.partition("[[contact]]")[0], False, ["set THIQA_INFORMATION"]),
        (INFORMATION, False, []),
        (INFORMATION.replace("06.141.01.53", "06.141.99"), False, ["nobody will see it"]),
        (None, True, []),
    ],
)
def test_what_leaves_people_without_help_is_logged_once_and_without_values(
    settings: CollectorSettings,
    database: Engine,
    calendar: Calendar,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    information: str | None,
    demo: bool,
    says: list[str],
) -> None:
    put_in_field(database, HEAVY)
    file = information_file(tmp_path, information) if information else None
    changed = settings.model_copy(update={"information": file, "demo": demo})
    site = create_site(changed, database, calendar)
    with caplog.at_level(logging.WARNING):
        for _ in range(3):
            Respondent(site).get("/")
    assert len(caplog.messages) == len(says)
    for message, part in zip(caplog.messages, says, strict=True):
        assert part in message
        assert not re.search("06|Help|heavy", message)


def test_a_questionnaire_without_a_heavy_module_needs_no_contact(
    settings: CollectorSettings, database: Engine, calendar: Calendar, caplog: pytest.LogCaptureFixture
) -> None:
    put_in_field(database, form())
    Respondent(create_site(settings, database, calendar)).get("/")
    assert caplog.messages == []
