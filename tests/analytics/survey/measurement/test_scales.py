"""Indices, their reliability and their invariance, against R's psych, factanal and polycor, and against jackknives."""

from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.survey.design import Design, survey_design
from analytics.survey.estimates.means import mean
from analytics.survey.measurement.invariance import CANNOT, NOT_SHOWN, SHOWN, invariance
from analytics.survey.measurement.item_covariances import moments
from analytics.survey.measurement.one_factor import one_factor
from analytics.survey.measurement.polychoric import ordinal_alpha, polychoric
from analytics.survey.measurement.scales import Item, index, reliability
from analytics.survey.variables import EstimationError
from analytics.survey.weights.resampling import replicate

from ...r.cases import frame
from ..extras import LIKERT, close, expect, needs_inputs, trust, unweighted

ITEMS = [Item(name, 1, 5) for name in LIKERT]
Q1_Q2 = expect("polychoric.trust.q1q2.ML")["table"]


def test_the_index_is_the_mean_of_answered_items_from_0_to_100() -> None:
    data = pd.DataFrame({"a": [1, 5, 3, np.nan], "b": [4.0, 1, np.nan, np.nan], "c": [0, 10, 5, 10]})
    items = [Item("a", 1, 5), Item("b", 1, 4, reverse=True), Item("c", 0, 10)]
    np.testing.assert_array_equal(index(data, items), [0, 100, 50, np.nan])
    np.testing.assert_array_equal(index(data, items, least=1), [0, 100, np.nan, np.nan])
    np.testing.assert_array_equal(index(data, items, least=1 / 3), [0, 100, 50, 100])
    close(mean(trust(), index(frame("trust"), ITEMS)).value, mean(trust(), "index").value)


def test_an_index_refuses_codes_for_no_answer() -> None:
    data = pd.DataFrame({"a": [1, 99]})
    with pytest.raises(EstimationError, match="a has 99 in row 1, outside 1 to 5"):
        index(data, [Item("a", 1, 5)])
    with pytest.raises(EstimationError, match="low must be under high"):
        index(data, [Item("a", 5, 1)])
    with pytest.raises(EstimationError, match="needs an item"):
        index(data, [])


def test_alpha_of_trust_as_psych() -> None:
    found, expected = reliability(unweighted(frame("trust")), LIKERT), expect("alpha.trust6.complete")
    close(
        [found.alpha, found.standardised, found.guttman6, found.average_r],
        [expected[key] for key in ("raw_alpha", "std_alpha", "G6", "average_r")],
    )
    close(found.items["alpha_without"], expected["alpha_drop"])
    close(found.items["r_with_rest"], expected["r_drop"])
    close(found.feldt(), expected["feldt_ci"])
    close(found.eigenvalues, expect("pca.trust6")["values"])
    close(reliability(unweighted(frame("trust")), LIKERT, missing="pairwise").alpha, 0.8447575, 1e-7)


def test_alpha_of_trust_as_svycralpha() -> None:
    close(reliability(trust(), LIKERT).alpha, 0.8399762778901069)


@needs_inputs
def test_alpha_of_agreeableness_as_psych() -> None:
    data = frame("bfi").assign(A1=lambda given: 7 - given["A1"])
    names = [f"A{k}" for k in range(1, 6)]
    found = reliability(unweighted(data), names, missing="pairwise")
    expected = expect("alpha.bfi_agreeableness")
    close(
        [found.alpha, found.standardised, found.guttman6, found.average_r],
        [expected[key] for key in ("raw_alpha", "std_alpha", "G6", "average_r")],
    )
    close(found.items["alpha_without"], expected["alpha_drop"])
    close(found.items["r_with_rest"], expected["r_drop"])


def test_omega_of_trust_as_factanal() -> None:
    found, expected = reliability(unweighted(frame("trust")), LIKERT), expect("omega.trust6.ml")
    close(found.omega, expected["omega_total_1factor"])
    close(found.items["loading"], expected["loadings_std"])
    close(1 - found.items["loading"] ** 2, expected["uniquenesses"])
    close(found.standardised_omega, expect("omega.psych.trust6")["omega_tot"], 1e-4)


@pytest.mark.parametrize("missing", ["listwise", "pairwise"])
def test_errors_of_alpha_and_omega_as_a_jackknife(missing: str) -> None:
    women = frame("trust")["sex"] == "F"
    for where in (None, women):
        taylor = reliability(trust(), LIKERT, where=where, missing=missing)  # type: ignore[arg-type]  # words, as a caller without types has them
        jack = reliability(replicate(trust(), "JKn", mse=True), LIKERT, where=where, missing=missing)  # type: ignore[arg-type]  # words, as a caller without types has them
        close([taylor.alpha, taylor.omega], [jack.alpha, jack.omega], 1e-12)
        close([taylor.alpha_se, taylor.omega_se], [jack.alpha_se, jack.omega_se], 0.03)
        low, high = taylor.interval("omega")
        assert low < taylor.omega < high


@given(st.integers(0, 10_000), st.floats(0.1, 20), st.floats(-50, 50))
@settings(max_examples=25, deadline=None)
def test_units_of_the_answers_do_not_matter(seed: int, factor: float, shift: float) -> None:
    random = np.random.default_rng(seed)
    common = random.standard_normal(200)
    data = pd.DataFrame({name: common + random.standard_normal(200) for name in NAMES})
    one = reliability(unweighted(data), NAMES)
    other = reliability(unweighted(data * factor + shift), NAMES)
    close(
        [one.alpha, one.alpha_se, one.omega, one.omega_se],
        [other.alpha, other.alpha_se, other.omega, other.omega_se],
        1e-5,
    )


def test_loadings_move_with_the_covariances_as_the_derivative_says() -> None:
    data = frame("trust")[LIKERT].to_numpy(dtype=float)
    s = moments(data, np.ones(len(data)), np.ones(len(data), bool)).covariance
    fit = one_factor(s)
    step = np.zeros_like(s)
    step[0, 1] = step[1, 0] = 1e-5
    up, down = one_factor(s + step), one_factor(s - step)
    numeric = np.concatenate([up.loadings - down.loadings, up.uniquenesses - down.uniquenesses]) / 2e-5
    np.testing.assert_allclose(2 * fit.jacobian()[:, 0, 1], numeric, atol=1e-6)


def test_a_scale_without_a_factor_says_so() -> None:
    data = frame("trust")
    two = reliability(trust(), ["q1", "q2"])
    assert "three items" in two.why_no_omega
    assert np.isnan(two.items["alpha_without"]).all()
    assert "omega not available" in str(two)
    with pytest.raises(EstimationError, match="omega has no error"):
        two.interval("omega")
    twin = data.assign(twin=data["q1"])
    with pytest.raises(EstimationError, match="repeats others"):
        reliability(unweighted(twin), ["q1", "q2", "twin"])


def test_an_item_without_variance_of_its_own_leaves_omega_without_an_error() -> None:
    random = np.random.default_rng(3)
    x, y, z = random.standard_normal((3, 400))
    data = pd.DataFrame({"a": x, "b": x + y, "c": x - 0.5 * y + 0.5 * z})
    found = reliability(unweighted(data), list("abc"))
    assert "Heywood" in found.why_no_omega
    assert np.isnan(found.omega_se)
    assert found.alpha_se > 0


@pytest.mark.parametrize(
    ("names", "change", "message"),
    [
        (["q1"], {}, "two items or more"),
        (["q1", "one"], {}, "same answer from everyone"),
        (["q1", "mode"], {}, "must be numbers"),
        (["q1", "q2"], {"where": np.zeros(1961, bool)}, "two rows or more"),
        (["q1", "against"], {}, "different ways"),
    ],
)
def test_scales_that_cannot_be(names: list[str], change: dict[str, object], message: str) -> None:
    design = trust()
    design = replace(design, data=design.data.assign(against=-design.data["q1"]))
    with pytest.raises(EstimationError, match=message):
        reliability(design, names, **change)  # type: ignore[arg-type]  # words, as a caller without types has them


def test_polychoric_correlations_as_polycor() -> None:
    expected = expect("polychoric.trust.q1q2.ML")
    close(polychoric(Q1_Q2).rho, expect("polychoric.trust.q1q2.twostep")["rho"], 1e-4)
    found = polychoric(Q1_Q2, method="ML")
    close(found.rho, expected["rho"], 1e-3)
    assert found.covariance is not None
    close(found.covariance[0, 0], expected["var"][0], 2e-3)
    # R's optimiser stopped before the peak: its thresholds are less likely than ours.
    np.testing.assert_allclose(found.row_cuts, expected["row_cuts"], atol=0.005)
    np.testing.assert_allclose(found.column_cuts, expected["col_cuts"], atol=0.005)


def test_ordinal_alpha_as_psych() -> None:
    found, expected = ordinal_alpha(unweighted(frame("trust")), LIKERT), expect("polychoric.psych.trust6")
    close(found.rho, expected["rho"], 1e-4)
    close(found.cuts, expected["tau"], 1e-9)
    close(found.alpha, expected["ordinal_alpha"], 1e-6)


def test_the_error_of_ordinal_alpha_as_a_jackknife() -> None:
    taylor, jack = ordinal_alpha(trust(), LIKERT[:4]), ordinal_alpha(replicate(trust(), "JKn", mse=True), LIKERT[:4])
    close(taylor.alpha, jack.alpha, 1e-12)
    close(taylor.se, jack.se, 0.03)


def test_polychoric_of_two_by_two_at_the_median_is_sheppards() -> None:
    close(polychoric([[3, 1], [1, 3]]).rho, np.sin(np.pi / 2 * 0.5), 1e-10)
    close(polychoric([[3, 1], [1, 3]], method="ML").rho, np.sin(np.pi / 2 * 0.5), 1e-8)


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ([[5, 0], [0, 5]], "-1 or 1"),
        ([[5, 5]], "two answers"),
        ([[1, -1], [2, 2]], "table of counts"),
        ([1, 2], "table"),
    ],
)
def test_tables_without_a_correlation(table: npt.ArrayLike, message: str) -> None:
    with pytest.raises(EstimationError, match=message):
        polychoric(table)


NAMES = [f"x{k}" for k in range(5)]


def answers(shift: float = 0.0, *, seed: int = 1, n: int = 1200) -> Design:
    """Two groups in 40 PSUs, five items of one factor; the first item is `shift` points off in group b."""
    random = np.random.default_rng(seed)
    group = np.where(np.arange(n) % 2, "a", "b")
    common = random.standard_normal(n) + 0.3 * (group == "a")
    data = pd.DataFrame({f"x{k}": 50 + 12 * common + 12 * random.standard_normal(n) for k in range(5)}).clip(0, 100)
    data["x0"] = (data["x0"] + shift * (group == "b")).clip(0, 100)
    data = data.assign(group=group, psu=np.arange(n) // (n // 40), stratum=np.arange(n) // (n // 8))
    return survey_design(data, weights=random.uniform(1, 3, n), strata="stratum", psu="psu")


SCORES = [Item(name, 0, 100) for name in NAMES]


def test_an_index_that_means_the_same_is_shown() -> None:
    found = invariance(answers(), SCORES, "group")
    assert found.verdict == SHOWN
    assert found.comparisons[0].p_metric > 0.01
    assert found.comparisons[0].p_scalar > 0.01
    assert abs(found.comparisons[0].level.sum()) < 1e-9


def test_an_item_that_shifts_is_found_and_named() -> None:
    found = invariance(answers(-12.0), SCORES, "group")
    assert found.verdict == NOT_SHOWN
    verdicts = dict(zip(found.items, found.comparisons[0].verdicts, strict=True))
    assert verdicts == {"x0": NOT_SHOWN, **dict.fromkeys(NAMES[1:], SHOWN)}
    assert found.comparisons[0].anchors.tolist() == [False, True, True, True, True]
    assert abs(found.comparisons[0].level[0]) > 8
    assert found.comparisons[0].p_scalar < 1e-4
    assert "not shown" in str(found)


def test_a_small_group_cannot_show_it() -> None:
    design = answers(n=1200)
    few = design.data["group"].where(np.arange(1200) % 20 > 0, "c")
    found = invariance(design, SCORES, few)
    assert found.verdict == CANNOT
    assert found.comparisons[-1].why.startswith("fewer than 100 rows")
    wide = invariance(design, SCORES, "group", level_margin=0.5)
    assert wide.verdict == CANNOT


def test_items_of_two_factors_are_not_one_index() -> None:
    design = answers()
    random = np.random.default_rng(9)
    other = 15 * random.standard_normal(design.n)
    data = design.data.assign(
        **{f"x{k}": (50 + other + 8 * random.standard_normal(design.n)).clip(0, 100) for k in (3, 4)}
    )
    found = invariance(replace(design, data=data), SCORES, "group")
    assert found.verdict == NOT_SHOWN


def test_invariance_tests_hold_their_level() -> None:
    """Of 60 samples without a difference about 5 % are found to have one at 0.05."""
    p = [
        (found.p_metric, found.p_scalar)
        for seed in range(60)
        for found in invariance(answers(seed=seed, n=800), SCORES, "group").comparisons
    ]
    rejected = np.mean(np.array(p) < 0.05, axis=0)
    assert (rejected < 0.15).all()


def test_errors_of_invariance_as_a_jackknife() -> None:
    taylor, jack = invariance(trust(), ITEMS, "sex"), invariance(replicate(trust(), "JKn", mse=True), ITEMS, "sex")
    one, other = taylor.comparisons[0], jack.comparisons[0]
    close(one.half_loading, other.half_loading, 0.05)
    close(one.half_level, other.half_level, 0.05)


def test_invariance_needs_items_and_groups() -> None:
    with pytest.raises(EstimationError, match="three items"):
        invariance(trust(), ITEMS[:2], "sex")
    with pytest.raises(EstimationError, match="two groups"):
        invariance(trust(), ITEMS, "one")
