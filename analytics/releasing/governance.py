"""The `thiqa release` verbs of what is decided before the figures are seen: definitions, and how little is shown."""

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.console import Console
from rich.table import Table
from sqlalchemy.exc import SQLAlchemyError

from analytics.settings import ReleaseSettings
from survey_app.fieldwork import waves
from survey_app.settings import read_settings
from survey_app.storage.database import connected, reading

from .verbs import INSTRUMENT, MAPPING, plan_of, today, told

if TYPE_CHECKING:
    from .policy import Policy


@click.command()
@INSTRUMENT
@MAPPING
def register(instrument: Path, mapping: Path | None) -> None:
    """Write down what is to be measured, before fieldwork: the hash of each indicator's definition, and the day.

    Writes to register.jsonl below THIQA_RELEASES. What is there already as it is stays as it is.
    """
    from analytics.publish import cards  # noqa: PLC0415 (pandas is slow to load)

    from .register import register as written  # noqa: PLC0415 (the same)
    from .store import alone  # noqa: PLC0415 (the same)

    settings = read_settings(ReleaseSettings)
    plan = plan_of(instrument, mapping)
    with told(), alone(settings.releases):
        new = written(settings.releases, cards(plan), today(), settings.signing_key)
    table = Table("indicators", "registered now", "registered before")
    table.add_row(str(len(plan.indicators)), str(len(new)), str(len(plan.indicators) - len(new)))
    Console().print(table)
    opened = _first_opened(settings)
    if new and opened is not None and opened <= today():
        click.echo(
            f"The first wave opened on {opened}: releases will say that these {len(new)} came after it.", err=True
        )
    click.echo("Next: field the wave; a changed definition is registered again.")


@click.command()
@click.option("--k", type=int, default=None, help="The least number of answers of a cell.")
@click.option("--area-population", type=int, default=None, help="The least population of an area that has figures.")
@click.option("--area-respondents", type=int, default=None, help="The least respondents of such an area in a wave.")
def propose(k: int | None, area_population: int | None, area_respondents: int | None) -> None:
    """Propose to show less: writes a stronger policy, signed by THIQA_OFFICER_KEY. Another officer has to agree."""
    from .policy import Policy, current  # noqa: PLC0415 (numpy is slow to load)
    from .policy import propose as proposed  # noqa: PLC0415 (the same)
    from .store import alone  # noqa: PLC0415 (the same)

    settings = read_settings(ReleaseSettings)
    with told(), alone(settings.releases):
        now = current(settings.releases, settings.officers)
        wanted = Policy(
            now.k if k is None else k,
            now.area_population if area_population is None else area_population,
            now.area_respondents if area_respondents is None else area_respondents,
        )
        proposed(settings.releases, wanted, settings.officers_key, settings.officers)
    _show(wanted, "proposed")
    click.echo("Next: another officer, at their own machine: thiqa release agree")


@click.command()
def agree() -> None:
    """Agree to the policy that another officer proposed: writes it, signed by THIQA_OFFICER_KEY. It then holds."""
    from .policy import agree as agreed  # noqa: PLC0415 (numpy is slow to load)
    from .store import alone  # noqa: PLC0415 (the same)

    settings = read_settings(ReleaseSettings)
    with told(), alone(settings.releases):
        policy = agreed(settings.releases, settings.officers_key, settings.officers)
    _show(policy, "in force")
    click.echo("Next: thiqa release build")


def _show(policy: "Policy", state: str) -> None:
    table = Table("policy", "k", "area population", "area respondents")
    table.add_row(state, str(policy.k), str(policy.area_population), str(policy.area_respondents))
    Console().print(table)


def _first_opened(settings: ReleaseSettings) -> date | None:
    """The first day of the first wave; None where there is none yet, or no database."""
    try:
        with connected(settings.database_url.get_secret_value()) as engine, reading(engine) as session:
            return min((wave.opens for wave in waves(session)), default=None)
    except SQLAlchemyError:
        return None


verbs = [register, propose, agree]
