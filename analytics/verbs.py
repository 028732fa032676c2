"""The custodian's and the analyst's verbs of the `thiqa` command."""

from datetime import UTC, datetime
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table
from sqlalchemy import Engine

from survey_app.fieldwork import CLOSED, field, wave
from survey_app.instrument import BUNDLED, read_instrument
from survey_app.settings import read_settings
from survey_app.storage.database import connect, migrate, reading, writing

from .custody import new_keys, open_batches, waiting
from .disclosure import DEFAULT_K
from .release import ReleaseError, latest, read
from .settings import AnalysisSettings, CustodianSettings


@click.group()
def custody() -> None:
    """The custody of answers: keys, waiting envelopes, openings."""


@custody.command()
def keygen() -> None:
    """Print a new pair of keys. Changes nothing; keep the private key away from the collector."""
    keys = new_keys()
    click.echo(f"THIQA_CUSTODIAN_PUBLIC_KEY={keys.public}\nTHIQA_CUSTODIAN_PRIVATE_KEY={keys.private}")


@custody.command()
def status() -> None:
    """Show how many envelopes wait in each wave. Changes nothing."""
    settings = read_settings(CustodianSettings)
    with reading(_engine(settings)) as session:
        counts = waiting(session)
    table = Table("wave", "waiting", "opens at")
    for wave_id, count in sorted(counts.items()):
        table.add_row(wave_id, str(count), str(settings.batch))
    Console().print(table)


@custody.command("open")
def open_() -> None:
    """Open the batches that may be opened: writes responses and deletes their envelopes, in one transaction each."""
    settings = read_settings(CustodianSettings)
    done = open_batches(_engine(settings), settings.custodian_private_key.get_secret_value(), settings.batch)
    table = Table("wave", "opened", "refused")
    for wave_id, opening in done.items():
        table.add_row(wave_id, str(opening.opened), str(opening.refused))
    Console().print(table)
    click.echo("Next: thiqa release build" if done else f"No wave has {settings.batch} envelopes waiting.")


@custody.command("close-wave")
@click.argument("wave_id")
def close_wave(wave_id: str) -> None:
    """End the fieldwork of WAVE_ID and open what is left in it, however few. Changes the wave and writes responses."""
    settings = read_settings(CustodianSettings)
    engine = _engine(settings)
    with writing(engine) as session:
        found = wave(session, wave_id)
        if found is None:
            raise click.ClickException(f"There is no wave {wave_id}.")
        field(session, found.questionnaire, found.id, found.opens, found.closes, CLOSED)
    done = open_batches(engine, settings.custodian_private_key.get_secret_value(), settings.batch)
    click.echo(f"Wave {wave_id} is closed; responses written: {sum(opening.opened for opening in done.values())}")


@click.group()
def release() -> None:
    """Releases: the published figures, each a bundle of files with checksums."""


@release.command()
@click.option("--instrument", type=click.Path(path_type=Path, exists=True), default=BUNDLED, help="Instrument file.")
@click.option("--mapping", type=click.Path(path_type=Path, exists=True), help="Mapping of imported microdata instead.")
@click.option("--smallest-base", "k", type=click.IntRange(min=DEFAULT_K), default=DEFAULT_K, show_default=True)
def build(instrument: Path, mapping: Path | None, k: int) -> None:
    """Compute every figure from the responses and publish them. Writes a directory below THIQA_RELEASES."""
    from .foreign import read_mapping  # noqa: PLC0415 (pandas is slow to load; other verbs do not need it)
    from .publish import NothingToPublishError, Parameters, publish  # noqa: PLC0415 (the same)

    settings = read_settings(AnalysisSettings)
    plan = read_mapping(mapping).instrument if mapping else read_instrument(instrument)
    synthetic = settings.demo and mapping is None
    parameters = Parameters(created=datetime.now(UTC).date(), k=k, synthetic=synthetic)
    try:
        path = publish(_engine(settings), plan, settings.releases, parameters)
    except NothingToPublishError as error:
        raise click.ClickException(str(error)) from None
    click.echo(f"Published {path}")


@release.command()
@click.argument("path", type=click.Path(path_type=Path, exists=True, file_okay=False), required=False)
def verify(path: Path | None) -> None:
    """Check a release (the latest if none is named) against its manifest. Changes nothing."""
    try:
        found = read(path or latest(read_settings(AnalysisSettings).releases))
    except ReleaseError as error:
        raise click.ClickException(str(error)) from None
    shown = sum(figure.estimate is not None for figure in found.figures)
    click.echo(f"{found.id}: every file is what the manifest says; {shown} of {len(found.figures)} figures are shown.")


@click.command("import-microdata")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--mapping", type=click.Path(path_type=Path, exists=True), required=True, help="What the columns are.")
def import_microdata(file: Path, mapping: Path) -> None:
    """Load the survey in FILE (CSV) as finished waves. Writes to the database, all rows or none."""
    from .foreign import MappingError, load, read_mapping  # noqa: PLC0415 (as above)

    engine = _engine(read_settings(AnalysisSettings))
    migrate(engine)
    try:
        counts = load(engine, read_mapping(mapping), file)
    except MappingError as error:
        raise click.ClickException(str(error)) from None
    table = Table("wave", "responses")
    for wave_id, count in counts.items():
        table.add_row(wave_id, str(count))
    Console().print(table)
    click.echo(f"Next: thiqa release build --mapping {mapping}")


def _engine(settings: AnalysisSettings) -> Engine:
    return connect(settings.database_url.get_secret_value())


verbs = [custody, release, import_microdata]
