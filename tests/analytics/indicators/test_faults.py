"""Faults 64 to 67: numbers that would be wrong, or not there, and nobody would see it. Fault 68 is in test_coding."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from analytics.indicators.presentation_standards import DEFAULT, evidence, judge
from analytics.survey.design import Design, survey_design
from analytics.survey.estimates.means import mean, total
from analytics.survey.intervals import clopper_pearson, of_one, t_quantile
from analytics.survey.results import REASONS, Estimates
from analytics.survey.variables import DesignError, EstimationError
from analytics.survey.weights.margins import WeightingError
from analytics.survey.weights.raking import Bounds, rake
from tests.analytics.indicators.test_gender import trust
from tests.analytics.r.cases import GOLDEN, expected, taylor_design


def small(**changes: Any) -> pd.DataFrame:
    """Two strata of three PSUs with two people each."""
    frame = pd.DataFrame(
        {
            "stratum": ["a"] * 6 + ["b"] * 6,
            "psu": [1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6],
            "w": [10.0] * 6 + [20.0] * 6,
            "y": [1.0, 0, 1, 1, 0, 0, 1, 0, 0, 0, 1, 1],
            "area": ["n"] * 4 + ["s"] * 4 + ["n"] * 4,
        }
    )
    return frame.assign(**changes)


def designed(frame: pd.DataFrame) -> Design:
    return survey_design(frame, weights="w", strata="stratum", psu="psu")


def test_fault_64_a_mean_and_its_error_by_hand() -> None:
    """sum(w y) = 30 + 60 = 90 of 180. Weighted residuals by PSU: 0, 10, -10 and 0, -20, 20."""
    found = mean(designed(small()), "y")
    assert found.value[0] == 0.5
    within = 3 / 2 * (0 + 100 + 100) + 3 / 2 * (0 + 400 + 400)
    assert found.se[0] == pytest.approx(within**0.5 / 180)
    assert found.df == 4
    low, high = found.interval()
    assert (low[0], high[0]) == pytest.approx(
        (0.5 - t_quantile(0.95, 4) * found.se[0], 0.5 + t_quantile(0.95, 4) * found.se[0])
    )
    squares = 0.25  # the weighted mean square of y about .5
    assert found.deff[0] == pytest.approx(found.se[0] ** 2 / (squares / 11))
    assert "Taylor" in found.method
    assert {"n", "se", "deff", "low", "high"} <= set(found.table().columns)
    assert "4 degrees of freedom" in str(found)


def test_fault_64_the_anchor_of_r_survey_to_one_in_a_billion() -> None:
    found = mean(trust(), "q1")
    assert found.value[0] == pytest.approx(2.9669818755598545, rel=1e-9)
    assert found.se[0] == pytest.approx(0.04917161899752496, rel=1e-9)
    assert found.df == 37


def test_fault_65_a_domain_is_rs_subset() -> None:
    case = next(case for case in expected(GOLDEN)["cases"] if case["id"] == "trust.by_sex.q1")
    design = taylor_design(case["design"], {})
    for place, sex in enumerate(case["expect"]["keys"]["sex"]):
        found = mean(design, "q1", where=(design.data["sex"] == sex).to_numpy())
        assert found.value[0] == pytest.approx(case["expect"]["est"][place], rel=1e-9)
        assert found.se[0] == pytest.approx(case["expect"]["se"][place], rel=1e-9)


def test_fault_65_filtered_rows_give_another_error_and_no_verb_takes_them() -> None:
    """PSUs that happen to hold nobody of the domain still say how much its size varies."""
    frame = small()
    design, north = designed(frame), (frame["area"] == "n").to_numpy()
    kept = mean(design, "y", where=north)
    filtered = mean(designed(frame[north]), "y")
    assert kept.value[0] == filtered.value[0]
    assert abs(kept.se[0] / filtered.se[0] - 1) > 0.05
    assert (kept.df, filtered.df) == (4, 2)
    with pytest.raises(EstimationError, match="unfiltered"):
        mean(design, frame["y"][north])
    with pytest.raises(EstimationError, match="where must have"):
        mean(design, "y", where=north[north])


@pytest.mark.parametrize("bad", [-1.0, np.nan, np.inf])
def test_fault_66_a_weight_that_is_none_is_refused_by_its_row(bad: float) -> None:
    frame = small()
    frame.loc[7, "w"] = bad
    with pytest.raises(DesignError, match="row 7"):
        designed(frame)


def test_fault_66_raking_meets_its_margins_keeps_its_sum_and_refuses_an_empty_cell() -> None:
    frame = pd.DataFrame({"sex": np.arange(60) % 2, "age": np.arange(60) // 20, "w": np.ones(60)})
    design, ages = survey_design(frame, weights="w"), {0: 300.0, 1: 500.0, 2: 200.0}
    margins = {"sex": {0: 520.0, 1: 480.0}, "age": ages}
    found, report = rake(design, margins)
    assert found.weights.sum() == pytest.approx(1_000)
    assert np.bincount(frame["age"], found.weights) == pytest.approx([300, 500, 200])
    assert found.weights.min() > 0
    assert report.worst_relative_error <= 1e-10
    with pytest.raises(WeightingError, match="no respondent"):
        rake(design, margins | {"age": ages | {1: 400.0, 3: 100.0}})
    trimmed, _ = rake(design, margins, bounds=Bounds(0.4, 1.55))
    assert trimmed.weights.max() <= 1.55 * found.weights.mean() * (1 + 1e-6)


NOBODY = np.zeros(12, dtype=bool)
FIRST = np.arange(12) == 0
FIRST_PSU = np.arange(12) < 2


@pytest.mark.parametrize(
    ("y", "where", "reason", "value"),
    [
        ([np.nan] * 12, None, "no_base", np.nan),
        (None, NOBODY, "no_base", np.nan),
        (None, FIRST, "one_respondent", 1.0),
        (None, FIRST_PSU, "one_psu", 0.5),
        ([1.0] * 12, None, "zero_variance", 1.0),
        ([0.0] * 12, None, "zero_variance", 0.0),
        ([3.7] * 12, None, "zero_variance", 3.7),
    ],
)
def test_fault_67_what_has_no_error_has_a_name_and_no_nan_on_the_page(
    y: list[float] | None, where: np.ndarray[tuple[int], np.dtype[np.bool_]] | None, reason: str, value: float
) -> None:
    frame = small() if y is None else small(y=y)
    found = mean(designed(frame), "y", where=where)
    assert found.unavailable == (reason,)
    assert found.value[0] == pytest.approx(value, nan_ok=True)
    assert np.isnan(found.se[0])
    assert "nan" not in str(found).lower()
    assert REASONS[reason] in str(found)
    verdict = judge(DEFAULT, evidence(found, 0, kind="proportion", cases=0)) if reason != "zero_variance" else None
    assert verdict is None or (verdict.flag, verdict.reason) == ("suppress", reason)


@pytest.mark.parametrize("p", [0.0, 1.0])
def test_fault_67_a_share_of_nought_or_one_has_an_exact_interval_and_is_looked_at(p: float) -> None:
    frame = pd.DataFrame({"y": np.full(60, p), "w": np.ones(60)})
    found = mean(survey_design(frame, weights="w"), "y")
    seen = evidence(found, 0, kind="proportion", cases=int(60 * p))
    assert (seen.low, seen.high) == of_one(clopper_pearson(p, 60, 0.95))
    assert (judge(DEFAULT, seen).flag, judge(DEFAULT, seen).reason) == ("review", "all_or_none")
    assert seen.se is None


@pytest.mark.parametrize("verb", [mean, total])
def test_fault_67_a_stratum_of_one_psu_is_refused_or_treated_by_a_named_rule(verb: Callable[..., Estimates]) -> None:
    frame = small(stratum=["a"] * 10 + ["b"] * 2)
    with pytest.raises(DesignError, match="two PSUs in every stratum"):
        designed(frame)
    for policy in ("remove", "certainty", "adjust", "average"):
        design = survey_design(frame, weights="w", strata="stratum", psu="psu", single_psu=policy)
        assert verb(design, "y").se[0] > 0


def test_fault_67_nobody_in_the_survey_is_refused() -> None:
    with pytest.raises(DesignError, match="at least one row"):
        designed(small()[:0])
