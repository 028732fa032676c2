"""`thiqa analyse`: what a statistician asks of the waves, on the custodian's side, as tables that may be shown."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, cast

import click
from rich.box import SIMPLE
from rich.console import Console
from rich.table import Table
from sqlalchemy import Engine
from sqlalchemy.exc import ProgrammingError

from survey_app.instrument import BUNDLED, read_instrument
from survey_app.settings import read_settings
from survey_app.storage.database import connected, reading

from .disclosure.exposure import DEFAULT_K
from .settings import AnalysisSettings

if TYPE_CHECKING:
    from .analyses.sample import Survey
    from .analyses.sheet import Sheet
    from .indicators.presentation_standards import RuleSet

TOPICS = {
    "gaps": "women and men, with the areas where they differ",
    "changes": "since the last wave and the last year; which areas can be told apart",
    "areas": "direct and by model, side by side (with --indicator)",
    "indices": "means of the indices, how well their items hold together, and whether for everybody",
    "modes": "text messages against the web",
    "drivers": "what goes with trust",
    "quality": "who was reached, who left, what was refused, how answers were given",
}
_ONE_INDICATOR = ("gaps", "changes", "areas", "modes", "drivers")
RULES = click.option(
    "--rules", default="nchs_proportions", show_default=True, metavar="NAME", help="Which office's rules of precision."
)
_WIDE = 400  # columns of a file or a pipe, which wraps nothing


@click.command(
    epilog="\b\nTopics:\n" + "\n".join(f"  {name:8} {what}" for name, what in TOPICS.items()),
)
@click.argument("topic")
@click.option("--indicator", metavar="ID", default="", help="One indicator, and all there is of it.")
@click.option("--instrument", type=click.Path(path_type=Path, exists=True), default=BUNDLED, help="Instrument file.")
@click.option("--mapping", type=click.Path(path_type=Path, exists=True), help="Mapping of imported microdata instead.")
@click.option("--smallest-base", "k", type=click.IntRange(min=DEFAULT_K), default=DEFAULT_K, show_default=True)
@RULES
def analyse(topic: str, indicator: str, instrument: Path, mapping: Path | None, k: int, rules: str) -> None:
    """Tables on a TOPIC from the responses, weighted as a release is. Changes nothing.

    What could expose somebody is withheld by the rule of releases, what is too unsure by the chosen rules.
    """
    if topic not in TOPICS:
        raise click.ClickException(f"There is no topic {topic!r}; there are {', '.join(TOPICS)}.")
    if indicator and topic not in _ONE_INDICATOR:
        raise click.ClickException(f"{topic} is not of one indicator; leave --indicator out.")
    from .analyses.sample import AnalysisError  # noqa: PLC0415 (pandas is slow to load; other verbs do not need it)
    from .publish import NothingToPublishError  # noqa: PLC0415 (the same)
    from .survey.variables import DesignError, EstimationError  # noqa: PLC0415 (the same)

    settings = read_settings(AnalysisSettings)
    chosen = rules_of(rules)
    try:
        with connected(settings.database_url.get_secret_value()) as engine:
            survey = _survey(engine, mapping or instrument, k, chosen, foreign=mapping is not None)
            sheets = _sheets(engine, survey, topic, indicator)
    except (AnalysisError, NothingToPublishError, DesignError, EstimationError) as error:
        raise click.ClickException(str(error)) from None
    _show(sheets, chosen, synthetic=settings.demo and mapping is None)


def rules_of(name: str) -> "RuleSet":
    """The rule set of this name. Raises ClickException for one that judges no shares, with those that do."""
    from .indicators.presentation_standards import RULES as KNOWN  # noqa: PLC0415 (as above)

    fitting = [each for each, (kinds, _) in KNOWN.items() if "proportion" in kinds]
    if name not in fitting:
        raise click.ClickException(f"There are no rules {name!r} for shares; there are {', '.join(fitting)}.")
    return cast("RuleSet", name)


def _survey(engine: Engine, file: Path, k: int, rules: "RuleSet", *, foreign: bool) -> "Survey":
    from .analyses.sample import Survey  # noqa: PLC0415 (as above)
    from .foreign import read_mapping  # noqa: PLC0415 (as above)
    from .indicators.quality import unhurried  # noqa: PLC0415 (as above)
    from .publish import SEED, responses, weighted  # noqa: PLC0415 (as above)

    plan = read_mapping(file).instrument if foreign else read_instrument(file)
    frame, waves = responses(engine)
    kept = unhurried(frame)
    made = weighted(kept, plan, SEED)
    return Survey(kept, frame, made.design, plan, tuple(waves), k, rules, made.kish, made.drawn)


def _sheets(engine: Engine, survey: "Survey", topic: str, indicator: str) -> "Sequence[Sheet]":
    from .analyses import areas, changes, drivers, gaps, indices, modes, quality  # noqa: PLC0415 (as above)
    from .analyses.sample import AnalysisError  # noqa: PLC0415 (as above)

    if topic == "areas" and not indicator:
        known = ", ".join(each.id for each in survey.indicators)
        raise AnalysisError(f"areas is of one indicator; name it with --indicator. There are {known}.")
    if topic == "quality":
        return quality.quality(survey, *_ended(engine, survey.newest.id))
    if topic == "indices":
        return indices.indices(survey)
    of_indicator: dict[str, Callable[[Survey, str], Sequence[Sheet]]] = {
        "gaps": gaps.gaps,
        "changes": changes.changes,
        "areas": areas.areas,
        "modes": modes.modes,
        "drivers": drivers.drivers,
    }
    return of_indicator[topic](survey, indicator)


def _ended(engine: Engine, wave: str) -> tuple[dict[int, int], dict[tuple[str, str], int]]:
    """Interviews that were left, and invited cases, as far as they are counted and this user may read them."""
    from .indicators.outcomes import break_offs, kept_cases  # noqa: PLC0415 (as above)

    with reading(engine) as session:
        left = break_offs(session, wave)
    try:
        with reading(engine) as session:
            return left, kept_cases(session, wave)
    except ProgrammingError:
        return left, {}


def _show(sheets: "Sequence[Sheet]", rules: str, *, synthetic: bool) -> None:
    from .analyses.sheet import LEGEND  # noqa: PLC0415 (as above)

    console = Console(highlight=False, markup=False)
    if not console.is_terminal:
        console = Console(highlight=False, markup=False, width=_WIDE)
    if synthetic:
        console.print("Synthetic data: simulated residents of the demonstration, nobody's answers.")
    for sheet in sheets:
        console.print(f"\n{sheet.title}; n = {sheet.n:,}", style="bold")
        for line in (sheet.method, *filter(None, sheet.words)):
            console.print(line)
        if len(sheet.table):
            console.print(_drawn(sheet))
        elif not sheet.words:
            console.print("(no rows)")
    marks = [mark for mark in LEGEND if any(mark in sheet.marks() for sheet in sheets)]
    for mark in marks:
        console.print(LEGEND[mark].format(rule_set=rules))


def _drawn(sheet: "Sheet") -> Table:
    """The table without columns in which nothing is said that the cells do not say."""
    from .analyses.sheet import REVIEW  # noqa: PLC0415 (as above)

    rows = sheet.rows()
    said = [
        at
        for at, name in enumerate(sheet.table.columns)
        if any(row[at].strip() for row in rows) and (name != "flag" or any(row[at] == REVIEW for row in rows))
    ]
    table = Table(box=SIMPLE, pad_edge=False)
    for at in said:
        name = str(sheet.table.columns[at])
        numbers = all(row[at][:1] in "-+<0123456789cu?" and not row[at][:1].isspace() for row in rows if row[at])
        table.add_column(name.replace("_", " "), justify="right" if numbers else "left")
    for row in rows:
        table.add_row(*(row[at] for at in said))
    return table
