"""The command line of the text channel: sending what waits in the outbox."""

import time
from collections import Counter

import click
from rich.console import Console
from rich.table import Table
from sqlalchemy.exc import SQLAlchemyError

from survey_app.settings import SettingsError, read_settings
from survey_app.storage.database import connect

from .campaign.verbs import verbs as campaign_verbs
from .carriers import Carrier, open_carrier
from .carriers.declared import ChannelsError
from .clock import utc
from .sending import copies
from .sending.delivery import Worker, tidy
from .sending.outbox import FAILED, QUEUED, SENT, UNKNOWN
from .settings import ChannelSettings

PAUSE_SECONDS = 2.0


@click.group()
def sms() -> None:
    """Text messages: the channel's worker."""


@sms.command()
@click.option("--forever", is_flag=True, help="Go on until interrupted, looking every two seconds.")
def send(*, forever: bool) -> None:
    """Send what waits in the outbox.

    Hands each message that is due to Twilio, marks it in the database as sent, failed, expired or unknown, and empties
    it. What Twilio could not take now stays queued for later; of what it may have taken, it is asked. Then deletes the
    copies of texts that Twilio keeps, and rows older than a few days. Several workers may run at once.
    """
    try:
        settings = read_settings(ChannelSettings)
    except SettingsError as error:
        raise click.ClickException(str(error)) from None
    carrier = _carrier(settings)
    engine = connect(settings.database_url.get_secret_value())
    worker = Worker(settings, engine, {carrier.name: carrier}, utc)
    console = Console()
    try:
        while True:
            counts = worker.send()
            erased = worker.erase()
            tidy(engine, utc())
            if counts or not forever:
                console.print(_table(counts))
            if lost := erased[copies.GIVEN_UP]:
                console.print(f"ALARM: {lost} copies of texts could not be deleted at the carrier.")
            if not forever:
                break
            time.sleep(PAUSE_SECONDS)
    except KeyboardInterrupt:
        console.print("Stopped; what waits stays in the outbox.")
    except SQLAlchemyError as error:
        raise click.ClickException(f"the database cannot be used ({type(error).__name__})") from None
    finally:
        engine.dispose()


def _carrier(settings: ChannelSettings) -> Carrier:
    try:
        return open_carrier(settings.channels["twilio"], settings)
    except ChannelsError as error:
        raise click.ClickException(str(error)) from None


def _table(counts: Counter[str]) -> Table:
    named = {SENT: "sent", FAILED: "failed", UNKNOWN: "unknown", QUEUED: "later"}
    held = [reason for reason in sorted(counts) if reason not in named and counts[reason]]
    table = Table(*named.values(), *held)
    table.add_row(*(str(counts[status]) for status in (*named, *held)))
    return table


for campaign_verb in campaign_verbs:
    sms.add_command(campaign_verb)
verbs: list[click.Command] = [sms]
