"""A disk that is not there: the folder of the waves' keys is away for a while, and nobody loses anything by it."""

import base64
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlalchemy import Engine

from survey_app import intake, invitations
from survey_app.intake import Ticket
from survey_app.invitations import Invitation
from survey_app.paradata import Entry
from survey_app.settings import CollectorSettings
from survey_app.storage.database import reading, writing
from survey_app.wavekeys import WaveKeys

from .respondent import Respondent, at, checked
from .test_journeys import drafts_kept, envelopes

Arrive = Callable[..., Respondent]
KEY = bytes(range(32))


@pytest.fixture
def settings(settings: CollectorSettings, tmp_path: Path) -> CollectorSettings:
    return settings.model_copy(update={"site_key": SecretStr(KEY.hex()), "wave_keys": tmp_path / "keys"})


@pytest.fixture
def away(settings: CollectorSettings) -> Callable[[bool], None]:
    """Take the folder away, or put it back."""
    elsewhere = settings.wave_keys.with_name("elsewhere")

    def move(gone: bool) -> None:
        (settings.wave_keys if gone else elsewhere).rename(elsewhere if gone else settings.wave_keys)

    return move


def test_who_answers_meanwhile_is_told_to_try_again_and_goes_on_later(
    arrive: Arrive, database: Engine, away: Callable[[bool], None]
) -> None:
    person, other = arrive("en"), arrive("en")
    person.complete()
    cookie = person.cookie
    away(True)
    page = person.get(at("trust_police"))
    assert page.status_code == 503
    assert other.start("en").status_code == 503
    assert person.cookie == cookie
    away(False)
    assert checked(person.get(at("trust_police"))) == ["2"]
    person.send()
    assert (len(envelopes(database)), drafts_kept(database)) == (1, 0)


def test_a_resume_code_that_is_tried_meanwhile_works_later(arrive: Arrive, away: Callable[[bool], None]) -> None:
    first, second = arrive("en"), arrive("en")
    first.complete()
    page = first.post("/pause", {"csrf": first.csrf()})
    (code,) = re.findall(r'<bdi dir="ltr">([A-Z0-9-]{14})</bdi>', page.text)
    away(True)
    assert second.post("/resume", {"code": code}).status_code == 503
    away(False)
    assert second.post("/resume", {"code": code}).location == "/page"


def test_an_invitation_is_not_spent_on_an_interview_that_cannot_be_kept(
    arrive: Arrive, database: Engine, away: Callable[[bool], None]
) -> None:
    arrive("en").start("en")
    with writing(database) as session:
        (code,) = invitations.issue(session, KEY, Invitation(Entry.INVITED, "2026-1", ""), 1, starts=1)
    away(True)
    person = arrive("en")
    for _ in range(3):
        assert person.post("/start", {"code": code}).status_code == 503
    away(False)
    assert person.post("/start", {"code": code}).status_code == 303


def test_received_is_known_only_by_the_ticket_and_the_waves_key(
    person: Respondent, database: Engine, settings: CollectorSettings
) -> None:
    person.complete()
    secret = person.cookie or ""
    person.send()
    with reading(database) as session:
        key, ticket = WaveKeys(settings.wave_keys).make("2026-1"), Ticket(base64.urlsafe_b64decode(secret + "="))
        assert intake.received(session, ticket.within(key))
        assert intake.received(session, ticket) is None
        assert intake.received(session, Ticket.new().within(key)) is None
