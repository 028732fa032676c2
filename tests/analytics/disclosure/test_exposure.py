"""Primary suppression: a cell is withheld for its own sake if somebody in it could be found."""

from collections.abc import Iterable
from itertools import combinations

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.disclosure.exposure import (
    DEFAULT_K,
    FEWER_THAN_K,
    HEAVIEST,
    REVEALING,
    exposure,
)


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
