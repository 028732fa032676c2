"""The command line of the text channel: sending what waits in the outbox."""

import time
from collections import Counter

import click
from rich.console import Console
from rich.table import Table
from sqlalchemy.exc import SQLAlchemyError

from survey_app.settings import SettingsError, read_settings
from survey_app.storage.database import connect

from .carriers.twilio import TwilioCarrier
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


def _carrier(settings: ChannelSettings) -> TwilioCarrier:
    account, tokens, sender = settings.twilio_account_sid, settings.twilio_auth_tokens, settings.twilio_sender
    if not account or not tokens or not sender:
        needed = "THIQA_TWILIO_ACCOUNT_SID, THIQA_TWILIO_AUTH_TOKENS and THIQA_TWILIO_SENDER"
        raise click.ClickException(f"{needed} must be set to send. See docs/configuration.md.")
    return TwilioCarrier(account, tokens[0].get_secret_value(), sender, settings.twilio_base_url)


def _table(counts: Counter[str]) -> Table:
    named = {SENT: "sent", FAILED: "failed", UNKNOWN: "unknown", QUEUED: "later"}
    held = [reason for reason in sorted(counts) if reason not in named and counts[reason]]
    table = Table(*named.values(), *held)
    table.add_row(*(str(counts[status]) for status in (*named, *held)))
    return table


verbs: list[click.Command] = [sms]
