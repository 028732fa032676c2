"""The analyst's verbs of the `thiqa` command, and beside them the custodian's (custodian.py)."""

from datetime import UTC, datetime
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table
from sqlalchemy import Engine

from survey_app.instrument import BUNDLED, read_instrument
from survey_app.settings import read_settings
from survey_app.storage.database import connect, migrate

from .analyst import RULES, analyse, rules_of
from .brief.verb import brief
from .custodian import custody
from .disclosure.exposure import DEFAULT_K
from .free_text.verbs import text
from .protected.verb import microdata
from .release import ReleaseError, latest, read
from .settings import AnalysisSettings


@click.group()
def release() -> None:
    """Releases: the published figures, each a bundle of files with checksums."""


@release.command()
@click.option("--instrument", type=click.Path(path_type=Path, exists=True), default=BUNDLED, help="Instrument file.")
@click.option("--mapping", type=click.Path(path_type=Path, exists=True), help="Mapping of imported microdata instead.")
@click.option("--smallest-base", "k", type=click.IntRange(min=DEFAULT_K), default=DEFAULT_K, show_default=True)
@RULES
def build(instrument: Path, mapping: Path | None, k: int, rules: str) -> None:
    """Compute every figure from the responses and publish them. Writes a directory below THIQA_RELEASES."""
    from .foreign import read_mapping  # noqa: PLC0415 (pandas is slow to load; other verbs do not need it)
    from .publish import NothingToPublishError, Parameters, publish  # noqa: PLC0415 (the same)

    settings = read_settings(AnalysisSettings)
    plan = read_mapping(mapping).instrument if mapping else read_instrument(instrument)
    synthetic = settings.demo and mapping is None
    created = datetime.now(UTC).date()
    parameters = Parameters(created=created, k=k, synthetic=synthetic, rule_set=rules_of(rules))
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


release.add_command(brief)
verbs = [custody, release, import_microdata, microdata, analyse, text]
