"""The command line of the text channel: sending what waits in the outbox."""

import signal
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import click
from rich.console import Console
from rich.table import Table
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from survey_app.settings import SettingsError, read_settings
from survey_app.storage.database import connect, reading

from . import spool
from .campaign.verbs import verbs as campaign_verbs
from .carriers import open_carrier
from .carriers.declared import Adapter, Channel, ChannelsError
from .clock import utc
from .sending import alarms
from .sending.delivery import Worker, tidy
from .sending.outbox import FAILED, QUEUED, SENT, UNKNOWN
from .sending.rules import PACE, declared
from .settings import ChannelSettings

PAUSE_SECONDS, PACE_SECONDS, TIDY_SECONDS = 2.0, 0.25, 60.0
SIGNALS = (signal.SIGINT, signal.SIGTERM)


@click.group()
def sms() -> None:
    """Text messages: the channel's worker."""


@sms.command()
@click.option("--forever", is_flag=True, help="Go on until told to stop, looking every two seconds.")
def send(*, forever: bool) -> None:
    """Send what waits in the outbox.

    Takes first the texts that wait on disk. Then hands each message that is due to its channel's carrier, if the rules
    let it go (the wave's end, stops, quiet hours, caps, budget, pace), and marks it in the database as sent, failed,
    expired or unknown. What a carrier could not take now stays queued for later; of what it may have taken, it is
    asked. Deletes the copies of texts that carriers keep, and rows older than a few days. Several workers may run.

    Interrupted or terminated, it marks what it has in its hands, and ends well; a second time it ends at once.
    """
    try:
        settings = read_settings(ChannelSettings)
    except SettingsError as error:
        raise click.ClickException(str(error)) from None
    engine, console = connect(settings.database_url.get_secret_value()), Console()
    channels = _real(settings)
    said: set[str] = set()
    tidied: float | None = None
    try:
        with _worker(settings, engine, channels) as worker, _told_by_signals(worker):
            while not worker.stopping:
                spool.drain(settings, engine, utc)
                counts = worker.send()
                worker.erase()
                if tidied is None or time.monotonic() >= tidied + TIDY_SECONDS:
                    tidied = time.monotonic()
                    tidy(settings, engine, utc())
                if counts or not forever:
                    console.print(_table(counts))
                said = _warn(console, worker, channels, counts, said)
                if not forever:
                    break
                _rest(worker, PACE_SECONDS if counts[PACE] else PAUSE_SECONDS)
            if worker.stopping:
                console.print("Stopped; what waits stays in the outbox.")
    except SQLAlchemyError as error:
        raise click.ClickException(f"the database cannot be used ({type(error).__name__})") from None
    finally:
        engine.dispose()


def _real(settings: ChannelSettings) -> Mapping[str, Channel]:
    """The channels to send by: what the demo pretends is handed over where it is shown, and by no worker."""
    channels = {name: it for name, it in settings.channels.items() if it.adapter is not Adapter.PRETENDED}
    if not channels:
        raise click.ClickException(
            "there is no channel to send by: what the demo pretends to send is handed over on the page that shows it. "
            "Declare a carrier's channel in the file that THIQA_CHANNELS names. See docs/channels.md."
        )
    return channels


@contextmanager
def _told_by_signals(worker: Worker) -> Iterator[None]:
    def tell(number: int, _frame: object) -> None:
        worker.stop()
        signal.signal(number, signal.SIG_DFL)

    before = {number: signal.signal(number, tell) for number in SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _rest(worker: Worker, seconds: float) -> None:
    # Python goes on sleeping after a signal.
    until = time.monotonic() + seconds
    while not worker.stopping and (left := until - time.monotonic()) > 0:
        time.sleep(min(left, PACE_SECONDS))


def _worker(settings: ChannelSettings, engine: Engine, channels: Mapping[str, Channel]) -> Worker:
    try:
        carriers = {name: open_carrier(channel, settings) for name, channel in channels.items()}
    except ChannelsError as error:
        raise click.ClickException(str(error)) from None
    return Worker(settings, engine, carriers, utc, declared(settings, channels))


def _warn(
    console: Console, worker: Worker, channels: Mapping[str, Channel], counts: Counter[str], said: set[str]
) -> set[str]:
    """Print the alarms that did not stand a round ago; those of the day, which come and go, once."""
    now = utc()
    with reading(worker.engine) as session:
        standing = set(alarms.standing(session, channels, counts, now, spool.of(worker.settings)))
    for alarm in sorted(standing - said):
        console.print(f"ALARM: {alarm}", soft_wrap=True)
    return standing | {alarm for alarm in said if str(now.date()) in alarm}


def _table(counts: Counter[str]) -> Table:
    named = {SENT: "sent", FAILED: "failed", UNKNOWN: "unknown", QUEUED: "later"}
    held = [reason for reason in sorted(counts) if reason not in named and counts[reason]]
    table = Table(*named.values(), *held)
    table.add_row(*(str(counts[status]) for status in (*named, *held)))
    return table


for campaign_verb in campaign_verbs:
    sms.add_command(campaign_verb)
