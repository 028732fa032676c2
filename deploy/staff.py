"""The verbs of the staff's accounts, for whoever may use the command on the machine; each act is in the trail."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING

import click
from rich.console import Console
from rich.table import Table
from sqlalchemy.exc import SQLAlchemyError

from dashboards.access import Role
from survey_app.discretion import told
from survey_app.settings import read_settings

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from dashboards.accounts.settings import StaffSettings

ROLES = [role.value for role in Role if role is not Role.PUBLIC]


@click.group()
def staff() -> None:
    """Keep the accounts of the staff's site. It needs THIQA_STAFF_KEY and THIQA_STAFF_DATABASE_URL."""


@staff.command()
@click.argument("email")
@click.option("--role", type=click.Choice(ROLES), required=True)
@click.option("--area", "areas", multiple=True, metavar="CODE", help="An area of an officer; may stand more than once.")
def invite(email: str, role: str, areas: tuple[str, ...]) -> None:
    """Make an account and print a link, which works once and for 72 hours. Writes the account and the trail.

    Of an account that is there already, password, second factor and sessions end. Nothing is mailed.
    """
    from dashboards.accounts import people, store, words  # noqa: PLC0415 (slow to load)

    with _store() as (settings, engine):
        unknown = set(areas) - _areas(settings, areas)
        if unknown:
            raise click.ClickException(f"The latest release has no area {', '.join(sorted(unknown))}.")
        try:
            made = people.invite(engine, people.MACHINE, email, Role(role), areas, store.now())
        except store.AccountError as error:
            raise click.ClickException(words.account_fault(str(error), "en")) from None
        click.echo(f"{settings.staff_url}account/invited/{made.token}")


@staff.command("list")
def show() -> None:
    """Show all accounts. It changes nothing."""
    from dashboards.accounts import store  # noqa: PLC0415 (slow to load)
    from dashboards.accounts.people_pages import state  # noqa: PLC0415 (the same)

    table = Table("account", "role", "areas", "state", "second factor")
    with _store() as (_, engine):
        for account in store.accounts(engine):
            factor = "set up" if account.tf_primary_method else "not yet"
            table.add_row(account.email, account.role, " ".join(account.areas), state(account, store.now()), factor)
    Console().print(table)


@staff.command()
@click.argument("email")
def end(email: str) -> None:
    """End an account and its sessions at once. Writes the account and the trail."""
    from dashboards.accounts import people  # noqa: PLC0415 (slow to load)

    with _store() as (_, engine):
        if not people.end(engine, people.MACHINE, email):
            raise click.ClickException("There is no such account.")
    click.echo("The account is ended, and so are its sessions.")


@staff.command()
@click.option("--noted", metavar="HASH", default="", help="A head that was noted earlier: is it still in the trail?")
def trail(noted: str) -> None:
    """Check the trail of looks and acts, and say its head, to be noted elsewhere. It changes nothing.

    Whether the end was cut off, only a head shows that somebody else has noted.
    """
    from dashboards.accounts import trail as records  # noqa: PLC0415 (slow to load)

    with _store() as (_, engine):
        count, head = records.head(engine)
        faults = records.faults(engine)
        missing = bool(noted) and not records.holds(engine, noted)
    click.echo(f"{count} records. Head: {head}")
    if faults:
        raise click.ClickException(f"The chain does not hold at {', '.join(faults)}.")
    if missing:
        raise click.ClickException("The head that was noted is not in the trail: its end was cut off or written anew.")
    click.echo("The chain holds.")


def purge_attempts(now: datetime) -> int:
    """Delete failed attempts to sign in whose time is over; how many."""
    from dashboards.accounts import attempts  # noqa: PLC0415 (slow to load)

    with _store() as (_, engine):
        return attempts.purge(engine, now)


@contextmanager
def _store() -> "Iterator[tuple[StaffSettings, Engine]]":
    from dashboards.accounts import store  # noqa: PLC0415 (slow to load)
    from dashboards.accounts.settings import StaffSettings  # noqa: PLC0415 (the same)

    settings = read_settings(StaffSettings)
    try:
        engine = store.connect(settings.staff_database_url.get_secret_value())
        try:
            yield settings, engine
        finally:
            engine.dispose()
    except SQLAlchemyError as error:
        said = f"The database of THIQA_STAFF_DATABASE_URL cannot be used: {told(error)}"
        raise click.ClickException(said) from None


def _areas(settings: "StaffSettings", wanted: tuple[str, ...]) -> set[str]:
    """Those of the wanted areas that the latest release has; all of them where there is no release to show."""
    from analytics.release import ReleaseError  # noqa: PLC0415 (slow to load)
    from dashboards.source import LatestRelease  # noqa: PLC0415 (the same)

    if not wanted:
        return set()
    try:
        found = LatestRelease(settings.releases, settings.pinned).current()
    except ReleaseError:
        return set(wanted)
    return {area.code for area in found.areas if area.parent is not None}
