"""A cube from sums is what the verbs find in the rows, figure by figure, reason by reason."""

import tracemalloc
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.survey import estimates, intervals
from analytics.survey.bootstrap import bootstrap
from analytics.survey.cube import Cube, means, totals
from analytics.survey.design import Design, DesignError, calibration_of, survey_design, with_weights
from analytics.survey.differences import contrast, difference, joint
from analytics.survey.frame import frame
from analytics.survey.replicates import Replicates
from analytics.survey.summary import only, rollup
from analytics.survey.table import Estimates
from analytics.survey.tally import summarise
from analytics.survey.variables import EstimationError
from tests.analytics.r.cases import GOLDEN

TRUST = pd.read_csv(GOLDEN / "trust.csv")
LONELY = pd.read_csv(GOLDEN / "lonely.csv")
ITEMS = ["q1", "q2", "q3", "q4", "q5", "q6", "index", "trust_high", "one", "never", "mode"]
VERBS: list[Any] = [(estimates.mean, means), (estimates.total, totals)]


def trust(fpc: bool = False) -> Design:
    return survey_design(TRUST, weights="base_weight", strata="stratum", psu="psu", fpc="n_psu_pop" if fpc else None)


def assert_same(cube: Cube, wanted: Estimates, rtol: float = 1e-12) -> None:
    assert cube.unavailable.ravel().tolist() == list(wanted.unavailable)
    for name in ("value", "se", "deff", "n_effective", "drawn", "n", "domain_df"):
        np.testing.assert_allclose(getattr(cube, name).ravel(), getattr(wanted, name), rtol=rtol, err_msg=name)
    assert cube.df == wanted.df
    kinds: tuple[Any, ...] = ("design", "domain", 7.0)
    for df in kinds:
        for ours, theirs in zip(cube.interval(df=df), wanted.interval(df=df), strict=True):
            near = rtol * np.nanmax(np.abs(theirs), initial=0.0)  # an end may lie near nought
            np.testing.assert_allclose(ours.ravel(), theirs, rtol=rtol, atol=near)


@pytest.mark.parametrize("fpc", [False, True])
@pytest.mark.parametrize("by", [(), "sex", ["sex", "wave"], ["neighbourhood", "sex", "wave"], ["wave", "mode"]])
@pytest.mark.parametrize(("of_rows", "of_sums"), VERBS)
def test_the_cube_is_what_the_rows_give(of_rows: Any, of_sums: Any, by: Any, fpc: bool) -> None:
    assert_same(of_sums(summarise(trust(fpc), ITEMS, by)), of_rows(trust(fpc), ITEMS, by=by))


@pytest.mark.parametrize(("of_rows", "of_sums"), VERBS)
def test_a_where_is_a_domain(of_rows: Any, of_sums: Any) -> None:
    where = (TRUST["wave"] < 3) & (TRUST["mode"] != "sms")
    assert_same(of_sums(summarise(trust(), ITEMS, "sex", where)), of_rows(trust(), ITEMS, by="sex", where=where))


@pytest.mark.parametrize("policy", ["remove", "certainty", "adjust"])
@pytest.mark.parametrize("fpc", [None, "N"])
@pytest.mark.parametrize(("of_rows", "of_sums"), VERBS)
def test_single_psus_follow_the_policy(of_rows: Any, of_sums: Any, policy: Any, fpc: str | None) -> None:
    rows = LONELY.assign(half=np.arange(len(LONELY)) % 2)
    design = survey_design(rows, weights="weight", strata="stratum", psu="cluster", fpc=fpc, single_psu=policy)
    for by in ((), "half"):
        cube, wanted = of_sums(summarise(design, ["rooms", "person"], by)), of_rows(design, ["rooms", "person"], by=by)
        assert_same(cube, wanted)
        np.testing.assert_allclose(joint(cube).covariance, wanted.covariance, rtol=1e-11, atol=1e-13)


def test_a_stratum_of_one_psu_is_refused_where_no_policy_was_chosen() -> None:
    plan = frame(pd.DataFrame({"psu": [1, 2, 3], "stratum": [1, 1, 2]}), psu="psu", strata="stratum")
    rows = pd.DataFrame({"y": [1, 2, 3], "psu": [1, 2, 3], "stratum": [1, 1, 2]})
    design = survey_design(rows, weights=np.ones(3), strata="stratum", psu="psu", single_psu="certainty")
    with pytest.raises(DesignError, match="two PSUs in every stratum"):
        means(summarise(design, ["y"], frame=plan))


def test_the_average_policy_needs_the_rows() -> None:
    design = survey_design(LONELY, weights="weight", strata="stratum", psu="cluster", single_psu="average")
    with pytest.raises(EstimationError, match="use mean"):
        means(summarise(design, ["rooms"]))


@given(st.integers(0, 2**32 - 1))
def test_any_sample_gives_what_its_rows_give(seed: int) -> None:
    random = np.random.default_rng(seed)
    n = int(random.integers(2, 60))
    rows = pd.DataFrame(
        {
            "psu": random.integers(0, 9, n),
            "likert": pd.array(random.integers(1, 4, n), dtype="Int8"),
            "amount": np.where(random.random(n) < 0.2, np.nan, random.normal(1e3, 1, n)),
            "text": random.choice(["yes", "no", "perhaps"], n),
            "by": random.choice(np.array(["a", "b", "c", None], dtype=object), n, p=[0.4, 0.3, 0.2, 0.1]),
            "w": random.exponential(1, n) + 0.01,
        }
    )
    rows.loc[random.random(n) < 0.2, "likert"] = pd.NA
    design = survey_design(rows, weights="w", strata=rows["psu"] // 3, psu="psu", single_psu="adjust")
    for of_rows, of_sums in VERBS:
        wanted = of_rows(design, ["likert", "amount", "text"], by="by")
        found = of_sums(summarise(design, ["likert", "amount", "text"], "by"))
        assert found.unavailable.ravel().tolist() == list(wanted.unavailable)
        np.testing.assert_allclose(found.value.ravel(), wanted.value, rtol=1e-11)
        np.testing.assert_allclose(found.se.ravel(), wanted.se, rtol=1e-9)


def test_all_alike_is_exact_and_has_no_error() -> None:
    rows = TRUST.assign(always=3, third=1 / 3, of_sex=(TRUST["sex"] == "F").astype(int))
    design = survey_design(rows, weights="base_weight", strata="stratum", psu="psu")
    found = means(summarise(design, ["always", "third", "of_sex"], "sex"))
    assert (found.value[0] == 3).all()
    assert (found.value[2] == [1, 0, 0]).all()
    assert (found.unavailable == "zero_variance").all()
    assert np.isnan(found.se).all()


@pytest.mark.parametrize("fpc", [False, True])
def test_gaps_changes_and_differences_of_them(fpc: bool) -> None:
    cube, wanted = (
        means(summarise(trust(fpc), ["q1", "q4"], ["neighbourhood", "sex", "wave"])),
        estimates.mean(trust(fpc), ["q1", "q4"], by=["neighbourhood", "sex", "wave"]),
    )
    gap = difference(cube, "sex", "F", "M")
    double = difference(gap, "wave", 3, 1)
    for found, coefficients in (
        (gap, {"F": 1.0, "M": -1.0}),
        (double, {"F:3": 1.0, "M:3": -1.0, "F:1": -1.0, "M:1": 1.0}),
    ):
        for j, item in enumerate(("q1", "q4")):
            for k, key in enumerate(found.keys.itertuples(index=False)):
                wave = [] if len(coefficients) == 4 else [str(key[1])]
                row = {":".join([item, str(key[0]), part, *wave]): c for part, c in coefficients.items()}
                one = wanted.contrast({"it": row})
                assert found.unavailable[j, k] == one.unavailable[0]
                np.testing.assert_allclose(found.value[j, k], one.value[0], rtol=1e-12)
                np.testing.assert_allclose(found.se[j, k], one.se[0], rtol=1e-12)
                assert found.n[j, k] == one.n[0]
                assert found.domain_df[j, k] == one.domain_df[0]


def test_the_change_between_waves_knows_the_psus_that_they_share() -> None:
    # statistics.md 5: .0794 with the covariance, .1021 without it.
    cube = means(summarise(trust(), ["q1"], "wave"))
    change = difference(cube, "wave", 3, 1)
    assert change.se[0, 0] == pytest.approx(0.0794, abs=5e-5)
    assert np.hypot(*cube.se[0, [0, 2]]) == pytest.approx(0.1021, abs=5e-5)
    assert change.method == "contrast of mean, Taylor linearisation"
    assert "3 - 1" in str(change)


def test_contrasts_by_name_and_their_joint_covariance() -> None:
    cube, wanted = means(summarise(trust(), ITEMS, "sex")), estimates.mean(trust(), ITEMS, by="sex")
    np.testing.assert_allclose(joint(cube).covariance, wanted.covariance, rtol=1e-9, atol=1e-15)
    assert joint(cube).labels == wanted.labels
    named = {"gap": {"F": 1.0, "M": -1.0}, "others": {"F": 0.5, "M": 0.5, "X": -1.0}}
    found = contrast(only_q(cube), named)
    one = joint(found)
    theirs = estimates.mean(trust(), ["q1", "q2"], by="sex").contrast(
        {f"{q}{name}": {f"{q}:{s}": c for s, c in row.items()} for q in ("q1", "q2") for name, row in named.items()}
    )
    np.testing.assert_allclose(one.value, theirs.value, rtol=1e-12)
    np.testing.assert_allclose(one.covariance, theirs.covariance, rtol=1e-10, atol=1e-15)
    with pytest.raises(EstimationError, match="no domain 'Z'"):
        contrast(cube, {"gap": {"F": 1, "Z": -1}})
    with pytest.raises(EstimationError, match="needs coefficients"):
        contrast(cube, {})
    with pytest.raises(EstimationError, match="must be finite"):
        contrast(cube, {"gap": {"F": np.inf}})
    with pytest.raises(EstimationError, match="nowhere 'Z'"):
        difference(cube, "sex", "F", "Z")
    with pytest.raises(EstimationError, match="'wave' is not among"):
        difference(cube, "wave", 1, 2)


def only_q(cube: Cube) -> Cube:
    return means(only(cube.source.summary, ["q1", "q2"]))


def test_too_many_figures_have_no_joint_covariance() -> None:
    rows = pd.DataFrame({"y": np.arange(9000) % 5, "by": np.arange(9000) // 2, "psu": np.arange(9000) % 20})
    cube = means(summarise(survey_design(rows, weights=np.ones(9000), psu="psu"), ["y"], "by"))
    with pytest.raises(EstimationError, match="choose items and rows"):
        joint(cube)
    assert len(joint(cube, rows=np.arange(4500) < 10)) == 10


def test_shares_have_the_interval_of_korn_and_graubard() -> None:
    rows = TRUST.assign(all_say=1)
    design = survey_design(rows, weights="base_weight", strata="stratum", psu="psu")
    cube = means(summarise(design, ["trust_high", "all_say"], ["neighbourhood", "sex"]))
    low, high = cube.share_interval(0.9)
    for j, k in np.ndindex(cube.value.shape):
        if cube.unavailable[j, k] not in ("", "zero_variance"):
            assert np.isnan([low[j, k], high[j, k]]).all()
            continue
        se = 0.0 if cube.unavailable[j, k] else float(cube.se[j, k])
        wanted = intervals.korn_graubard(float(cube.value[j, k]), se, int(cube.n[j, k]), cube.df, 0.9)
        np.testing.assert_allclose((low[j, k], high[j, k]), wanted, rtol=1e-12)
    with pytest.raises(EstimationError, match="Only shares"):
        means(summarise(design, ["q1"])).share_interval()


def calibrated(twice: bool) -> Design:
    random = np.random.default_rng(5)
    design = trust(fpc=True)
    first = np.hstack([pd.get_dummies(TRUST[name]).to_numpy(float) for name in ("sex", "neighbourhood")])
    found = with_weights(
        design, design.weights * random.uniform(0.8, 1.2, design.n), calibration_of(first, design.weights)
    )
    if not twice:
        return found
    second = np.column_stack([np.ones(design.n), TRUST["wave"]])
    return with_weights(
        found, found.weights * random.uniform(0.9, 1.1, design.n), calibration_of(second, found.weights)
    )


@pytest.mark.parametrize("twice", [False, True])
@pytest.mark.parametrize("by", [(), "sex", ["neighbourhood", "sex"]])
@pytest.mark.parametrize(("of_rows", "of_sums"), VERBS)
def test_calibrated_weights_leave_their_residuals(of_rows: Any, of_sums: Any, by: Any, twice: bool) -> None:
    items = [*ITEMS, "sex"]  # what was calibrated to has no error left
    design, where = calibrated(twice), TRUST["wave"] < 3
    for some in (None, where):
        cube, wanted = of_sums(summarise(design, items, by, some)), of_rows(design, items, by=by, where=some)
        assert_same(cube, wanted, 1e-9)
        scale = np.abs(wanted.covariance).max()
        np.testing.assert_allclose(joint(cube).covariance / scale, wanted.covariance / scale, atol=1e-12)
    assert "calibration residuals" in cube.method


def test_a_calibrated_gap_and_a_calibrated_margin() -> None:
    design = calibrated(False)
    summary = summarise(design, ["q1", "q4"], ["neighbourhood", "sex"])
    gap = difference(means(summary), "sex", "F", "M")
    wanted = estimates.mean(design, ["q1", "q4"], by=["neighbourhood", "sex"])
    for j, item in enumerate(("q1", "q4")):
        for k, (place, _) in enumerate(gap.keys.itertuples(index=False)):
            one = wanted.contrast({"gap": {f"{item}:{place}:F": 1, f"{item}:{place}:M": -1}})
            np.testing.assert_allclose(gap.se[j, k], one.se[0], rtol=1e-9)
    assert_same(means(rollup(summary, ["sex"])), estimates.mean(design, ["q1", "q4"], by="sex"), 1e-9)


@pytest.mark.parametrize("fpc", [False, True])
def test_replicates_from_sums_are_those_of_the_rows(fpc: bool) -> None:
    design = trust(fpc)
    found = bootstrap(summarise(design, ["q1", "q4"], "sex"), 40, seed=2)
    of_row = found.cube.source.summary.frame.find(TRUST["stratum"], TRUST["psu"])
    rows = Replicates(TRUST, design.weights, design.weights[:, None] * found.factors[of_row], 1 / 39, np.ones(40))
    np.testing.assert_allclose(found.se.ravel(), estimates.mean(rows, ["q1", "q4"], by="sex").se, rtol=1e-12)


def test_the_spread_of_replicates_is_near_the_linearised_error() -> None:
    found = bootstrap(summarise(trust(True), ITEMS, "wave"), 2000)
    shown = found.cube.available
    assert np.median(found.se[shown] / found.cube.se[shown]) == pytest.approx(1, abs=0.03)


def test_what_has_no_bootstrap_says_why() -> None:
    with pytest.raises(EstimationError, match="calibrated anew"):
        bootstrap(summarise(calibrated(False), ["q1"]))
    with pytest.raises(EstimationError, match="two replicates"):
        bootstrap(summarise(trust(), ["q1"]), 1)
    with pytest.raises(EstimationError, match="do not fit"):
        bootstrap(summarise(trust(), ITEMS, ["neighbourhood", "sex"]), 10_000_000)
    lonely = survey_design(LONELY, weights="weight", strata="stratum", psu="cluster", single_psu="adjust")
    with pytest.raises(EstimationError, match="rule of linearisation"):
        bootstrap(summarise(lonely, ["rooms"]))
    few = bootstrap(summarise(trust(), ["q1"], ["neighbourhood", "sex", "wave"]), 200)
    empty = np.isnan(few.values).any(axis=2) & few.cube.available
    assert empty.any()
    assert (few.unavailable[empty] == "no respondent in some replicate").all()
    assert np.isnan(few.se[empty]).all()


def test_psus_by_domains_are_never_laid_out() -> None:
    random = np.random.default_rng(1)
    psu = random.integers(0, 4000, 30_000)
    rows = pd.DataFrame(
        {"y": random.integers(1, 6, 30_000), "psu": psu, "area": psu // 8, "wave": random.integers(0, 10, 30_000)}
    )
    design = survey_design(rows, weights=np.ones(30_000), strata=psu // 20, psu="psu")
    tracemalloc.start()
    cube = means(summarise(design, ["y"], ["area", "wave"]))
    change = difference(cube, "wave", 9, 0)
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert len(cube.keys) > 4900
    assert change.available.mean() > 0.9
    assert most < 4000 * 5000 * 8 / 10


def test_a_cube_prints_itself_with_what_is_missing() -> None:
    cube = means(summarise(trust(), ["never", "q1"], ["neighbourhood", "sex", "wave"]))
    text = str(cube)
    assert text.startswith("mean, Taylor linearisation; 95 % intervals by t with 37 degrees of freedom")
    assert "not available" in text
    assert "more" in text
    table = cube.table()
    assert list(table.columns[:4]) == ["variable", "neighbourhood", "sex", "wave"]
    assert set(table.loc[table["se"].isna(), "reason"]) <= {
        "no spread in the sample, or fixed by its weights",
        "nobody in the base",
        "one respondent",
        "one PSU: how PSUs differ cannot be seen",
    }  # fmt: skip
    assert (table.loc[table["se"].isna(), "reason"] != "").all()
