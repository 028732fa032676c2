"""The codebook: what each variable of the answers is, derived from the questionnaire that asked it."""

from dataclasses import dataclass

from .answers import Missing
from .questionnaire import Choice, Kind, Questionnaire, Text


@dataclass(frozen=True, slots=True)
class Variable:
    """One variable: its wording, its codes, and which of them are missing."""

    name: str
    label: Text
    kind: Kind
    codes: tuple[Choice, ...]

    @property
    def substantive(self) -> frozenset[str]:
        """Codes that are answers on the scale."""
        return frozenset(choice.code for choice in self.codes if choice.missing is None)

    def missing(self, kind: Missing) -> frozenset[str]:
        """Codes that mean this kind of missing."""
        return frozenset(choice.code for choice in self.codes if choice.missing is kind)


def codebook(questionnaire: Questionnaire) -> dict[str, Variable]:
    """The variables by name, in the order of asking."""
    return {
        item.name: Variable(item.name, item.label, item.kind, item.choices)
        for item in questionnaire.items
        if item.kind is not Kind.NOTE
    }
