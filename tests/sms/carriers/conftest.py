"""A server that speaks Twilio's interface, and a channel that speaks to it."""

from collections.abc import Iterator

import pytest

from sms.carriers import twilio as module
from sms.carriers.declared import Adapter, Channel
from sms.carriers.twilio import TwilioCarrier

from ..conftest import TOKEN
from .twilio_server import ACCOUNT, Server, running

SENDER = "+15005550006"
SERVICE = "MG" + "a" * 32
RECEIPTS = "https://survey.example/sms/twilio/receipts"
OURS = "0123456789abcdef" * 2


@pytest.fixture
def twilio() -> Iterator[Server]:
    with running() as server:
        yield server


@pytest.fixture
def carrier(twilio: Server, monkeypatch: pytest.MonkeyPatch) -> TwilioCarrier:
    monkeypatch.setattr(module, "TIMEOUT_SECONDS", 0.5)
    return TwilioCarrier(Channel("twilio", Adapter.TWILIO, sender=SENDER), ACCOUNT, TOKEN, RECEIPTS, twilio.url)
