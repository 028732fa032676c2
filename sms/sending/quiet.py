"""Quiet hours: when we do not begin to write to people. Who writes to us is answered at any hour.

Nights, Friday's prayer, Ramadan and holidays are those of a country, in its own time zone, whose shifts (Morocco's in
Ramadan too) are the time zone database's. Islamic dates by calculation (Umm al-Qura) can be a day off from what is
proclaimed where the moon is looked for: the days before and after an estimated holiday are quiet too, and the day
before and the day after Ramadan are taken as days of it.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import holidays
from hijridate import Gregorian

Span = tuple[time, time]
ZONES = {
    "DZ": "Africa/Algiers",
    "EG": "Africa/Cairo",
    "LY": "Africa/Tripoli",
    "MA": "Africa/Casablanca",
    "TN": "Africa/Tunis",
}
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
FRIDAY, RAMADAN = 4, 9
LEAST_MINUTES = 240
MOST_DAYS = 2
LONGEST_DAYS = 10
_DAY, _MINUTE = timedelta(days=1), timedelta(minutes=1)
_TIME = "((?:[01][0-9]|2[0-3]):[0-5][0-9])"
_WRITTEN = re.compile(f"{_TIME}-{_TIME}")


@dataclass(frozen=True, slots=True)
class Rules:
    """When it is quiet in a country: each span from its first moment until before its second, on local clocks.

    `zone` is None for the country's own. `ramadan` stands instead of `night` in Ramadan, so that nobody is written to
    around iftar; `prayer` is Friday's, None where it is no reason. On `days` of the week (Monday is 0) nothing is
    begun, unless a week of quiet days was before them.
    """

    country: str = "MA"
    zone: str | None = None
    night: Span = (time(20), time(9))
    ramadan: Span = (time(16, 30), time(10))
    prayer: Span | None = (time(11, 30), time(14, 30))
    days: frozenset[int] = frozenset()

    @property
    def clock(self) -> ZoneInfo:
        """The time zone."""
        return ZoneInfo(self.zone or ZONES[self.country])


def ends(now: datetime, rules: Rules) -> datetime | None:
    """When the quiet ends, in UTC: a moment at which it is not quiet, in LONGEST_DAYS at most. None if it is not now.

    The days around estimated Islamic dates count as quiet too, since calculation can be a day off.
    """
    if _allowed(now, rules):
        return None
    today = now.astimezone(rules.clock).date()
    for ahead in range(2 * LONGEST_DAYS):
        day = today + timedelta(days=ahead)
        for opens, _ in _hours(day, rules):
            for moment in _moments(day, opens, rules.clock):
                if moment > now and _allowed(moment, rules):
                    return moment
    raise ValueError("these rules leave no hour to write in")


def known(country: str) -> str:
    """A country whose time and holidays are known. Raises ValueError."""
    if country not in ZONES:
        raise ValueError(f"must be one of {', '.join(ZONES)}")
    return country


def zone(name: str | None) -> str | None:
    """A time zone that is there, or None for the country's. Raises ValueError."""
    try:
        ZoneInfo(name or "UTC")
    except (KeyError, ValueError, OSError):
        raise ValueError("must be a time zone like Africa/Casablanca") from None
    return name or None


def night(text: str) -> Span:
    """A span over midnight that leaves hours of the day, as it is written. Raises ValueError."""
    begins, until = _span(text)
    if (begins.hour - until.hour) * 60 + begins.minute - until.minute < LEAST_MINUTES:
        raise ValueError("must go over midnight and leave four hours of the day, like 20:00-09:00")
    return begins, until


def prayer(text: str) -> Span | None:
    """A span within a day, as it is written, or None for an empty one. Raises ValueError."""
    if not text:
        return None
    begins, until = _span(text)
    if begins >= until:
        raise ValueError("must begin before it ends, like 11:30-14:30")
    return begins, until


def weekdays(text: str) -> frozenset[int]:
    """Two days of the week at most, by their English names. Raises ValueError."""
    names = [name.strip().lower() for name in text.split(",") if name.strip()]
    if len(names) > MOST_DAYS or not set(names) <= set(WEEKDAYS):
        raise ValueError("must be two days of the week at most, by commas, like saturday,sunday")
    return frozenset(WEEKDAYS.index(name) for name in names)


def _span(text: str) -> Span:
    if not (found := _WRITTEN.fullmatch(text.strip())):
        raise ValueError("must be two times of the day, like 20:00-09:00")
    return time.fromisoformat(found[1]), time.fromisoformat(found[2])


def _allowed(moment: datetime, rules: Rules) -> bool:
    local = moment.astimezone(rules.clock)
    return any(opens <= local.time() < closes for opens, closes in _hours(local.date(), rules))


def _hours(day: date, rules: Rules) -> Iterator[Span]:
    if _is_holiday(day, rules.country) or (day.weekday() in rules.days and not _after_a_week(day, rules)):
        return iter(())
    return _between(day, rules)


def _after_a_week(day: date, rules: Rules) -> bool:
    # Feasts and quiet days of the week in a row would otherwise hold messages back past LONGEST_DAYS.
    before = (day - timedelta(days=ago) for ago in range(1, 8))
    return all(
        each.weekday() in rules.days or _is_holiday(each, rules.country) or not any(_between(each, rules))
        for each in before
    )


def _between(day: date, rules: Rules) -> Iterator[Span]:
    closes, opens = rules.ramadan if _is_ramadan(day) else rules.night
    if rules.prayer is None or day.weekday() != FRIDAY:
        yield opens, closes
        return
    begins, until = rules.prayer
    if opens < min(begins, closes):
        yield opens, min(begins, closes)
    if max(until, opens) < closes:
        yield max(until, opens), closes


def _moments(day: date, at: time, clock: ZoneInfo) -> Iterator[datetime]:
    # A clock that is put back shows a time twice; one that is put forward may jump over it, and then the jump counts.
    first, again = (datetime.combine(day, at.replace(fold=fold), clock).astimezone(UTC) for fold in (0, 1))
    if first <= again:
        yield from (first, again)
        return
    after = first.astimezone(clock).utcoffset()
    while again.astimezone(clock).utcoffset() != after:
        again += _MINUTE
    yield again


@lru_cache(maxsize=64)
def _is_ramadan(day: date) -> bool:
    return any(Gregorian.fromdate(near).to_hijri().month == RAMADAN for near in (day - _DAY, day, day + _DAY))


@lru_cache(maxsize=64)
def _is_holiday(day: date, country: str) -> bool:
    nearly = (day - _DAY, day + _DAY)
    return day in _holidays(country, day.year) or any(
        "estimated" in _holidays(country, near.year).get(near, "") for near in nearly
    )


@lru_cache(maxsize=16)
def _holidays(country: str, year: int) -> dict[date, str]:
    return dict(holidays.country_holidays(country, years=year, language="en_US"))
