"""Inviting a frame: everyone once, nobody who said stop, whatever happens in between."""

from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from sms.campaign import codes, invite
from sms.campaign.codes import CodesError
from sms.campaign.frame import Case, Frame
from sms.campaign.invite import Campaign, CampaignError, Drawn, Invited, Stage, draw, estimate
from sms.segments import segments
from sms.sending import outbox
from sms.settings import ChannelSettings
from survey_app import fieldwork
from survey_app.codes import grouped, new_code
from survey_app.engine import Mode
from survey_app.storage.database import reading, writing
from survey_app.storage.tables import ConversationRow, OutboxRow

from ..conftest import LINK, START, WAVE, Phone
from .conftest import ONE_WAY, people

ALL = Stage()


def run(engine: Engine, campaign: Campaign, frame: Frame, stage: Stage = ALL, now: datetime = START) -> Invited:
    return invite.invite(engine, campaign, draw(engine, campaign, frame), stage, now)


def conversations(engine: Engine) -> Sequence[ConversationRow]:
    with reading(engine) as session:
        return session.exec(select(ConversationRow).where(ConversationRow.sealed != b"")).all()


def queued(engine: Engine) -> Sequence[OutboxRow]:
    with reading(engine) as session:
        return session.exec(select(OutboxRow).order_by(OutboxRow.id)).all()  # type: ignore[arg-type]  # a column


def sent(engine: Engine, settings: ChannelSettings, channel: str, now: datetime = START) -> dict[str, list[str]]:
    """What a carrier would take now, by number."""
    found: dict[str, list[str]] = {}
    with writing(engine) as session:
        while message := outbox.take(session, settings.keyring, channel, now):
            outbox.settle(session, message.id, outbox.SENT)
            found.setdefault(message.to, []).append(message.body)
    return found


def test_each_person_of_a_frame_has_a_conversation_and_a_message(
    database: Engine, campaign: Campaign, settings: ChannelSettings
) -> None:
    done = run(database, campaign, people(7))
    assert (done.invited, done.left, done.already, done.opted_out) == (7, 0, 0, 0)
    rows, waiting = conversations(database), queued(database)
    assert {row.state for row in rows} == {"invited"}
    assert {row.person for row in rows} == {row.person for row in waiting}
    assert {row.delivery for row in rows} == {None}
    assert {len(row.sealed) for row in rows} == {len(rows[0].sealed)}
    assert {(row.kind, row.channel, row.wave) for row in waiting} == {("invitation", "twilio", WAVE)}
    assert {f"{row.expires:%Y-%m-%d %H:%M}" for row in waiting} == {"2026-04-01 00:00"}
    texts = sent(database, settings, "twilio")
    assert set(texts) == {case.telephone for case in people(7).cases}
    assert all(len(bodies) == 1 for bodies in texts.values())
    assert done.segments == sum(segments(body).parts for bodies in texts.values() for body in bodies)
    assert done.cost == done.segments * campaign.channel.price


def test_who_was_invited_goes_on_in_that_conversation(database: Engine, campaign: Campaign, phone: Phone) -> None:
    run(database, campaign, Frame((Case(phone.number, "en"),), ()))
    phone.arrived()
    said = phone.text("start")
    assert said
    (row,) = conversations(database)
    assert (row.state, row.revision) == ("open", 1)


def test_an_estimate_writes_nothing_and_is_what_then_happens(database: Engine, campaign: Campaign) -> None:
    drawn = draw(database, campaign, people(9))
    planned = estimate(database, campaign, drawn, Stage(first=5), START)
    assert (planned.invited, planned.left) == (5, 4)
    assert not conversations(database)
    assert not queued(database)
    assert invite.invite(database, campaign, drawn, Stage(first=5), START) == planned


def test_it_may_be_run_again_and_invites_nobody_twice(database: Engine, campaign: Campaign) -> None:
    run(database, campaign, people(5))
    again = run(database, campaign, people(8))
    assert (again.invited, again.already) == (3, 5)
    assert len(conversations(database)) == len(queued(database)) == 8


def test_a_crash_in_the_middle_leaves_whole_batches_and_the_next_run_does_the_rest(
    database: Engine, campaign: Campaign, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(invite, "BATCH", 4)
    real, calls = outbox.queue, []

    def dies(*arguments: object, **named: object) -> None:
        calls.append(1)
        if len(calls) == 7:
            raise OSError("power cut")
        real(*arguments, **named)  # type: ignore[arg-type]  # whatever it was given

    monkeypatch.setattr(outbox, "queue", dies)
    with pytest.raises(OSError, match="power cut"):
        run(database, campaign, people(10))
    assert len(conversations(database)) == len(queued(database)) == 4
    done = run(database, campaign, people(10))
    assert (done.invited, done.already) == (6, 4)
    assert max(Counter(row.person for row in queued(database)).values()) == 1


def test_two_runs_at_once_invite_everyone_once(
    database: Engine, campaign: Campaign, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(invite, "BATCH", 10)
    drawn = draw(database, campaign, people(60))
    backward = Drawn(tuple(reversed(drawn.cases)))
    with ThreadPoolExecutor(2) as pool:
        runs = [pool.submit(invite.invite, database, campaign, each, ALL, START) for each in (drawn, backward)]
        done = [each.result() for each in runs]
    assert sum(each.invited for each in done) == sum(each.already for each in done) == 60
    assert len(queued(database)) == 60


def test_who_said_stop_in_any_wave_is_never_written_to(database: Engine, campaign: Campaign, phone: Phone) -> None:
    phone.text("stop")
    before = len(queued(database))
    frame = Frame((Case(phone.number, "ar"), *people(2).cases), ())
    done = run(database, campaign, frame)
    assert (done.invited, done.opted_out) == (2, 1)
    assert len(queued(database)) == before + 2


def test_who_said_stop_in_an_earlier_wave_is_not_written_to_in_the_next(
    database: Engine, campaign: Campaign, phone: Phone
) -> None:
    phone.text("stop")
    with writing(database) as session:
        fieldwork.field(session, campaign.wave.questionnaire, "next", date(2026, 3, 2), date(2026, 3, 31))
        wave = fieldwork.wave(session, "next")
    assert wave
    later = replace(campaign, wave=wave)
    done = run(database, later, Frame((Case(phone.number, "ar"), *people(2).cases), ()))
    assert (done.invited, done.opted_out, done.already) == (2, 1, 0)
    stopped = Drawn((Case(phone.number, "ar"),))  # as if she had said it after the drawing
    assert invite.invite(database, later, stopped, ALL, START).opted_out == 1
    with pytest.raises(CampaignError, match="not the one in the field"):
        run(database, campaign, people(1))


def test_a_channel_with_a_window_needs_texts_that_its_carrier_approved(database: Engine, campaign: Campaign) -> None:
    approved = {f"invitation.{language}": "HX" for language in ("ar", "fr")}
    channel = replace(campaign.channel, mode=Mode.WHATSAPP, window_hours=24, templates=approved)
    with pytest.raises(CampaignError, match=r"has no approved text invitation\.en"):
        draw(database, replace(campaign, channel=channel), people(1))


def test_a_stop_that_comes_between_the_drawing_and_the_writing_is_heeded(
    database: Engine, campaign: Campaign, phone: Phone
) -> None:
    drawn = draw(database, campaign, Frame((Case(phone.number, "ar"),), ()))
    phone.text("stop")
    done = invite.invite(database, campaign, drawn, ALL, START)
    assert (done.invited, done.opted_out) == (0, 1)


def test_a_stop_after_the_invitation_takes_it_back(database: Engine, campaign: Campaign, phone: Phone) -> None:
    run(database, campaign, Frame((Case(phone.number, "ar"),), ()))
    phone.text("stop")
    assert [row.kind for row in queued(database)] == ["reply"]


def test_who_came_by_herself_is_known_already(database: Engine, campaign: Campaign, phone: Phone) -> None:
    phone.text("start")
    done = run(database, campaign, Frame((Case(phone.number, "ar"),), ()))
    assert (done.invited, done.already) == (0, 1)


def test_fault_37_the_channel_never_writes_to_its_own_number(database: Engine, campaign: Campaign) -> None:
    done = run(database, campaign, Frame((Case(campaign.channel.sender, "ar"),), ()))
    assert (done.invited, done.own_number) == (0, 1)


def test_the_order_is_drawn_by_chance_and_only_so_many_are_invited(
    database: Engine, campaign: Campaign, settings: ChannelSettings
) -> None:
    numbers = [case.telephone for case in people(200).cases]
    done = run(database, campaign, people(200), Stage(first=50))
    assert (done.invited, done.left) == (50, 150)
    order = list(sent(database, settings, "twilio"))
    assert order != sorted(order)
    assert set(order) != set(numbers[:50])


def test_so_many_a_day_are_due_beside_those_who_are_queued_already(database: Engine, campaign: Campaign) -> None:
    done = run(database, campaign, people(5), Stage(a_day=2))
    assert done.days == 3
    run(database, campaign, people(9), Stage(a_day=2), START + timedelta(hours=1))
    days = Counter(row.due.astimezone(UTC).date() if row.due.tzinfo else row.due.date() for row in queued(database))
    assert days == {date(2026, 3, 2 + day): 2 for day in range(4)} | {date(2026, 3, 6): 1}


def test_so_few_a_day_that_the_wave_would_be_over_is_refused_before_anything_is_written(
    database: Engine, campaign: Campaign
) -> None:
    with pytest.raises(CampaignError, match=r"due after 2026-03-31, the wave's last day: 30 can be invited"):
        run(database, campaign, people(31), Stage(a_day=1))
    assert not conversations(database)
    assert run(database, campaign, people(30), Stage(a_day=1)).days == 30


def test_before_the_first_day_they_are_due_on_it(database: Engine, campaign: Campaign) -> None:
    run(database, campaign, people(1), ALL, datetime(2026, 2, 20, tzinfo=UTC))
    assert f"{queued(database)[0].due:%Y-%m-%d %H:%M}" == "2026-03-01 00:00"


def test_after_the_last_day_nobody_is_invited(database: Engine, campaign: Campaign) -> None:
    with pytest.raises(CampaignError, match="the last day"):
        run(database, campaign, people(1), ALL, datetime(2026, 4, 1, tzinfo=UTC))


def test_a_wave_whose_questions_are_not_answered_now_is_refused(database: Engine, campaign: Campaign) -> None:
    with writing(database) as session:
        form = campaign.wave.questionnaire
        fieldwork.field(session, form, WAVE, campaign.wave.opens, campaign.wave.closes, fieldwork.CLOSED)
    with pytest.raises(CampaignError, match="not the one in the field"):
        run(database, campaign, people(1))


@pytest.fixture
def listed(tmp_path: Path) -> Path:
    """A list of ten codes, as `thiqa invitations make` writes it."""
    file = tmp_path / "codes.csv"
    made = [new_code() for _ in range(10)]
    file.write_text("code,address\r\n" + "".join(f"{grouped(code)},{LINK}/i/{code}\r\n" for code in made))
    return file


def links(file: Path) -> set[str]:
    return {line.split(",")[1] for line in file.read_text().splitlines()[1:]}


def test_a_channel_that_cannot_be_answered_sends_each_a_link_of_her_own_and_takes_it_off_the_list(
    database: Engine, campaign: Campaign, settings: ChannelSettings, listed: Path
) -> None:
    every = links(listed)
    one_way = replace(campaign, channel=ONE_WAY, codes=listed)
    done = run(database, one_way, people(4))
    texts = sent(database, settings, "bulk")
    found = [next(link for link in every if link in body) for bodies in texts.values() for body in bodies]
    assert len(set(found)) == done.invited == 4
    assert links(listed) == every - set(found)
    assert listed.stat().st_mode & 0o777 == 0o600
    assert {row.state for row in conversations(database)} == {"invited"}
    again = run(database, one_way, people(6))
    assert (again.invited, len(links(listed))) == (2, 4)


def test_too_few_codes_are_said_before_anything_is_written(database: Engine, campaign: Campaign, listed: Path) -> None:
    before = listed.read_bytes()
    with pytest.raises(CampaignError, match="holds 10 codes, and 11 people"):
        run(database, replace(campaign, channel=ONE_WAY, codes=listed), people(11))
    assert listed.read_bytes() == before
    assert not conversations(database)


def test_a_crash_before_the_commit_loses_codes_and_uses_none_twice(
    database: Engine, campaign: Campaign, listed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(outbox, "queue", lambda *_, **__: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            run(database, replace(campaign, channel=ONE_WAY, codes=listed), people(3))
    assert len(links(listed)) == 7
    assert not conversations(database)


@pytest.mark.parametrize(("way", "said"), [("two", "needs no list of codes"), ("one", "name a list of codes")])
def test_codes_go_with_channels_that_cannot_be_answered_and_with_no_other(
    database: Engine, campaign: Campaign, listed: Path, way: str, said: str
) -> None:
    asked = replace(campaign, codes=listed) if way == "two" else replace(campaign, channel=ONE_WAY)
    with pytest.raises(CampaignError, match=said):
        draw(database, asked, people(1))


@pytest.mark.parametrize(
    "content",
    ["", "code\nAAAA", "code,address\nAAAA-BBBB,x\n", "code,address\nAAAA-BBBB-CCCC,http://x/i/DDDD\n", '"', "\x00"],
)
def test_a_file_that_is_no_list_of_codes_is_refused_and_left_as_it_is(tmp_path: Path, content: str) -> None:
    file = tmp_path / "codes.csv"
    file.write_text(content)
    with pytest.raises(CodesError) as caught:
        codes.take(file, 0)
    assert "AAAA" not in str(caught.value)
    assert file.read_text() == content
    assert list(tmp_path.iterdir()) == [file]


def test_a_list_that_another_run_uses_is_not_touched(listed: Path) -> None:
    listed.with_name("codes.csv.rest").write_text("")
    with pytest.raises(CodesError, match="another run"):
        codes.take(listed, 1)
    assert len(links(listed)) == 10


def test_no_number_is_in_the_database_or_in_what_is_printed(database: Engine, campaign: Campaign) -> None:
    frame = people(3)
    drawn = draw(database, campaign, frame)
    run(database, campaign, frame)
    kept = repr([row.model_dump() for row in (*conversations(database), *queued(database))])
    assert not any(case.telephone[1:] in kept + repr(drawn) + repr(campaign) for case in frame.cases)
