"""What is known of the quality of the data: a sentence for each wave, the parameters, and tables that are handed in."""

from collections.abc import Callable, Sequence

from analytics.release.content import Release
from analytics.release_words import month
from translations.languages import fenced, number, translator

from .periods import in_time

# A table of the quality report in a language: its title, what its columns are, and its cells, row by row.
Table = tuple[str, Sequence[str], Sequence[Sequence[str]]]
Tables = Callable[[Release, str], Sequence[Table]]


def no_tables(release: Release, language: str) -> Sequence[Table]:  # noqa: ARG001  # it stands for one that looks
    """What there is where nobody makes tables of the report."""
    return ()


def waves_said(release: Release, language: str) -> Sequence[tuple[str, str]]:
    """Each wave, newest first, and what was found of its interviews."""
    _ = translator(language)
    return [
        (
            month(wave, language),
            _(
                "Set aside for having come faster than anybody reads: %(hurried)s. All alike in a series of questions, "
                "and counted: %(straight)s.",
                hurried=fenced(number(wave.hurried, language), language),
                straight=fenced(number(wave.straight, language), language),
            ),
        )
        for wave in reversed(in_time(release.waves))
    ]


def parameters(release: Release) -> Sequence[tuple[str, str]]:
    """The choices that the figures depend on, as codes."""
    return [(name, str(value)) for name, value in sorted(release.parameters.items())]
