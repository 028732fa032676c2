"""What a campaign costs before it begins: each text times the people who get it, by language."""

from dataclasses import replace
from decimal import Decimal

from sms.campaign import opening
from sms.campaign.plan import Plan, Shares, plan
from sms.segments import GSM7, UCS2, segments
from sms.talk import wording
from sms.talk.wording import Terms
from survey_app.engine import Choice, Item, Kind, Questionnaire, checked

from ..conftest import LINK, small_questionnaire
from .conftest import CHANNEL, ONE_WAY, windowed

TERMS = Terms(LINK, free=False)


def yes_no(french: str) -> Questionnaire:
    """One question in three languages."""
    said = {"ar": "هل تثقون؟", "fr": french, "en": "Trust?"}
    item = Item("trust", Kind.SINGLE, said, choices=(Choice("1", {"ar": "نعم", "fr": "Oui", "en": "Yes"}),))
    return checked(Questionnaire("q", {"ar": "س", "fr": "Q", "en": "Q"}, ("ar", "fr", "en"), (item,)))


def times(made: Plan) -> dict[str, int]:
    return {line.what: line.times for line in made.lines}


def test_fault_42_each_text_is_counted_as_a_carrier_does_times_those_who_get_it() -> None:
    made = plan(yes_no("Confiance ?"), CHANNEL, TERMS, 1_000, Shares(0.4, 0.25, reminders=2))
    assert times(made) == {"invitation": 1_000, "trust": 350, "thanks": 300, "reminder": 1_400}
    form = yes_no("Confiance ?")
    for language in form.languages:
        by_hand = (
            1_000 * segments(opening.invitation(form, language, TERMS, CHANNEL.mode)).parts
            + 350 * 1
            + 300 * segments(wording.thanks(language)).parts
            + 1_400 * segments(wording.reminder(language, TERMS)).parts
        )
        assert made.segments(language) == by_hand
        assert made.cost(language) == by_hand * Decimal("0.05")


def test_fault_42_the_letter_that_makes_a_latin_text_dear_is_named_and_paid_for() -> None:
    long = "Avez-vous confiance dans la police de votre quartier, tous les jours de la semaine"
    plain, dear = (
        next(line for line in plan(yes_no(text), CHANNEL, TERMS, 10, Shares()).lines if line.what == "trust")
        for text in (long, long + " et la fête")
    )
    found = [
        {size.language: (size.size.encoding, size.size.parts, size.dear) for size in line.sizes}
        for line in (plain, dear)
    ]
    assert found[0]["fr"] == (GSM7, 1, "")
    assert found[1]["fr"] == (UCS2, 2, "ê")
    assert found[1]["ar"] == (UCS2, 1, "")


def test_a_channel_that_cannot_be_answered_costs_invitations_only() -> None:
    made = plan(small_questionnaire(), ONE_WAY, TERMS, 100, Shares(0.3, 0.1, 1))
    assert times(made) == {"invitation": 100}
    assert made.currency == "USD"


def test_what_never_goes_by_text_message_costs_nothing() -> None:
    assert "bribe" not in times(plan(small_questionnaire(), CHANNEL, TERMS, 100, Shares()))


def test_a_window_costs_reminders_only_where_the_carrier_approved_them() -> None:
    made = {
        len(approved): times(plan(small_questionnaire(), windowed(*approved), TERMS, 100, Shares(0, 0)))
        for approved in ((), ("ar", "fr"), ("ar", "fr", "en"))
    }
    assert {number: lines.get("reminder") for number, lines in made.items()} == {0: None, 2: None, 3: 200}


def test_nobody_who_answers_means_invitations_and_reminders() -> None:
    made = plan(small_questionnaire(), CHANNEL, TERMS, 100, Shares(0, 0, 1))
    assert {what for what, number in times(made).items() if number} == {"invitation", "reminder"}
    free = plan(small_questionnaire(), replace(CHANNEL, price=Decimal(0)), TERMS, 100, Shares())
    assert {free.cost(language) for language in free.languages} == {Decimal(0)}
