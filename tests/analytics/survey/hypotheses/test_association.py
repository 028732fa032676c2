"""Tables and tests of independence: R's figures on trust.csv, plain cases, properties, and figures that are not there.

R: survey 4.1-1, d <- svydesign(id = ~psu, strata = ~stratum, weights = ~base_weight, data = trust).
"""

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import chi2_contingency

from analytics.survey.design import Design, survey_design
from analytics.survey.estimates.means import count, distribution
from analytics.survey.hypotheses.association import crosstab, independence
from analytics.survey.replicates import Replicates
from analytics.survey.variables import EstimationError
from tests.analytics.r.cases import frame


@pytest.fixture(scope="module")
def trust() -> Design:
    return survey_design(frame("trust"), psu="psu", strata="stratum", weights="base_weight")


def made(n: int = 120, seed: int = 3, **columns: Any) -> Design:
    rng = np.random.default_rng(seed)
    data = pd.DataFrame(
        {
            "stratum": np.repeat(["a", "b"], n // 2),
            "psu": np.repeat(np.arange(12), n // 12),
            "w": rng.uniform(1, 3, n),
            "row": rng.choice(["x", "y"], n),
            "col": rng.choice([1, 2, 3], n),
        }
    ).assign(**columns)
    return survey_design(data, psu="psu", strata="stratum", weights="w")


# svychisq(~education + q2, d, statistic = ...): statistic, parameters, p.value
R_EDUCATION_BY_Q2 = {
    "F": (0.7743345934861406, (6.143778086818398, 227.3197892122807), 0.593656770143103),
    "Chisq": (6.662229483846899, (8,), 0.6254353147318025),
    "Wald": (1.502009857488367, (8, 37), 0.1899813121798934),
    "adjWald": (1.217845830395973, (8, 30), 0.3224969339936226),
}


@pytest.mark.parametrize("statistic", R_EDUCATION_BY_Q2)
def test_independence_is_r_s(trust: Design, statistic: Any) -> None:
    value, df, p = R_EDUCATION_BY_Q2[statistic]
    found = independence(trust, "education", "q2", statistic=statistic).test
    assert found.statistic == pytest.approx(value, rel=1e-9)
    assert found.df == pytest.approx(df, rel=1e-9)
    assert found.p == pytest.approx(p, rel=1e-9)


def test_own_distribution_of_x2_lies_near_its_approximations(trust: Design) -> None:
    exact = independence(trust, "education", "q2", statistic="lincom").test
    saddle = independence(trust, "education", "q2", statistic="saddlepoint").test
    assert exact.statistic == saddle.statistic == pytest.approx(6.662229483846899, rel=1e-9)
    assert exact.p == pytest.approx(saddle.p, rel=0.01)
    assert exact.p == pytest.approx(R_EDUCATION_BY_Q2["F"][2], rel=0.02)
    # R's own saddlepoint cuts 227.3 degrees of freedom to 227 and still divides by 227.3.
    assert saddle.p == pytest.approx(0.5896383386248613, rel=3e-3)


def test_parts_of_the_test_fit_together(trust: Design) -> None:
    found = independence(trust, "education", "q2")
    both = trust.data[["education", "q2"]].notna().all(axis=1).sum()
    assert found.test.n == both < trust.n
    assert found.test.statistic == pytest.approx(found.pearson / found.design_effects.sum(), rel=1e-12)
    assert list(found.rows) == ["high", "low", "mid"]
    assert list(found.columns) == [1, 2, 3, 4, 5]
    assert len(found.design_effects) == 8
    assert np.all(np.diff(found.design_effects) <= 0)
    assert "F = 0.77433, df = 6.1438 and 227.32, p = 0.5937" in str(found)


def test_equal_weights_and_no_clusters_are_the_textbook_s_chi_square() -> None:
    rng = np.random.default_rng(1)
    data = pd.DataFrame({"a": rng.choice(list("xyz"), 300), "b": rng.choice(list("pq"), 300), "w": 1.0})
    found = independence(survey_design(data, weights="w"), "a", "b", statistic="Chisq")
    textbook = chi2_contingency(pd.crosstab(data["a"], data["b"]), correction=False)
    assert found.pearson == pytest.approx(textbook.statistic, rel=1e-10)
    assert found.design_effects == pytest.approx(np.full(2, 300 / 299), rel=1e-10)


@settings(deadline=None, max_examples=25)
@given(st.integers(0, 10_000), st.sampled_from(["F", "Chisq", "Wald", "adjWald", "lincom"]))
def test_order_of_rows_names_of_levels_and_scale_of_weights_do_not_matter(seed: int, statistic: Any) -> None:
    design = made(seed=seed)
    plain = independence(design, "row", "col", statistic=statistic).test
    turned = independence(design, "col", "row", statistic=statistic).test
    shuffled = design.data.sample(frac=1, random_state=seed).assign(w=lambda rows: rows["w"] * 1000)
    shuffled["row"] = shuffled["row"].map({"x": "second", "y": "first"})
    other = survey_design(shuffled, psu="psu", strata="stratum", weights="w")
    changed = independence(other, "row", "col", statistic=statistic).test
    for found in (turned, changed):
        assert (found.statistic, found.p) == pytest.approx((plain.statistic, plain.p), rel=1e-7, abs=1e-12)


def test_a_domain_takes_the_whole_design_or_its_own_degrees_of_freedom(trust: Design) -> None:
    first_wave = trust.data["wave"] == 1
    whole = independence(trust, "mode", "q1", where=first_wave)
    own = independence(trust, "mode", "q1", where=first_wave, df="domain")
    assert whole.test.df[0] == own.test.df[0]
    assert whole.test.df[1] / whole.test.df[0] == pytest.approx(37)
    assert own.test.df[1] / own.test.df[0] == pytest.approx(trust.df_of(first_wave.to_numpy()))


def test_an_empty_cell_counts_for_nothing_and_is_told() -> None:
    design = made()
    data = design.data
    data.loc[data["col"] == 3, "row"] = "x"
    found = independence(replace(design, data=data), "row", "col")
    assert found.empty_cells == 1
    assert np.isfinite(found.test.p)
    assert not found.test.unavailable
    assert "1 of 6 cells have nobody in them" in str(found)


def test_too_many_empty_cells_end_in_a_reason() -> None:
    level = np.tile(np.arange(4), 30)
    for statistic in ("F", "Chisq", "lincom", "saddlepoint"):
        found = independence(made(row=level, col=level), "row", "col", statistic=statistic)
        assert found.test.unavailable == "empty_cells"
        assert np.isnan(found.test.p)
        assert "p not available: too many cells with nobody in them" in str(found)


def test_more_contrasts_than_degrees_of_freedom_end_in_a_reason() -> None:
    rng = np.random.default_rng(0)
    design = made(1200, row=rng.integers(0, 5, 1200), col=rng.integers(0, 5, 1200))
    assert independence(design, "row", "col", statistic="Wald").test.unavailable == "singular_covariance"
    assert independence(design, "row", "col", statistic="F").test.unavailable == ""


@pytest.mark.parametrize(
    ("columns", "reason"),
    [
        ({"row": ["x"] * 120}, "one_level"),
        ({"row": [None] * 120}, "no_base"),
        ({"col": [np.nan] * 119 + [1.0]}, "one_level"),
    ],
)
def test_nothing_to_compare_is_a_reason(columns: dict[str, Any], reason: str) -> None:
    for statistic in ("F", "Wald", "lincom"):
        found = independence(made(**columns), "row", "col", statistic=statistic).test
        assert found.unavailable == reason
        assert np.isnan(found.p)
        assert "p not available" in str(found)


def test_one_psu_shows_no_spread() -> None:
    design = made()
    for statistic in ("F", "Chisq", "lincom", "saddlepoint", "Wald"):
        found = independence(design, "row", "col", where=design.data["psu"] == 4, statistic=statistic).test
        assert found.unavailable == "one_psu"
        assert np.isnan(found.p)


def test_a_set_of_replicate_weights_without_anybody_is_a_reason() -> None:
    design = made()
    pair = design.data["psu"] // 2
    jackknife = np.column_stack([np.where(pair == k, 0.0, design.weights * 6 / 5) for k in range(6)])
    sample = Replicates(design.data, design.weights, jackknife, 5 / 6, np.ones(6))
    assert np.isfinite(independence(sample, "row", "col").test.p)
    half = np.column_stack([jackknife[:, 4], np.where(pair > 2, 0.0, 2 * design.weights)])
    alone = independence(replace(sample, replicates=half, rscales=np.ones(2)), "row", "col", where=pair > 2)
    assert alone.test.unavailable == "empty_replicate"


def test_bad_arguments_teach(trust: Design) -> None:
    with pytest.raises(EstimationError, match="there is no column 'nothing'"):
        independence(trust, "nothing", "q1")
    with pytest.raises(EstimationError, match="statistic must be one of F, Chisq"):
        independence(trust, "sex", "q1", statistic="G")  # type: ignore[arg-type]  # words, as a caller without types has them
    with pytest.raises(EstimationError, match='df must be "design" or "domain"'):
        independence(trust, "sex", "q1", df="rows")  # type: ignore[arg-type]  # words, as a caller without types has them
    with pytest.raises(EstimationError, match="rows, unfiltered"):
        independence(trust, [1, 2], "q1")
    with pytest.raises(EstimationError, match="of must be one of"):
        crosstab(trust, "sex", "q1", of="cell")  # type: ignore[arg-type]  # words, as a caller without types has them
    with pytest.raises(EstimationError, match="needs an answer"):
        crosstab(made(row=[None] * 120), "row", "col")
    with pytest.raises(EstimationError, match="what must be one of"):
        crosstab(trust, "sex", "q1").table("median")  # type: ignore[arg-type]  # words, as a caller without types has them
    with pytest.raises(EstimationError, match="mixes kinds"):
        independence(made(row=["x", 1] * 60), "row", "col")


def test_a_table_holds_weights_shares_and_respondents(trust: Design) -> None:
    found = crosstab(trust, "sex", "q1")
    data = trust.data.dropna(subset=["sex", "q1"])
    weights = data.pivot_table(index="sex", columns="q1", values="base_weight", aggfunc="sum")
    np.testing.assert_allclose(found.table("count"), weights, rtol=1e-12)
    np.testing.assert_array_equal(found.table("respondents"), pd.crosstab(data["sex"], data["q1"]))
    assert found.table("count").loc["F", 1] == pytest.approx(43645.52312586579, rel=1e-12)  # svytable(~sex + q1, d)
    assert found.shares.value.sum() == pytest.approx(1)
    assert np.trace(found.shares.covariance) > 0
    assert found.shares.covariance.sum() == pytest.approx(0, abs=1e-15)
    assert "row" in str(found)
    assert "share" not in found.shares.keys


@pytest.mark.parametrize("of", ["row", "column"])
def test_shares_of_a_row_are_those_of_the_domain(trust: Design, of: Any) -> None:
    found = crosstab(trust, "sex", "q1", of=of)
    other, domain = ("q1", "sex") if of == "row" else ("sex", "q1")
    for level in trust.data[domain].dropna().unique():
        alone = distribution(trust, other, where=(trust.data[domain] == level) & trust.data[other].notna())
        rows = (found.shares.keys["row" if of == "row" else "column"] == level).to_numpy()
        np.testing.assert_allclose(found.shares.value[rows], alone.value, rtol=1e-12)
        np.testing.assert_allclose(found.shares.covariance[np.ix_(rows, rows)], alone.covariance, rtol=1e-9, atol=1e-18)
    assert found.table("share").sum(axis=1 if of == "row" else 0).to_numpy() == pytest.approx(1)


def test_a_cell_with_nobody_has_no_standard_error() -> None:
    design = made()
    data = design.data
    data.loc[data["col"] == 3, "row"] = "x"
    for of in ("all", "row", "column"):
        found = crosstab(replace(design, data=data), "row", "col", of=of)
        assert found.table("respondents").loc["y", 3] == 0
        assert found.table("share").loc["y", 3] == 0
        assert np.isnan(found.table("se").to_numpy()[1, 2])
        at = found.shares.labels.index("y:3")
        assert found.shares.unavailable[at] == "zero_variance"


def test_no_variance_and_no_degrees_of_freedom_are_reasons() -> None:
    data = made().data
    everyone = survey_design(data.assign(N=6), psu="psu", strata="stratum", weights="w", fpc="N")
    two = made(row=["x", "y"] * 60)
    near = two.data["psu"].isin([0, 6])  # one PSU in each stratum
    found = {
        "zero_variance": independence(everyone, "row", "col").test,
        "no_degrees_of_freedom": independence(two, "row", "col", where=near, df="domain").test,
    }
    for reason, test in found.items():
        assert test.unavailable == reason
        assert np.isnan(test.p)
    adjusted = independence(made(row=["x", "y"] * 60), "row", "col", where=near, df="domain", statistic="adjWald").test
    assert adjusted.unavailable in ("no_degrees_of_freedom", "singular_covariance")


# options(survey.lonely.psu = "adjust", survey.adjust.domain.lonely = ...); svychisq(~sex_fm + q1, subset(d, wave == 1))
@pytest.mark.parametrize(
    ("adjust_domains", "statistic", "ndf"),
    [(False, 0.556867417542008, 3.10108489779137), (True, 0.531682052339347, 3.14647865842041)],
)
def test_strata_of_which_the_domain_has_one_psu_are_adjusted_as_in_r(
    adjust_domains: bool, statistic: float, ndf: float
) -> None:
    data = frame("trust")
    second = data["stratum"] == "S02"
    data = data[~second | (data["psu"] == data.loc[second, "psu"].min())]
    design = survey_design(
        data,
        psu="psu",
        strata="stratum",
        weights="base_weight",
        single_psu="adjust",
        adjust_domains=adjust_domains,
    )
    found = independence(design, "sex_fm", "q1", where=design.data["wave"] == 1, df="domain").test
    assert found.statistic == pytest.approx(statistic, rel=1e-9)
    assert found.df == pytest.approx((ndf, 19 * ndf), rel=1e-9)


def test_levels_keep_the_order_of_their_categories() -> None:
    order = pd.Categorical(["low", "high", "mid", None] * 30, ["low", "mid", "high", "never"], ordered=True)
    found = crosstab(made(row=order), "row", "col")
    assert list(found.rows) == ["low", "mid", "high"]
    assert found.table("respondents").to_numpy().sum() == 90


def test_a_count_of_everybody_has_the_error_of_the_population(trust: Design) -> None:
    women = trust.data["sex"] == "F"
    counts = crosstab(trust, "sex", "sex", where=women).counts
    assert counts.se[counts.value > 0] == pytest.approx(count(trust, where=women).se)
