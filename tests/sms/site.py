"""The webhook with a clock, as a carrier's signed requests meet it."""

import os
from datetime import timedelta

from flask.testing import FlaskClient
from sqlalchemy import Engine
from sqlmodel import func, select
from twilio.request_validator import RequestValidator  # type: ignore[import-untyped]  # the library has no types

from sms import memory
from sms.settings import ChannelSettings
from sms.talk.conversation import Conversation
from sms.webhook import create_channel
from survey_app.storage.database import reading
from survey_app.storage.tables import InboundRow

from .conftest import LINK, NUMBER, START, TOKEN, WAVE, Phone

URL = f"{LINK}/sms/twilio"


def form_of(said: str, reference: str, **more: str) -> dict[str, str]:
    return {"MessageSid": reference, "From": NUMBER, "To": "+15005550006", "Body": said, "NumMedia": "0", **more}


def bring(client: FlaskClient, said: str, reference: str = "", path: str = "", **more: str) -> int:
    """A signed text, or whatever the form then is; the status of the answer."""
    form = form_of(said, reference or "SM" + os.urandom(16).hex(), **more)
    signed = str(RequestValidator(TOKEN).compute_signature(URL + path, form))
    response = client.post(f"/twilio{path}", data=form, headers={"X-Twilio-Signature": signed})
    if response.status_code == 200:
        assert response.text == '<?xml version="1.0" encoding="UTF-8"?><Response />'
    return response.status_code


class Site:
    """The webhook with a clock, and the phone whose texts come there."""

    def __init__(self, settings: ChannelSettings, engine: Engine) -> None:
        self.settings, self.engine, self.now = settings, engine, START
        self.client = create_channel(settings, engine, lambda: self.now).test_client()
        self.phone = Phone(settings, engine)

    def text(self, said: str, reference: str = "", **more: str) -> list[str]:
        self.now += timedelta(minutes=1)
        assert bring(self.client, said, reference, **more) == 200
        self.phone.now = self.now
        return self.phone.arrived()

    def conversation(self) -> Conversation:
        keys = self.settings.keyring
        with reading(self.engine) as session:
            return memory.find(session, keys.channel, keys.waves.find(WAVE), WAVE, NUMBER).conversation

    @property
    def answers(self) -> dict[str, object]:
        interview = self.conversation().interview
        return dict(interview.answers) if interview else {}

    def taken(self) -> int:
        with reading(self.engine) as session:
            return session.exec(select(func.count()).select_from(InboundRow)).one()
