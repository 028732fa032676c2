"""Cohen's kappa: R's figure on trust.csv, plain cases, and figures that are not there."""

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.stats.inter_rater import cohens_kappa

from analytics.survey.design import Design, survey_design
from analytics.survey.measurement.agreement import kappa
from analytics.survey.replicates import Replicates
from analytics.survey.variables import EstimationError
from tests.analytics.r.cases import frame


def made(seed: int = 3, **columns: Any) -> Design:
    rng = np.random.default_rng(seed)
    first = rng.choice(["no", "yes", "unsure"], 120)
    data = pd.DataFrame(
        {
            "psu": np.repeat(np.arange(12), 10),
            "w": rng.uniform(1, 3, 120),
            "first": first,
            "second": np.where(rng.random(120) < 0.6, first, rng.choice(["no", "yes", "unsure"], 120)),
        }
    ).assign(**columns)
    return survey_design(data, psu="psu", weights="w")


def test_kappa_is_r_s() -> None:
    # svykappa(~factor(q1) + factor(q2), subset(d, !is.na(q1) & !is.na(q2))), the factors made with update()
    trust = survey_design(frame("trust"), psu="psu", strata="stratum", weights="base_weight")
    found = kappa(trust, "q1", "q2")
    assert found.value[0] == pytest.approx(0.1635170990485024, rel=1e-9)
    assert found.se[0] == pytest.approx(0.01387875949869258, rel=1e-9)
    assert found.n[0] == trust.data[["q1", "q2"]].notna().all(axis=1).sum()
    assert "Cohen's kappa, Taylor linearisation" in str(found)


def test_equal_weights_and_no_clusters_are_the_textbook_s_kappa() -> None:
    data = made().data.assign(w=1.0)
    found = kappa(survey_design(data, weights="w"), "first", "second")
    textbook = cohens_kappa(pd.crosstab(data["first"], data["second"]))
    assert found.value[0] == pytest.approx(textbook.kappa, rel=1e-12)
    assert found.se[0] == pytest.approx(textbook.std_kappa * np.sqrt(120 / 119), rel=1e-9)


@settings(deadline=None, max_examples=25)
@given(st.integers(0, 10_000))
def test_kappa_does_not_depend_on_who_comes_first_or_on_the_names_of_levels(seed: int) -> None:
    design = made(seed)
    plain, turned = kappa(design, "first", "second"), kappa(design, "second", "first")
    names = {"no": "3", "yes": "1", "unsure": "2"}
    named = kappa(design, design.data["first"].map(names), design.data["second"].map(names))
    for found in (turned, named):
        assert (found.value[0], found.se[0]) == pytest.approx((plain.value[0], plain.se[0]), rel=1e-9)
    assert -1 <= plain.value[0] <= 1


def test_a_level_that_one_column_never_has_counts_as_nobody() -> None:
    design = made()
    merged = np.where(design.data["second"] == "unsure", "no", design.data["second"])
    assert np.isfinite(kappa(design, "first", merged).se[0])


@pytest.mark.parametrize(
    ("columns", "where", "reason"),
    [
        ({}, np.zeros(120, dtype=bool), "no_base"),
        ({}, np.arange(120) == 5, "one_respondent"),
        ({}, np.arange(120) < 10, "one_psu"),
        ({"first": "yes", "second": "yes"}, None, "zero_variance"),
        ({"first": ["no", "yes"] * 60, "second": ["no", "yes"] * 60}, None, "zero_variance"),
    ],
)
def test_what_the_sample_cannot_show_has_a_reason(columns: dict[str, Any], where: Any, reason: str) -> None:
    found = kappa(made(**columns), "first", "second", where=where)
    assert found.unavailable == (reason,)
    assert np.isnan(found.se[0])
    assert "not available" in str(found)


def test_full_agreement_is_one_and_everyone_disagreeing_is_below_nought() -> None:
    both = ["no", "yes"] * 60
    assert kappa(made(first=both, second=both), "first", "second").value[0] == pytest.approx(1)
    assert kappa(made(first=both, second=both[::-1]), "first", "second").value[0] < -0.9


def test_columns_without_a_level_in_common_are_refused() -> None:
    with pytest.raises(EstimationError, match="columns with the same levels; got no, unsure, yes and 1, 2"):
        kappa(made(second=[1, 2] * 60), "first", "second")
    with pytest.raises(EstimationError, match="no answer at all"):
        kappa(made(second=[None] * 120), "first", "second")


def test_replicate_weights_give_the_delta_method_on_their_covariance() -> None:
    design = made()
    jackknife = np.column_stack([np.where(design.data["psu"] == k, 0.0, design.weights * 12 / 11) for k in range(12)])
    sample = Replicates(design.data, design.weights, jackknife, 11 / 12, np.ones(12))
    found = kappa(sample, "first", "second")
    assert found.se[0] == pytest.approx(kappa(design, "first", "second").se[0], rel=0.05)
    half = np.column_stack(
        [jackknife[:, 0], np.where(design.data["psu"] > 5, 0.0, 2 * design.weights), jackknife[:, 9]]
    )
    lost = kappa(replace(sample, replicates=half, rscales=np.ones(3)), "first", "second", where=design.data["psu"] > 5)
    assert lost.unavailable == ("empty_replicate",)
