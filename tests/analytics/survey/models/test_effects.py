"""Predictive means and average marginal effects against R, by hand, and against the jackknife."""

from typing import Any

import numpy as np
import pytest

from analytics.survey.design import survey_design
from analytics.survey.estimates.means import mean
from analytics.survey.models.effects import marginal_effects, predictive_means
from analytics.survey.models.ordinal import ordinal
from analytics.survey.models.regression import glm
from analytics.survey.variables import EstimationError
from analytics.survey.weights.resampling import replicate
from tests.analytics.r.cases import frame

from ..people import people, sampled

DATA = people()
WOMEN = (DATA["sex"] == "F").to_numpy()


def test_predictive_means_are_r_s() -> None:
    # R survey 4.1-1: svypredmeans(svyglm(q1 ~ age_group + education, d), ~mode), case trust.predmeans
    design = survey_design(frame("trust"), weights="base_weight", strata="stratum", psu="psu")
    found = predictive_means(glm(design, "q1 ~ age_group + education"), "mode", errors="separate")
    assert found.keys["mode"].tolist() == ["f2f", "sms", "web"]
    assert found.value == pytest.approx([2.929366084225776, 2.981432805812723, 2.973913247992211], rel=1e-9)
    assert found.se == pytest.approx([0.07641614200056629, 0.061689525895545806, 0.05500592803558067], rel=1e-8)


def test_without_other_variables_predictive_means_are_the_means_of_groups() -> None:
    design = sampled(DATA)
    found = predictive_means(glm(design, "yes ~ sex", family="binomial"), "sex")
    plain = mean(design, "yes", by="sex")
    assert found.value == pytest.approx(plain.value)
    assert found.covariance == pytest.approx(plain.covariance)


def test_an_effect_in_a_model_of_one_factor_is_the_gap_in_points() -> None:
    design = sampled(DATA)
    found = marginal_effects(glm(design, "yes ~ sex", family="binomial"))
    gap = mean(design, "yes", by="sex").contrast({"gap": [-100, 100]})
    assert found.keys.to_dict("records") == [{"variable": "sex", "from": "F", "to": "M"}]
    assert found.value == pytest.approx(gap.value)
    assert found.se == pytest.approx(gap.se)


def test_an_effect_in_a_straight_line_is_its_coefficient() -> None:
    fit = glm(sampled(DATA), "q ~ age + sex")
    found = marginal_effects(fit, ["age"], changes={"age": 10})
    assert found.value == pytest.approx(10 * fit.linear.value[1])
    assert found.se == pytest.approx(10 * fit.coefficients.se[1])


def test_a_slope_is_the_mean_derivative() -> None:
    fit = glm(sampled(DATA), "yes ~ age + I(age ** 2) + sex", family="binomial")
    found = marginal_effects(fit, ["age"], changes={"age": "slope"})
    beta, x, w = fit.linear.value, fit.frame.x, DATA["w"].to_numpy()
    share = 1 / (1 + np.exp(-x @ beta))
    names = list(fit.frame.names)
    by_age = beta[names.index("age")] + 2 * beta[names.index("I(age ** 2)")] * DATA["age"].to_numpy()
    assert found.value == pytest.approx([100 * np.average(share * (1 - share) * by_age, weights=w)], rel=1e-7)


@pytest.mark.parametrize("errors", ["joint", "separate"])
def test_predictive_means_by_jackknife_and_by_linearisation_nearly_agree(errors: Any) -> None:
    replicated = predictive_means(
        glm(replicate(sampled(DATA), "JKn"), "yes ~ sex + age", family="binomial"), "sex", errors=errors
    )
    linear = predictive_means(glm(sampled(DATA), "yes ~ sex + age", family="binomial"), "sex", errors=errors)
    assert replicated.value == pytest.approx(linear.value)
    assert replicated.se == pytest.approx(linear.se, rel=0.15)


def test_effects_by_jackknife_and_by_linearisation_nearly_agree() -> None:
    linear, replicated = (
        (glm(design, "yes ~ age * sex", family="binomial"), ordinal(design, "q ~ age + sex"))
        for design in (sampled(DATA), replicate(sampled(DATA), "JKn"))
    )
    for one, other in zip(linear, replicated, strict=True):
        by_lines, by_jackknife = marginal_effects(one), marginal_effects(other)
        assert by_jackknife.value == pytest.approx(by_lines.value)
        assert by_jackknife.se == pytest.approx(by_lines.se, rel=0.2)


def test_effects_on_the_levels_of_an_ordered_answer_sum_to_nothing() -> None:
    fit = ordinal(sampled(DATA), "q ~ age + sex")
    found = marginal_effects(fit)
    assert found.keys["outcome"].tolist() == ["1", "2", "3", "4"] * 2
    assert found.value.reshape(2, 4).sum(axis=1) == pytest.approx([0, 0], abs=1e-9)
    means = predictive_means(fit, "sex")
    assert means.value.reshape(2, 4).sum(axis=1) == pytest.approx([1, 1])


def test_effects_among_women_average_over_women() -> None:
    fit = glm(sampled(DATA), "q ~ age * sex")
    among = marginal_effects(fit, ["age"], where=WOMEN)
    assert among.value == pytest.approx([fit.linear.value[1]])
    assert among.n.tolist() == [int((fit.frame.rows & WOMEN).sum())]


def test_a_change_is_between_levels_or_amounts_that_are() -> None:
    fit = glm(sampled(DATA), "yes ~ age + mode", family="binomial")
    back = marginal_effects(fit, ["mode"], changes={"mode": ("web", "sms")})
    there = marginal_effects(fit, ["mode"], changes={"mode": ("sms", "web")})
    assert back.value == pytest.approx(-there.value)
    with pytest.raises(EstimationError, match="has the levels"):
        marginal_effects(fit, changes={"mode": ("web", "phone")})
    with pytest.raises(EstimationError, match="is a factor"):
        marginal_effects(fit, changes={"mode": 1.0})
    with pytest.raises(EstimationError, match="has no variable 'sex'"):
        marginal_effects(fit, ["sex"])
    with pytest.raises(EstimationError, match="holds nobody"):
        marginal_effects(fit, where=np.zeros(len(DATA), dtype=bool))


def test_numbers_that_are_a_factor_keep_their_levels() -> None:
    data = DATA.assign(wave=DATA["wave"].astype("category"))
    codes = predictive_means(glm(sampled(DATA), "q ~ C(wave) + sex"), "wave")
    factor = predictive_means(glm(sampled(data), "q ~ wave + sex"), "wave")
    assert factor.value == pytest.approx(codes.value)
    assert len(set(factor.value)) == 3


def test_names_that_need_quotes_have_effects_too() -> None:
    data = DATA.rename(columns={"age": "age now", "sex": "sex at birth"})
    quoted = marginal_effects(glm(sampled(data), "yes ~ `age now` * `sex at birth`", family="binomial"))
    plain = marginal_effects(glm(sampled(DATA), "yes ~ age * sex", family="binomial"))
    assert quoted.value == pytest.approx(plain.value)
    assert quoted.keys["variable"].tolist() == ["age now", "sex at birth"]


def test_a_group_that_is_no_column_is_refused() -> None:
    with pytest.raises(EstimationError, match="no column 'nothing'"):
        predictive_means(glm(sampled(DATA), "q ~ age"), "nothing")
    with pytest.raises(EstimationError, match="into the formula"):
        predictive_means(ordinal(sampled(DATA), "q ~ age"), "sex")
