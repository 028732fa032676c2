"""Opt-in samples: pseudo-weights, the words on every figure, and what correlated participation would do."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit

from analytics.survey.design import Design, survey_design
from analytics.survey.estimates.means import count, mean, ratio
from analytics.survey.variables import DesignError
from analytics.survey.weights.margins import WeightingError
from analytics.survey.weights.nonprobability import defect_sensitivity, pseudo_weights
from analytics.survey.weights.raking import rake
from analytics.survey.weights.resampling import replicate
from analytics.survey.weights.response import coverage
from tests.analytics.r.cases import frame

COLUMNS = ["sex", "age_group", "education"]
LABEL = "Non-probability sample"


def opted_in() -> tuple[pd.DataFrame, Design]:
    trust = frame("trust")
    web = trust["mode"] == "web"
    return trust[web & trust["q1"].notna()], survey_design(trust[~web], weights="base_weight")


def test_pseudo_weights_are_those_of_chen_li_and_wu() -> None:
    # expected_extra.json, nonprob.clw: sum of x over who took part = sum of d p(x) x, solved in R.
    data, reference = opted_in()
    found, report = pseudo_weights(data, reference, COLUMNS)
    wanted = [-5.653431782289782, -0.07504717485559323, -0.617419375631218, 0.06966040617176415, -0.0024833739753604206]
    wanted += [-0.020504602745822584, -0.03034904275829495, 0.019250283549057765]
    wanted += [0.021552371589054955, -0.03850475639812492]
    np.testing.assert_allclose(report.coefficients, wanted, rtol=1e-8, atol=1e-12)
    assert report.names[:3] == ("people", "sex = M", "sex = X")
    assert report.people == pytest.approx(281149.893440612, rel=1e-10)
    assert mean(found, "q1").value[0] == pytest.approx(3.00047020728739, rel=1e-10)
    assert mean(found, "q1").n[0] == len(data)


def test_every_figure_says_so() -> None:
    data, reference = opted_in()
    found, report = pseudo_weights(data, reference, COLUMNS)
    raked = rake(found, {"sex": {"F": 313200.0, "M": 291600.0, "X": 7200.0}})[0]
    shown = [
        str(found).lower(),
        str(report),
        mean(found, "q1"),
        mean(raked, "q1", by="sex"),
        ratio(found, "q1", "q2"),
        count(found, by="sex"),
        mean(found, "q1", by="sex").contrast({"gap": {"F": 1, "M": -1}}),
        coverage(raked, {"sex": {"F": 313200.0, "M": 291600.0, "X": 7200.0}}),
        mean(replicate(replace(found, calibrations=()), "JKn"), "q1"),
    ]
    assert [LABEL.lower() in str(one).lower() for one in shown] == [True] * len(shown)


def test_errors_count_the_model_and_the_reference_sample() -> None:
    draw = np.random.default_rng(4)
    n, runs = 10000, 150
    people = pd.DataFrame({"x": draw.normal(size=n), "g": draw.choice(list("abc"), n)})
    people["y"] = 2 + 2 * people["x"] + 2 * (people["g"] == "b") + draw.normal(size=n)
    chance = expit(-3 + 0.6 * people["x"] + 0.5 * (people["g"] == "b"))
    truth, hits, found, errors = people["y"].mean(), 0, [], []
    for run in range(runs):
        part = people[draw.random(n) < chance]
        reference = survey_design(people.sample(300, random_state=run).assign(w=n / 300), weights="w")
        shown = mean(pseudo_weights(part, reference, ["x", "g"])[0], "y")
        low, high = shown.interval()
        hits += low[0] <= truth <= high[0]
        found.append(shown.value[0])
        errors.append(shown.se[0])
    assert part["y"].mean() - truth > 1
    assert abs(np.mean(found) - truth) < 0.06
    assert np.mean(errors) == pytest.approx(np.std(found), rel=0.2)
    assert hits / runs > 0.89


def test_clusters_of_who_took_part_count() -> None:
    data, reference = opted_in()
    one = pseudo_weights(data, reference, COLUMNS, psu="psu")[0]
    assert one.df == data["psu"].nunique() - 1
    assert mean(one, "q1").se[0] > mean(pseudo_weights(data, reference, COLUMNS)[0], "q1").se[0]


def test_samples_that_cannot_be_compared_are_refused() -> None:
    data, reference = opted_in()
    with pytest.raises(WeightingError, match="Nobody who took part has sex = X"):
        pseudo_weights(data[data["sex"] != "X"], reference, COLUMNS)
    few = survey_design(reference.data[reference.data["sex"] != "X"], weights="base_weight")
    with pytest.raises(WeightingError, match="Nobody in the reference has sex = X"):
        pseudo_weights(data, few, COLUMNS)
    with pytest.raises(WeightingError, match="q1 is missing"):
        pseudo_weights(data, reference, ["q1"])
    with pytest.raises(WeightingError, match="no column 'hair'"):
        pseudo_weights(data, reference, ["hair"])
    with pytest.raises(WeightingError, match="non-probability sample itself"):
        pseudo_weights(data, replace(reference, probability=False), COLUMNS)
    with pytest.raises(DesignError, match="two or more"):
        pseudo_weights(data, reference, COLUMNS, psu=np.zeros(len(data)))
    small = survey_design(reference.data.assign(one=1.0), weights="one")
    tiny = pd.concat([data] * 3, ignore_index=True)
    with pytest.raises(WeightingError, match="must stand for more people"):
        pseudo_weights(tiny, small, ["sex"])


def test_a_small_correlation_makes_a_large_sample_small() -> None:
    # Meng 2018, section 3.2: f = 1 %, rho = 0.05: no better than n_eff = f / (1 - f) / rho^2 = 4.04 people.
    data = pd.DataFrame({"y": [1.0, 0.0] * 500, "w": 1.0})
    found = defect_sensitivity(survey_design(data, weights="w"), "y", 100_000, correlations=[0.05])
    assert found.effective_n[0] == pytest.approx(0.01 / 0.99 / 0.0025)
    assert found.bias[0] == pytest.approx(0.05 * 0.5 * np.sqrt(99))
    assert found.correlation_for(float(found.bias[0])) == pytest.approx(0.05)
    assert LABEL in str(found)
    with pytest.raises(DesignError, match="between 0 and 1"):
        defect_sensitivity(survey_design(data, weights="w"), "y", 100_000, correlations=[])
    with pytest.raises(DesignError, match="a population over them"):
        defect_sensitivity(survey_design(data, weights="w"), "y", 900)
