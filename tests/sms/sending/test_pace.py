"""The pace: a channel is handed what it takes in a second and no more, by all processes together."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine

from sms.carriers.declared import Adapter, Channel
from sms.sending import pace
from survey_app.storage.database import connected, writing

from ..conftest import START


def take(engine: Engine, rate: float, wanted: int, seconds: float = 0.0) -> int:
    with writing(engine) as session:
        now = START + timedelta(seconds=seconds)
        return pace.take(session, Channel("sms", Adapter.PRETENDED, rate=rate), wanted, now)


def test_a_second_s_worth_is_there_at_once_and_then_as_much_as_time_goes(engine: Engine) -> None:
    assert [take(engine, 10, 8), take(engine, 10, 8), take(engine, 10, 8)] == [8, 2, 0]
    assert take(engine, 10, 8, 0.5) == 5
    assert take(engine, 10, 99, 60) == 10


def test_a_slow_channel_takes_one_at_a_time(engine: Engine) -> None:
    assert [take(engine, 0.25, 5, seconds) for seconds in (0, 1, 3.5, 4, 60, 61)] == [1, 0, 0, 1, 1, 0]


def test_nothing_is_taken_where_nothing_is_wanted(engine: Engine) -> None:
    assert [take(engine, 3, 0), take(engine, 3, -2), take(engine, 3, 3)] == [0, 0, 3]


def test_a_clock_that_is_behind_gives_nothing_and_one_that_was_put_back_does_not_stop_the_channel(
    engine: Engine,
) -> None:
    assert take(engine, 10, 10, 5) == 10
    assert [take(engine, 10, 10, seconds) for seconds in (4, 5, 4)] == [0, 0, 0]
    assert [take(engine, 10, 10, seconds) for seconds in (-3600, -3599)] == [0, 10]


def test_several_processes_together_take_no_more_than_there_is(engine: Engine) -> None:
    url = engine.url.render_as_string(hide_password=False)

    def worker(_: int) -> int:
        with connected(url) as own:
            return sum(take(own, 20, 3) for _ in range(10))

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(worker, range(4))) == 20


@given(
    rate=st.floats(0.05, 50),
    steps=st.lists(st.tuples(st.floats(0, 9), st.integers(0, 60)), min_size=1, max_size=20),
)
@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_over_any_time_no_more_goes_than_a_second_s_worth_and_what_the_time_brought(
    engine: Engine, rate: float, steps: list[tuple[float, int]]
) -> None:
    channel, now, total = Channel("sms", Adapter.PRETENDED, rate=rate), START, 0
    with writing(engine) as session:
        for seconds, wanted in steps:
            now += timedelta(seconds=seconds)
            total += pace.take(session, channel, wanted, now)
        session.rollback()
    assert total <= max(1.0, rate) + rate * seconds_since(START, now) + 1e-6


def seconds_since(start: datetime, now: datetime) -> float:
    return (now - start).total_seconds()
