"""Quantiles: numpy's rules where all weights are equal, R's figures where not, and what a small sample cannot show."""

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.survey.design import Design, survey_design
from analytics.survey.estimates.quantile_rules import RULES
from analytics.survey.estimates.quantiles import quantile
from analytics.survey.intervals import Confidence
from analytics.survey.replicates import Replicates
from analytics.survey.variables import EstimationError

SMALL = pd.DataFrame(
    {
        "psu": [1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6],
        "stratum": [1] * 6 + [2] * 6,
        "w": [3.0, 1, 2, 2, 4, 1, 1, 5, 2, 3, 1, 2],
        "y": [4.0, 7, 1, 9, np.nan, 3, 8, 2, 6, 5, 7, 3],
        "sex": ["f", "m", "f", "m", "f", "m", "f", "f", "m", "m", "f", "m"],
    }
)
# survey 4.1-1, svyquantile(~y, d, .5, interval.type, na.rm = TRUE) on SMALL: low, high, se.
R_INTERVALS = {
    "beta": (2, 9, 1.260604790437829),
    "xlogit": (2, 8, 1.080518391803853),
    "asin": (2, 9, 1.260604790437829),
}
# svyquantile(~y, d, c(.3, .5, .8), qrule, na.rm = TRUE)
R_RULES = {
    "hf2": [2, 4, 7],
    "hf4": [1.98, 3.5, 6.4],
    "hf5": [2.8, 4, 6.933333333333334],
    "hf6": [2.5, 3.833333333333333, 7],
    "hf7": [2.86, 4.166666666666667, 6.4],
    "hf8": [2.757142857142857, 3.9375, 7],
    "hf9": [2.77, 3.952380952380952, 7],
}
NUMPY = {
    "math": "inverted_cdf",
    "school": "averaged_inverted_cdf",
    "hf4": "interpolated_inverted_cdf",
    "hf5": "hazen",
    "hf6": "weibull",
    "hf7": "linear",
    "hf8": "median_unbiased",
    "hf9": "normal_unbiased",
}


def small() -> Design:
    return survey_design(SMALL, psu="psu", strata="stratum", weights="w")


@pytest.mark.parametrize("interval", R_INTERVALS)
def test_intervals_are_those_of_r(interval: str) -> None:
    found = quantile(small(), "y", 0.5, interval=interval)  # type: ignore[arg-type]  # words, as a caller without types has them
    assert found.value[0] == 4
    assert (found.low[0], found.high[0], found.se[0]) == pytest.approx(R_INTERVALS[interval])


def test_the_first_answer_is_reached_by_any_share_under_its_weight() -> None:
    # The answer 1 has weight 2 of 23; R 4.1 goes on to the second answer for shares under 2/23.
    assert quantile(small(), "y", [0, 0.01, 2 / 23, 0.09]).value.tolist() == [1, 1, 1, 2]


def test_a_limit_off_the_scale_is_none_and_says_so() -> None:
    # R gives NaN for what the t interval of the share puts below 0 or above 1; the other limit stands.
    found = quantile(small(), "y", [0.3, 0.5])
    assert np.isnan([found.low[0], found.high[1]]).all()
    assert (found.high[0], found.low[1]) == (8, 1)
    assert found.unavailable == ("limit_off_scale", "limit_off_scale")
    assert np.isnan(found.se).all()
    assert "choose beta, xlogit or asin" in str(found)


@pytest.mark.parametrize("rule", R_RULES)
def test_rules_are_those_of_r(rule: str) -> None:
    found = quantile(small(), "y", [0.3, 0.5, 0.8], rule=rule)  # type: ignore[arg-type]  # words, as a caller without types has them
    assert found.value == pytest.approx(np.array(R_RULES[rule]), rel=1e-12)


@given(
    st.lists(st.integers(-50, 50), min_size=2, max_size=40),
    st.floats(0, 1) | st.sampled_from([0.1, 0.25, 0.5, 0.75, 0.9]),
)
def test_equal_weights_give_the_quantiles_of_numpy(values: list[int], p: float) -> None:
    x: npt.NDArray[np.float64] = np.sort(np.array(values, dtype=float))
    at = p * len(x)
    if at != round(at) and abs(at - round(at)) < 1e-9:
        return  # whether a share is reached to the last bit is not to be compared
    for rule, method in NUMPY.items():
        ours = RULES[rule](x, np.full(len(x), 7.0), p)
        assert ours == pytest.approx(float(np.quantile(x, p, method=method)), abs=1e-9), rule  # type: ignore[call-overload]  # words, as a caller without types has them


@given(
    st.lists(st.tuples(st.floats(-1e3, 1e3), st.floats(0.1, 10)), min_size=1, max_size=30), st.sampled_from([*RULES])
)
def test_a_rule_never_leaves_the_answers_nor_goes_down(pairs: list[tuple[float, float]], rule: str) -> None:
    x, w = (np.array(part) for part in zip(*sorted(pairs), strict=True))
    found = [RULES[rule](x, w, p) for p in np.linspace(0, 1, 21)]
    if rule != "shahvaish":
        assert found[-1] == x[-1]
    assert (np.diff(found) >= -1e-9).all()
    assert x[0] <= min(found)
    assert max(found) <= x[-1]
    scaled = [RULES[rule](x, 1000 * w, p) for p in np.linspace(0.013, 0.987, 21)]
    assert scaled == pytest.approx([RULES[rule](x, w, p) for p in np.linspace(0.013, 0.987, 21)])


def test_domains_are_parts_of_the_whole_design() -> None:
    found = quantile(small(), "y", [0.25, 0.5], by="sex", interval="beta")
    assert found.keys.to_numpy().tolist() == [[0.25, "f"], [0.25, "m"], [0.5, "f"], [0.5, "m"]]
    men = quantile(small(), "y", 0.5, where=(SMALL["sex"] == "m").to_numpy(), interval="beta")
    assert (found.value[3], *found.limits[3]) == (men.value[0], *men.limits[0])
    assert found.n.tolist() == [5, 6, 5, 6]
    narrow = quantile(small(), "y", 0.5, by="sex", interval="beta", confidence=0.5)
    wide = quantile(small(), "y", 0.5, by="sex", interval="beta", confidence=Confidence(0.99, df="domain"))
    assert (narrow.low >= wide.low).all()
    assert (narrow.high <= wide.high).all()


def test_values_that_a_score_test_does_not_reject() -> None:
    # A simple random sample of 1..99: |F(v) - 1/2| <= t se(v) holds from 40 to 59 (t = 1.984, se = 0.0490 there).
    design = survey_design(pd.DataFrame({"y": np.arange(1.0, 100)}), weights=np.ones(99))
    found = quantile(design, "y", 0.5, interval="score")
    assert found.value[0] == 50
    shares = np.arange(1, 100) / 99
    kept = np.abs(shares - 0.5) <= 1.984467 * np.sqrt(shares * (1 - shares) / 98)
    assert found.low[0] == np.flatnonzero(kept)[0] + 1
    assert found.high[0] == np.flatnonzero(kept)[-1] + 2
    # With equal weights the rank without weights is the rank.
    ranked = quantile(design, "y", 0.5, interval="score_unweighted")
    assert abs(ranked.low[0] - found.low[0]) <= 1
    assert abs(ranked.high[0] - found.high[0]) <= 1


def test_an_interval_from_the_replicates_quantiles() -> None:
    # Three replicates that each leave out one of three values; their medians by "school" are 5.5, 4.5 and 2.5.
    weights = 1.5 * (1 - np.eye(3))
    design = Replicates(pd.DataFrame({"y": [1.0, 4, 7]}), np.ones(3), weights, 2 / 3, np.ones(3), kind="JK1")
    found = quantile(design, "y", 0.5, rule="school", interval="quantile", confidence=Confidence(df=np.inf))
    medians = np.array([5.5, 4.0, 2.5])
    error = np.sqrt(2 / 3 * ((medians - medians.mean()) ** 2).sum())
    assert found.se[0] == pytest.approx(error)
    assert found.high[0] == pytest.approx(4 + 1.959963984540054 * error)
    assert "no valid error: jackknife" in str(found)


def test_what_a_sample_cannot_show_says_why() -> None:
    same = survey_design(pd.DataFrame({"y": [3.0] * 6, "psu": [1, 1, 2, 2, 3, 3]}), psu="psu", weights=np.ones(6))
    assert quantile(same, "y").unavailable == ("zero_variance",)
    assert np.isnan(quantile(same, "y").low[0])
    one = quantile(small(), "y", where=np.arange(12) == 0)
    none = quantile(small(), "y", where=np.arange(12) == 4)
    psu = quantile(small(), "y", where=np.arange(12) < 2)
    assert [found.unavailable for found in (one, none, psu)] == [("one_respondent",), ("no_base",), ("one_psu",)]
    assert (one.value[0], np.isnan(none.value[0])) == (4, True)
    assert "nobody in the base" in str(none)
    # Both limits the same answer: an interval, and no error of nought.
    likert = survey_design(pd.DataFrame({"y": [1.0] * 10 + [2.0] * 80 + [3.0] * 10}), weights=np.ones(100))
    found = quantile(likert, "y", interval="score")
    assert (found.low[0], found.high[0], found.unavailable) == (2, 2, ("one_answer",))
    assert np.isnan(found.se[0])


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"probs": 50}, "between 0 and 1"),
        ({"interval": "wald"}, "interval must be one of mean"),
        ({"interval": "quantile"}, "needs replicate weights"),
        ({"rule": "hf10"}, "or a function"),
        ({"confidence": 95}, "level must lie"),
        ({"confidence": Confidence(df=-1)}, "df must be positive"),
        ({"y": "sex"}, "must be numbers"),
    ],
)
def test_errors_teach(arguments: dict[str, object], words: str) -> None:
    with pytest.raises(EstimationError, match=words):
        quantile(small(), **{"y": "y", **arguments})  # type: ignore[arg-type]  # words, as a caller without types has them
