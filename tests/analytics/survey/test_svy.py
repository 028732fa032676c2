"""The same figures by `svy`, which others wrote from other code: where three agree, a mistake is unlikely."""

from typing import Any

import numpy as np
import pytest
from statsmodels.stats.weightstats import DescrStatsW

from analytics.survey.design import Design, survey_design
from analytics.survey.estimates.means import mean, ratio, total
from tests.analytics.r.cases import frame
from tests.conftest import unavailable

svy: Any
try:
    import polars
    import svy
except ImportError:
    unavailable("svy and polars of the development tools are not installed")
ITEMS = ("q1", "q2", "q3", "q4", "q5", "q6")


@pytest.fixture(scope="module")
def theirs() -> Any:
    table = polars.from_pandas(frame("trust"))
    return svy.Sample(table, svy.Design(stratum="stratum", psu="psu", wgt="base_weight")).estimation


@pytest.fixture(scope="module")
def ours() -> Design:
    return survey_design(frame("trust"), strata="stratum", psu="psu", weights="base_weight")


def shown(found: Any) -> tuple["np.ndarray[Any, Any]", "np.ndarray[Any, Any]"]:
    table = found.to_dicts()
    return np.array([row["est"] for row in table]), np.array([row["se"] for row in table])


@pytest.mark.parametrize("item", ITEMS)
@pytest.mark.parametrize("by", ["sex", "neighbourhood", "wave"])
def test_means_by_domain_are_svy_s(theirs: Any, ours: Design, item: str, by: str) -> None:
    told = theirs.mean(item, by=by, drop_nulls=True)
    value, se = shown(told)
    found, order = mean(ours, item, by=by), np.argsort([row["by_level"][0] for row in told.to_dicts()])
    assert found.value == pytest.approx(value[order], rel=1e-9)
    assert found.se == pytest.approx(se[order], rel=1e-9)


@pytest.mark.parametrize("item", ITEMS)
def test_totals_and_ratios_are_svy_s(theirs: Any, ours: Design, item: str) -> None:
    value, se = shown(theirs.total(item, drop_nulls=True))
    found = total(ours, item)
    assert (found.value[0], found.se[0]) == (pytest.approx(value[0], rel=1e-9), pytest.approx(se[0], rel=1e-9))
    value, se = shown(theirs.ratio(y=item, x="one", drop_nulls=True))
    part = ratio(ours, item, "one")
    assert (part.value[0], part.se[0]) == (pytest.approx(value[0], rel=1e-9), pytest.approx(se[0], rel=1e-9))


def test_a_weighted_mean_without_a_design_is_far_too_sure(ours: Design) -> None:
    answered = frame("trust").dropna(subset="q1")
    naive = DescrStatsW(answered["q1"], weights=answered["base_weight"])
    found = mean(ours, "q1")
    assert naive.mean == pytest.approx(found.value[0])
    assert found.se[0] / naive.std_mean == pytest.approx(28.1, abs=0.1)
