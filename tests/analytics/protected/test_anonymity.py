"""The rule of k and local suppression, on random tables and against the optimum of an integer program."""

from collections import Counter, defaultdict
from itertools import combinations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import LinearConstraint, milp

from analytics.protected.anonymity import WITHHELD, Row, class_sizes, suppressed

COSTS = [4.0, 2.0, 1.0]
rows = st.lists(
    st.tuples(st.sampled_from("ab"), st.sampled_from("xyz"), st.sampled_from("12345")), min_size=1, max_size=60
)
groups = st.sampled_from([("w1",), ("w2",)])


@given(rows, st.data(), st.integers(2, 7))
def test_every_class_that_is_shown_has_k_rows_and_nothing_is_added(
    table: list[Row], data: st.DataObject, k: int
) -> None:
    fixed = data.draw(st.lists(groups, min_size=len(table), max_size=len(table)))
    done = suppressed(table, fixed, COSTS, k)
    kept = ~done.left_out
    shown = [row for row, keep in zip(done.rows, kept, strict=True) if keep]
    of_kept = [of for of, keep in zip(fixed, kept, strict=True) if keep]
    assert all(size >= k for size in class_sizes(shown, of_kept))
    for before, after, changed in zip(table, done.rows, done.withheld, strict=True):
        assert all(b == a or a == WITHHELD for b, a in zip(before, after, strict=True))
        assert changed.tolist() == [b != a for b, a in zip(before, after, strict=True)]
    sizes = Counter(fixed)
    assert done.left_out.tolist() == [sizes[of] < k for of in fixed]


@given(rows, st.integers(2, 7))
def test_it_is_deterministic_and_a_second_time_withholds_nothing(table: list[Row], k: int) -> None:
    fixed: list[Row] = [()] * len(table)
    done = suppressed(table, fixed, COSTS, k)
    assert suppressed(table, fixed, COSTS, k).rows == done.rows
    again = suppressed(done.rows, fixed, COSTS, k)
    assert again.rows == done.rows
    assert not again.withheld.any()


def test_a_row_that_differs_in_one_key_loses_that_key_and_takes_the_fewest_along() -> None:
    table: list[Row] = [*[("a", "x", "1")] * 5, *[("a", "x", "2")] * 5, *[("a", "x", "3")] * 2]
    done = suppressed(table, [()] * 12, COSTS, 5)
    # The two cannot be alone: with nothing to spare elsewhere, a class of five joins them.
    assert done.withheld.sum(axis=0).tolist() == [0, 0, 7]
    spare: list[Row] = [*table, *[("a", "x", "1")] * 3]
    assert suppressed(spare, [()] * 15, COSTS, 5).withheld.sum(axis=0).tolist() == [0, 0, 5]


def test_the_dearer_key_is_kept_where_either_would_do() -> None:
    table: list[Row] = [*[("a", "x", "1")] * 3, *[("b", "x", "1")] * 3, *[("a", "y", "1")] * 3]
    done = suppressed(table, [()] * 9, COSTS, 6)
    assert done.rows == ((WITHHELD, WITHHELD, "1"),) * 9
    pair: list[Row] = [("a", "x", "1"), ("a", "y", "1")]
    assert suppressed(pair, [()] * 2, COSTS, 2).rows == (("a", WITHHELD, "1"),) * 2


def test_it_withholds_little_more_than_the_least_that_can_be() -> None:
    ratios = []
    for seed in range(8):
        random = np.random.default_rng(seed)
        table: list[Row] = list(
            zip(
                random.choice(["a", "b"], 40),
                random.choice(["x", "y", "z"], 40),
                random.choice([*"1234"], 40),
                strict=True,
            )
        )
        done = suppressed(table, [()] * 40, COSTS, 4)
        ratios.append(float((done.withheld * COSTS).sum()) / optimum(table, 4))
    assert min(ratios) >= 1 - 1e-9
    assert max(ratios) <= 1.5
    assert np.mean(ratios) <= 1.15


def optimum(table: list[Row], k: int) -> float:
    """The least cost (HiGHS): how many rows of each cell show which pattern, and which classes there are."""
    cells = sorted(Counter(table).items())
    masks = [keys for size in range(4) for keys in combinations(range(3), size)]
    pairs = [(cell, keys) for cell in range(len(cells)) for keys in masks]
    classes: dict[Row, list[int]] = defaultdict(list)
    for at, (cell, keys) in enumerate(pairs):
        row = tuple(WITHHELD if key in keys else value for key, value in enumerate(cells[cell][0]))
        classes[row].append(at)
    n, m = len(pairs), len(classes)
    cost = np.array([sum(COSTS[key] for key in keys) for _, keys in pairs] + [0.0] * m)
    rules, low, high = [], [], []
    for cell, (_, count) in enumerate(cells):
        rules.append([1.0 if at < n and pairs[at][0] == cell else 0.0 for at in range(n + m)])
        low.append(float(count))
        high.append(float(count))
    for number, members in enumerate(classes.values()):
        enough, no_more = np.zeros(n + m), np.zeros(n + m)
        enough[members], no_more[members] = 1.0, 1.0
        enough[n + number], no_more[n + number] = -k, -len(table)
        rules += [enough.tolist(), no_more.tolist()]
        low += [0.0, -np.inf]
        high += [np.inf, 0.0]
    found = milp(
        cost, integrality=np.ones(n + m, dtype=np.int64), constraints=LinearConstraint(np.array(rules), low, high)
    )
    assert found.success
    return float(found.fun)
