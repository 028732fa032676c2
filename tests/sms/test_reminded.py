"""What waits for a person who falls silent, and what her next text then means, on each kind of database."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine
from sqlmodel import col, select

from sms.settings import ChannelSettings
from sms.talk.conversation import State
from survey_app.storage.database import reading, writing
from survey_app.storage.tables import ConversationRow, OutboxRow

from .conftest import START
from .site import Site, bring


@pytest.fixture
def site(settings: ChannelSettings, database: Engine) -> Site:
    return Site(settings, database)


def queued(engine: Engine, kind: str) -> list[tuple[datetime, datetime | None]]:
    with reading(engine) as session:
        rows = session.exec(select(OutboxRow).where(OutboxRow.kind == kind).order_by(col(OutboxRow.due))).all()
        return [(row.due, row.expires) for row in rows]


def test_a_reply_is_worth_something_for_twelve_hours(site: Site) -> None:
    assert bring(site.client, "trust") == 200
    assert queued(site.engine, "reply") == [(START, START + timedelta(hours=12))]


@pytest.fixture
def reminding(monkeypatch: pytest.MonkeyPatch, settings: ChannelSettings, database: Engine) -> Site:
    monkeypatch.setattr("sms.talk.wording.reminder", lambda *_: "It is still open to you.", raising=False)
    return Site(settings.model_copy(update={"reminders": 2}), database)


OVER = datetime(2026, 3, 31, 23, 59, 59, 999999, UTC)


def test_who_falls_silent_is_reminded_after_a_day_and_after_three_until_the_waves_last_day(reminding: Site) -> None:
    site = reminding
    site.text("zzz")  # not yet a language
    assert queued(site.engine, "reminder") == []
    site.text("3")
    for said, later, again in (("1", 3, False), ("repeat", 2, True), ("2", 0, False), ("lang fr", 0, True)):
        due = queued(site.engine, "reminder")
        site.now += timedelta(hours=later)
        assert len(site.text(said)) == 1  # a reminder that waits keeps nothing else waiting
        if again:  # due too soon, or in another language
            due = [(site.now + timedelta(hours=hours), OVER) for hours in (24, 72)]
        assert queued(site.engine, "reminder") == due
    for said in ("2", "41"):
        site.text(said)
    assert queued(site.engine, "reminder") == []


def test_what_never_went_out_is_asked_again_before_anything_is_taken_for_its_answer(site: Site) -> None:
    def lose() -> None:
        with writing(site.engine) as session:
            row = session.exec(select(OutboxRow).order_by(col(OutboxRow.id).desc()).limit(1)).one()
            row.status, row.sealed = next(fates), b""

    fates = iter(("failed", "expired", "failed"))
    for said, state, known in (("trust", State.CONSENT, 0), ("1", State.INTERVIEW, 1), ("2", State.INTERVIEW, 2)):
        (asked,) = site.text(said)
        lose()
        (again,) = site.text("1")
        assert again.splitlines()[0] in asked.splitlines()
        assert (site.conversation().state, len(site.answers)) == (state, known)


def test_a_reminder_that_went_out_is_not_queued_again(reminding: Site) -> None:
    site = reminding
    for said in ("trust", "1"):
        site.text(said)
    site.now += timedelta(hours=30)
    site.phone.now = site.now
    assert site.phone.arrived() == ["It is still open to you."]
    site.text("2")
    assert len(queued(site.engine, "reminder")) == 2  # and one that still waits
    site.text("stop")
    assert len(queued(site.engine, "reminder")) == 1  # the one that went out


def test_nobody_is_reminded_after_the_waves_last_day(reminding: Site) -> None:
    site = reminding
    site.now = datetime(2026, 3, 29, 9, 0, tzinfo=UTC)
    site.text("trust")
    due = site.now + timedelta(hours=24)
    site.text("1")
    assert [each for each, _ in queued(site.engine, "reminder")] == [due]


def test_without_reminders_none_are_queued(reminding: Site, site: Site) -> None:
    for said in ("trust", "1"):
        site.text(said)
    assert queued(site.engine, "reminder") == []


def test_a_case_in_the_database_says_how_it_stands(site: Site) -> None:
    states = []
    for said in ("trust", "1", "2", "2", "41"):
        site.text(said)
        with writing(site.engine) as session:
            states.append(session.exec(select(ConversationRow.state)).one())
    assert (states[0], states[-1]) == ("open", "completed")


def test_the_number_that_a_reminder_asks_for_goes_on_and_answers_no_question(reminding: Site) -> None:
    site = reminding
    for said in ("trust", "1", "2"):
        site.text(said)
    before = site.answers
    site.now += timedelta(hours=30)
    site.phone.now = site.now
    assert site.phone.arrived() == ["It is still open to you."]
    (again,) = site.text("1")
    assert again.startswith("The survey goes on where it stopped.\n2/3 ")
    assert site.answers == before
    site.text("2")
    assert len(site.answers) > len(before)


def test_who_was_not_reminded_is_never_asked_again_for_it_however_near_the_last_day(reminding: Site) -> None:
    site = reminding
    site.now = datetime(2026, 3, 29, 9, 0, tzinfo=UTC)  # only the first reminder is before the end
    for said in ("trust", "1", "2"):
        site.text(said)
    assert "trust" in site.answers
