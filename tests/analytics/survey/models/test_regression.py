"""Generalised linear models against R, statsmodels, and their own definition."""

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.genmod import families
from statsmodels.genmod.generalized_linear_model import GLM

from analytics.survey.design import calibration_of, survey_design, with_weights
from analytics.survey.estimates.means import mean
from analytics.survey.models.ordinal import ordinal
from analytics.survey.models.regression import Family, glm
from analytics.survey.models.terms import terms_test
from analytics.survey.variables import EstimationError
from analytics.survey.weights.resampling import replicate
from tests.analytics.r.cases import frame

from ..people import people, sampled

DATA = people()
TRUST = survey_design(frame("trust"), weights="base_weight", strata="stratum", psu="psu")


def test_a_linear_trend_is_r_s() -> None:
    # R survey 4.1-1: svyglm(q1 ~ wave, d), case trust.trend_linear.q1
    fit = glm(TRUST, "q1 ~ wave")
    assert fit.coefficients.value == pytest.approx([2.8570631579253036, 0.052899442367844794], rel=1e-10)
    assert fit.coefficients.se == pytest.approx([0.08900620783677071, 0.03859182578410071], rel=1e-10)
    assert fit.df_resid == 36
    assert fit.p() == pytest.approx([4.353437168915185e-28, 0.1789417004173559], rel=1e-9)
    assert fit.deviance == pytest.approx(3074.8232605226, rel=1e-12)
    assert fit.null_deviance == pytest.approx(3077.8105550551877, rel=1e-12)


@pytest.mark.parametrize(
    ("formula", "family", "kind"),
    [
        ("q ~ age + sex", "gaussian", families.Gaussian()),
        ("yes ~ age * sex", "binomial", families.Binomial()),
        ("count ~ age + C(wave)", "poisson", families.Poisson()),
    ],
)
def test_points_are_those_of_statsmodels(formula: str, family: Family, kind: Any) -> None:
    fit = glm(sampled(DATA), formula, family=family)
    weights = DATA["w"].to_numpy()[fit.frame.rows]
    there = GLM(fit.frame.y.to_numpy(), fit.frame.x, family=kind, var_weights=weights).fit(tol=1e-14)
    assert fit.linear.value == pytest.approx(there.params, rel=1e-10, abs=1e-12)


@pytest.mark.parametrize(
    ("formula", "family"),
    [("q ~ age + sex", "gaussian"), ("yes ~ age * sex", "binomial"), ("count ~ age + C(wave)", "poisson")],
)
def test_influence_is_the_derivative_by_a_row_s_weight(formula: str, family: Family) -> None:
    fit = glm(sampled(DATA), formula, family=family)
    w = DATA["w"].to_numpy()
    for row in (0, 17, 101):
        step = np.zeros(len(w))
        step[row] = 1e-4
        slope = (fit.linear.at(w + step) - fit.linear.at(w - step)) / 2e-4
        assert np.asarray(fit.linear.influence)[row] == pytest.approx(slope, rel=1e-5, abs=1e-9)


@settings(deadline=None, max_examples=20)
@given(st.floats(0.001, 1000), st.integers(0, 50))
def test_the_size_of_weights_changes_no_figure(times: float, seed: int) -> None:
    data = people(seed)
    one = glm(sampled(data), "yes ~ age + sex", family="binomial")
    other = glm(sampled(data.assign(w=data["w"] * times)), "yes ~ age + sex", family="binomial")
    assert other.linear.value == pytest.approx(one.linear.value, rel=1e-9, abs=1e-12)
    assert other.coefficients.se == pytest.approx(one.coefficients.se, rel=1e-9)
    assert other.deviance == pytest.approx(one.deviance, rel=1e-9)


def test_replicates_and_linearisation_nearly_agree() -> None:
    linear = glm(sampled(DATA), "yes ~ age + sex", family="binomial").coefficients
    replicated = glm(replicate(sampled(DATA), "JKn"), "yes ~ age + sex", family="binomial").coefficients
    assert replicated.value == pytest.approx(linear.value, rel=1e-12)
    assert replicated.se == pytest.approx(linear.se, rel=0.15)
    assert not np.array_equal(replicated.se, linear.se)


def test_calibration_to_what_a_model_holds_takes_its_error() -> None:
    design = sampled(DATA.assign(x=DATA["age"] - 50))
    columns = np.column_stack([np.ones(len(DATA)), DATA["age"]])
    calibrated = with_weights(design, design.weights, calibration_of(columns, design.weights))
    plain, known = glm(design, "age ~ 1"), glm(calibrated, "age ~ 1")
    assert known.coefficients.unavailable == ("zero_variance",)
    assert known.linear.value == pytest.approx(plain.linear.value)


def test_a_domain_is_not_a_filtered_table() -> None:
    women = (DATA["sex"] == "F").to_numpy()
    fit = glm(sampled(DATA), "q ~ age", where=women)
    assert fit.coefficients.n.tolist() == [int((women & DATA["q"].notna()).sum())] * 2
    assert fit.df_resid == 20 - 4 - 1
    assert (np.asarray(fit.linear.influence)[~women] == 0).all()


def test_names_and_powers_are_read_as_r_writes_them() -> None:
    data = DATA.rename(columns={"age": "age.years"})
    dotted = glm(sampled(data), "q ~ age.years + I(age.years^2)")
    plain = glm(sampled(DATA), "q ~ age + I(age ** 2)")
    assert glm(sampled(DATA), "q ~ factor(wave)").frame.names[1] == "factor(wave)[T.2]"
    assert dotted.linear.value == pytest.approx(plain.linear.value)
    assert dotted.frame.names[1] == "age.years"


@pytest.mark.parametrize("kind", ["object", "string", "category"])
def test_text_is_a_factor_however_it_is_kept(kind: Any) -> None:
    data = DATA.assign(sex=DATA["sex"].astype(kind), q=DATA["q"].astype("Int64"), yes=DATA["yes"].astype("boolean"))
    for formula, family in (("q ~ wave + sex", "gaussian"), ("yes ~ sex", "binomial")):
        found, plain = (glm(sampled(each), formula, family=family) for each in (data, DATA))  # type: ignore[arg-type]  # words, as a caller without types has them
        assert found.linear.value == pytest.approx(plain.linear.value)


def test_a_factor_s_empty_level_is_left_out_and_one_level_refused() -> None:
    data = DATA.assign(sex=pd.Categorical(DATA["sex"], ["F", "M", "X"]))
    assert glm(sampled(data), "q ~ sex").frame.names == ("Intercept", "sex[T.M]")
    with pytest.raises(EstimationError, match=r"sex has one level here \(F\)"):
        glm(sampled(data), "q ~ sex", where=(DATA["sex"] == "F").to_numpy())


def test_a_text_answer_of_two_levels_models_the_second() -> None:
    fit = glm(sampled(DATA), "sex ~ age", family="binomial")
    same = glm(sampled(DATA.assign(man=(DATA["sex"] == "M").astype(int))), "man ~ age", family="binomial")
    assert fit.linear.value == pytest.approx(same.linear.value)


@pytest.mark.parametrize("link", ["logit", "probit", "cloglog"])
def test_perfect_prediction_is_refused_by_name(link: str) -> None:
    data = DATA.assign(yes=np.where(DATA["mode"] == "web", 1.0, DATA["yes"]))
    with pytest.raises(EstimationError, match=r"mode\[T\.web\] predict"):
        glm(sampled(data), "yes ~ age + mode", family="binomial", link=link)


def test_answers_that_are_nearly_certain_are_not_perfect_prediction() -> None:
    draw = np.random.default_rng(5)
    x = draw.normal(size=20_000) * 10
    data = pd.DataFrame({"x": x, "y": (x + draw.logistic(size=len(x)) > 0).astype(float), "w": 1.0})
    fit = glm(survey_design(data, weights="w"), "y ~ x", family="binomial")
    assert fit.linear.value == pytest.approx([0, 1], abs=0.1)


def test_a_level_that_nobody_counts_in_is_refused_by_name() -> None:
    data = DATA.assign(count=np.where(DATA["mode"] == "web", 0.0, DATA["count"]))
    with pytest.raises(EstimationError, match=r"mode\[T\.web\] predict"):
        glm(sampled(data), "count ~ age + mode", family="poisson")


def test_columns_that_depend_are_refused_by_name() -> None:
    data = DATA.assign(months=DATA["age"] * 12)
    with pytest.raises(EstimationError, match="months is made up of age"):
        glm(sampled(data), "q ~ age + months")


@pytest.mark.parametrize(
    ("formula", "family", "words"),
    [
        ("q ~ nothing", "gaussian", "there is no column 'nothing'"),
        ("q", "gaussian", "needs a formula"),
        ("q ~ age +", "gaussian", "cannot be read"),
        ("mode ~ age", "gaussian", "must be one column of numbers"),
        ("q ~ age", "binomial", "needs 0, 1 or shares"),
        ("q ~ log(age - age)", "gaussian", "not finite"),
        ("one ~ age", "binomial", "1 for everyone"),
        ("q ~ age", "gamma", "family must be one of"),
        ("q ~ `no thing`", "gaussian", "there is no column 'no thing'"),
        ("q ~ age + I(age * 0)", "gaussian", "nought in every row"),
        ("log(age - age) ~ sex", "gaussian", "leave them out by where"),
        ("I(q - 4) ~ age", "poisson", "needs counts from 0 up"),
    ],
)
def test_what_cannot_be_fitted_is_refused_with_what_to_do(formula: str, family: Any, words: str) -> None:
    with pytest.raises(EstimationError, match=words):
        glm(sampled(DATA.assign(one=1)), formula, family=family)


def test_answers_without_spread_have_a_reason_for_no_error() -> None:
    fit = glm(sampled(DATA.assign(q=3.0)), "q ~ age")
    assert set(fit.coefficients.unavailable) == {"zero_variance"}
    assert "no spread in the sample" in str(fit)
    with pytest.raises(EstimationError, match="cannot be tested: no spread"):
        terms_test(fit, "age")


def test_more_coefficients_than_psus_leave_no_error() -> None:
    fit = glm(sampled(DATA), "q ~ C(psu)")
    assert set(fit.coefficients.unavailable) == {"no_degrees_of_freedom"}
    with pytest.raises(EstimationError, match="needs degrees of freedom"):
        terms_test(fit, "C(psu)")


def test_a_level_that_a_replicate_leaves_out_is_refused() -> None:
    data = DATA.assign(sex=np.where(DATA["psu"] == 7, "X", DATA["sex"]))
    with pytest.raises(EstimationError, match=r"replicate weights: .* no weight"):
        glm(replicate(sampled(data), "JKn"), "q ~ sex")
    with pytest.raises(EstimationError, match=r"replicate weights: .* no weight"):
        ordinal(replicate(sampled(data), "JKn"), "q ~ sex")


def test_one_psu_shows_no_error() -> None:
    fit = glm(sampled(DATA), "q ~ age", where=(DATA["psu"] == 7).to_numpy())
    assert set(fit.coefficients.unavailable) == {"one_psu"}


def test_degrees_of_freedom_are_of_the_design_unless_asked() -> None:
    fit = glm(sampled(DATA), "q ~ age", where=(DATA["stratum"] == 1).to_numpy())
    narrow, wide = fit.table()["p"], fit.table(df="domain")["p"]
    assert fit.df_resid == 15
    assert fit.coefficients.domain_df.tolist() == [3, 3]
    assert (wide > narrow).all()
    assert terms_test(fit, "age", df="domain").ddf == 3
    assert terms_test(fit, "age", df=np.inf).p < terms_test(fit, "age").p


def test_a_link_that_a_family_has_not_is_refused() -> None:
    with pytest.raises(EstimationError, match="link of poisson must be one of log"):
        glm(sampled(DATA), "count ~ age", family="poisson", link="logit")


def test_a_reference_may_be_named_in_the_formula() -> None:
    fit = glm(sampled(DATA), "q ~ C(mode, contr.treatment('web'))")
    assert fit.frame.levels["mode"] == ["web", "sms", "text"]
    assert fit.linear.value[0] == pytest.approx(mean(sampled(DATA), "q", where=(DATA["mode"] == "web")).value[0])


def test_steps_that_overshoot_are_shortened() -> None:
    # From a steep curve's coefficients to a flat one's: full Newton steps would run off.
    draw = np.random.default_rng(9)
    x = draw.normal(size=400) * 4
    steep = np.arange(400) < 300
    latent = np.where(steep, 6 * x, -0.2 * x) + draw.logistic(size=400)
    data = pd.DataFrame({"x": x, "y": (latent > 0) * 1.0, "q": np.digitize(latent, [-1, 0, 1]), "w": 1.0})
    w = np.where(steep, 1e-6, 1.0)
    mostly, few = survey_design(data, weights=np.where(steep, 1.0, 1e-3)), survey_design(data, weights=w)
    share, level = glm(mostly, "y ~ x", family="binomial"), ordinal(mostly, "q ~ x")
    assert share.linear.at(w) == pytest.approx(glm(few, "y ~ x", family="binomial").linear.value, rel=1e-8)
    assert level.linear.at(w) == pytest.approx(ordinal(few, "q ~ x").linear.value, rel=1e-8)


def test_fewer_rows_than_coefficients_are_refused() -> None:
    with pytest.raises(EstimationError, match="2 coefficients cannot be had from 1"):
        glm(sampled(DATA), "yes ~ age", where=np.arange(len(DATA)) == 3)


def test_a_missing_answer_everywhere_is_refused() -> None:
    with pytest.raises(EstimationError, match="No row of the domain has all of q, age"):
        glm(sampled(DATA.assign(q=np.nan)), "q ~ age")


def test_an_offset_may_be_an_expression_and_is_added_as_it_is() -> None:
    written = glm(sampled(DATA), "count ~ sex", family="poisson", offset="log(age)")
    given = glm(sampled(DATA), "count ~ sex", family="poisson", offset=np.log(DATA["age"]))
    assert written.linear.value == pytest.approx(given.linear.value, rel=1e-12)
    assert written.null_deviance > written.deviance
    with pytest.raises(EstimationError, match="infinite"):
        glm(sampled(DATA), "count ~ sex", family="poisson", offset="log(age - age)")


def test_wald_s_test_of_modes_is_r_s() -> None:
    # R survey 4.1-1: regTermTest(svyglm(q1 ~ mode + sex + age_group + wavef, d), ~mode), trust_fpc.mode_effect_wald
    design = survey_design(frame("trust"), weights="base_weight", strata="stratum", psu="psu", fpc="n_psu_pop")
    found = terms_test(glm(design, "q1 ~ mode + sex + age_group + wavef"), "mode")
    assert found.statistic == pytest.approx(0.30361879332384384, rel=1e-10)
    assert (found.df, found.ddf) == (2, 26)
    assert found.p == pytest.approx(0.7407237751642073, rel=1e-10)


def test_the_working_likelihood_ratio_is_r_s() -> None:
    # R survey 4.1-1: regTermTest(svyglm(I(q1 >= 4) ~ wave + sex + age_group + mode, d, quasibinomial), ~age_group,
    # method = "LRT")
    fit = glm(TRUST, "I(q1 >= 4) ~ wave + sex + age_group + mode", family="binomial")
    found = terms_test(fit, "age_group", method="LRT")
    assert found.statistic == pytest.approx(12.889469841928531, rel=1e-9)
    assert found.weights == pytest.approx(
        [2.0604727103825318, 1.5706152337193533, 1.1313685632111434, 1.0872528731381212, 0.40233398291051237], rel=1e-8
    )
    assert found.p == pytest.approx(0.10696226023943015, rel=1e-6)
    assert terms_test(fit, "age_group", method="WorkingWald").p == pytest.approx(found.p, rel=0.2)


def test_interactions_are_found_whichever_way_round_they_are_written() -> None:
    fit = glm(sampled(DATA), "q ~ age * sex")
    assert terms_test(fit, "sex:age").p == pytest.approx(fit.p()[-1])
    with pytest.raises(EstimationError, match="has no term"):
        terms_test(fit, "mode")
    with pytest.raises(EstimationError, match="method must be one of"):
        terms_test(fit, "age", method="score")  # type: ignore[arg-type]  # words, as a caller without types has them


def test_more_terms_than_psus_are_refused() -> None:
    data = DATA.assign(psu=DATA["psu"] % 4 + 4 * (DATA["psu"] % 2), stratum=0)
    fit = glm(sampled(data), "q ~ C(psu)")
    with pytest.raises(EstimationError, match=r"degrees of freedom|singular"):
        terms_test(fit, "C(psu)")


def test_a_sample_nobody_drew_says_so() -> None:
    fit = glm(replace(sampled(DATA), probability=False), "q ~ age")
    assert "Non-probability sample" in str(fit)
