"""List experiments, randomised and crosswise answers: against R's list, against known truths, and what they refuse."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.survey.design import Design, survey_design
from analytics.survey.estimates.means import mean
from analytics.survey.sensitive.list_experiment import list_check, list_difference
from analytics.survey.sensitive.list_models import Model, list_regression
from analytics.survey.sensitive.randomised_response import Protection, price, protected_share
from analytics.survey.variables import EstimationError, FloatArray
from analytics.survey.weights.resampling import replicate

from ...r.cases import frame
from ..extras import close, expect, needs_inputs, unweighted

RACE = ["south", "age", "male", "college"]


def experiment(seed: int = 1, n: int = 1600, prevalence: float = 0.3) -> Design:
    """A list experiment of three items in 40 PSUs of 8 strata, weighted; women hold the sensitive item more often."""
    random = np.random.default_rng(seed)
    woman = random.integers(0, 2, n)
    chance = prevalence * np.where(woman == 1, 1.5, 0.5)
    holds = random.random(n) < chance
    treated = random.integers(0, 2, n)
    count = random.binomial(3, 0.4, n) + treated * holds
    data = pd.DataFrame({"y": count, "treated": treated, "woman": woman, "holds": holds.astype(float)})
    data = data.assign(psu=np.arange(n) // (n // 40), stratum=np.arange(n) // (n // 8))
    return survey_design(data, weights=random.uniform(1, 3, n), strata="stratum", psu="psu")


@needs_inputs
@pytest.mark.parametrize(
    ("case", "method", "covariates", "rtol"),
    [
        ("list.race.dim", "lm", [], 1e-8),
        ("list.race.lm", "lm", RACE, 1e-6),
        ("list.race.nls", "nls", RACE, 1e-3),
        ("list.race.ml", "ml", RACE, 1e-3),
    ],
)
def test_race_as_ictreg(case: str, method: Model, covariates: list[str], rtol: float) -> None:
    found = list_regression(
        unweighted(frame("list_race")), "y", "treat", covariates, items=3, method=method, errors="model"
    )
    expected = expect(case)
    close(found.sensitive, expected["par_treat"], rtol)
    close(found.sensitive_se, expected["se_treat"], rtol)
    close(found.control, expected["par_control"], rtol)
    close(found.control_se, expected["se_control"], rtol)
    if "pred_mean" in expected:
        close(found.prevalence, expected["pred_mean"], rtol)
    if "llik" in expected:
        assert found.loglike is not None
        close(found.loglike, expected["llik"])


@needs_inputs
def test_race_holds_no_sign_of_changed_answers_but_by_rs_choice_of_moments() -> None:
    design, expected = unweighted(frame("list_race")), expect("list.race.ict_test")
    by_r = list_check(design, "y", "treat", items=3, selection="list")
    close(by_r.p, expected["p"][0], 0.01)
    np.testing.assert_allclose(by_r.shares[["share", "se"]], expected["pi_table"], atol=1e-4)
    assert list_check(design, "y", "treat", items=3).p > 0.1


def test_the_difference_is_a_contrast_of_the_design() -> None:
    design = experiment()
    found = list_difference(design, "y", "treated", items=3)
    arms = mean(design, "y", by="treated")
    contrast = arms.contrast({"difference": [-1, 1]})
    close(found.value, contrast.value)
    close(found.se, contrast.se)
    close(found.value, list_regression(design, "y", "treated", [], items=3, method="lm").sensitive)
    close(found.se, list_regression(design, "y", "treated", [], items=3, method="lm").sensitive_se)
    assert found.n.tolist() == [1600]
    by_sex = list_difference(design, "y", "treated", items=3, by="woman")
    assert by_sex.labels == ["0", "1"]
    gap = by_sex.contrast({"gap": [-1, 1]})
    assert gap.value[0] == pytest.approx(by_sex.value[1] - by_sex.value[0])
    close(by_sex.value[1], list_difference(design, "y", "treated", items=3, where=design.data["woman"] == 1).value)


@pytest.mark.parametrize("method", ["lm", "nls", "ml"])
def test_models_find_who_holds_it_and_their_errors_are_a_jackknifes(method: Model) -> None:
    design = experiment(n=4000)
    found = list_regression(design, "y", "treated", ["woman"], items=3, method=method)
    truth = mean(design, "holds").value[0]
    assert abs(found.prevalence - truth) < 3 * found.prevalence_se
    assert found.sensitive[1] > 2 * found.sensitive_se[1]
    jack = list_regression(replicate(design, "JKn", mse=True), "y", "treated", ["woman"], items=3, method=method)
    close(found.sensitive, jack.sensitive, 1e-6)
    close(found.sensitive_se, jack.sensitive_se, 0.08)
    close(found.prevalence_se, jack.prevalence_se, 0.08)
    assert "woman" in str(found)


def test_the_likelihood_is_more_exact_than_the_difference() -> None:
    gains = []
    for seed in range(10):
        design = experiment(seed)
        ml = list_regression(design, "y", "treated", [], items=3, method="ml")
        gains.append(ml.prevalence_se / list_difference(design, "y", "treated", items=3).se[0])
    assert np.mean(gains) < 0.95


def test_a_list_that_changes_answers_is_caught() -> None:
    """Half the treated who would say 1 or more say one fewer: some shares come out under 0."""
    design = experiment(n=4000, prevalence=0.02)
    random = np.random.default_rng(4)
    data = design.data
    shy = (data["treated"] == 1) & (data["y"] >= 1) & (random.random(design.n) < 0.5)
    shied = survey_design(data.assign(y=data["y"] - shy), weights=design.weights, strata="stratum", psu="psu")
    found = list_check(shied, "y", "treated", items=3)
    assert found.p < 0.001
    assert "changed answers" in str(found)
    assert list_check(design, "y", "treated", items=3).p > 0.05


def test_the_check_holds_its_level_and_knows_ceilings() -> None:
    rejected = [list_check(experiment(seed, 600, 0.0), "y", "treated", items=3).p < 0.05 for seed in range(150)]
    assert np.mean(rejected) < 0.09
    found = list_check(experiment(), "y", "treated", items=3, selection="all")
    assert found.ceiling == pytest.approx(0.4**3, abs=0.03)
    assert found.floor == pytest.approx(0.6**3, abs=0.05)
    four = list_check(experiment(n=600, prevalence=0.0), "y", "treated", items=5, selection="all")
    assert 0 < four.p <= 1


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"y": "woman", "treated": "y"}, "treated must be 1"),
        ({"items": 2}, "row"),
        ({"where": np.zeros(1600, bool)}, "treated must be 1"),
    ],
)
def test_lists_that_cannot_be(change: dict[str, object], message: str) -> None:
    given: dict[str, object] = {"y": "y", "treated": "treated", "items": 3, **change}
    with pytest.raises(EstimationError, match=message):
        list_difference(experiment(), **given)  # type: ignore[arg-type]  # words, as a caller without types has them
    with pytest.raises(EstimationError, match=message):
        list_check(experiment(), **given)  # type: ignore[arg-type]  # words, as a caller without types has them


def test_regressions_that_cannot_be() -> None:
    design = experiment()
    with pytest.raises(EstimationError, match="repeat each other"):
        list_regression(design, "y", "treated", ["woman", "woman"], items=3)
    with pytest.raises(EstimationError, match="rows without weights"):
        list_regression(design, "y", "treated", [], items=3, errors="model")
    with pytest.raises(EstimationError, match="method is lm, nls or ml"):
        list_regression(design, "y", "treated", [], items=3, method="em")  # type: ignore[arg-type]  # words, as a caller without types has them
    nobody = design.data.assign(y=design.data["y"] - design.data["holds"] * design.data["treated"])
    low = survey_design(nobody.assign(y=nobody["y"] * (1 - nobody["treated"])), weights=design.weights)
    with pytest.raises(EstimationError, match="no peak"):
        list_regression(low, "y", "treated", [], items=3)
    with pytest.raises(EstimationError, match="no respondents in one arm"):
        list_difference(
            survey_design(design.data.assign(all=design.data["treated"]), weights=design.weights),
            "y", "treated", items=3, by="all",
        )  # fmt: skip


def answered(method: Protection, p: float, yes: float | None, holds: FloatArray, seed: int) -> FloatArray:
    """What people answer who follow the rules."""
    random = np.random.default_rng(seed)
    asked, other = random.random(len(holds)) < p, random.random(len(holds)) < (yes or 0)
    if method == "warner":
        return np.where(asked, holds, 1 - holds).astype(float)
    if method == "crosswise":
        return np.asarray(asked == (holds == 1), dtype=np.float64)
    if method == "forced":
        return np.where(asked, holds, random.random(len(holds)) < (yes or 0) / (1 - p)).astype(float)
    return np.where(asked, holds, other).astype(float)


@pytest.mark.parametrize(
    ("method", "p", "yes"),
    [("warner", 0.75, None), ("crosswise", 0.25, None), ("forced", 2 / 3, 1 / 6), ("unrelated", 0.7, 0.2)],
)
def test_protected_answers_give_the_share_and_the_price_was_right(
    method: Protection, p: float, yes: float | None
) -> None:
    random = np.random.default_rng(8)
    found, n = [], 2000
    for seed in range(150):
        holds = (random.random(n) < 0.2).astype(float)
        design = unweighted(pd.DataFrame({"a": answered(method, p, yes, holds, seed)}))
        estimate = protected_share(design, "a", method=method, p=p, yes=yes)
        found.append((estimate.value[0], estimate.se[0]))
    values, errors = np.array(found).T
    told = price(method, 0.2, p, n, yes=yes)
    assert values.mean() == pytest.approx(0.2, abs=3 * told.se / np.sqrt(150))
    assert errors.mean() == pytest.approx(told.se, rel=0.02)
    assert values.std() == pytest.approx(told.se, rel=0.2)
    assert told.ratio > 1
    assert told.n_needed == pytest.approx(n * told.ratio**2, abs=1)


def test_protected_shares_by_domain_keep_the_designs_error() -> None:
    design = experiment()
    found = protected_share(design, "holds", method="warner", p=0.8, by="woman")
    plain = mean(design, "holds", by="woman")
    close(found.value, (plain.value - 0.2) / 0.6)
    close(found.covariance, plain.covariance / 0.36)
    close(found.deff, plain.deff)
    assert "Warner" in str(found)
    one = protected_share(design, "holds", method="warner", p=0.8, where=np.arange(1600) == 3)
    assert one.unavailable == ("one_respondent",)
    assert np.isnan(one.se[0])


@given(st.floats(0.01, 0.99), st.floats(0.01, 0.99))
@settings(max_examples=60, deadline=None)
def test_protection_always_costs(prevalence: float, p: float) -> None:
    if abs(p - 0.5) < 1e-3:
        return
    found = price("warner", prevalence, p, 1000)
    assert found.ratio >= 1
    assert found.n_needed >= 1000
    assert price("crosswise", prevalence, p, 1000).se == found.se
    assert price("warner", prevalence, 1 - p, 1000).se == pytest.approx(found.se)


def test_the_price_warns_before_the_field() -> None:
    assert "near 0.5" in price("warner", 0.1, 0.45, 1000).warning
    assert "near 0.5" not in price("warner", 0.1, 0.2, 1000).warning
    assert "twice the prevalence" in price("crosswise", 0.02, 0.25, 300).warning
    told = price("list", 0.1, 0.5, 1000, list_variance=0.7)
    assert told.se == pytest.approx(np.sqrt((0.7 + 0.09) / 500 + 0.7 / 500))
    assert "Warning" in str(told)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("warner", 0.1, 0.5, 100), "every answer is noise"),
        (("warner", 0.0, 0.7, 100), "prevalence"),
        (("warner", 0.1, 1.7, 100), "chances between 0 and 1"),
        (("forced", 0.1, 0.7, 100), "yes is needed"),
        (("list", 0.1, 0.5, 100), "list_variance"),
    ],
)
def test_prices_that_cannot_be(arguments: tuple[Protection, float, float, int], message: str) -> None:
    with pytest.raises(EstimationError, match=message):
        price(*arguments)


def test_protected_answers_that_cannot_be() -> None:
    design = experiment()
    with pytest.raises(EstimationError, match="answer must be 1 or 0"):
        protected_share(design, "y", method="warner", p=0.7)
    with pytest.raises(EstimationError, match="method must be one of"):
        protected_share(design, "holds", method="list", p=0.7)  # type: ignore[arg-type]  # words, as a caller without types has them
    with pytest.raises(EstimationError, match="over 1"):
        protected_share(design, "holds", method="forced", p=0.7, yes=0.4)
    all_yes = unweighted(pd.DataFrame({"a": np.ones(50)}))
    assert protected_share(all_yes, "a", method="warner", p=0.7).unavailable == ("zero_variance",)
