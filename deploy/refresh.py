"""The verb that opens, computes, audits and publishes what is new."""

import time
from datetime import UTC, datetime

import click
from rich.console import Console
from sqlalchemy.exc import SQLAlchemyError

from analytics.custody import WrongKeyError
from analytics.disclosure.insight import RefusedError
from analytics.disclosure.linked_table import UnprotectableError
from analytics.publish import NothingToPublishError, Parameters
from analytics.release import ReleaseError
from analytics.releasing.building import Trust
from analytics.releasing.policy import current
from analytics.releasing.refreshing import refresh as refreshed
from analytics.releasing.store import BusyError
from analytics.settings import CustodianSettings, ReleaseSettings
from survey_app.instrument import read_instrument
from survey_app.settings import read_settings
from survey_app.storage.database import connected

REFUSED = (WrongKeyError, NothingToPublishError, UnprotectableError, RefusedError, ReleaseError, SQLAlchemyError)


@click.command()
@click.option("--every", type=click.IntRange(min=5), help="Go on, looking again after this many seconds.")
def refresh(every: int | None) -> None:
    """Open what may be opened, compute, audit and, if anything changed, publish. Writes responses and a release.

    Needs THIQA_CUSTODIAN_PRIVATE_KEY and THIQA_RELEASE_SIGNING_KEY; where holders have shares of the first, they use
    `thiqa custody open`. Safe to run at any time and to interrupt: where nothing is new, nothing changes.
    """
    custodian, releases = read_settings(CustodianSettings), read_settings(ReleaseSettings)
    opener = custodian.private_key, custodian.smallest
    trust = Trust(releases.signing_key, releases.pinned, releases.officers)
    console, instrument = Console(stderr=True), read_instrument()
    with connected(custodian.database_url.get_secret_value()) as engine:
        while True:
            try:
                k = current(releases.releases, releases.officers).k
                parameters = Parameters(created=datetime.now(UTC).date(), k=k, synthetic=releases.demo)
                with console.status("Refresh") as status:
                    said = refreshed(engine, instrument, releases.releases, parameters, trust, opener, status.update)
            except BusyError:
                said = "" if every else "Another refresh is at work; it does what there is to do."
            except REFUSED as error:
                said = str(error) if not isinstance(error, SQLAlchemyError) else "The database cannot be used now."
                if not every:
                    raise click.ClickException(f"{said.rstrip('.')}. The last release stands.") from None
            if said or not every:
                click.echo(said or "Nothing is new; the last release stands.")
            if not every:
                click.echo("Next: thiqa release verify")
                return
            time.sleep(every)
