"""The collection's verbs of the `thiqa` command."""

import secrets
from datetime import UTC, datetime
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from .drafts import purge as purge_drafts
from .instrument import BUNDLED
from .settings import SECRET_BYTES, CollectorSettings, read_settings
from .storage.database import connect, writing
from .storage.database import migrate as migrate_tables
from .xlsform import FormError, read_form


@click.command()
def migrate() -> None:
    """Bring the database's tables to the newest version. Changes the database named by THIQA_DATABASE_URL."""
    migrate_tables(connect(read_settings(CollectorSettings).database_url.get_secret_value()))
    click.echo("The tables are up to date. Next: thiqa serve")


@click.command()
def secret() -> None:
    """Print 32 random bytes in hexadecimal, as secrets are set. Changes nothing."""
    click.echo(secrets.token_hex(SECRET_BYTES))


@click.command()
def purge() -> None:
    """Delete web drafts that have expired. Changes the database; no finished interview is touched."""
    engine = connect(read_settings(CollectorSettings).database_url.get_secret_value())
    with writing(engine) as session:
        gone = purge_drafts(session, datetime.now(UTC).date())
    click.echo(f"Expired drafts deleted: {gone}")


@click.group()
def questionnaire() -> None:
    """Questionnaires, as XLSForm files (.xlsx or markdown)."""


@questionnaire.command()
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False), required=False)
def check(file: Path | None) -> None:
    """Read FILE (the bundled questionnaire if none is named) and say whether it may be fielded. Changes nothing.

    The exit status is 0 when it may.
    """
    source = file or BUNDLED.with_name("community.xlsform.md")
    try:
        form = read_form(source)
    except FormError as error:
        table = Table("sheet", "row", "column", "finding", "detail", title=f"{source.name} cannot be fielded")
        for found in error.findings:
            table.add_row(found.sheet, str(found.row), found.column, found.code.replace("_", " "), found.detail)
        Console().print(table)
        raise click.exceptions.Exit(1) from None
    table = Table("item", "kind", "options", "by text message", title=f"{source.name} may be fielded")
    for item in form.items:
        table.add_row(item.name, item.kind.value, str(len(item.choices) or ""), "yes" if item.by_text else "no")
    Console().print(table)
    click.echo(f"{len(form.items)} items in {', '.join(form.languages)}; version {form.version[:12]}")


verbs = [migrate, secret, purge, questionnaire]
