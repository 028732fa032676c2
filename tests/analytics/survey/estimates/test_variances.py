"""Variances and standard deviations: numpy's where all weights are equal, R's with their errors where not."""

import numpy as np
import pandas as pd
import pytest

from analytics.survey.design import Design, survey_design
from analytics.survey.estimates.variances import deviation, variance
from analytics.survey.replicates import Replicates
from analytics.survey.variables import EstimationError

SMALL = pd.DataFrame(
    {
        "psu": [1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6],
        "stratum": [1] * 6 + [2] * 6,
        "w": [3.0, 1, 2, 2, 4, 1, 1, 5, 2, 3, 1, 2],
        "y": [4.0, 7, 1, 9, np.nan, 3, 8, 2, 6, 5, 7, 3],
        "z": [1.0, 2, 2, 5, 4, 1, 3, 3, np.nan, 2, 6, 4],
        "sex": ["f", "m", "f", "m", "f", "m", "f", "f", "m", "m", "f", "m"],
    }
)


def small() -> Design:
    return survey_design(SMALL, psu="psu", strata="stratum", weights="w")


def test_a_matrix_of_variances_and_its_covariance_are_those_of_r() -> None:
    # survey 4.1-1: svyvar(~y + z, subset(d, !is.na(y) & !is.na(z)))
    found = variance(small(), ["y", "z"])
    expected = [6.73217435122197, 1.584782060972537, 1.584782060972537, 2.106324011085916]
    assert found.value == pytest.approx(np.array(expected), rel=1e-12)
    first = [8.801736268074634, 3.526659696108002, 3.526659696108002, -0.04645190844062977]
    assert found.covariance[0] == pytest.approx(np.array(first), rel=1e-10)
    assert found.covariance[1, 1] == pytest.approx(2.019368334133811, rel=1e-10)
    assert found.covariance[3, 3] == pytest.approx(0.7774314263061723, rel=1e-10)
    assert found.keys.to_numpy().tolist() == [["y", "y"], ["z", "y"], ["y", "z"], ["z", "z"]]
    assert found.n.tolist() == [10] * 4


def test_rows_without_an_answer_do_not_count_unless_asked() -> None:
    # survey 4.1-1: svyvar(~y, d, na.rm = TRUE) multiplies by 12/11, with 11 answers.
    found = variance(small(), "y", n="rows")
    assert (found.value[0], found.se[0]) == pytest.approx((6.31861144526551, 2.788474354513625), rel=1e-12)
    assert variance(small(), "y").value[0] == pytest.approx(6.31861144526551 * 11 / 12 * 11 / 10, rel=1e-12)


def test_equal_weights_give_the_variance_of_numpy_and_its_error() -> None:
    rng = np.random.default_rng(7)
    data = pd.DataFrame({"y": 1e6 + rng.normal(size=50), "x": rng.normal(size=50)})
    design = survey_design(data, weights=np.full(50, 3.0))
    found = variance(design, ["y", "x"])
    assert found.value.reshape(2, 2) == pytest.approx(np.cov(data.to_numpy().T), rel=1e-9)
    squares = 50 / 49 * (data["x"] - data["x"].mean()) ** 2
    assert found.se[3] == pytest.approx(squares.std() / np.sqrt(50), rel=1e-9)


def test_a_standard_deviation_is_the_root_by_the_delta_method() -> None:
    square, root = variance(small(), "y", by="sex"), deviation(small(), "y", by="sex")
    assert root.value == pytest.approx(np.sqrt(square.value))
    assert root.se == pytest.approx(square.se / (2 * root.value))
    assert deviation(small(), ["y", "z"]).keys["variable"].tolist() == ["y", "z"]
    assert str(root).startswith("standard deviation, Taylor linearisation")


def test_replicates_spread_what_each_set_of_weights_gives() -> None:
    y = np.array([1.0, 4, 7, 9])
    design = Replicates(pd.DataFrame({"y": y}), np.ones(4), 4 / 3 * (1 - np.eye(4)), 3 / 4, np.ones(4), kind="JK1")
    each = np.array([4 / 3 * np.var(np.delete(y, k)) for k in range(4)])
    found = variance(design, "y")
    assert found.value[0] == pytest.approx(np.var(y, ddof=1))
    assert found.se[0] == pytest.approx(np.sqrt(3 / 4 * ((each - each.mean()) ** 2).sum()))
    assert deviation(design, "y").se[0] == pytest.approx(
        np.sqrt(3 / 4 * ((np.sqrt(each) - np.sqrt(each).mean()) ** 2).sum())
    )


def test_what_a_sample_cannot_show_says_why() -> None:
    reasons = {
        "one_respondent": np.arange(12) == 0,
        "no_base": np.arange(12) == 4,
        "one_psu": np.arange(12) < 2,
    }
    for reason, where in reasons.items():
        found = variance(small(), "y", where=where)
        assert found.unavailable == (reason,)
        assert np.isnan(found.se[0])
    same = survey_design(pd.DataFrame({"y": [0.1] * 6}), weights=np.arange(1.0, 7))
    for verb in (variance, deviation):
        found = verb(same, "y")
        assert (found.value[0], found.unavailable) == (0, ("zero_variance",))


def test_errors_teach() -> None:
    with pytest.raises(EstimationError, match="must be numbers"):
        variance(small(), "sex")
    with pytest.raises(EstimationError, match="respondents or rows"):
        variance(small(), "y", n="all")  # type: ignore[arg-type]  # words, as a caller without types has them
