"""t and rank tests: R's figures on trust.csv, plain cases, properties, and figures that are not there.

R: survey 4.1-1, d <- svydesign(id = ~psu, strata = ~stratum, weights = ~base_weight, data = trust).
"""

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from analytics.survey.design import Design, survey_design
from analytics.survey.estimates.means import mean
from analytics.survey.hypotheses.association import independence
from analytics.survey.hypotheses.comparisons import ranktest, ttest
from analytics.survey.replicates import Replicates
from analytics.survey.variables import EstimationError
from tests.analytics.r.cases import REFERENCE, expected, frame


@pytest.fixture(scope="module")
def trust() -> Design:
    return survey_design(frame("trust"), psu="psu", strata="stratum", weights="base_weight")


def made(seed: int = 3, **columns: Any) -> Design:
    rng = np.random.default_rng(seed)
    data = pd.DataFrame(
        {
            "stratum": np.repeat(["a", "b"], 60),
            "psu": np.repeat(np.arange(12), 10),
            "w": rng.uniform(1, 3, 120),
            "y": rng.choice([1.0, 2.0, 3.0, 4.0, 5.0], 120),
            "group": rng.choice(["m", "f"], 120),
            "three": rng.choice(["p", "q", "r"], 120),
        }
    ).assign(**columns)
    return survey_design(data, psu="psu", strata="stratum", weights="w")


def test_a_difference_of_means_is_r_s(trust: Design) -> None:
    # svyttest(q2 ~ sex, subset(d, sex != "X"))
    found = ttest(trust, "q2", "sex", where=trust.data["sex"] != "X", df="domain")
    assert found.statistic == pytest.approx(1.595239435737331, rel=1e-9)
    assert found.df == (36,)
    assert found.p == pytest.approx(0.1194014506737825, rel=1e-9)
    assert found.effect == {"M - F": pytest.approx(0.13777900141185684, rel=1e-9)}
    assert found.interval() == pytest.approx((-0.037385152610770994, 0.3129431554344847), rel=1e-9)


def test_one_mean_is_r_s(trust: Design) -> None:
    # svyttest(I(q3 - 3) ~ 0, d, na.rm = TRUE)
    found = ttest(trust, "q3", null=3)
    assert found.statistic == pytest.approx(4.846507016193629, rel=1e-9)
    assert found.df == (36,)
    assert found.p == pytest.approx(2.399383010594795e-05, rel=1e-9)
    assert found.effect["q3"] - 3 == pytest.approx(0.2190281100159027, rel=1e-9)
    low, high = found.interval()
    assert (low - 3, high - 3) == pytest.approx((0.1273724919625085, 0.3106837280692968), rel=1e-9)


# svyranktest(q1 ~ ..., d, test = ...): statistic or Chisq / df, degrees of freedom, p.value, estimate
R_RANKS: list[tuple[str, Any, float, tuple[int, ...], float, float | None]] = [
    ("sex_fm", "wilcoxon", 0.1309961448368511, (36,), 0.8965076787127981, 0.001995749187048444),
    ("sex_fm", "vanderWaerden", 0.1094011166850327, (36,), 0.9134919131249983, 0.005378669177599592),
    ("education", "kruskal", 1.532963569858353 / 2, (2, 35), 0.4722858778942527, None),
]


@pytest.mark.parametrize(("group", "test", "statistic", "df", "p", "effect"), R_RANKS)
def test_ranks_are_r_s_with_its_rule_of_ties(
    trust: Design, group: str, test: Any, statistic: float, df: tuple[int, ...], p: float, effect: float | None
) -> None:
    found = ranktest(trust, "q1", group, test=test, ties="row_average")
    assert (found.statistic, found.p) == pytest.approx((statistic, p), rel=1e-9)
    assert found.df == df
    assert effect is None or list(found.effect.values()) == pytest.approx([effect], rel=1e-9)


def test_middle_ranks_do_not_depend_on_the_order_of_rows_as_r_s_do(trust: Design) -> None:
    shuffled = trust.data.sample(frac=1, random_state=1)
    other = survey_design(shuffled, psu="psu", strata="stratum", weights="base_weight")
    ours = [ranktest(design, "q1", "sex_fm").statistic for design in (trust, other)]
    theirs = [ranktest(design, "q1", "sex_fm", ties="row_average").statistic for design in (trust, other)]
    assert ours[0] == pytest.approx(ours[1], rel=1e-9)
    assert theirs[0] != pytest.approx(theirs[1], rel=1e-3)
    assert ours[0] == pytest.approx(theirs[0], rel=0.1)


def test_without_ties_both_rules_are_the_same() -> None:
    design = made(y=np.random.default_rng(5).permutation(120).astype(float))
    tests: list[Any] = ["wilcoxon", "median", "vanderWaerden", "kruskal"]
    for test in tests:
        ours = ranktest(design, "y", "three", test=test)
        theirs = ranktest(design, "y", "three", test=test, ties="row_average")
        assert ours.statistic == pytest.approx(theirs.statistic, rel=1e-12)


def test_a_simple_random_sample_is_near_the_textbook_s_tests() -> None:
    rng = np.random.default_rng(2)
    group = rng.choice(["a", "b", "c"], 600)
    data = pd.DataFrame({"y": np.round(rng.normal(0, 1, 600) + 0.25 * (group == "b"), 1), "g": group, "w": 1.0})
    design = survey_design(data, weights="w")
    parts = [data.loc[data["g"] == name, "y"] for name in "abc"]
    two = data["g"] != "c"
    assert ttest(design, "y", "g", where=two).statistic == pytest.approx(
        stats.ttest_ind(parts[1], parts[0], equal_var=False).statistic, rel=0.01
    )
    assert ranktest(design, "y", "g", where=two).p == pytest.approx(
        stats.mannwhitneyu(parts[0], parts[1]).pvalue, rel=0.1
    )
    assert ranktest(design, "y", "g").p == pytest.approx(stats.kruskal(*parts).pvalue, rel=0.3)


@settings(deadline=None, max_examples=30)
@given(st.integers(0, 10_000), st.sampled_from(["wilcoxon", "median", "vanderWaerden"]))
def test_ranks_do_not_depend_on_units_order_of_rows_or_scale_of_weights(seed: int, test: Any) -> None:
    design = made(seed)
    plain = ranktest(design, "y", "group", test=test)
    changed = design.data.sample(frac=1, random_state=seed)
    changed = changed.assign(y=changed["y"] ** 3 - 10, w=changed["w"] * 50)
    other = ranktest(
        survey_design(changed, psu="psu", strata="stratum", weights="w"), "y", "group", test=test, df="domain"
    )
    assert (other.statistic, other.p) == pytest.approx((plain.statistic, plain.p), rel=1e-7, abs=1e-9)


@settings(deadline=None, max_examples=30)
@given(st.integers(0, 10_000))
def test_swapping_groups_turns_the_sign_and_leaves_p(seed: int) -> None:
    design = made(seed)
    swapped = design.data["group"].map({"m": "a", "f": "b"})
    for test in (ttest, ranktest):
        one, other = test(design, "y", "group"), test(design, "y", swapped)
        assert other.statistic == pytest.approx(-one.statistic, rel=1e-9, abs=1e-12)
        assert other.p == pytest.approx(one.p, rel=1e-9)


def test_a_t_test_is_the_contrast_of_the_means() -> None:
    design = made()
    gap = mean(design, "y", by="group").contrast({"gap": {"m": 1, "f": -1}})
    found = ttest(design, "y", "group")
    assert found.statistic == pytest.approx(gap.value[0] / gap.se[0], rel=1e-12)
    assert found.interval() == pytest.approx([float(end[0]) for end in gap.interval(df=design.df - 1)], rel=1e-12)
    assert f"m - f: {gap.value[0]:.5g}, 95 % interval" in str(found)


def test_degrees_of_freedom_of_the_design_or_the_domain(trust: Design) -> None:
    here = (trust.data["sex"] != "X") & (trust.data["neighbourhood"] == "N01")
    assert ttest(trust, "q1", "sex", where=here).df == (36,)
    own = ttest(trust, "q1", "sex", where=here, df="domain")
    assert own.df == (-1,)
    assert own.unavailable == "no_degrees_of_freedom"
    assert np.isnan(own.p)
    assert own.statistic == pytest.approx(0.6159196098501072, rel=1e-8)
    with pytest.raises(EstimationError, match="no degrees of freedom"):
        own.interval()


def test_a_false_start_is_told(trust: Design) -> None:
    with pytest.raises(EstimationError, match=r"the domain has 3: F, M, X\. Choose two with where="):
        ttest(trust, "q1", "sex")
    with pytest.raises(EstimationError, match="y must be numbers"):
        ttest(trust, "sex", "mode")
    with pytest.raises(EstimationError, match="there is no column 'gender'"):
        ranktest(trust, "q1", "gender")
    with pytest.raises(EstimationError, match="test must be one of wilcoxon"):
        ranktest(trust, "q1", "sex", test="sign")  # type: ignore[arg-type]  # words, as a caller without types has them
    with pytest.raises(EstimationError, match="ties one of midrank"):
        ranktest(trust, "q1", "sex", ties="random")  # type: ignore[arg-type]  # words, as a caller without types has them
    with pytest.raises(EstimationError, match="null must be"):
        ttest(trust, "q1", null=float("nan"))
    with pytest.raises(EstimationError, match="has no single estimate"):
        ranktest(trust, "q1", "sex_fm").interval()
    with pytest.raises(EstimationError, match="level must lie"):
        ttest(trust, "q1", "sex_fm").interval(95)


@pytest.mark.parametrize(
    ("columns", "reason"),
    [
        ({"group": ["m"] * 120}, "one_level"),
        ({"group": [None] * 120}, "no_base"),
        ({"y": [np.nan] * 120}, "no_base"),
        ({"y": [3.0] * 120}, "zero_variance"),
        ({"group": ["m"] + ["f"] * 119}, "one_respondent"),
        ({"group": ["m"] * 10 + ["f"] * 110}, "one_psu"),
    ],
)
def test_what_the_sample_cannot_show_has_a_reason(columns: dict[str, Any], reason: str) -> None:
    design = made(**columns)
    for found in (ttest(design, "y", "group"), ranktest(design, "y", "group")):
        assert found.unavailable == reason
        assert np.isnan(found.p)
        assert "p not available" in str(found)


def test_one_mean_of_nobody_or_of_one_answer_has_a_reason() -> None:
    design = made()
    assert ttest(design, "y", where=np.zeros(120, dtype=bool)).unavailable == "no_base"
    assert ttest(design, "y", where=np.arange(120) == 7).unavailable == "one_respondent"
    assert ttest(design, "y", where=design.data["psu"] == 2).unavailable == "one_psu"


def test_many_groups_in_few_psus_have_a_reason() -> None:
    design = made(three=np.tile(np.arange(12), 10))
    found = ranktest(design, "y", "three")
    assert found.unavailable in ("singular_covariance", "no_degrees_of_freedom")
    assert np.isnan(found.p)


def test_three_groups_that_all_answer_the_same_have_a_reason() -> None:
    found = ranktest(made(y=[2.0] * 120), "y", "three")
    assert found.unavailable == "zero_variance"
    assert found.symbol == "F"


def test_replicate_weights_give_the_jackknife_of_the_same_tests() -> None:
    design = made()
    psu, stratum = design.data["psu"].to_numpy(), design.data["stratum"].to_numpy()
    jackknife = np.empty((120, 12))
    for k in range(12):
        same = stratum == stratum[psu == k][0]
        jackknife[:, k] = design.weights * np.where(psu == k, 0, np.where(same, 6 / 5, 1))
    sample = Replicates(design.data, design.weights, jackknife, 1.0, np.full(12, 5 / 6))
    for found, linear in (
        (ttest(sample, "y", "group"), ttest(design, "y", "group")),
        (ranktest(sample, "y", "three"), ranktest(design, "y", "three")),
    ):
        assert found.df == linear.df
        assert found.statistic == pytest.approx(linear.statistic, rel=0.1)
        assert "replicate weights" in found.method
        assert "Taylor" in linear.method


def test_a_group_that_some_replicate_weights_leave_out_has_a_reason() -> None:
    # Its variance is not there; R leaves such replicates out, and the error comes out too small.
    design = made(group=np.repeat(["m", "f"], [20, 100]))
    pair = design.data["psu"] // 2
    jackknife = np.column_stack([np.where(pair == k, 0.0, design.weights * 6 / 5) for k in range(6)] + [design.weights])
    sample = Replicates(design.data, design.weights, jackknife, 5 / 6, np.ones(7))
    extra = np.where(design.data["psu"] == 0, 0.0, design.weights)[:, None]
    sample = replace(sample, replicates=np.hstack([jackknife, extra]), rscales=np.ones(8))
    found = ttest(sample, "y", "group")
    assert found.unavailable == "empty_replicate"
    assert np.isnan(found.p)
    assert mean(sample, "y", by="group").unavailable == ("", "empty_replicate")


def test_a_non_probability_sample_says_so() -> None:
    design = made()
    opted_in = Design(design.data, design.weights, design.stages, probability=False)
    assert "Non-probability sample" in str(ttest(opted_in, "y", "group"))
    assert "Non-probability sample" in str(ranktest(opted_in, "y", "three"))


def test_a_difference_under_the_hypothesis_need_not_be_nought() -> None:
    design = made()
    plain = ttest(design, "y", "group")
    gap = plain.effect["m - f"]
    moved = ttest(design, "y", "group", null=gap)
    assert moved.statistic == pytest.approx(0, abs=1e-9)
    assert moved.p == pytest.approx(1)
    assert moved.interval() == plain.interval()
    assert f"Hypothesis: the means of y differ by {gap:g} between the groups of group" in str(moved)


def test_a_design_without_degrees_of_freedom_has_a_reason() -> None:
    data = made().data.assign(stratum=lambda rows: rows["psu"])
    design = survey_design(data, psu="psu", strata="stratum", weights="w", single_psu="certainty")
    for found in (ttest(design, "y", "group"), ranktest(design, "y", "three")):
        assert found.unavailable == "no_degrees_of_freedom"


@pytest.mark.skipif(REFERENCE is None, reason="THIQA_REFERENCE names no folder with R's replicate weights")
def test_r_s_jackknife_weights_give_r_s_tests() -> None:
    assert REFERENCE is not None
    cases = {case["id"]: case for case in expected(REFERENCE)["cases"]}
    gap, chisq = cases["rep_trust_jkn.gap"], cases["rep_trust_jkn.chisq"]
    weights = pd.read_csv(REFERENCE / "inputs" / "rep_trust_jkn.csv")
    described = gap["design"]
    sample = Replicates(
        frame("trust"),
        weights["pw"].to_numpy(),
        weights.drop(columns="pw").to_numpy(),
        described["scale"],
        np.array(described["rscales"]),
    )
    found = ttest(sample, "q1", "sex", where=sample.data["sex"] != "X", df="domain")
    assert [found.statistic] == pytest.approx(gap["expect"]["statistic"], rel=1e-8)
    assert found.interval() == pytest.approx(gap["expect"]["conf_int"], rel=1e-8)
    test = independence(sample, "sex_fm", "q1").test
    assert [test.statistic] == pytest.approx(chisq["expect"]["statistic"], rel=1e-8)
    assert test.df == pytest.approx(chisq["expect"]["parameter"], rel=1e-8)
    assert test.p == pytest.approx(chisq["expect"]["p_value"], rel=1e-8)
