"""The collection's verbs of the `thiqa` command."""

import secrets
from datetime import UTC, datetime

import click

from .drafts import purge as purge_drafts
from .invite import invitations
from .pauses import purge as purge_pauses
from .settings import SECRET_BYTES, CollectorSettings, read_settings
from .storage.database import connect, writing
from .storage.database import migrate as migrate_tables


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
    """Delete web drafts and resume codes that have expired. Changes the database, but no finished interview."""
    engine = connect(read_settings(CollectorSettings).database_url.get_secret_value())
    with writing(engine) as session:
        today = datetime.now(UTC).date()
        gone, codes = purge_drafts(session, today), purge_pauses(session, today)
    click.echo(f"Expired drafts deleted: {gone}; expired resume codes: {codes}")


verbs = [migrate, secret, purge, invitations]
