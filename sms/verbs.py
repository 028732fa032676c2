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
from .sending.delivery import deliver, tidy
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

    Hands each message that is due to Twilio, marks it in the database as sent, failed or unknown, and empties it.
    What Twilio could not take now stays queued for later. Rows older than a few days are deleted. Several workers may
    run at once on PostgreSQL.
    """
    try:
        settings = read_settings(ChannelSettings)
    except SettingsError as error:
        raise click.ClickException(str(error)) from None
    carrier = _carrier(settings)
    engine = connect(settings.database_url.get_secret_value())
    console = Console()
    try:
        while True:
            counts = deliver(settings, engine, carrier, utc)
            tidy(engine, utc())
            if counts or not forever:
                console.print(_table(counts))
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
    table = Table("sent", "failed", "unknown", "later")
    table.add_row(*(str(counts[status]) for status in (SENT, FAILED, UNKNOWN, QUEUED)))
    return table


for campaign_verb in campaign_verbs:
    sms.add_command(campaign_verb)
verbs: list[click.Command] = [sms]
