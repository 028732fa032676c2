"""The collection's verbs of the `thiqa` command."""

import re
import secrets
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import click
from alembic.util import CommandError

from .areas import Area, AreaListError
from .fieldwork import CLOSED, FieldworkError, field, wave
from .instrument import BUNDLED, Instrument, InstrumentError, read_instrument
from .settings import SECRET_BYTES, OwnerSettings, PrintSettings, read_settings
from .storage.database import connected, writing
from .storage.database import migrate as migrate_tables
from .xlsform import FormError

WAVE_NAME = re.compile(r"[A-Za-z0-9-]{1,40}", re.ASCII)
THIS_MACHINE = ("127.0.0.1", "localhost", "::1")


@click.command()
def migrate() -> None:
    """Bring the database's tables to the newest version. Changes the database named by THIQA_DATABASE_URL."""
    with connected(read_settings(OwnerSettings).database_url.get_secret_value()) as engine:
        try:
            migrate_tables(engine)
        except CommandError as error:
            raise click.ClickException(str(error)) from None
    click.echo("The tables are up to date. Next: thiqa serve")


@click.command("field")
@click.argument("wave_id", metavar="WAVE")
@click.option("--opens", type=click.DateTime(["%Y-%m-%d"]), required=True, help="First day.")
@click.option("--closes", type=click.DateTime(["%Y-%m-%d"]), required=True, help="Last day that is planned.")
@click.option("--instrument", type=click.Path(path_type=Path, exists=True), default=BUNDLED, help="Instrument file.")
def put_in_field(wave_id: str, opens: datetime, closes: datetime, instrument: Path) -> None:
    """Put WAVE in the field with the questionnaire of the instrument. Changes the database, as the owner of its tables.

    The newest wave that is open is the one that people answer. Its dates may be changed by saying it again; a wave that
    was closed stays so. Make a key for it first: thiqa custody keygen.
    """
    if not WAVE_NAME.fullmatch(wave_id):
        raise click.ClickException("A wave is named by letters, digits and hyphens, such as 2026-q4.")
    if closes < opens:
        raise click.ClickException("The last day is before the first.")
    try:
        form = read_instrument(instrument).questionnaire
        with connected(read_settings(OwnerSettings).database_url.get_secret_value()) as engine, writing(engine) as work:
            if (found := wave(work, wave_id)) and found.state == CLOSED:
                raise click.ClickException(f"Wave {wave_id} was closed and is not opened again: begin another.")
            field(work, form, wave_id, opens.date(), closes.date())
    except (InstrumentError, AreaListError, FormError, FieldworkError) as error:
        raise click.ClickException(str(error)) from None
    click.echo(f"Wave {wave_id} is in the field until {closes.date()}. At its end: thiqa custody close-wave {wave_id}")


@click.command()
def secret() -> None:
    """Print 32 random bytes in hexadecimal, as secrets are set. Changes nothing."""
    click.echo(secrets.token_hex(SECRET_BYTES))


@click.command()
@click.option("--area", "code", help="Code of the area.")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="Its poster: FILE.pdf or FILE.svg.")
@click.option("--all", "folder", type=click.Path(path_type=Path, file_okay=False), help="A poster for every area.")
@click.option(
    "--format", "ending", type=click.Choice(["pdf", "svg"]), default="pdf", help="Of --all.", show_default=True
)
@click.option("--contact", default="", help="Whom to ask, printed at the foot as it is given.")
@click.option("--font", type=click.Path(path_type=Path, exists=True, dir_okay=False), help="Font of the PDF.")
@click.option("--instrument", type=click.Path(path_type=Path, exists=True), default=BUNDLED, help="Instrument file.")
@click.option("--overwrite", is_flag=True, help="Replace posters that are there.")
def poster(
    code: str | None,
    out: Path | None,
    folder: Path | None,
    ending: str,
    contact: str,
    font: Path | None,
    instrument: Path,
    overwrite: bool,
) -> None:
    """Print the way in for an area on A4: --area CODE --out FILE, or --all FOLDER. Writes these files and no others.

    The sheet is in three languages and holds the address {THIQA_PUBLIC_URL}/a/{CODE} as a QR code and in letters. No
    database is read.
    """
    from .paper.files import posters, write  # noqa: PLC0415 (PDF and fonts are slow to load; other verbs need none)
    from .paper.sheet import PaperError  # noqa: PLC0415 (the same)

    if (code is None) == (folder is None) or (code is None) != (out is None):
        raise click.UsageError("Name either --area CODE with --out FILE, or --all FOLDER.")
    settings = read_settings(PrintSettings)
    try:
        survey = read_instrument(instrument)
        areas = _areas(survey)
        if code is not None and code not in areas:
            raise click.ClickException(f"{code} is not an area of this survey at its level, {survey.level}.")
        wanted = {code: out} if code and out else {each: folder / f"{each}.{ending}" for each in areas if folder}
        write(posters(survey.title, areas, wanted, settings, contact, font), overwrite=overwrite)
    except (PaperError, InstrumentError, AreaListError, FormError) as error:
        raise click.ClickException(str(error)) from None
    click.echo(f"Posters written: {len(wanted)}. Each opens {settings.public_url.rstrip('/')}/a/ and its area's code.")
    if urlsplit(settings.public_url).hostname in THIS_MACHINE:
        click.echo("That address works on this machine only: set THIQA_PUBLIC_URL before printing.", err=True)


def _areas(survey: Instrument) -> Mapping[str, Area]:
    """The areas that the survey asks about today, by code."""
    try:
        found = survey.areas.at(survey.level, datetime.now(UTC).date())
    except KeyError:
        raise click.ClickException("This survey has no areas, so it has no posters.") from None
    return {area.code: area for area in found}
