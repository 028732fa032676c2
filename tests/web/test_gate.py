"""The gate of open links: floods are slowed and flagged, people behind one address get in, nobody is written down."""

from collections.abc import Callable

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine

from survey_app.engine import Questionnaire
from survey_app.settings import CollectorSettings
from survey_app.web import gate, puzzle
from survey_app.web.application import create_site
from survey_app.web.gate import Gate, Limits
from survey_app.web.puzzle import Puzzles, zero_bits

from .conftest import Calendar
from .respondent import Respondent, at, hidden
from .test_journeys import drafts_kept, envelopes


class Seconds:
    """The time, which a test moves."""

    def __init__(self) -> None:
        self.now = 1_700_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def seconds() -> Seconds:
    return Seconds()


@pytest.fixture
def site(
    settings: CollectorSettings, database: Engine, calendar: Calendar, fielded: Questionnaire, seconds: Seconds
) -> Flask:
    strict = settings.model_copy(update={"starts_an_hour_from_one_address": 3})
    return create_site(strict, database, calendar, seconds)


def solve(challenge: str) -> str:
    """What the browser's script does."""
    bits = int(challenge.split(".", maxsplit=1)[0])
    return next(str(number) for number in range(10_000_000) if zero_bits(f"{challenge}:{number}") >= bits)


def test_fault_15_many_starts_from_one_address_cost_a_puzzle_and_none_is_dropped(
    arrive: Callable[..., Respondent], database: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gate, "EASIEST_BITS", 8)
    for _ in range(3):
        assert arrive("en").start().status_code == 303
    person = arrive("en")
    page = person.get("/?lang=en")
    challenge = hidden(page, "challenge")
    assert f'data-challenge="{challenge}"' in page.text
    assert "<script" in page.text
    refused = person.post("/start?lang=en", {"challenge": challenge, "number": ""})
    assert refused.status_code == 429
    assert "press the button again" in refused.text
    solved = {"challenge": hidden(refused, "challenge"), "number": solve(challenge)}
    assert person.post("/start", solved).location == at("welcome")
    assert arrive("en").post("/start", solved).status_code == 429  # a solution counts once
    assert drafts_kept(database) == 4


def test_fault_15_a_browser_without_script_waits_instead(arrive: Callable[..., Respondent], seconds: Seconds) -> None:
    for _ in range(3):
        arrive("en").start()
    first, second = arrive("en"), arrive("en")
    sent = [{"challenge": hidden(person.get("/"), "challenge"), "number": ""} for person in (first, second)]
    assert first.post("/start", sent[0]).status_code == 429
    seconds.now += puzzle.WAIT
    assert first.post("/start", sent[0]).status_code == 303
    assert second.post("/start", sent[1]).status_code == 429  # one in so many seconds from one address
    assert second.post("/start", sent[0]).status_code == 429
    seconds.now += puzzle.WAIT
    assert second.post("/start", sent[1]).status_code == 303


def test_fault_15_other_people_and_the_next_hour_are_not_affected(site: Flask, seconds: Seconds) -> None:
    for _ in range(5):
        Respondent(site).start()
    assert Respondent(site).start().status_code == 429
    elsewhere = Respondent(site).client.post(
        "/start", base_url="https://survey.example", environ_overrides={"REMOTE_ADDR": "192.0.2.9"}
    )
    assert elsewhere.status_code == 303
    seconds.now += gate.HOUR
    assert Respondent(site).start().status_code == 303


def test_fault_15_answers_that_came_faster_than_anybody_reads_are_flagged_and_kept(
    arrive: Callable[..., Respondent], database: Engine, seconds: Seconds
) -> None:
    quick, slow = arrive("en"), arrive("en")
    quick.complete()
    quick.send()
    slow.complete()
    seconds.now += 60
    slow.send()
    contents = envelopes(database)
    assert len(contents) == 2
    assert sorted('"hurried":true' in content for content in contents) == [False, True]


def test_fault_46_a_clock_that_goes_back_flags_nobody_and_locks_nobody_out(
    arrive: Callable[..., Respondent], database: Engine, seconds: Seconds
) -> None:
    person = arrive("en")
    person.complete()
    seconds.now -= 86_400
    person.send()
    (content,) = envelopes(database)
    assert '"hurried":false' in content
    assert arrive("en").start().status_code == 303


def test_far_too_many_starts_from_one_address_are_refused_for_the_hour(seconds: Seconds) -> None:
    doors = Gate(Limits(a_minute=10_000, an_hour_from_one=2), seconds)
    hardness = []
    for _ in range(2 * gate.REFUSED_AT):
        hardness.append(doors.bits("192.0.2.1"))
        doors.started("192.0.2.1")
    assert hardness[:2] == [0, 0]
    grown = [bits for bits in hardness[2:] if bits is not None]
    assert grown == sorted(grown)
    assert set(grown) <= set(range(gate.EASIEST_BITS, gate.HARDEST_BITS + 1))
    assert doors.bits("192.0.2.1") is None
    assert doors.bits("192.0.2.2") == 0


def test_a_flood_from_everywhere_costs_everybody_a_puzzle_and_ends_with_it(seconds: Seconds) -> None:
    doors = Gate(Limits(a_minute=100, an_hour_from_one=60), seconds)
    for number in range(100):
        doors.started(f"198.51.{number}.1")
    assert doors.bits("192.0.2.1")
    seconds.now += gate.MINUTE
    assert doors.bits("192.0.2.1")
    seconds.now += gate.MINUTE
    assert doors.bits("192.0.2.1") == 0


def test_the_gate_holds_no_address_and_a_new_key_each_hour(seconds: Seconds) -> None:
    doors = Gate(Limits(10, 10), seconds)
    doors.started("192.0.2.1")
    before = doors._hour
    assert "192.0.2.1" not in repr(before)
    seconds.now += gate.HOUR
    doors.started("192.0.2.1")
    assert not set(before.starts) & set(doors._hour.starts)


def test_one_subscriber_of_ipv6_is_one_address(seconds: Seconds) -> None:
    doors = Gate(Limits(a_minute=1_000, an_hour_from_one=1), seconds)
    doors.started("2001:db8:1:2::1")
    assert doors.bits("2001:db8:1:2:ffff::9")
    assert doors.bits("2001:db8:1:3::1") == 0


def test_memory_of_the_gate_is_bounded(seconds: Seconds, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gate, "MAX_ADDRESSES", 50)
    doors = Gate(Limits(a_minute=1_000_000, an_hour_from_one=60), seconds)
    for number in range(500):
        doors.started(f"10.0.{number // 250}.{number % 250}")
    assert len(doors._hour.starts) == 50
    assert doors.bits("192.0.2.1")


@given(st.text(max_size=300), st.text(max_size=30), st.integers(0, 20))
def test_no_forged_challenge_or_number_passes(challenge: str, number: str, bits: int) -> None:
    puzzles = Puzzles(bytes(32), lambda: 1_000_000.0)
    assert not puzzles.solved(challenge, number, bits)
    assert puzzles.age(challenge) is None
    changed = puzzles.challenge(1).replace("1.", "0.", 1)
    assert not puzzles.solved(changed, "0", 0)


def test_a_puzzle_is_good_for_ten_minutes_and_no_easier_than_asked(seconds: Seconds) -> None:
    puzzles = Puzzles(bytes(32), seconds)
    challenge = puzzles.challenge(6)
    number = solve(challenge)
    assert not puzzles.solved(challenge, number, 7)
    seconds.now += puzzle.LIFETIME + 1
    assert not puzzles.solved(challenge, number, 6)


def test_behind_proxies_of_our_own_the_address_is_theirs_to_tell_and_no_further(
    settings: CollectorSettings, database: Engine, calendar: Calendar, fielded: Questionnaire, seconds: Seconds
) -> None:
    strict = settings.model_copy(update={"starts_an_hour_from_one_address": 1, "proxies": 1})
    site = create_site(strict, database, calendar, seconds)
    assert Respondent(site).post("/start", None, **{"X-Forwarded-For": "203.0.113.1, 192.0.2.1"}).status_code == 303
    assert Respondent(site).post("/start", None, **{"X-Forwarded-For": "203.0.113.2, 192.0.2.1"}).status_code == 429
    assert Respondent(site).post("/start", None, **{"X-Forwarded-For": "203.0.113.2, 192.0.2.2"}).status_code == 303
