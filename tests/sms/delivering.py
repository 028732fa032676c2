"""One round of a worker that has a single carrier."""

from collections import Counter

from sqlalchemy import Engine

from sms.carriers import Carrier
from sms.clock import Clock
from sms.sending.delivery import Worker
from sms.sending.rules import Rules
from sms.settings import ChannelSettings


def deliver(
    settings: ChannelSettings, engine: Engine, carrier: Carrier, clock: Clock, rules: Rules | None = None
) -> Counter[str]:
    """Send all that is due now; how many messages have which status then, or are held back by what."""
    with Worker(settings, engine, {carrier.name: carrier}, clock, rules or Rules()) as worker:
        return worker.send()
