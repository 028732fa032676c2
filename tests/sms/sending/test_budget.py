"""Budgets: never a segment more than was allowed, however many send at once (fault 37)."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine
from sqlmodel import select

from sms.carriers.declared import Adapter, Channel
from sms.sending import budget
from survey_app import fieldwork
from survey_app.engine import Questionnaire
from survey_app.storage.database import connected, reading, writing
from survey_app.storage.tables import SpendingRow

from ..conftest import WAVE

DAY = date(2026, 3, 2)
SMS = Channel("sms", Adapter.PRETENDED, price=Decimal("0.0725"))
OTHER = Channel("other", Adapter.PRETENDED, price=Decimal("1"))
NONE = budget.Limits(None, None)


def reserve(
    engine: Engine,
    limits: budget.Limits,
    segments: int = 1,
    wave: str | None = WAVE,
    day: date = DAY,
    channel: Channel = SMS,
) -> bool:
    with writing(engine) as session:
        return budget.reserve(session, wave, channel, day, segments, 1, limits)


def spent(engine: Engine, wave: str | None = WAVE, day: date = DAY) -> tuple[str, str]:
    with reading(engine) as session:
        found = budget.spent(session, wave, day)
    return str(found.day.normalize()), str(found.wave.normalize())


def test_a_day_has_its_limit_over_waves_and_channels_and_a_wave_over_days(
    database: Engine, form: Questionnaire
) -> None:
    with writing(database) as session:
        fieldwork.field(session, form, "2026-04", date(2026, 4, 1), date(2026, 4, 30))
    limits = budget.Limits(wave=Decimal("3"), day=Decimal("2"))
    assert reserve(database, limits, channel=OTHER)
    assert not reserve(database, limits, 2, "2026-04", channel=OTHER)
    assert reserve(database, limits, 1, "2026-04", channel=OTHER)
    assert not reserve(database, limits)
    tomorrow = DAY + timedelta(days=1)
    assert reserve(database, limits, 2, day=tomorrow, channel=OTHER)
    assert not reserve(database, limits, day=tomorrow + timedelta(days=1))
    assert spent(database) == ("2", "3")
    assert spent(database, "2026-04", tomorrow) == ("2", "1")
    assert spent(database, None, tomorrow) == ("2", "0")


def test_the_limit_itself_may_be_spent_and_not_a_millionth_more(database: Engine) -> None:
    assert reserve(database, budget.Limits(None, Decimal("0.145")), 2)
    assert not reserve(database, budget.Limits(None, Decimal("0.217499")))
    assert reserve(database, budget.Limits(Decimal("0.2175"), Decimal("0.2175")))
    assert spent(database) == ("0.2175", "0.2175")


def test_without_limits_what_is_spent_is_still_shown(database: Engine) -> None:
    assert all(reserve(database, NONE, 3) for _ in range(2))
    with reading(database) as session:
        row = session.exec(select(SpendingRow)).one()
    assert (row.messages, row.segments, row.cost) == (2, 6, 435_000)


def test_what_has_no_wave_is_counted_nowhere(database: Engine) -> None:
    nothing = budget.Limits(Decimal(0), Decimal(0))
    assert reserve(database, nothing, wave=None)
    assert not reserve(database, nothing)
    with reading(database) as session:
        assert session.exec(select(SpendingRow)).all() == []


def test_what_was_not_sent_is_given_back_and_never_more_than_was_spent(database: Engine) -> None:
    limits = budget.Limits(None, Decimal("0.1"))
    assert reserve(database, limits)
    for _ in range(2):
        with writing(database) as session:
            budget.release(session, WAVE, SMS, DAY, 1, 1)
            budget.release(session, None, SMS, DAY, 1, 1)
        assert spent(database) == ("0", "0")
    assert reserve(database, limits)
    assert not reserve(database, limits)


def test_a_price_of_fractions_of_a_millionth_is_rounded_up(database: Engine) -> None:
    cheap = Channel("cheap", Adapter.PRETENDED, price=Decimal("0.0000001"))
    assert not reserve(database, budget.Limits(Decimal(0), None), channel=cheap)
    assert reserve(database, budget.Limits(Decimal("0.000001"), None), channel=cheap)


def test_several_processes_together_never_overspend_by_a_segment(database: Engine) -> None:
    url = database.url.render_as_string(hide_password=False)
    limits = budget.Limits(wave=Decimal("1"), day=Decimal("0.9"))  # of the day 12 segments, 13 would be too many

    def worker(segments: int) -> int:
        with connected(url) as engine:  # its own connections, as another process has
            return sum(segments for _ in range(12) if reserve(engine, limits, segments))

    with ThreadPoolExecutor(4) as pool:
        taken = sum(pool.map(worker, (1, 2, 1, 3)))
    assert taken == 12
    assert spent(database) == ("0.87", "0.87")


@given(
    price=st.decimals("0.000001", "2", places=6),
    limit=st.decimals("0", "9", places=6),
    asked=st.lists(st.integers(1, 9), max_size=8),
)
@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_what_is_spent_is_what_was_let_through_and_within_the_limit(
    database: Engine, price: Decimal, limit: Decimal, asked: list[int]
) -> None:
    channel = Channel("sms", Adapter.PRETENDED, price=price)
    with writing(database) as session:
        limits = budget.Limits(limit, None)
        through = [n for n in asked if budget.reserve(session, WAVE, channel, DAY, n, 1, limits)]
        total = budget.spent(session, WAVE, DAY)
        session.rollback()
    assert total.wave == total.day == price * sum(through) <= limit
