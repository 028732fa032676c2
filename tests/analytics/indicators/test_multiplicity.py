"""Many areas at once: R's adjusted p-values, and groups of which nobody can say who is above whom."""

from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import ndtri

from analytics.indicators.multiplicity import Control, groups, judged_together, pairs_apart
from analytics.survey.design import survey_design
from analytics.survey.estimates.means import mean
from analytics.survey.results import Estimates
from analytics.survey.variables import EstimationError
from tests.analytics.r.cases import GOLDEN, expected, taylor_design

CASE = "trust.fdr.gap_by_hood"


def estimates(value: list[float], covariance: object, df: int = 40, reasons: tuple[str, ...] = ()) -> Estimates:
    k = len(value)
    return Estimates(
        keys=pd.DataFrame({"area": [f"N{number:02}" for number in range(k)]}),
        value=np.array(value),
        covariance=np.array(covariance, dtype=float),
        n=np.full(k, 100),
        df=df,
        domain_df=np.full(k, df),
        srs=np.full(k, np.nan),
        drawn=np.zeros(k),
        unavailable=reasons or ("",) * k,
        method="mean",
    )


def gaps_by_neighbourhood() -> tuple[Estimates, dict[str, list[float]]]:
    case = next(case for case in expected(GOLDEN)["cases"] if case["id"] == CASE)
    design = taylor_design(case["design"], {})
    known = design.data["sex"].isin(["F", "M"]).to_numpy()
    found = mean(design, "q1", by=["neighbourhood", "sex"], where=known)
    hoods = case["expect"]["keys"]
    return found.contrast({hood: {f"{hood}:M": 1, f"{hood}:F": -1} for hood in hoods}), case["expect"]


@pytest.mark.parametrize(
    ("control", "theirs"),
    [("bh", "BH"), ("by", "BY"), ("holm", "holm"), ("hommel", "hommel"), ("bonferroni", "bonferroni")],
)
def test_gaps_of_all_neighbourhoods_are_adjusted_as_r_does(control: Control, theirs: str) -> None:
    gaps, r = gaps_by_neighbourhood()
    family = judged_together(gaps, control=control)
    assert gaps.value == pytest.approx(r["gap"], rel=1e-8)
    assert family.t == pytest.approx(r["t"], rel=1e-8)
    assert family.p == pytest.approx(r["p"], rel=1e-8)
    assert family.q == pytest.approx(r[theirs], rel=1e-8)
    assert list(family.found) == [q <= 0.05 for q in r[theirs]]
    assert "12 differences against 0" in str(family)


def test_the_fifteen_p_values_of_benjamini_and_hochberg_give_four_findings_and_three_by_bonferroni() -> None:
    """Benjamini and Hochberg 1995, section 3.2."""
    p = [0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.759]
    t = [-float(ndtri(each / 2)) for each in (*p, 1.0)]
    found = estimates(t, np.eye(15), df=10**9)
    assert judged_together(found, control="bh").found.sum() == 4
    assert judged_together(found, control="bonferroni").found.sum() == 3


def test_a_row_without_an_error_is_not_of_the_family() -> None:
    found = estimates([3.0, 2.0, np.nan], np.diag([1.0, 1.0, 0.0]), reasons=("", "", "no_base"))
    family, alone = judged_together(found), judged_together(estimates([3.0, 2.0], np.eye(2)))
    assert family.q[:2] == pytest.approx(alone.q)
    assert np.isnan(family.q[2])
    assert not family.found[2]
    assert "nobody in the base" in str(family)
    nobody = judged_together(estimates([np.nan], [[0.0]], reasons=("no_base",)))
    assert not nobody.found.any()


def test_clear_areas_stand_apart_and_a_middle_one_stands_with_both() -> None:
    found = groups(estimates([0.0, 3.0, 6.0], np.eye(3)))
    assert found.groups == (("N01", "N02"), ("N00", "N01"))
    assert found.letters == {"N00": "b", "N01": "ab", "N02": "a"}
    assert pairs_apart(found) == (("N00", "N02"),)
    assert "no order within a group" in str(found)
    assert len(groups(estimates([0.0, 0.1, 0.2], np.eye(3))).groups) == 1
    assert len(groups(estimates([0.0, 50.0, 100.0], np.eye(3))).groups) == 3


def test_what_is_shared_between_areas_sharpens_the_comparison() -> None:
    shared = np.full((2, 2), 0.9) + 0.1 * np.eye(2)
    assert len(groups(estimates([0.0, 2.0], np.eye(2))).groups) == 1
    assert len(groups(estimates([0.0, 2.0], shared)).groups) == 2


def test_areas_without_a_figure_are_named_and_stand_nowhere() -> None:
    found = groups(estimates([0.0, 9.0, 1.0], np.eye(3), reasons=("", "", "one_psu")))
    assert (found.without, found.groups) == (("N02",), (("N01",), ("N00",)))
    with pytest.raises(EstimationError, match="two areas"):
        groups(estimates([0.0, 1.0], np.eye(2), reasons=("", "one_psu")))


@given(
    value=st.lists(st.floats(-5, 5), min_size=2, max_size=16),
    seed=st.integers(0, 10**6),
    control=st.sampled_from(["holm", "bh", "by"]),
)
def test_two_areas_in_no_common_group_differ_and_those_in_one_do_not(
    value: list[float], seed: int, control: Control
) -> None:
    random = np.random.default_rng(seed)
    half = random.normal(size=(len(value), len(value)))
    made = estimates(value, half @ half.T / len(value) + 0.01 * np.eye(len(value)))
    found = groups(made, control=control)
    apart = set(pairs_apart(found))
    for (a, first), (b, second) in combinations(enumerate(found.labels), 2):
        together = any(first in group and second in group for group in found.groups)
        assert together == (found.q[a, b] > found.level) == ((first, second) not in apart)
        assert bool(set(found.letters[first]) & set(found.letters[second])) == together
    assert all(list(group) == sorted(group) for group in found.groups)
    assert set().union(*found.groups) == set(found.labels)
    again = estimates(value[::-1], made.covariance[::-1, ::-1])
    assert groups(again, control=control).q == pytest.approx(found.q[::-1, ::-1], abs=1e-9)


def test_areas_that_are_all_alike_are_one_group_most_of_the_time() -> None:
    """The chance of any false difference among 12 equal areas stays under the level, within the error of 300 draws."""
    random = np.random.default_rng(300)
    false = 0
    for _ in range(300):
        frame = pd.DataFrame({"y": random.normal(size=360), "area": np.repeat(np.arange(12), 30)})
        design = survey_design(frame, weights=np.ones(360))
        false += len(groups(mean(design, "y", by="area")).groups) > 1
    assert false / 300 < 0.05 + 2 * (0.05 * 0.95 / 300) ** 0.5


@pytest.mark.parametrize(("control", "level"), [("none", 0.05), ("bh", 0.0), ("bh", 1.5)])
def test_a_control_that_is_none_is_refused(control: Control, level: float) -> None:
    with pytest.raises(EstimationError, match="must"):
        judged_together(estimates([1.0], [[1.0]]), control=control, level=level)
    with pytest.raises(EstimationError, match="must"):
        groups(estimates([1.0, 2.0], np.eye(2)), control=control, level=level)
