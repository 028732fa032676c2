"""A question as it was asked, its answers in each language, and which of them count.

Don't know, refused and not asked are three things: of each it is said whether it stands in the base (denominator).
"""

from typing import Any

from analytics.release import AnswerCard, IndicatorCard
from dashboards.elements import html
from dashboards.exhibits import Table, table
from dashboards.sections import terms
from translations.languages import LANGUAGES, NATIVE_NAMES, direction, translator

DONT_KNOW, REFUSED, NOT_APPLICABLE = "dont_know", "refused", "not_applicable"


def answers(card: IndicatorCard, language: str) -> list[Any]:
    """The answers as a table, and the rules of the base in words."""
    _ = translator(language)
    if not card.answers:
        return [html.P(_("This release does not list the answers."))]
    return [table(answer_table(card, language)), terms(base_rules(card, language))]


def answer_table(card: IndicatorCard, language: str) -> Table:
    """One row an answer: its label in each language, and how it counts."""
    _ = translator(language)
    return Table(
        caption=_("The answers, and which of them count"),
        heads=(*(NATIVE_NAMES[each] for each in LANGUAGES), _("How it counts")),
        rows=tuple(
            (*(_label(answer, each) for each in LANGUAGES), counts(answer, language)) for answer in card.answers
        ),
    )


def counts(answer: AnswerCard, language: str) -> str:
    """How an answer counts."""
    _ = translator(language)
    if not answer.based:
        return _("left out of the base")
    return _("counts for the share") if answer.positive else _("in the base only")


def base_rules(card: IndicatorCard, language: str) -> list[tuple[str, Any]]:
    """What happens to whoever did not know, did not want to say, was not concerned or was not asked."""
    _ = translator(language)
    names = {
        DONT_KNOW: _("“I don’t know”"),
        REFUSED: _("“I prefer not to answer”"),
        NOT_APPLICABLE: _("“It does not apply to me”"),
    }
    rules: list[tuple[str, Any]] = [
        (name, counts(answer, language))
        for kind, name in names.items()
        for answer in card.answers
        if answer.missing == kind
    ]
    rules.append((_("Passed over or not asked"), _("left out of the base")))
    if card.filter:
        rules.append((_("Only of those for whom this holds"), html.Code(card.filter, dir="ltr")))
    return rules


def _label(answer: AnswerCard, language: str) -> Any:
    return html.Span(answer.label.get(language, "–"), lang=language, dir=direction(language))
