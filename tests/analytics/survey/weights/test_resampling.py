"""Replicate weights: jackknives and half-samples to the last bit, bootstraps by what they expect."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.survey.design import Design, survey_design
from analytics.survey.estimates.means import mean, ratio, total
from analytics.survey.variables import DesignError
from analytics.survey.weights.calibration import poststratify
from analytics.survey.weights.hadamard import hadamard
from analytics.survey.weights.resampling import Kind, given_replicates, replicate
from tests.analytics.r.cases import frame


def pairs(strata: int = 9) -> Design:
    draw = np.random.default_rng(3)
    data = pd.DataFrame({"h": np.repeat(np.arange(strata), 4), "psu": np.repeat(np.arange(2 * strata), 2)})
    return survey_design(data.assign(y=draw.normal(5, 1, 4 * strata), w=1.0), weights="w", strata="h", psu="psu")


def trust(**options: object) -> Design:
    return survey_design(frame("trust"), weights="base_weight", strata="stratum", psu="psu", **options)  # type: ignore[arg-type]  # words, as a caller without types has them


@pytest.mark.parametrize("more_than", [1, 2, 3, 7, 11, 15, 19, 23, 24, 27, 31, 35, 43, 47, 51, 59, 99, 170])
def test_the_rows_of_a_hadamard_matrix_are_orthogonal(more_than: int) -> None:
    found = hadamard(more_than)
    order = len(found)
    assert order > more_than
    assert order % 4 == 0
    np.testing.assert_array_equal(found @ found.T, order * np.eye(order))
    assert (found[0] == 1).all()
    assert (found[:, 0] == 1).all()


@pytest.mark.parametrize("kind", ["JKn", "BRR", "Fay"])
def test_the_error_of_a_total_is_that_of_linearisation(kind: Kind) -> None:
    design = pairs()
    found = replicate(design, kind)
    np.testing.assert_allclose(total(found, "y").covariance, total(design, "y").covariance, rtol=1e-12)
    assert mean(found, "y").se == pytest.approx(mean(design, "y").se, rel=0.05)
    assert found.df == design.df == 9


def test_jackknife_factors_are_r_s() -> None:
    # R 4.1-1, as.svrepdesign(type="JKn"): n/(n-1), rscales (n-1)/n (1-f); type="JK1": scale (n-1)/n (1-f).
    data = pd.DataFrame({"h": [1, 1, 2, 2, 2], "w": [1.0, 2, 3, 4, 5], "N": [4, 4, 6, 6, 6]})
    found = replicate(survey_design(data, weights="w", strata="h", fpc="N"), "JKn")
    np.testing.assert_allclose(found.replicates[:, 0], [0, 4, 3, 4, 5])
    np.testing.assert_allclose(found.replicates[:, 4], [1, 2, 4.5, 6, 0])
    np.testing.assert_allclose(found.rscales, [1 / 4, 1 / 4, 1 / 3, 1 / 3, 1 / 3])
    whole = replicate(survey_design(data, weights="w"), "JK1")
    assert (whole.scale, whole.df) == (0.8, 4)
    np.testing.assert_allclose(whole.replicates[:, 1], [1.25, 0, 3.75, 5, 6.25])


@pytest.mark.parametrize("kind", ["bootstrap", "subbootstrap", "mrbbootstrap"])
@pytest.mark.parametrize("options", [{}, {"fpc": "n_psu_pop"}])
def test_bootstraps_expect_the_error_of_linearisation(kind: Kind, options: dict[str, str]) -> None:
    design = trust(**options)
    found = replicate(design, kind, count=1500, seed=11)
    # Canty and Davison's scale is one for all strata, so theirs is near only; 1,500 draws leave 2 %.
    assert total(found, "q1").se == pytest.approx(total(design, "q1").se, rel=0.08)
    assert mean(found, "q1").se == pytest.approx(mean(design, "q1").se, rel=0.08)
    np.testing.assert_allclose(found.replicates.mean(axis=1), design.weights, rtol=0.15)
    assert (found.replicates >= 0).all()
    assert found.psus_of(design.weights > 0) == 47


def test_a_seed_gives_the_same_weights_and_another_others() -> None:
    design = pairs()
    one, two, other = (replicate(design, "subbootstrap", count=20, seed=seed).replicates for seed in (1, 1, 2))
    np.testing.assert_array_equal(one, two)
    assert (one != other).any()


def test_prestons_bootstrap_resamples_the_second_stage() -> None:
    draw = np.random.default_rng(6)
    rows = [(p, s, 40, 12) for p in range(12) for s in range(5)]
    data = pd.DataFrame(rows, columns=["psu", "ssu", "psus", "ssus"]).assign(y=draw.normal(20, 3, 60))
    design = survey_design(data, psu=["psu", "ssu"], fpc=["psus", "ssus"])
    found = replicate(design, "mrbbootstrap", count=4000, seed=5)
    assert total(found, "y").se == pytest.approx(total(design, "y").se, rel=0.05)


@settings(max_examples=20, deadline=None)
@given(strata=st.integers(2, 30), rho=st.floats(0, 0.9))
def test_half_samples_balance_whatever_the_number_of_strata(strata: int, rho: float) -> None:
    design = pairs(strata)
    found = replicate(design, "Fay", rho=rho)
    assert total(found, "y").se == pytest.approx(total(design, "y").se, rel=1e-9)
    np.testing.assert_allclose(found.replicates.mean(axis=1), design.weights)


def test_lonely_strata_follow_the_policy() -> None:
    data = pd.DataFrame({"h": [1, 1, 2, 3, 3], "w": [1.0, 2, 3, 4, 5], "y": [3.0, 4, 1, 7, 9]})
    of = {
        one: survey_design(data, weights="w", strata="h", single_psu=one) for one in ("certainty", "average", "adjust")
    }
    assert total(replicate(of["certainty"], "JKn"), "y").se[0] == pytest.approx(17.72005, abs=5e-6)  # R 4.1-1
    assert total(replicate(of["average"], "JKn"), "y").se == pytest.approx(total(of["average"], "y").se)
    with pytest.raises(DesignError, match="two PSUs in every stratum; 2 has one"):
        replicate(of["adjust"], "JKn")
    with pytest.raises(DesignError, match="subbootstrap needs two PSUs"):
        replicate(of["certainty"], "subbootstrap", seed=1)


def test_a_psu_taken_for_certain_never_varies() -> None:
    data = pd.DataFrame({"h": [1, 1, 1, 2], "w": [2.0, 2, 2, 1], "N": [6, 6, 6, 1], "y": [1.0, 5, 3, 9]})
    design = survey_design(data, weights="w", strata="h", fpc="N")
    kinds: list[Kind] = ["JKn", "bootstrap", "subbootstrap", "mrbbootstrap"]
    for kind in kinds:
        found = replicate(design, kind, count=300, seed=2)
        assert (found.replicates[3] == 1).all()
        assert total(found, "y").se == pytest.approx(total(design, "y").se, rel=0.2)


def test_replicates_that_no_memory_holds_are_refused() -> None:
    design = pairs()
    with pytest.raises(DesignError, match="need 288 GB"):
        replicate(design, "bootstrap", count=10**9, seed=1)


def test_a_domain_in_one_psu_is_known_as_such_and_a_lone_respondent_too() -> None:
    design = pairs()
    data = design.data.assign(area=np.where(design.data["psu"] == 4, "one psu", "rest"))
    data.loc[0, "area"] = "lone"
    found = mean(replicate(survey_design(data, weights="w", strata="h", psu="psu"), "JKn"), "y", by="area")
    assert dict(zip(found.keys["area"], found.unavailable, strict=True)) == {
        "lone": "one_respondent",
        "one psu": "one_psu",
        "rest": "",
    }
    assert np.isnan(found.se[:2]).all()


@pytest.mark.parametrize(
    ("kind", "options", "message"),
    [
        ("JK1", {}, "Use JKn"),
        ("jkn", {}, "kind must be one of JK1"),
        ("bootstrap", {}, "pass a seed"),
        ("bootstrap", {"seed": 1, "count": 1}, "count of 2"),
        ("Fay", {"rho": 1.0}, "rho, the weight"),
        ("BRR", {}, "stratum S\\w+ has \\d \\("),
    ],
)
def test_what_a_design_cannot_give_is_refused(kind: Kind, options: dict[str, float], message: str) -> None:
    design = pairs() if kind == "Fay" else trust()
    with pytest.raises(DesignError, match=message):
        replicate(design, kind, **options)  # type: ignore[arg-type]  # words, as a caller without types has them


def test_replicates_come_before_calibration() -> None:
    design = poststratify(pairs(), "h", dict.fromkeys(range(9), 10.0))[0]
    with pytest.raises(DesignError, match="replicate the design first"):
        replicate(design, "JKn")


def test_given_weights_give_r_s_figures() -> None:
    # R's example of svrepdesign, on numbers of our own: data.frame(a=c(1,2,3,4,5,6), b=c(9,8,7,9,6,4)), BRR by factors.
    halves = np.array([[1, 0, 1, 0, 1, 0], [1, 0, 0, 1, 0, 1], [0, 1, 1, 0, 0, 1], [0, 1, 0, 1, 1, 0]]).T * 2.0
    data = pd.DataFrame({"a": [1.0, 2, 3, 4, 5, 6], "b": [9.0, 8, 7, 9, 6, 4], "w": 1.0})
    found = given_replicates(data, "w", halves, kind="BRR", factors=True)
    shown = ratio(found, "a", "b")
    assert (shown.value[0], shown.se[0], found.df) == (
        pytest.approx(21 / 43),
        pytest.approx(0.060592496875966136, rel=1e-9),
        3,
    )
    named = data.assign(**{f"r{k}": halves[:, k] for k in range(4)})
    again = given_replicates(named, "w", ["r0", "r1", "r2", "r3"], kind="Fay", scale=1 / 4)
    assert ratio(again, "a", "b").se == pytest.approx(shown.se)
    assert "4 replicates (Fay)" in str(again)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"kind": "JKn"}, "JKn needs rscales"),
        ({"kind": "Fay"}, r"1/\(R \(1 - rho\)\^2\)"),
        ({"kind": "other"}, "other needs a scale"),
        ({"kind": "BRR", "rscales": [1.0, 2.0]}, "4 numbers of 0 or more"),
        ({"kind": "guess"}, "kind must be one of"),
        ({"kind": "BRR", "replicates": np.ones((5, 4))}, "6 rows of 2 or more"),
        ({"kind": "BRR", "replicates": -np.ones((6, 4))}, "not negative"),
    ],
)
def test_given_weights_that_do_not_fit_are_refused(options: dict[str, object], message: str) -> None:
    data = pd.DataFrame({"w": np.ones(6)})
    chosen = {"replicates": np.ones((6, 4)), **options}
    with pytest.raises(DesignError, match=message):
        given_replicates(data, "w", **chosen)  # type: ignore[arg-type]  # words, as a caller without types has them
