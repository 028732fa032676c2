"""Disclosure control: what is withheld cannot be had by subtraction. The attacker here solves linear equations."""

from datetime import date

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from analytics.disclosure import COMPLEMENTARY, DEFAULT_K, FEWER_THAN_K, withheld_areas, withheld_sexes
from survey_app.areas import Area, AreaList
from survey_app.instrument import Instrument


def area(code: str, parent: str | None, population: int) -> Area:
    return Area(code, "x", parent, {}, date(2024, 1, 1), None, population)


@st.composite
def trees(draw: st.DrawFn) -> tuple[AreaList, dict[str, int]]:
    """A country of districts, some with one area only, some areas directly below the top; counts that add up."""
    areas = [area("top", None, 0)]
    counts: dict[str, int] = {}
    for d in range(draw(st.integers(1, 5))):
        sizes = draw(st.lists(st.integers(0, 40), min_size=0, max_size=4))
        areas.append(area(f"d{d}", "top", draw(st.integers(1, 99))))
        areas += [area(f"d{d}a{a}", f"d{d}", draw(st.integers(1, 99))) for a in range(len(sizes))]
        counts |= {f"d{d}a{a}": size for a, size in enumerate(sizes)}
        counts[f"d{d}"] = sum(sizes) if sizes else draw(st.integers(0, 40))
    return AreaList(tuple(areas)), counts


def recoverable(areas: AreaList, shown: set[str], hidden: list[str]) -> set[str]:
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
def test_fault_57_no_withheld_area_is_the_rest_of_published_sums(tree: tuple[AreaList, dict[str, int]]) -> None:
    areas, counts = tree
    reasons = withheld_areas(counts, areas)
    hidden = [code for code in counts if code in reasons]
    small = {code for code, count in counts.items() if count < DEFAULT_K}
    assert small <= set(reasons)
    if hidden and set(hidden) != set(counts):
        assert not recoverable(areas, set(counts) - set(hidden), hidden) & small


def test_the_attacker_of_this_test_does_recover_from_a_naive_suppression() -> None:
    areas = AreaList((area("top", None, 0), area("a", "top", 1), area("b", "top", 2), area("c", "top", 3)))
    assert recoverable(areas, {"b", "c"}, ["a"]) == {"a"}


def test_the_mechouar_takes_another_area_with_it(instrument: Instrument) -> None:
    counts = {a.code: 100 for a in instrument.areas.areas if a.parent}
    counts["06.141.01.81"] = 4
    reasons = withheld_areas(counts, instrument.areas)
    assert reasons.pop("06.141.01.81") == FEWER_THAN_K
    assert set(reasons.values()) == {COMPLEMENTARY}
    assert {instrument.areas.get(code).level for code in reasons} == {"district", "arrondissement"}


def test_fault_56_both_sexes_are_withheld_if_one_is() -> None:
    assert withheld_sexes({"woman": 9, "man": 50}) == {"woman": FEWER_THAN_K, "man": COMPLEMENTARY}
    assert withheld_sexes({"woman": 10, "man": 50}) == {}
