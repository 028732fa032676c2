"""What a design reads and refuses: weights of 0, odd kinds of columns, and what a newcomer may pass by mistake."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from analytics.survey.design import Design, survey_design
from analytics.survey.estimates.means import count, distribution, mean, ratio, total
from analytics.survey.estimates.proportions import proportion
from analytics.survey.estimates.quantiles import quantile
from analytics.survey.estimates.variances import variance
from analytics.survey.hypotheses.association import independence
from analytics.survey.hypotheses.comparisons import ranktest, ttest
from analytics.survey.models.effects import marginal_effects
from analytics.survey.models.ordinal import ordinal
from analytics.survey.models.regression import glm
from analytics.survey.models.terms import terms_test
from analytics.survey.variables import DesignError, EstimationError
from analytics.survey.weights.calibration import calibrate, poststratify
from analytics.survey.weights.margins import WeightingError
from analytics.survey.weights.raking import rake
from analytics.survey.weights.resampling import replicate
from analytics.survey.weights.trimming import trim

from .people import people, sampled


def thinned() -> pd.DataFrame:
    data = people()
    data.loc[::5, "w"] = 0.0
    data.loc[data["psu"] == 3, "w"] = 0.0
    return data


VERBS: dict[str, Callable[..., Any]] = {
    "mean": lambda d, **to: mean(d, "q", by="sex", **to).covariance,
    "total": lambda d, **to: total(d, "age", by="wave", **to).covariance,
    "distribution": lambda d, **to: distribution(d, "mode", **to).covariance,
    "ratio": lambda d, **to: ratio(d, "q", "age", **to).covariance,
    "count": lambda d, **to: count(d, by="sex", **to).covariance,
    "deff": lambda d, **to: mean(d, "q", by="sex", **to).deff_without_replacement,
    "proportion": lambda d, **to: proportion(d, "yes", **to).limits,
    "quantile": lambda d, **to: quantile(d, "age", [0.2, 0.5], **to).limits,
    "variance": lambda d, **to: variance(d, "age", **to).covariance,
    "t": lambda d, **to: ttest(d, "q", "sex", **to).statistic,
    "rank": lambda d, **to: ranktest(d, "q", "mode", test="kruskal", **to).statistic,
    "independence": lambda d, **to: independence(d, "sex", "q", **to).test.statistic,
    "glm": lambda d, **to: glm(d, "yes ~ age + mode", family="binomial", **to).coefficients.covariance,
    "ordinal": lambda d, **to: ordinal(d, "q ~ age", **to).coefficients.covariance,
}


@pytest.mark.parametrize("verb", VERBS)
def test_rows_of_weight_0_are_drawn_but_in_no_domain(verb: str) -> None:
    data = thinned()
    kept = (data["w"] > 0).to_numpy()
    domain = VERBS[verb](sampled(data.assign(w=data["w"].where(kept, 2.0))), where=kept)
    np.testing.assert_allclose(VERBS[verb](sampled(data)), domain, rtol=1e-9)


def test_weights_of_0_are_counted_on_the_page_and_not_all_may_be() -> None:
    data = thinned()
    assert f"{(data['w'] == 0).sum()} of weight 0" in str(sampled(data))
    assert sampled(data).df == 15  # degf(d): the PSU of which every row weighs 0 is no degree of freedom
    with pytest.raises(DesignError, match="All weights are 0"):
        sampled(data.assign(w=0.0))
    with pytest.raises(DesignError, match="0 or more and finite; row 4 has -1"):
        sampled(data.assign(w=np.where(np.arange(240) == 4, -1.0, data["w"])))


def odd(data: pd.DataFrame) -> dict[str, pd.DataFrame]:
    missing = data.assign(sex=data["sex"].mask(data.index % 7 == 0))
    return {
        "shuffled": missing.sample(frac=1, random_state=3),
        "index twice": missing.set_index(pd.Index([0] * len(data))),
        "nullable": missing.convert_dtypes(),
        "string": missing.assign(sex=missing["sex"].astype("string"), mode=missing["mode"].astype("string")),
        "objects": missing.astype(object),
        "categories": missing.assign(psu=missing["psu"].astype("category"), mode=missing["mode"].astype("category")),
        "small numbers": missing.assign(wave=missing["wave"].astype("uint8"), q=missing["q"].astype("Int8")),
        "heavy": missing.assign(w=missing["w"] * 1e9),
    }


@pytest.mark.parametrize("kind", odd(people()))
def test_figures_do_not_depend_on_how_a_table_keeps_its_columns(kind: str) -> None:
    plain = sampled(people().assign(sex=people()["sex"].mask(people().index % 7 == 0)))
    found = sampled(odd(people())[kind])
    for verb in ("mean", "distribution", "ratio", "proportion", "quantile", "t", "rank", "independence", "glm"):
        np.testing.assert_allclose(VERBS[verb](found), VERBS[verb](plain), rtol=1e-8, err_msg=verb)
    assert distribution(found, "sex").labels == ["F", "M"]
    assert mean(found, "q", by=["wave", "sex"]).labels == [f"{wave}:{sex}" for wave in (1, 2, 3) for sex in "FM"]


def test_whole_numbers_are_written_as_such_where_some_are_missing() -> None:
    found = mean(sampled(people()), "age", by="q")
    assert found.labels == ["1", "2", "3", "4"]
    assert found.contrast({"gap": {"4": 1, "1": -1}}).value[0] == pytest.approx(found.value[3] - found.value[0])


def test_a_combination_that_is_known_has_no_error_but_a_reason() -> None:
    shares = distribution(sampled(people()), "mode")
    found = shares.contrast({"all": [1, 1, 1], "none": [0, 0, 0], "two": {"sms": 1, "web": 1}})
    assert found.value[:2] == pytest.approx([1, 0])
    assert found.unavailable == ("zero_variance", "zero_variance", "")
    assert found.se[2] == pytest.approx(shares.se[1], rel=1e-9)


@pytest.mark.parametrize("right", ["(age + sex - 1)", "((age + sex) - 1)", "age + sex - 1", "0 + age + sex"])
def test_a_model_without_a_constant_has_none_also_in_brackets(right: str) -> None:
    found = glm(sampled(people()), f"q ~ {right}").coefficients
    assert found.keys["coefficient"].tolist() == ["age", "sex[F]", "sex[M]"]
    assert glm(sampled(people()), "q ~ (age) + (sex)").coefficients.keys["coefficient"][0] == "Intercept"


def test_true_and_false_with_missing_answers_are_a_share() -> None:
    data = people()
    said = data["yes"].map({1.0: True, 0.0: False}).astype(object).mask(data["q"].isna(), None)
    found = sampled(data.assign(said=said))
    assert mean(found, "said").value[0] == mean(found, "yes", where=data["q"].notna()).value[0]


def test_text_that_holds_a_measure_is_refused_and_a_scale_in_text_is_shares() -> None:
    data = people()
    with pytest.raises(EstimationError, match=r"numbers written as text.*pd\.to_numeric"):
        mean(sampled(data.assign(age=data["age"].astype(str))), "age")
    assert mean(sampled(data.assign(wave=data["wave"].astype(str))), "wave").labels == ["1", "2", "3"]
    with pytest.raises(EstimationError, match=r"pd\.to_numeric"):
        glm(sampled(data.assign(age=data["age"].astype(str))), "I(age >= 4) ~ sex")
    with pytest.raises(EstimationError, match="mixes kinds"):
        mean(sampled(data.assign(odd=["a", 1.5] * 120)), "odd")


def none() -> Design:
    return sampled(people())


WRONG: list[tuple[Callable[[], Any], str]] = [
    (lambda: mean(people(), "q"), "first argument is a design.*DataFrame"),  # type: ignore[arg-type]  # wrong, as a newcomer has it
    (lambda: count(people()), "first argument is a design"),  # type: ignore[arg-type]  # wrong, as a newcomer has it
    (lambda: glm(people(), "q ~ age"), "first argument is a design"),  # type: ignore[arg-type]  # wrong, as a newcomer has it
    (lambda: rake(people(), {"sex": {"F": 1, "M": 1}}), "first argument is a design"),
    (lambda: replicate(people(), "JKn"), "first argument is a design"),  # type: ignore[arg-type]  # wrong, as a newcomer has it
    (lambda: trim(people(), upper=1), "first argument is a design"),  # type: ignore[arg-type]  # wrong, as a newcomer has it
    (lambda: mean(none(), people()), "Name the column"),
    (lambda: mean(none(), []), "empty list"),
    (lambda: mean(none(), 5), r"240 rows, unfiltered; got 1 \(5\); or name a column"),
    (lambda: mean(none(), "q", by="sexx"), "no column 'sexx'; there are psu"),
    (lambda: mean(none(), "q", where="wave"), "true or false.*int64 such as .*comparison"),
    (lambda: mean(none(), "q", where="sex"), "true or false"),
    (lambda: distribution(none(), "qq"), "y: there is no column 'qq'"),
    (lambda: mean(none(), "q", by="sex").contrast([1, -1]), "A contrast has a name"),  # type: ignore[arg-type]  # wrong, as a newcomer has it
    (lambda: mean(none(), "q", by="sex").contrast({"F": 1, "M": -1}), "A contrast has a name"),  # type: ignore[dict-item]  # wrong, as a newcomer has it
    (lambda: mean(none(), "q").interval(df="dsgn"), "df must be positive, or design"),  # type: ignore[arg-type]  # wrong, as a newcomer has it
    (lambda: terms_test(none(), "sex"), "made by glm"),  # type: ignore[arg-type]  # wrong, as a newcomer has it
    (lambda: marginal_effects(glm(none(), "q ~ age"), "wave"), "no variable 'wave'"),
    (lambda: calibrate(none(), {"age": 9e3}, distance="rakng"), "distance must be one of linear"),  # type: ignore[arg-type]  # wrong, as a newcomer has it
    (lambda: calibrate(none(), "age"), "total for each column"),  # type: ignore[arg-type]  # wrong, as a newcomer has it
    (lambda: rake(none(), ["sex"]), "at least one margin"),  # type: ignore[list-item]  # wrong, as a newcomer has it
    (lambda: rake(none(), {"sex": 5}), "total for each level"),  # type: ignore[dict-item]  # wrong, as a newcomer has it
    (lambda: poststratify(none(), "sex", {"F": 1.0, "M": 1.0}, residuals="plain"), "residuals"),  # type: ignore[arg-type]  # wrong, as a newcomer has it
    (lambda: survey_design("people.csv", weights="w"), "pandas table"),  # type: ignore[arg-type]  # wrong, as a newcomer has it
    (lambda: survey_design(people(), weights="sex"), "numbers, one a row; got"),
    (lambda: survey_design(people(), weights="w", psu="psu", strata=["stratum", "sex"]), "2 for 1 stage.*join their"),
    (lambda: survey_design(people(), weights="w", psu="psu", nest="stratum"), "nest is true or false"),  # type: ignore[arg-type]  # wrong, as a newcomer has it
]


@pytest.mark.parametrize(("call", "message"), WRONG)
def test_a_wrong_call_is_told_what_was_expected(call: Callable[[], Any], message: str) -> None:
    with pytest.raises((DesignError, EstimationError, WeightingError), match=message):
        call()
