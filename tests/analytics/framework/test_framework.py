"""The results framework: no word of success that the interval does not bear."""

from dataclasses import replace
from datetime import date
from math import ceil, floor, hypot

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.framework import (
    BEHIND,
    MET,
    NO_FIGURE,
    NOT_RELEASED,
    ON_TRACK,
    SINCE_BASELINE,
    START,
    STATUSES,
    UNSURE,
    change_since,
    decided,
    history,
    moved,
    rows,
    side,
    target_cards,
)
from analytics.lattice import lattice_cells
from analytics.release import (
    CHANGE,
    CONFIDENTIAL,
    PROTECTED,
    PUBLISHED,
    UNAVAILABLE,
    UNRELIABLE,
    YEAR,
    Figure,
    TargetCard,
)
from survey_app.instrument import Instrument

from .releases import WAVES, five_waves, level, release

THOUSANDTHS = st.integers(0, 1000).map(lambda n: n / 1000)
INTERVALS = st.tuples(THOUSANDTHS, THOUSANDTHS, THOUSANDTHS).map(sorted)
UNKNOWN = Figure("trust", "q2", "", "", SINCE_BASELINE, UNAVAILABLE)


def a_change(low: float, high: float) -> Figure:
    return replace(UNKNOWN, status=PUBLISHED, estimate=(low + high) / 2, low=low, high=high)


@given(INTERVALS, THOUSANDTHS, THOUSANDTHS, st.booleans())
def test_on_track_and_met_are_said_only_where_the_whole_interval_is_there(
    ends: list[float], due: float, target: float, lower: bool
) -> None:
    low, estimate, high = ends
    figure = level("trust", "q2", estimate, low, high)
    said = decided(figure, UNKNOWN, due, target, lower_is_better=lower)
    reaches = {mark: high <= mark if lower else low >= mark for mark in (due, target)}
    misses = low > due if lower else high < due
    assert (said in (ON_TRACK, MET)) == reaches[due]
    assert (said == MET) == (reaches[due] and reaches[target])
    assert (said == BEHIND) == misses
    assert (said == UNSURE) == (not reaches[due] and not misses)


@given(INTERVALS, THOUSANDTHS, THOUSANDTHS, st.booleans())
def test_a_share_and_its_complement_stand_alike(ends: list[float], due: float, target: float, lower: bool) -> None:
    low, estimate, high = ends
    one = decided(level("trust", "q2", estimate, low, high), UNKNOWN, due, target, lower_is_better=lower)
    turned = level("trust", "q2", 1 - estimate, 1 - high, 1 - low)
    assert one == decided(turned, UNKNOWN, 1 - due, 1 - target, lower_is_better=not lower)


@given(st.integers(-500, 500), st.integers(0, 500), st.booleans())
def test_before_the_first_milestone_only_a_change_beyond_chance_is_said(low: int, width: int, lower: bool) -> None:
    change = a_change(low / 1000, (low + width) / 1000)
    figure = level("trust", "q2", 0.5, 0.46, 0.54)
    said = decided(figure, change, None, 0.0 if lower else 1.0, lower_is_better=lower)
    better = change.high is not None and change.high < 0 if lower else change.low is not None and change.low > 0
    assert (said == ON_TRACK) == better == (moved(change, lower_is_better=lower) == 1)
    assert said in (ON_TRACK, BEHIND, UNSURE)
    assert (said == UNSURE) == (low <= 0 <= low + width)


@pytest.mark.parametrize(
    ("low", "high", "mark", "lower", "expected"),
    [
        (0.50, 0.58, 0.50, False, 1),
        (0.50, 0.58, 0.501, False, 0),
        (0.42, 0.50, 0.50, False, 0),
        (0.42, 0.499, 0.50, False, -1),
        (0.06, 0.10, 0.10, True, 1),
        (0.06, 0.101, 0.10, True, 0),
        (0.10, 0.14, 0.10, True, 0),
        (0.101, 0.14, 0.10, True, -1),
        (0.1 + 0.2, 0.4, 0.3, False, 1),  # no status hangs on the last bit
    ],
)
def test_the_end_of_an_interval_may_touch_the_mark(
    low: float, high: float, mark: float, lower: bool, expected: int
) -> None:
    assert side(low, high, mark, lower_is_better=lower) == expected


def test_five_waves_by_hand() -> None:
    """Milestones 50 % by June, 60 % by December: worked out by hand from `five_waves`."""
    found = [(row.wave.id, row.due, row.status) for row in history(five_waves())]
    june, december = ("2025-06-30", 0.5), ("2025-12-31", 0.6)
    assert found == [
        ("q1", None, START),
        ("q2", june, UNSURE),  # 42 to 50: the milestone is the upper end
        ("q3", june, UNSURE),  # 46 to 54
        ("q4", december, BEHIND),  # 50 to 58, all under 60: due on the day that the wave closes
        ("q5", december, UNSURE),  # 51 to 60
    ]
    target = TargetCard("trust", "q1", (("2026-01-31", 0.45), ("2027-12-31", 0.50)))
    later = replace(five_waves(), targets=(target,))
    assert [row.status for row in history(later)] == [START, ON_TRACK, ON_TRACK, MET, MET]


def test_nothing_is_interpolated_between_two_milestones() -> None:
    target = TargetCard("trust", "q1", (("2025-06-30", 0.3), ("2025-12-31", 0.9)))
    by_wave = {row.wave.id: row for row in history(replace(five_waves(), targets=(target,)))}
    assert by_wave["q3"].due == ("2025-06-30", 0.3)
    assert (by_wave["q3"].status, by_wave["q4"].status) == (ON_TRACK, BEHIND)


@pytest.mark.parametrize("status", [CONFIDENTIAL, UNRELIABLE, UNAVAILABLE])
def test_what_is_withheld_has_no_status_and_no_change(status: str) -> None:
    hidden = Figure("trust", "q2", "", "", "", status, PROTECTED)
    (row,) = rows(release(level("trust", "q1", 0.4, 0.36, 0.44), hidden), "q2")
    assert (row.status, row.change.status, row.change.estimate, row.moved) == (NO_FIGURE, status, None, 0)


def test_a_baseline_without_a_figure_leaves_the_milestones_to_judge_by() -> None:
    later = level("trust", "q2", 0.56, 0.52, 0.60)
    one = TargetCard("trust", "q1", (("2025-06-30", 0.5), ("2025-12-31", 0.6)))
    (row,) = rows(release(later, targets=(one,)), "q2")
    assert (row.status, row.baseline.reason, row.change.reason) == (ON_TRACK, NOT_RELEASED, NOT_RELEASED)
    (row,) = rows(release(later, targets=(replace(one, milestones=(("2030-01-01", 0.9),)),)), "q2")
    assert row.status == NO_FIGURE


def test_a_target_of_an_indicator_that_is_gone_has_no_row() -> None:
    gone = TargetCard("gone", "q1", (("2025-06-30", 0.5),))
    assert rows(replace(five_waves(), targets=(gone,))) == ()
    assert rows(replace(five_waves(), waves=())) == ()


def test_the_releases_own_change_is_taken_where_it_is_between_these_waves() -> None:
    whole = five_waves()
    assert change_since(whole, "trust", "q1", "q2") == whole.figure("trust", "q2", contrast=CHANGE)
    assert change_since(whole, "trust", "q1", "q5") == whole.figure("trust", "q5", contrast=YEAR)
    for wave in ("q3", "q4"):
        assert change_since(whole, "trust", "q1", wave).contrast == SINCE_BASELINE
    assert change_since(whole, "trust", "q2", "q5").contrast == SINCE_BASELINE


def test_the_pairs_of_waves_are_those_of_the_lattice(instrument: Instrument) -> None:
    days = [date.fromisoformat(wave.opens) for wave in WAVES]
    lattice = lattice_cells(instrument, [wave.id for wave in WAVES], days, sexes=False)
    pairs = {(place.wave, minus.wave) for kind, place, _, minus in lattice.contrasts if kind == YEAR}
    assert pairs == {("q5", "q1")}


def test_a_change_from_two_levels_by_hand() -> None:
    """0.50 (0.46 to 0.54) less 0.40 (0.36 to 0.44), each rounded to 0.01, so that each may be off by 0.005.

    low = 0.10 - 0.01 - sqrt(0.035^2 + 0.035^2) = 0.0405, down to 0.04; high = 0.10 + 0.01 + 0.0495 = 0.1595, up.
    """
    change = change_since(five_waves(), "trust", "q1", "q3")
    assert (change.estimate, change.low, change.high) == (0.1, 0.04, 0.16)
    assert change.se == pytest.approx(hypot(0.02, 0.02), abs=0.0005)
    assert (change.method, change.n) == ("mover", 400)


@given(
    st.integers(0, 90),
    st.integers(0, 90),
    st.integers(1, 9),
    st.integers(1, 9),
    st.integers(-49, 49),
    st.integers(-49, 49),
)
def test_a_change_covers_what_exact_levels_would_have_said(a: int, b: int, c: int, d: int, e: int, f: int) -> None:
    """Whatever the levels were before they were rounded, as far as their intervals rounded outwards allow."""
    p, q = (a + 5) / 100 + e / 10_000, (b + 5) / 100 + f / 10_000
    half, other = c / 100, d / 100
    exact = p - q - hypot(half, other), p - q + hypot(half, other)
    told = [
        level("trust", wave, round(at, 2), floor((at - by) * 100) / 100, ceil((at + by) * 100) / 100)
        for wave, at, by in (("q1", q, other), ("q3", p, half))
    ]
    change = change_since(release(*told), "trust", "q1", "q3")
    assert change.low is not None
    assert change.high is not None
    assert change.low <= exact[0] + 1e-9
    assert change.high >= exact[1] - 1e-9


def test_the_instruments_targets_become_cards_of_the_release(instrument: Instrument) -> None:
    cards = {card.indicator: card for card in target_cards(instrument, "w7")}
    assert {"trust", "safe_dark", "respect", "bribe"} <= set(cards)
    assert cards["trust"].baseline == "w7"
    assert cards["trust"].milestones[0] == ("2026-06-30", 0.48)


def test_there_is_a_status_for_each_row_and_no_other() -> None:
    assert {row.status for row in history(five_waves())} <= set(STATUSES)
