"""Disclosure control: what is withheld cannot be had by subtraction. The attacker here solves linear equations."""

from collections.abc import Iterable
from datetime import date
from itertools import combinations

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.disclosure.exposure import (
    COMPLEMENTARY,
    DEFAULT_K,
    FEWER_THAN_K,
    HEAVIEST,
    REVEALING,
    exposure,
    withheld_areas,
    withheld_sexes,
)
from survey_app.areas import Area, AreaList
from survey_app.instrument import Instrument

Exposures = dict[str, str]


def area(code: str, parent: str | None, population: int) -> Area:
    return Area(code, "x", parent, {}, date(2024, 1, 1), None, population)


@st.composite
def trees(draw: st.DrawFn) -> tuple[AreaList, Exposures]:
    """A country of districts, some with one area only, some areas directly below the top; anything may be exposed."""
    areas = [area("top", None, 0)]
    why = st.sampled_from(["", "", "", FEWER_THAN_K, REVEALING])
    for d in range(draw(st.integers(1, 5))):
        below = draw(st.integers(0, 4))
        areas.append(area(f"d{d}", "top", draw(st.integers(1, 99))))
        areas += [area(f"d{d}a{a}", f"d{d}", draw(st.integers(1, 99))) for a in range(below)]
    return AreaList(tuple(areas)), {found.code: draw(why) for found in areas[1:]}


def recoverable(areas: AreaList, hidden: list[str]) -> set[str]:
    """The hidden cells that are determined by the published ones: each parent is the sum of its children."""
    rows = []
    for parent in areas.areas:
        children = [child.code for child in areas.areas if child.parent == parent.code]
        if children:
            row = [0.0] * len(hidden)
            for code, sign in [(parent.code, -1.0), *((code, 1.0) for code in children)]:
                if code in hidden:
                    row[hidden.index(code)] = sign
            rows.append(row)
    matrix = np.array(rows) if rows else np.zeros((1, len(hidden)))
    rank = np.linalg.matrix_rank(matrix)
    determined = set()
    for column, code in enumerate(hidden):
        unit = np.zeros((1, len(hidden)))
        unit[0, column] = 1
        if np.linalg.matrix_rank(np.vstack([matrix, unit])) == rank:
            determined.add(code)
    return determined


@given(trees())
def test_fault_57_no_withheld_area_is_the_rest_of_published_sums(tree: tuple[AreaList, Exposures]) -> None:
    areas, exposures = tree
    reasons = withheld_areas(exposures, areas)
    hidden = list(reasons)  # with the top, where it goes with an only child
    primary = {code: why for code, why in exposures.items() if why}
    assert primary.items() <= reasons.items()
    if hidden and not set(hidden) >= set(exposures):
        assert not recoverable(areas, hidden) & set(primary)


@given(trees(), st.data())
def test_fault_57_the_areas_withheld_with_others_are_the_same_in_every_wave(
    tree: tuple[AreaList, Exposures], data: st.DataObject
) -> None:
    areas, exposures = tree
    reasons = withheld_areas(exposures, areas)
    another = data.draw(st.sampled_from([FEWER_THAN_K, REVEALING]))
    other_wave = {code: why and another for code, why in exposures.items()}
    assert set(withheld_areas(other_wave, areas)) == set(reasons)


def test_the_attacker_of_this_test_does_recover_from_a_naive_suppression() -> None:
    areas = AreaList((area("top", None, 0), area("a", "top", 1), area("b", "top", 2), area("c", "top", 3)))
    assert recoverable(areas, ["a"]) == {"a"}


def test_the_mechouar_takes_another_area_with_it(instrument: Instrument) -> None:
    exposures = {a.code: "" for a in instrument.areas.areas if a.parent}
    exposures["06.141.01.81"] = FEWER_THAN_K
    reasons = withheld_areas(exposures, instrument.areas)
    assert reasons.pop("06.141.01.81") == FEWER_THAN_K
    assert set(reasons.values()) == {COMPLEMENTARY}
    assert {instrument.areas.get(code).level for code in reasons} == {"district", "arrondissement"}


def test_fault_56_both_sexes_are_withheld_if_one_is() -> None:
    assert withheld_sexes({"woman": FEWER_THAN_K, "man": ""}) == {"woman": FEWER_THAN_K, "man": COMPLEMENTARY}
    assert withheld_sexes({"woman": "", "man": REVEALING}) == {"woman": COMPLEMENTARY, "man": REVEALING}
    assert withheld_sexes({"woman": "", "man": ""}) == {}


def why(weights: list[float], yes: int, k: int = DEFAULT_K) -> str:
    """The exposure of a cell whose last `yes` people said yes."""
    return exposure(answers(i >= len(weights) - yes for i in range(len(weights))), np.array(weights), k)


def answers(said: Iterable[bool]) -> npt.NDArray[np.float64]:
    return np.array(list(said), dtype=np.float64)


@pytest.mark.parametrize(("people", "reason"), [(9, FEWER_THAN_K), (10, "")])
def test_fault_56_a_cell_of_fewer_than_k_is_withheld(people: int, reason: str) -> None:
    assert why([1.0] * people, 4) == reason


@pytest.mark.parametrize("people", [10, 40, 5_000])
@pytest.mark.parametrize(("minority", "reason"), [(0, REVEALING), (1, REVEALING), (2, REVEALING), (3, ""), (4, "")])
def test_fault_56_a_share_of_none_or_all_is_withheld_however_many_answered(
    people: int, minority: int, reason: str
) -> None:
    assert why([0.7] * people, minority) == reason
    assert why([0.7] * people, people - minority) == reason


def test_fault_56_a_cell_that_three_people_carry_is_withheld_by_hand() -> None:
    # 50 + 30 + 21 of 200 is more than half, so that neither way of answering outweighs them.
    assert why([*[1.0] * 99, 50, 30, 21], 3) == REVEALING
    assert why([50, 30, 21, *[1.0] * 99], 50) == REVEALING
    # 50 + 30 + 19 of 200 is less: shown where the sides weigh 99 and 101, not where they weigh 98 and 102.
    assert why([*[1.0] * 101, 50, 30, 19], 3) == ""
    assert why([50, 30, 19, 1, 1, 1, *[1.0] * 98], 98) == REVEALING


def test_equal_weights_that_raking_has_shaken_are_still_equal() -> None:
    assert why([1 + 1e-12, 1 - 1e-12] * 20, 3) == why([1 - 1e-12, 1 + 1e-12] * 20, 37) == ""


CELLS = st.lists(st.tuples(st.sampled_from([1, 2, 3, 5, 8, 40]), st.booleans()), min_size=10, max_size=14)


def bounded(weights: npt.NDArray[np.float64], said: list[bool], together: int) -> bool:
    """Whether some people, so many together, can rule out one answer of another, since it would weigh too much."""
    people = range(len(said))
    for known in combinations(people, together):
        others = [i for i in people if i not in known]
        left = [sum(weights[i] for i in others if said[i] is side) for side in (False, True)]
        if any(weights[i] > min(left) for i in others):
            return True
    return False


@given(CELLS)
def test_fault_56_no_two_people_who_share_what_they_know_bound_the_answer_of_a_third(
    people: list[tuple[int, bool]],
) -> None:
    weights, said = np.array([w for w, _ in people], dtype=float), [answer for _, answer in people]
    if not exposure(answers(said), weights):
        assert not bounded(weights, said, HEAVIEST - 1)


def test_the_attackers_of_these_tests_do_learn_from_what_is_withheld() -> None:
    alone = [False] * 1 + [True] * 11  # who alone said no knows what all others said
    pair = [False] * 2 + [True] * 10  # and two who know of each other
    carried = [True, False] * 6
    heavy = np.array([40.0, *[1.0] * 11])
    assert bounded(np.ones(12), alone, 1)
    assert bounded(np.ones(12), pair, 2)
    assert not bounded(np.ones(12), pair, 1)
    assert bounded(heavy, carried, 0)  # anybody who sees the share knows what the heavy one said
    assert why([1.0] * 12, 11) == why([1.0] * 12, 10) == exposure(answers(carried), heavy) == REVEALING
