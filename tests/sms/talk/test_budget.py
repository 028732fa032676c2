"""Fault 42: every message of ours keeps to its segments in each language, or is named with what makes it dear."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from inspect import getmembers, isfunction
from types import ModuleType

import pytest

from sms.segments import GSM7, segments
from sms.talk import refusals, wording
from sms.talk.budget import BUDGET, dear, excess
from sms.talk.questions import question, served
from sms.talk.wording import Terms
from survey_app.engine import Kind, Mode, Questionnaire, Reason, begin
from survey_app.engine.questionnaire import DERIVED

from ...engine.generated import LANGUAGES
from ..kinds import every_kind

# Usual and long: a short link's address, a sponsor's name, two-figure places.
SPONSOR = {
    "ar": "المديرية العامة للأمن الوطني",
    "fr": "la Direction de la police nationale",
    "en": "the General Directorate for National Security",
}
TERMS = Terms("https://sondage.thiqa.gov.ma", free=False, sponsor=SPONSOR)
PAIRS = [
    Terms("https://sondage.thiqa.gov.ma", free=free, sponsor=who) for free in (True, False) for who in ({}, SPONSOR)
]


def rendered(name: str, form: Questionnaire, language: str) -> list[str]:
    """A message with the longest usual values, each way that it can be said."""
    places = [choice.label[language] for choice in form.by_name["area"].choices if choice.missing is None]
    linked = {f"wording.{of.__name__}": of for of in (wording.guide, wording.reminder, wording.on_the_web)}
    modes = (Mode.SMS, Mode.WHATSAPP)
    said: dict[str, Iterable[str]] = {
        "wording.language_choice": [wording.language_choice(form.languages)],
        "wording.consent": (wording.consent(form, language, 12, t, mode) for t in PAIRS for mode in modes),
        "wording.invitation": (wording.invitation(form, language, terms) for terms in PAIRS),
        "wording.invitation_link": (wording.invitation_link(form, language, f"{t.link}/x7k2p9", t) for t in PAIRS),
        "wording.area_check": (wording.area_check(10, 12, place, language) for place in places),
        "wording.several_check": [wording.several_check(10, 12, language)],
        "wording.changed": [wording.changed(12, language)],
        "wording.stopped": (wording.stopped(known, form.languages) for known in (language, None)),
        "refusals.unclear": lines(language),
        "refusals.unclear_again": (refusals.unclear_again(item, language) for item in every_kind().items),
        "refusals.check_unclear": [refusals.check_unclear(language, "")],
        "refusals.parked": [refusals.parked(language)],
        "question": questions(form, language, set(Kind) - DERIVED - {Kind.NOTE, Kind.AREA}),
        "question.area": questions(form, language, {Kind.AREA}),
        **{linked_name: [of(language, TERMS)] for linked_name, of in linked.items()},
    }
    return list(said[name]) if name in said else [getattr(wording, name.partition(".")[2])(language)]


def lines(language: str) -> Iterator[str]:
    """What is said before a question that was not understood."""
    form = every_kind()
    for item in form.items:
        interview = replace(begin(form, Mode.SMS, language).interview, cursor=item.name)
        yield from (refusals.unclear(form, interview, item, reason, "") for reason in Reason)


def questions(form: Questionnaire, language: str, kinds: set[Kind]) -> Iterator[str]:
    """The questions of these kinds that go by text; the first where 0 or 9 serve says so."""
    interview = begin(form, Mode.SMS, language).interview
    items = [item for item in form.items if item.by_text and item.kind not in DERIVED]
    first = next(item.name for item in items if served(item, item.choices))
    for item in (item for item in items if item.kind in kinds):
        says = question(form, replace(interview, cursor=item.name), item)
        yield f"{says}\n{wording.digits(language)}" if item.name == first else says


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", BUDGET)
def test_fault_42_every_message_keeps_to_its_budget(name: str, language: str, questionnaire: Questionnaire) -> None:
    texts = rendered(name, questionnaire, language)
    assert texts
    assert [said for text in texts if (said := excess(name, language, text))] == []


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize(
    "name", [name for name in BUDGET if name not in ("wording.language_choice", "wording.stopped")]
)
def test_fault_42_no_letter_doubles_the_price_of_a_latin_message(
    name: str, language: str, questionnaire: Questionnaire
) -> None:
    assert "".join(dear(text, language) for text in rendered(name, questionnaire, language)) == ""


@pytest.mark.parametrize("module", [wording, refusals], ids=lambda module: module.__name__)
def test_every_message_has_a_budget(module: ModuleType) -> None:
    room = module.__name__.rpartition(".")[2]
    said = {f"{room}.{name}" for name, found in getmembers(module, isfunction) if found.__module__ == module.__name__}
    assert {name for name in said if "._" not in name} == {name for name in BUDGET if name.startswith(room)}


def test_who_exceeds_a_budget_is_told_which_text_in_which_language_and_by_what() -> None:
    dearer = "Le sondage reprend là où il s'était arrêté, à la question que vous aviez sous les yeux."
    assert excess("wording.resumed", "fr", dearer) == (
        "wording.resumed in fr: 2 segments, 1 allowed (87 units of UCS-2); dear: ê"
    )
    assert excess("wording.resumed", "ar", "يتابع" * 20).startswith("wording.resumed in ar: 2 segments")
    assert dear("يتابع", "ar") == dear("ù", "fr") == ""


def test_the_confirmation_in_every_language_at_once_fits_two_messages(form: Questionnaire) -> None:
    assert segments(wording.stopped(None, form.languages)).parts == 2
    assert segments(wording.stopped("fr", form.languages)).encoding == GSM7
