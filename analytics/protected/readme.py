"""The README of a folder of protected microdata, in the analyst's language: what was done, and what follows from it."""

from dataclasses import dataclass
from datetime import date

from survey_app.instrument import Instrument
from translations.languages import isolated, number, translator

from .codebook_labels import Table, said
from .protection import Protected, Rule
from .risk import Change
from .short_words import shortened


@dataclass(frozen=True, slots=True)
class Recipient:
    """Who gets this copy, the day it was made, and whether the people in it are simulated."""

    name: str
    day: date
    synthetic: bool = False


def readme(
    protected: Protected,
    table: Table,
    instrument: Instrument,
    rule: Rule,
    recipient: Recipient,
    changed: tuple[Change, ...],
) -> str:
    """Markdown. recipient: whom this copy is for; changed: what protection did to the figures."""
    language = table.language
    _ = translator(language)
    labels = {column.source: column.label for column in table.columns}
    names = {name: isolated(shortened(labels[name], 60)) for name in protected.keys}
    held = "\n".join(f"- {names[name]}: {_share(protected.withheld[name], language)}" for name in protected.keys)
    moved = [abs(each.after - each.before) / each.se for each in changed if each.se]
    paragraphs = [
        f"# {said(instrument.title, language)}",
        _(
            "This copy is for %(name)s, made on %(day)s. Do not pass it on.",
            name=isolated(recipient.name),
            day=isolated(recipient.day.isoformat()),
        ),
        *([_("The people in it are simulated: nobody’s answers.")] if recipient.synthetic else []),
        _("Rows are people, in an order drawn by chance: %(n)s rows.", n=number(len(table.numbers), language)),
        "## " + _("What was done to protect respondents"),
        _(
            "In each wave, at least %(k)s people share every combination of the keys below that is shown. Some values "
            "of the keys are withheld for that, by share of rows:",
            k=number(rule.k, language),
        ),
        held,
        _(
            "Areas and ages may be coarser than they were asked. Strata and primary sampling units have numbers drawn "
            "by chance and are joined where they were small. At least %(k)s people who show the same keys have the "
            "same weight. Open text, dates and exact times are not in the files.",
            k=number(rule.k, language),
        ),
        _(
            "Where all who show the same keys gave the same answer to a sensitive question, the answer is withheld."
        ),
        "## " + _("What follows for your figures"),
        _(
            "Each wave’s figures for everybody differ from those before protection by at most %(most)s standard "
            "errors.",
            most=number(max(moved, default=0.0), language, 2),
        ),
        _(
            "A withheld answer is no refusal: leave it out of the base. Not asked, passed over, don’t know, refused "
            "and withheld are different codes in every file; codebook.csv lists them."
        ),
        _(
            "The design is declared in design.R, design.do and design.sps. Weights were adjusted to the census; a "
            "program that is not told so gives standard errors that are a little different."
        ),
        "## " + _("What you must not do"),
        _(
            "Do not try to find out who anybody is, and do not join these rows with other data about people. If you "
            "think that you have recognised somebody, tell nobody but the custodian."
        ),
    ]  # fmt: skip
    return "\n\n".join(paragraphs) + "\n"


def _share(value: float, language: str) -> str:
    return isolated(number(100 * value, language, 1) + " %")
