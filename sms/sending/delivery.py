"""The delivery: what is due goes to the carrier, and what came of it into the outbox.

No database session is open while the carrier is called, so a slow carrier holds no lock.
"""

from collections import Counter
from datetime import datetime

from sqlalchemy import Engine

from survey_app.storage.database import writing

from .. import memory, reception
from ..carriers import BusyError, Carrier, Failure, Outgoing, RejectedError, UncertainError
from ..clock import Clock
from ..settings import ChannelSettings
from . import outbox


def deliver(settings: ChannelSettings, engine: Engine, carrier: Carrier, clock: Clock) -> Counter[str]:
    """Send all that is due now; how many messages are sent, failed, unknown, or queued for later."""
    counts: Counter[str] = Counter()
    while True:
        with writing(engine) as session:
            message = outbox.take(session, settings.keyring, carrier.name, clock())
        if message is None:
            return counts
        counts[_send(settings, engine, carrier, message, clock)] += 1


def tidy(engine: Engine, now: datetime) -> None:
    """Delete what is no longer needed: the notes of old messages, in and out."""
    with writing(engine) as session:
        memory.forget(session, now.date())
        outbox.purge(session, now)


def _send(
    settings: ChannelSettings,
    engine: Engine,
    carrier: Carrier,
    message: outbox.Message,
    clock: Clock,
) -> str:
    status, reference = outbox.SENT, None
    try:
        reference = carrier.send(Outgoing(message.token, message.to, message.body)).reference
    except BusyError:
        with writing(engine) as session:
            return outbox.put_off(session, message, clock())
    except RejectedError as error:
        status = outbox.FAILED
        if error.failure is Failure.OPTED_OUT:
            reception.opted_out(settings, engine, message.to)
    except UncertainError:
        status = outbox.UNKNOWN
    with writing(engine) as session:
        outbox.settle(session, message.id, status, reference)
    return status
