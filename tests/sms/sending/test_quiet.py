"""Quiet hours: nobody is written to at night, at prayer, around iftar or on a feast, wherever the clocks stand."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sms.sending import quiet
from sms.sending.quiet import ZONES, Rules, ends

COUNTRIES = sorted(ZONES)
MOROCCO = Rules()
SPANS = st.sampled_from([(time(20), time(9)), (time(18, 30), time(10, 30)), (time(23, 59), time(2, 30))])
PAIRS = [frozenset(days) for days in ([], [4], [6], [5, 6], [4, 5], [0, 1], [3, 6])]
RULES = st.builds(
    Rules,
    country=st.sampled_from(COUNTRIES),
    night=SPANS,
    ramadan=SPANS,
    prayer=st.sampled_from([None, (time(11, 30), time(14, 30))]),
    days=st.sampled_from(PAIRS),
)
MOMENTS = st.timedeltas(timedelta(0), timedelta(days=40 * 365)).map(datetime(2020, 1, 1, tzinfo=UTC).__add__)


def local(moment: datetime, rules: Rules = MOROCCO) -> str:
    return f"{moment.astimezone(rules.clock):%Y-%m-%d %H:%M}"


def casablanca(text: str, fold: int = 0) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=MOROCCO.clock, fold=fold)


@pytest.mark.parametrize(
    ("now", "end"),
    [
        ("2026-04-01 08:59", "2026-04-01 09:00"),  # a Wednesday
        ("2026-04-01 09:00", None),
        ("2026-04-01 19:59:59", None),
        ("2026-04-01 20:00", "2026-04-02 09:00"),
        ("2026-04-02 23:59", "2026-04-03 09:00"),
        ("2026-04-03 11:29", None),
        ("2026-04-03 11:30", "2026-04-03 14:30"),  # the prayer
        ("2026-04-03 14:30", None),
        ("2026-04-04 12:00", None),
        ("2026-05-01 12:00", "2026-05-02 09:00"),  # a holiday that no moon decides
        ("2026-04-30 12:00", None),
        ("2026-06-16 12:00", "2026-06-18 09:00"),  # an estimated one: the day after as well
        ("2026-06-15 12:00", "2026-06-18 09:00"),  # and the day before
        ("2026-06-14 12:00", None),
        ("2026-02-17 16:29", None),  # Ramadan is calculated from the 18th: the day before may be in it
        ("2026-02-17 16:30", "2026-02-18 10:00"),
        ("2026-02-16 19:00", None),
        ("2026-03-18 17:00", "2026-03-23 09:00"),  # and then the feast, on the 20th and 21st, or a day off
    ],
)
def test_the_quiet_of_morocco_ends(now: str, end: str | None) -> None:
    found = ends(casablanca(now), MOROCCO)
    assert (found and local(found)) == end


@pytest.mark.parametrize(
    ("country", "day"),
    [
        ("TN", "2026-03-20"),
        ("DZ", "2026-07-05"),
        ("LY", "2026-02-17"),
        ("EG", "2026-01-07"),
        ("MA", "2026-07-30"),
        ("EG", "2026-12-31"),  # nothing on this day
    ],
)
def test_each_country_has_its_own_holidays(country: str, day: str) -> None:
    noon = datetime.combine(date.fromisoformat(day), time(10, 30), Rules(country).clock)
    assert (ends(noon, Rules(country)) is None) == (day == "2026-12-31")


@pytest.mark.parametrize("country", COUNTRIES)
def test_the_first_and_the_last_day_of_the_month_of_fasting_may_be_a_day_off(country: str) -> None:
    rules = Rules(country)
    for first, feast in (("2025-03-01", "2025-03-30"), ("2027-02-08", "2027-03-09")):  # Umm al-Qura
        for day, off in ((first, -1), (first, 0), (first, 1), (feast, -1), (feast, 0), (feast, 1)):
            evening = date.fromisoformat(day) + timedelta(days=off)
            assert ends(datetime.combine(evening, time(18, 30), rules.clock), rules) is not None
        before = datetime.combine(date.fromisoformat(first) - timedelta(days=2), time(18, 30), rules.clock)
        assert ends(before, rules) is None


def test_quiet_days_of_the_week_are_quiet_whole_until_a_week_of_quiet_was_before_them() -> None:
    rules = Rules(days=frozenset({5, 6}))
    friday = casablanca("2026-04-03 20:00")
    assert local(ends(friday, rules) or friday) == "2026-04-06 09:00"
    begins = casablanca("2026-08-19 20:00")  # three feasts and the Prophet's birthday, estimated
    assert local(ends(begins, rules) or begins) == "2026-08-28 09:00"


def test_the_clock_of_ramadan_and_the_one_after_it_are_both_local() -> None:
    rules = Rules(ramadan=(time(20), time(9)))
    assert [
        (ends(casablanca(night), rules) or casablanca(night)).astimezone(UTC).hour
        for night in ("2026-02-10 23:00", "2026-03-02 23:00", "2026-03-29 23:00")
    ] == [8, 9, 8]  # an hour before Greenwich but in Ramadan


@given(MOMENTS, RULES)
@example(datetime(2027, 3, 5, 17, 7, tzinfo=UTC), Rules("LY", days=frozenset({5, 6})))
@example(datetime(2048, 9, 13, 21, 28, tzinfo=UTC), Rules("LY", days=frozenset({0, 1})))
@example(datetime(2021, 5, 16, 1, 10, tzinfo=UTC), Rules(night=(time(23, 59), time(2, 30))))
def test_the_end_is_not_quiet_and_not_far_and_there_is_none_where_it_is_not_quiet(now: datetime, rules: Rules) -> None:
    end = ends(now, rules)
    if end is None:
        opens, closes = min(rules.night[1], rules.ramadan[1]), max(rules.night[0], rules.ramadan[0])
        assert opens <= now.astimezone(rules.clock).time() < closes
        return
    assert now < end <= now + timedelta(days=quiet.LONGEST_DAYS)
    assert end.tzinfo is UTC
    assert ends(end, rules) is None
    just_before = end - timedelta(microseconds=1)
    assert ends(just_before, rules) == end


@pytest.mark.parametrize("country", COUNTRIES)
@pytest.mark.parametrize("opens", [time(0, 30), time(2, 30), time(9)])
def test_it_is_so_in_every_night_in_which_clocks_are_changed(country: str, opens: time) -> None:
    rules = Rules(country, night=(time(23), opens), ramadan=(time(23), opens))
    changes = 0
    hour = datetime(2023, 1, 1, tzinfo=UTC)
    while hour.year < 2030:
        later = hour + timedelta(hours=1)
        if hour.astimezone(rules.clock).utcoffset() != later.astimezone(rules.clock).utcoffset():
            changes += 1
            for minutes in range(-240, 240, 10):
                moment = hour + timedelta(minutes=minutes)
                end = ends(moment, rules)
                if end is None:
                    continue
                assert end > moment
                assert ends(end, rules) is None
        hour = later
    assert bool(changes) == (country in {"MA", "EG"})


def test_a_time_that_comes_twice_ends_the_quiet_twice_and_one_that_never_comes_ends_none_in_the_prayer() -> None:
    twice = Rules("MA", night=(time(23), time(2, 30)), ramadan=(time(23), time(2, 30)))
    first, again = casablanca("2026-02-15 02:10"), casablanca("2026-02-15 02:10", fold=1)
    assert again.astimezone(UTC) - first.astimezone(UTC) == timedelta(hours=1)
    for now in (first, again):
        assert ends(now, twice) == now.astimezone(UTC) + timedelta(minutes=20)
    never = Rules("EG", night=(time(23), time(0, 30)), prayer=(time(0, 50), time(14)))
    before = datetime(2026, 4, 23, 23, 30, tzinfo=never.clock)  # at midnight it is one o'clock
    assert local(ends(before, never) or before, never) == "2026-04-24 14:00"


@pytest.mark.parametrize("country", COUNTRIES)
@pytest.mark.parametrize("days", PAIRS)
def test_no_feast_of_thirty_years_holds_a_message_back_for_more_than_ten_days(
    country: str, days: frozenset[int]
) -> None:
    rules = Rules(country, days=days)
    now, last = datetime(2025, 1, 1, tzinfo=UTC), datetime(2055, 1, 1, tzinfo=UTC)
    while now < last:
        end = ends(now, rules)
        assert end is None or end - now <= timedelta(days=quiet.LONGEST_DAYS)
        now = end or now + timedelta(hours=5)


@pytest.mark.parametrize(
    ("read", "text"),
    [
        (quiet.night, "20:00"),
        (quiet.night, "20:00-25:00"),
        (quiet.night, "09:00-20:00"),
        (quiet.night, "12:00-08:01"),
        (quiet.night, "20-9"),
        (quiet.night, ""),
        (quiet.prayer, "14:30-11:30"),
        (quiet.prayer, "11:30-11:30"),
        (quiet.weekdays, "friday,saturday,sunday"),
        (quiet.weekdays, "vendredi"),
        (quiet.known, "ma"),
        (quiet.known, "FR"),
        (quiet.zone, "Africa"),
        (quiet.zone, "Africa/Atlantis"),
        (quiet.zone, "../etc/passwd"),
    ],
)
def test_rules_that_cannot_be_kept_are_refused_with_what_they_must_be(read: object, text: str) -> None:
    assert callable(read)
    with pytest.raises(ValueError, match=r"^must "):
        read(text)


def test_rules_are_read_as_they_are_written() -> None:
    assert quiet.night("20:00-09:00") == MOROCCO.night
    assert quiet.prayer("11:30-14:30") == MOROCCO.prayer
    assert quiet.prayer("") is None
    assert quiet.weekdays(" Saturday, sunday,") == {5, 6}
    assert quiet.zone("Africa/El_Aaiun") == "Africa/El_Aaiun"
    assert quiet.zone("") is None
