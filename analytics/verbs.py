"""Verbs of the `thiqa` command: all that are done with a release, and foreign microdata."""

from pathlib import Path

import click
from rich.console import Console
from rich.table import Table
from sqlalchemy import Engine

from survey_app.settings import read_settings
from survey_app.storage.database import connect, migrate

from .brief.verb import brief
from .releasing import governance
from .releasing.verbs import release
from .settings import AnalysisSettings


@click.command("import-microdata")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--mapping", type=click.Path(path_type=Path, exists=True), required=True, help="What the columns are.")
def import_microdata(file: Path, mapping: Path) -> None:
    """Load the survey in FILE (CSV) as finished waves. Writes to the database, all rows or none."""
    from .foreign import MappingError, load, read_mapping  # noqa: PLC0415 (pandas is slow to load; other verbs do not need it)

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


for verb in (*governance.verbs, brief):
    release.add_command(verb)
