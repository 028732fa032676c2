"""The proportional-odds model against R run to the end, and against its own definition."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.survey.design import survey_design
from analytics.survey.models.ordinal import ordinal
from analytics.survey.models.regression import glm
from analytics.survey.models.terms import terms_test
from analytics.survey.variables import EstimationError
from analytics.survey.weights.resampling import replicate
from tests.analytics.r.cases import frame

from ..people import people, sampled

DATA = people()


def test_estimates_and_errors_are_r_s_run_to_the_end() -> None:
    # R survey 4.1-1: svyolr(ordered(q1) ~ wave + mode, d, control = list(reltol = 1e-16, maxit = 1000)). At its default
    # R stops 2e-6 short of the greatest likelihood, which moves the smaller coefficients by 3e-4 (case trust.olr2).
    design = survey_design(frame("trust"), weights="base_weight", strata="stratum", psu="psu")
    fit = ordinal(design, "q1 ~ wave + mode")
    assert fit.coefficients.keys["coefficient"].tolist()[-4:] == ["1|2", "2|3", "3|4", "4|5"]
    assert fit.coefficients.value == pytest.approx(
        [0.0727318024217, 0.0756354152258, 0.0608156966171, -1.4070042766204, -0.3631676562444, 0.7913369001476,
         2.0358998747307],
        rel=1e-7,
    )  # fmt: skip
    assert fit.coefficients.se == pytest.approx(
        [0.0558568006485, 0.0995404139627, 0.1094508298239, 0.1337085260894, 0.1276861235764, 0.1392979859991,
         0.1589654179894],
        rel=1e-5,
    )  # fmt: skip
    assert fit.deviance == pytest.approx(5936.89059524401, rel=1e-12)
    assert fit.df_resid == 34


def test_influence_is_the_derivative_by_a_row_s_weight() -> None:
    fit = ordinal(sampled(DATA), "q ~ age + sex")
    w = DATA["w"].to_numpy()
    for row in (0, 17, 101):
        step = np.zeros(len(w))
        step[row] = 1e-4
        slope = (fit.linear.at(w + step) - fit.linear.at(w - step)) / 2e-4
        assert np.asarray(fit.linear.influence)[row] == pytest.approx(slope, rel=1e-5, abs=1e-9)


@settings(deadline=None, max_examples=15)
@given(st.integers(0, 100))
def test_levels_the_other_way_round_turn_every_sign(seed: int) -> None:
    data = people(seed)
    up, down = ordinal(sampled(data), "q ~ age + sex"), ordinal(sampled(data.assign(q=5 - data["q"])), "q ~ age + sex")
    assert down.linear.value[:2] == pytest.approx(-up.linear.value[:2], rel=1e-8, abs=1e-10)
    assert down.linear.value[2:] == pytest.approx(-up.linear.value[:1:-1], rel=1e-8, abs=1e-10)
    assert down.coefficients.se[:2] == pytest.approx(up.coefficients.se[:2], rel=1e-8)


def test_without_variables_thresholds_are_the_log_odds_of_shares() -> None:
    fit = ordinal(sampled(DATA), "q ~ 1")
    known = DATA["q"].notna()
    below = [np.average(DATA["q"][known] <= level, weights=DATA["w"][known]) for level in (1, 2, 3)]
    assert fit.linear.value == pytest.approx(np.log(np.array(below) / (1 - np.array(below))))
    assert fit.deviance == pytest.approx(fit.null_deviance)


def test_a_cut_in_two_is_close_to_the_logistic_model() -> None:
    ordered = ordinal(sampled(DATA), "q ~ age + sex")
    cut = glm(sampled(DATA), "I(q >= 3) ~ age + sex", family="binomial")
    assert ordered.linear.value[:2] == pytest.approx(cut.linear.value[1:], abs=2 * cut.coefficients.se[1:].max())


def test_replicates_and_linearisation_nearly_agree() -> None:
    linear, replicated = (
        ordinal(design, "q ~ age + sex").coefficients for design in (sampled(DATA), replicate(sampled(DATA), "JKn"))
    )
    assert replicated.value == pytest.approx(linear.value, rel=1e-10)
    assert replicated.se == pytest.approx(linear.se, rel=0.15)


def test_terms_are_tested() -> None:
    fit = ordinal(sampled(DATA), "q ~ age + mode")
    assert terms_test(fit, "age").p == pytest.approx(fit.p()[0])
    assert terms_test(fit, "mode", method="LRT").p == pytest.approx(terms_test(fit, "mode").p, abs=0.2)


def test_the_order_of_a_categorical_counts() -> None:
    named = DATA["q"].map({1: "none", 2: "little", 3: "some", 4: "full"})
    ordered = pd.Categorical(named, ["none", "little", "some", "full"], ordered=True)
    fit = ordinal(sampled(DATA.assign(q=ordered)), "q ~ age")
    assert fit.curve.outcomes == ("none", "little", "some", "full")
    assert fit.linear.value == pytest.approx(ordinal(sampled(DATA), "q ~ age").linear.value)
    with pytest.raises(EstimationError, match="have no order"):
        ordinal(sampled(DATA.assign(q=pd.Categorical(named))), "q ~ age")


def test_a_level_that_a_replicate_leaves_out_is_refused() -> None:
    data = DATA.assign(q=np.where(DATA["psu"] == 7, 5, DATA["q"]))
    with pytest.raises(EstimationError, match="replicate weights: A level of the response has no weight"):
        ordinal(replicate(sampled(data), "JKn"), "q ~ age")


def test_perfect_prediction_is_refused_by_name() -> None:
    data = DATA.assign(q=np.where(DATA["mode"] == "web", 4, DATA["q"]))
    with pytest.raises(EstimationError, match=r"mode\[T\.web\] predict"):
        ordinal(sampled(data), "q ~ age + mode")


@pytest.mark.parametrize(
    ("formula", "words"),
    [("sex ~ age", "text has no order"), ("yes ~ age", "three levels or more"), ("q ~ 0 + age", "thresholds")],
)
def test_what_cannot_be_fitted_is_refused(formula: str, words: str) -> None:
    with pytest.raises(EstimationError, match=words):
        ordinal(sampled(DATA), formula)
