"""The verbs that need more than one room: the demonstration and the server."""

import os
import secrets
import socket
import sys
import time
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table
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
from sms.verbs import sms
from survey_app.instrument import read_instrument
from survey_app.settings import SECRET_BYTES, CollectorSettings, RetentionSettings, read_settings
from survey_app.storage.database import connected
from survey_app.wavekeys import WaveKeys

from .campaign.verb import rehearse
from .demo import demo_environment, make_demo
from .processes import together
from .questionnaire import questionnaire
from .retention import Outcome, Purged, destroy_keys, purge_rows
from .server import command
from .staff import purge_attempts, staff
from .wsgi import STAFF, has_staff

VAR = Path("var")
REFUSED = (WrongKeyError, NothingToPublishError, UnprotectableError, RefusedError, ReleaseError, SQLAlchemyError)


@click.command()
@click.option("--seed", default=1, show_default=True, help="The same seed gives the same residents and answers.")
@click.option("--share", default=1.0, show_default=True, help="Share of the usual number of residents.")
@click.option("--directory", type=click.Path(path_type=Path), default=VAR, show_default=True)
def demo(seed: int, share: float, directory: Path) -> None:
    """Make the demonstration: keys, an SQLite database, six waves of simulated residents, a release.

    Writes below the directory, which keeps what it has: a second run changes nothing.
    """
    demo_environment(directory.absolute())
    started = time.perf_counter()
    console = Console(stderr=True)
    outcome = make_demo(console, seed, share)
    if outcome.made:
        took = time.perf_counter() - started
        click.echo(f"Simulated interviews opened: {outcome.responses}, in {took:.0f} s. Release: {outcome.release}")
    else:
        click.echo(f"The demo's data are kept. To begin anew: rm -r {directory}")


@click.command()
@click.option("--demo", "is_demo", is_flag=True, help="Serve what `thiqa demo` made; batches open by themselves.")
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True)
@click.option("--workers", default=2, show_default=True)
def serve(is_demo: bool, host: str, port: int, workers: int) -> None:
    """Serve survey, text channel, dashboards and the staff's site at one address until stopped.

    Writes what respondents send and what staff look at. The staff's site is there where THIQA_STAFF_KEY is set.
    """
    address = f"http://{host}:{port}"
    if is_demo:
        demo_environment(VAR.absolute())
        os.environ.setdefault("THIQA_PUBLIC_URL", address)
        os.environ.setdefault("THIQA_STAFF_URL", f"{address}{STAFF}/")
    settings = read_settings(CollectorSettings)
    if settings.site_key is None:  # one for all workers, so that each knows the puzzles of the others
        os.environ["THIQA_SITE_KEY"] = secrets.token_hex(SECRET_BYTES)
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise click.ClickException(f"{address} cannot be used ({error.strerror}). Choose another --port.") from None
    click.echo("Synthetic data: no resident was asked.\n" if settings.demo else "", nl=False)
    click.echo(f"Survey                   {address}/")
    if settings.demo:
        click.echo(f"Text message simulator   {address}/sms/simulator")
    click.echo(f"Dashboards               {address}/dashboards/")
    if has_staff():
        click.echo(f"Staff                    {address}{STAFF}/")
    click.echo("Stop with Ctrl+C.")
    beside = [[sys.executable, "-m", "deploy.command", "refresh", "--every", "20"]] if settings.demo else []
    raise SystemExit(together(command("deploy.wsgi:everything()", host, port, workers), *beside))


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


@click.command()
@click.option("--only", type=click.Choice(["keys", "rows"]), help="Of a collector's own machine: keys.")
@click.option("--lost", metavar="WAVE", default="", help="The key of this wave is lost: begin it anew.")
def purge(only: str | None, lost: str) -> None:
    """Apply the rules of retention (docs/custody.md); run it every night. Deletes what has expired, and nothing else.

    Destroys the keys of closed waves, as the machine's user who serves, and deletes rows, as the owner of the tables:
    drafts, resume codes, conversations and invitations that are over. Writes the table of invitations in a new random
    order. With --lost it also deletes what nobody can open any more, so that a new key can be made; who has answered by
    text may then answer again. Where the staff's site is set up too, failed attempts to sign in that are over go.
    """
    settings = read_settings(RetentionSettings)
    with connected(settings.database_url.get_secret_value()) as engine:
        keys = Outcome(Purged(), ()) if only == "rows" else destroy_keys(engine, WaveKeys(settings.wave_keys), lost)
        rows = Outcome(Purged(), ()) if only == "keys" else purge_rows(engine, settings, datetime.now(UTC), lost)
    attempts = purge_attempts(datetime.now(UTC)) if has_staff() and only != "keys" else 0
    purged = replace(rows.purged, wave_keys=keys.purged.wave_keys, failed_sign_ins=attempts)
    table = Table("what", "how many")
    for name, count in asdict(purged).items():
        table.add_row(name.replace("_", " "), str(count))
    Console().print(table)
    if left := keys.left + rows.left:
        raise click.ClickException("; ".join(left))


sms.add_command(rehearse)
verbs: list[click.Command] = [demo, serve, refresh, questionnaire, purge, staff]
