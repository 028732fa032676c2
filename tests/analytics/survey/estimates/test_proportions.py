"""Shares and their intervals, by hand, against R on a small sample, and where there is little or nothing to show."""

from math import comb

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.survey.design import Design, survey_design
from analytics.survey.estimates.proportions import proportion
from analytics.survey.intervals import (
    SHARE_METHODS,
    clopper_pearson,
    korn_graubard,
    likelihood_interval,
    share_interval,
)
from analytics.survey.replicates import Replicates
from analytics.survey.variables import EstimationError

SMALL = pd.DataFrame(
    {
        "psu": [1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6],
        "stratum": [1] * 6 + [2] * 6,
        "w": [3.0, 1, 2, 2, 4, 1, 1, 5, 2, 3, 1, 2],
        "a": [1, 0, 0, 1, None, 0, 1, 0, 1, 1, 0, 0],
        "word": ["yes", "no", "no", "yes", None, "no", "yes", "no", "yes", "yes", "no", "no"],
        "sex": ["f", "m", "f", "m", "f", "m", "f", "f", "m", "m", "f", "m"],
    }
)
# survey 4.1-1, svyciprop(~a, d, method, na.rm = TRUE) on SMALL: the low and high limit of each method.
R_LIMITS = {
    "logit": (0.0944638319428619, 0.8895632285495522),
    "asin": (0.04798313326075886, 0.9317402269386793),
    "beta": (0.06245899930453159, 0.9206133575666298),
    "mean": (-0.06403675452582624, 1.020558493656261),
    "likelihood": (0.0724535773367, 0.9086920752204),  # with a profile in steps of 0.02: R's own steps miss by 1e-3
}


def small() -> Design:
    return survey_design(SMALL, psu="psu", strata="stratum", weights="w")


def villages(*hits: int) -> Design:
    """One stratum; a PSU of five people of weight 1 for each count of people who say yes."""
    yes = np.concatenate([[1.0] * count + [0.0] * (5 - count) for count in hits])
    data = pd.DataFrame({"yes": yes, "village": np.repeat(np.arange(len(hits)), 5)})
    return survey_design(data, psu="village", weights=np.ones(len(yes)))


def test_a_share_worked_out_on_paper() -> None:
    # Four villages of five people: 1, 1, 1 and 2 say yes, so p = 5/20 = 0.25. A village's sum of (y - p)/20 is
    # (1 - 1.25)/20 = -0.0125 three times and (2 - 1.25)/20 = 0.0375 once; they sum to 0. The variance is
    # 4/3 (3 * 0.00015625 + 0.00140625) = 0.0025, the error 0.05, on 4 - 1 = 3 degrees of freedom. As exact as
    # 0.25 * 0.75 / 0.0025 = 75 people; times (t_19 / t_3)^2 = (2.0930 / 3.1824)^2 = 0.4325 that is 32.4 people. That is
    # more than the 20 who were asked: the villages agree by chance. So the interval is that of 5 in 20 people, of which
    # the tables of Clopper and Pearson say 8.66 % to 49.10 %: below, 5 or more of 20 come up once in 40 samples; above,
    # 5 or fewer.
    found = proportion(villages(1, 1, 1, 2), "yes")
    assert found.estimates.value[0] == pytest.approx(0.25)
    assert found.estimates.se[0] == pytest.approx(0.05)
    assert (found.df[0], found.estimates.n[0]) == (3, 20)
    low, high = float(found.low[0]), float(found.high[0])
    assert (low, high) == pytest.approx((0.0866, 0.4910), abs=5e-5)
    assert sum(comb(20, k) * low**k * (1 - low) ** (20 - k) for k in range(5, 21)) == pytest.approx(0.025)
    assert sum(comb(20, k) * high**k * (1 - high) ** (20 - k) for k in range(6)) == pytest.approx(0.025)
    # "beta" does not hold the number of people at 20, and so is narrower: the interval of 8.1 in 32.4.
    beta = proportion(villages(1, 1, 1, 2), "yes", method="beta")
    assert low < beta.low[0] < beta.high[0] < high


def test_a_share_of_nobody_has_an_interval_and_no_error() -> None:
    # Nobody of 20: the share p at which that happens once in 40 samples solves (1 - p)^20 = 0.025.
    found = proportion(villages(0, 0, 0, 0), "yes")
    assert np.isnan(found.estimates.se[0])
    assert (found.low[0], found.high[0]) == pytest.approx((0, 1 - 0.025 ** (1 / 20)))
    assert found.table()["reason"][0] == "no spread in the sample, or fixed by its weights"
    everybody = proportion(villages(5, 5, 5, 5), "yes")
    assert (everybody.low[0], everybody.high[0]) == pytest.approx((0.025 ** (1 / 20), 1))


@pytest.mark.parametrize("method", [method for method in SHARE_METHODS if method != "korn_graubard"])
def test_no_other_method_has_an_interval_where_everybody_says_the_same(method: str) -> None:
    found = proportion(villages(0, 0, 0, 0), "yes", method=method)  # type: ignore[arg-type]  # words, as a caller without types has them
    assert np.isnan([found.low[0], found.high[0]]).all()
    assert found.unavailable == ("zero_variance",)
    assert "not available" in str(found)


@pytest.mark.parametrize("method", R_LIMITS)
def test_limits_are_those_of_r(method: str) -> None:
    found = proportion(small(), "a", method=method, df="rows")  # type: ignore[arg-type]  # words, as a caller without types has them
    assert found.estimates.value[0] == pytest.approx(0.4782608695652174, rel=1e-12)
    assert found.estimates.se[0] == pytest.approx(0.195320852220635, rel=1e-12)
    expected = pytest.approx(R_LIMITS[method], rel=1e-5 if method == "likelihood" else 1e-10)
    assert (found.limits[0, 0], found.limits[0, 1]) == expected


def test_rows_without_an_answer_do_not_count_unless_asked() -> None:
    # survey 4.1-1: svyciprop(~a, subset(d, !is.na(a)), method = "beta") has n = 11, with na.rm = TRUE n = 12.
    found = proportion(small(), "a", method="beta")
    assert (found.low[0], found.high[0]) == pytest.approx((0.06507080160274829, 0.9175535315185683), rel=1e-10)


def test_a_label_or_several_may_count_as_yes() -> None:
    by_number, by_label = proportion(small(), "a"), proportion(small(), "word", level_of="yes")
    assert by_label.limits == pytest.approx(by_number.limits)
    assert by_label.table()["variable"].tolist() == ["word"]
    both = proportion(small(), "word", level_of=["yes", "no"])
    assert (both.estimates.value[0], both.estimates.n[0]) == (1, 11)
    truth = SMALL["a"].map({1: True, 0: False}).astype(object)
    assert proportion(small(), truth.to_numpy()).limits == pytest.approx(by_number.limits)


def test_domains_are_parts_of_the_whole_design() -> None:
    found = proportion(small(), "a", by="sex")
    assert found.table()["sex"].tolist() == ["f", "m"]
    women = proportion(small(), "a", where=(SMALL["sex"] == "f").to_numpy())
    assert found.limits[0] == pytest.approx(women.limits[0])
    assert found.df.tolist() == [4, 4]
    of_domain = proportion(small(), "a", by="sex", df="domain")
    assert of_domain.df.tolist() == of_domain.estimates.domain_df.tolist()


def test_what_cannot_be_had_says_why() -> None:
    # As many people as ask for it: one, none, and one PSU.
    one = proportion(small(), "a", where=np.arange(12) == 0)
    none = proportion(small(), "a", where=np.arange(12) == 4)
    psu = proportion(small(), "a", where=np.arange(12) < 2)
    assert [found.unavailable for found in (one, none, psu)] == [("one_respondent",), ("no_base",), ("one_psu",)]
    for found in (one, none, psu):
        assert np.isnan([found.low[0], found.high[0]]).all()
        assert "not available" in str(found)


def test_degrees_of_freedom_of_a_domain_may_be_none() -> None:
    # Two PSUs in two strata show a spread, on no degrees of freedom of their own.
    found = proportion(small(), "a", where=SMALL["psu"].isin([2, 5]).to_numpy(), df="domain")
    assert found.unavailable == ("no_degrees_of_freedom",)
    assert np.isnan(found.low[0])


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"y": "word"}, "pass the one that counts as level_of="),
        ({"y": "w"}, "row 0 has 3"),
        ({"y": "word", "level_of": "maybe"}, "the answers are 'no', 'yes'"),
        ({"y": "a", "method": "agresti"}, "method must be one of korn_graubard"),
        ({"y": "a", "level": 95}, "between 0 and 1"),
        ({"y": "a", "df": 0}, "df must be positive"),
        ({"y": "a", "df": "psu"}, "design, domain, rows"),
        ({"y": "b"}, "no column 'b'"),
    ],
)
def test_errors_teach(arguments: dict[str, object], words: str) -> None:
    with pytest.raises(EstimationError, match=words):
        proportion(small(), **arguments)  # type: ignore[arg-type]  # words, as a caller without types has them


def test_the_log_odds_of_replicates_have_their_own_spread() -> None:
    # Delete-one-village jackknife, worked out: the log-odds of each set of three villages of the four.
    yes = np.array([[1, 0, 0, 0, 0], [1, 1, 0, 0, 0], [1, 1, 1, 0, 0], [1, 1, 1, 1, 0]], dtype=float)
    weights = np.repeat(np.where(np.eye(4) == 1, 0, 4 / 3), 5, axis=0)
    design = Replicates(
        pd.DataFrame({"yes": yes.ravel()}), np.ones(20), weights, 3 / 4, np.ones(4), mse=False, kind="JK1"
    )
    shares = (yes.sum() - yes.sum(axis=1)) / 15
    spread = 3 / 4 * ((np.log(shares / (1 - shares)) - np.log(shares / (1 - shares)).mean()) ** 2).sum()
    found = proportion(design, "yes", method="logit", df=np.inf)
    half = 1.959963984540054 * np.sqrt(spread)
    assert np.log(found.low / (1 - found.low))[0] == pytest.approx(-half)
    # Without one of two villages nobody is left who says yes.
    lone = Replicates(
        pd.DataFrame({"yes": [1.0, 0, 0, 0]}), np.ones(4), 2.0 * np.repeat(1 - np.eye(2), 2, axis=0), 0.5, np.ones(2)
    )
    assert proportion(lone, "yes", method="logit").unavailable == ("replicate_without_spread",)


shares = st.floats(0.001, 0.999)


@given(shares, st.floats(0.2, 1e5), st.integers(2, 10_000), st.integers(1, 500))
def test_an_interval_holds_its_share(p: float, cases: float, n: int, df: int) -> None:
    se = np.sqrt(p * (1 - p) / cases)
    for method in SHARE_METHODS:
        low, high = share_interval(method, p, se, n=n, df=df, level=0.95)
        assert low <= p + 1e-12
        assert p <= high + 1e-12
        if method not in ("mean", "normal"):
            assert 0 <= low <= high <= 1
    # Never more people than were asked.
    low, high = korn_graubard(p, se, n, df, 0.95)
    exact_low, exact_high = clopper_pearson(p, n, 0.95)
    assert low <= exact_low + 1e-12
    assert exact_high <= high + 1e-12


@given(shares, st.floats(0.5, 1e5), st.integers(1, 500))
def test_a_likelihood_limit_is_as_unlikely_as_it_says(p: float, cases: float, df: int) -> None:
    for q in likelihood_interval(p, np.sqrt(p * (1 - p) / cases), df, 0.95):
        if 1e-12 < q < 1 - 1e-6:
            ratio = 2 * cases * (p * np.log(p / q) + (1 - p) * np.log((1 - p) / (1 - q)))
            t = share_interval("mean", 0.0, 1.0, n=2, df=df, level=0.95)[1]
            assert ratio == pytest.approx(t**2, rel=1e-5)
