"""A campaign in the small questionnaire's wave, and people to invite."""

from dataclasses import replace
from decimal import Decimal

import pytest
from sqlalchemy import Engine

from sms.campaign.frame import Case, Frame
from sms.campaign.invite import Campaign
from sms.carriers.declared import Adapter, Channel
from sms.settings import ChannelSettings
from survey_app import fieldwork
from survey_app.engine import Mode
from survey_app.storage.database import reading

from ..conftest import WAVE

CHANNEL = Channel("twilio", Adapter.PRETENDED, sender="+212600009999", price=Decimal("0.05"), currency="MAD")
ONE_WAY = Channel("bulk", Adapter.PRETENDED, sender="THIQA", two_way=False, price=Decimal("0.01"))


def windowed(*reminders: str) -> Channel:
    """A channel with a window, whose carrier approved invitations, and reminders in these languages."""
    approved = {f"invitation.{language}": "HX" for language in ("ar", "fr", "en")}
    approved |= {f"reminder.{language}": "HX" for language in reminders}
    return replace(CHANNEL, mode=Mode.WHATSAPP, window_hours=24, templates=approved)


def people(count: int, first: int = 100) -> Frame:
    """So many numbers, in each language in turn."""
    languages = ("ar", "fr", "en", None)
    cases = (Case(f"+2126{at:08d}", languages[at % 4], weight=1.5) for at in range(first, first + count))
    return Frame(tuple(cases), ())


@pytest.fixture
def campaign(settings: ChannelSettings, database: Engine) -> Campaign:
    with reading(database) as session:
        wave = fieldwork.wave(session, WAVE)
    assert wave
    return Campaign(wave, CHANNEL, settings.keyring, settings.terms)
