"""The `thiqa invitations` verbs. Codes are shown once, when they are made; the database keeps what opens nothing."""

import csv
import io
from collections.abc import Sequence
from pathlib import Path

import click

from .codes import grouped
from .engine import Kind
from .fieldwork import Wave, wave
from .invitations import STARTS, Invitation, issue
from .paradata import Entry
from .private_file import private_file
from .settings import CollectorSettings, read_settings
from .storage.database import connect, reading, writing

MAX_COUNT = 100_000


@click.group()
def invitations() -> None:
    """Invitations to a wave, and codes under which somebody helps others on one device."""


@invitations.command()
@click.argument("wave_id", metavar="WAVE")
@click.argument("out", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--count", type=click.IntRange(1, MAX_COUNT), required=True, help="How many to make.")
@click.option("--area", default="", help="The area that they are sent to; it is suggested, never taken as an answer.")
@click.option("--font", type=click.Path(path_type=Path, exists=True, dir_okay=False), help="Font of the cards.")
def make(wave_id: str, out: Path, count: int, area: str, font: Path | None) -> None:
    """Make single-use invitations to WAVE and write them to OUT: a list (.csv) or cards to cut (.pdf), ten a page.

    Changes the database named by THIQA_DATABASE_URL. OUT must not be there yet, and is the only copy of the codes:
    print it, then delete it.
    """
    settings = read_settings(CollectorSettings)
    if out.suffix not in (".csv", ".pdf"):
        raise click.ClickException("OUT must end in .csv or .pdf")
    with private_file(out) as file:
        codes = _issue(settings, wave_id, Entry.INVITED, area, count)
        ways_in = [(code, address(settings, code)) for code in codes]
        file.write(_cards(settings, ways_in, font) if out.suffix == ".pdf" else _list(ways_in))
    click.echo(f"{out}: {count} invitations to {wave_id}. Print them, then delete the file: there is no other copy.")


@invitations.command()
@click.argument("wave_id", metavar="WAVE")
@click.option("--starts", type=click.IntRange(1, 1_000), default=100, show_default=True, help="How many may start.")
def assist(wave_id: str, starts: int) -> None:
    """Make a code under which somebody helps others to answer WAVE on one device. Changes the database."""
    settings = read_settings(CollectorSettings)
    (code,) = _issue(settings, wave_id, Entry.ASSISTED, "", 1, starts)
    click.echo(f"{grouped(code)}  {address(settings, code)}")
    click.echo(f"Up to {starts} interviews may start under it. Open the address on the device; it is not shown again.")


def address(settings: CollectorSettings, code: str) -> str:
    """The address that opens the survey with this code."""
    return f"{settings.public_url.rstrip('/')}/i/{code}"


def _issue(
    settings: CollectorSettings, wave_id: str, entry: Entry, area: str, count: int, starts: int = STARTS
) -> tuple[str, ...]:
    if settings.key is None:
        raise click.ClickException("THIQA_SITE_KEY is not set; make one with: thiqa secret. See docs/configuration.md.")
    engine = connect(settings.database_url.get_secret_value())
    with reading(engine) as session:
        found = wave(session, wave_id)
    if found is None:
        raise click.ClickException(f"There is no wave {wave_id} in this database.")
    if area and area not in _areas(found):
        raise click.ClickException(f"The questionnaire of {wave_id} asks about no area {area}.")
    invitation = Invitation(entry, wave_id, area)
    with writing(engine) as session:
        return issue(session, settings.key, invitation, count, starts)


def _areas(found: Wave) -> set[str]:
    return {choice.code for item in found.questionnaire.items if item.kind is Kind.AREA for choice in item.choices}


def _list(ways_in: Sequence[tuple[str, str]]) -> bytes:
    lines = io.StringIO(newline="")
    writer = csv.writer(lines)
    writer.writerow(["code", "address"])
    writer.writerows([grouped(code), where] for code, where in ways_in)
    return lines.getvalue().encode()


def _cards(settings: CollectorSettings, ways_in: Sequence[tuple[str, str]], font: Path | None) -> bytes:
    from .paper.cards import cards  # noqa: PLC0415 (PDF and fonts are slow to load; a list needs none)
    from .paper.sheet import PaperError  # noqa: PLC0415 (the same)
    from .paper.typeface import find_typeface  # noqa: PLC0415 (the same)

    try:
        return cards(ways_in, find_typeface(font), site=settings.public_url)
    except PaperError as error:
        raise click.ClickException(str(error)) from None
