"""The codebook: what each variable of the answers is, derived from the questionnaire that asked it.

It is what the statistics read: names, labels in three languages, codes, which of them are missing, measure level.
"""

from dataclasses import dataclass
from enum import StrEnum

from .answers import Missing
from .questionnaire import WITH_CHOICES, Choice, Item, Kind, Questionnaire, Text


class Measure(StrEnum):
    """What may be done with a variable's values."""

    NOMINAL = "nominal"
    ORDINAL = "ordinal"
    INTERVAL = "interval"
    TEXT = "text"


@dataclass(frozen=True, slots=True)
class Variable:
    """One variable: its wording, its codes, and which of them are missing. `several`: an answer holds several codes."""

    name: str
    label: Text
    kind: Kind
    measure: Measure
    codes: tuple[Choice, ...]
    offers: tuple[Missing, ...] = ()
    several: bool = False

    @property
    def substantive(self) -> frozenset[str]:
        """Codes that are answers on the scale."""
        return frozenset(choice.code for choice in self.codes if choice.missing is None)

    def missing(self, kind: Missing) -> frozenset[str]:
        """Codes that mean this kind of missing, in the list or offered beside the field."""
        listed = frozenset(choice.code for choice in self.codes if choice.missing is kind)
        return listed | ({kind.value} if kind in self.offers else set())


def codebook(questionnaire: Questionnaire) -> dict[str, Variable]:
    """The variables by name, in the order of authoring, with what is calculated and the arms of experiments."""
    return {
        item.name: Variable(
            name=item.name,
            label=item.label,
            kind=item.kind,
            measure=_measure(item),
            codes=item.choices,
            offers=item.offers,
            several=item.kind in (Kind.MULTIPLE, Kind.RANKING),
        )
        for item in questionnaire.items
        if item.kind is not Kind.NOTE
    }


def _measure(item: Item) -> Measure:
    """Numbers are codes of an ordered scale; any other code is a name."""
    if item.kind in WITH_CHOICES:
        scale = [choice.code for choice in item.choices if choice.missing is None]
        ordered = item.kind is Kind.SINGLE and len(scale) > 2 and all(code.lstrip("-").isdecimal() for code in scale)
        return Measure.ORDINAL if ordered else Measure.NOMINAL
    return Measure.TEXT if item.kind in (Kind.TEXT, Kind.CALCULATED) else Measure.INTERVAL
