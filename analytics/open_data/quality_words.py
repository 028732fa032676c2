"""What is known of the quality of the data, as terms with what is said of them."""

from collections.abc import Mapping, Sequence

from analytics.release.content import Release
from translations.languages import LANGUAGES, number, translator

from .numerals import fenced, month
from .periods import in_time

Term = tuple[str, str, str]  # a term, what is said of it, and which of the two are codes: "", "term" or "both"


def quality(release: Release, language: str) -> tuple[Term, ...]:
    """Each wave, the parameters, then the release's own quality report, as codes where there are no words for it."""
    _ = translator(language)
    waves = [
        (
            month(wave, language),
            _(
                "Set aside for having come faster than anybody reads: %(hurried)s. All alike in a series of questions, "
                "and counted: %(straight)s.",
                hurried=fenced(number(wave.hurried, language), language),
                straight=fenced(number(wave.straight, language), language),
            ),
            "",
        )
        for wave in reversed(in_time(release.waves))
    ]
    parameters = [(name, str(value), "both") for name, value in sorted(release.parameters.items())]
    return (*waves, *_told(release.quality, language), *parameters)


def _told(found: Mapping[str, object], language: str, above: str = "") -> Sequence[Term]:
    """A report of any shape, line by line. A text in three languages is one line in the reader's."""
    lines: list[Term] = []
    for name, value in found.items():
        term = f"{above}.{name}" if above else name
        if isinstance(value, Mapping) and set(value) == set(LANGUAGES):
            lines.append((term, str(value[language]), "term"))
        elif isinstance(value, Mapping):
            lines += _told(value, language, term)
        elif isinstance(value, list | tuple):
            lines.append((term, ", ".join(map(str, value)), "both"))
        else:
            lines.append((term, str(value), "both"))
    return lines
