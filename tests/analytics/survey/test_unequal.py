"""Designs drawn with unequal chances: R's numbers on a made-up sample, and what follows from the formulas."""

from itertools import combinations
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest

from analytics.survey.cube.tally import summarise
from analytics.survey.design import survey_design
from analytics.survey.estimates.means import mean, ratio, total
from analytics.survey.unequal import unequal_design
from analytics.survey.variables import DesignError, EstimationError
from analytics.survey.weights.calibration import calibrate
from analytics.survey.weights.resampling import replicate

P = [0.2, 0.35, 0.5, 0.15, 0.72, 0.1, 0.25, 0.3, 0.6, 0.45, 0.2, 0.1]
TIMES = [1, 2, 1, 3, 1, 1, 2, 1, 1, 2, 1, 1]


def units() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "s": [1] * 5 + [2] * 7,
            "p": P,
            "y": [3.0, 5, 9, 2, 14, 1, 4, 4, 11, 8, 2, 3],
            "x": [1.0, 2, 3, 1, 5, 1, 2, 1, 4, 3, 1, 1],
            "m": list("uvu") * 4,
        }
    )


def rows() -> pd.DataFrame:
    """Some units with several rows, all taken."""
    found = units().loc[np.repeat(np.arange(12), TIMES)].reset_index(drop=True)
    return found.assign(c=np.repeat(np.arange(12), TIMES), y=found["y"] + (np.arange(len(found)) + 1) % 3)


def joint() -> npt.NDArray[np.float64]:
    p = np.array(P)
    found = np.outer(p, p) * (1 - 0.03 * np.outer(1 - p, 1 - p))
    np.fill_diagonal(found, p)
    return found


# svydesign(id = ~1, fpc = ~p, data = d, pps = ...): SE of svytotal(~y), svymean(~y), svyby(~y, ~m, d, svytotal) and
# svyratio(~y, ~x); R 4.2.2, survey 4.1-1. pps = "brewer", "overton", HR(), HR(.3), ppsmat(pij), and variance = "YG".
R: list[tuple[dict[str, Any], list[float]]] = [
    (
        {},
        [16.877990028705643, 0.62444691942096364, 28.034065643664334, 18.705291312098371, 0.21517875031874281],
    ),
    (
        {"strata": "s"},
        [17.431256917648451, 0.63571275270411221, 29.025668524162274, 19.835554732461347, 0.21913626834896871],
    ),
    (
        {"method": "overton"},
        [15.714219394382482, 0.62444691942096364, 28.966988448112563, 17.801648579184665, 0.21517875031874284],
    ),
    (
        {"method": "overton", "strata": "s"},
        [16.07467339377548, 0.63471628842947436, 29.596202208817012, 18.575387924162762, 0.21943419106978768],
    ),
    (
        {"method": "hartley_rao"},
        [16.832475318637581, 0.62537834225838529, 28.226660750155641, 18.371664606747604, 0.21693344936509412],
    ),
    (
        {"method": "hartley_rao", "squares": 0.3},
        [19.170875138098086, 0.62438550897534451, 28.927871910813611, 18.529092356760454, 0.21665026819014691],
    ),
    (
        {"method": "hartley_rao", "strata": "s"},
        [17.099709957330923, 0.63547592621438942, 29.326780773667217, 19.090048642369993, 0.2217057186793352],
    ),
    (
        {"method": "horvitz_thompson", "joint": joint()},
        [43.33379243762451, 0.60041843174735188, 40.59776782992585, 20.490424405366397, 0.20843294859718345],
    ),
    (
        {"method": "yates_grundy", "joint": joint()},
        [8.0236389019847554, 0.28745775264014095, 13.304594170197248, 8.8082480240551178, 0.10181775973983964],
    ),
]


@pytest.mark.parametrize(("options", "errors"), R)
def test_errors_are_those_of_r(options: dict[str, Any], errors: list[float]) -> None:
    d = unequal_design(units(), chances="p", **options)
    found = [*total(d, "y").se, *mean(d, "y").se, *total(d, "y", by="m").se, *ratio(d, "y", "x").se]
    np.testing.assert_allclose(found, errors, rtol=1e-10)
    assert total(d, "y").value[0] == pytest.approx(195.50793650793651, rel=1e-14)
    assert d.df == (10 if "strata" in options else 11)


def test_rows_of_a_unit_count_as_one() -> None:
    """svydesign(id = ~c, fpc = ~p, strata = ~s, data = d, pps = "brewer")"""
    d = unequal_design(rows(), chances="p", strata="s", psu="c")
    found = [*total(d, "y").se, *mean(d, "y").se, *total(d, "y", by="m").se, *ratio(d, "y", "x").se]
    errors = [51.442720226954393, 0.72015901612378364, 67.884004708311778, 32.611291318982751, 0.26250485565845266]
    np.testing.assert_allclose(found, errors, rtol=1e-10)
    place = np.repeat(np.arange(12), TIMES)
    by_row = joint()[np.ix_(place, place)]
    pairs = unequal_design(rows(), chances="p", psu="c", method="yates_grundy", joint=by_row)
    summed = rows().groupby("c", as_index=False).agg({"y": "sum", "p": "first"})
    alone = unequal_design(summed, chances="p", method="yates_grundy", joint=joint())
    np.testing.assert_allclose(total(pairs, "y").se, total(alone, "y").se, rtol=1e-12)


def test_equal_chances_are_a_simple_random_sample() -> None:
    data = units().assign(p=0.25)
    plain = survey_design(data, weights=np.full(12, 4.0), fpc=np.full(12, 48))
    pairs = np.full((12, 12), 12 * 11 / (48 * 47))
    np.fill_diagonal(pairs, 0.25)
    designs = [
        unequal_design(data, chances="p"),
        unequal_design(data, chances="p", method="horvitz_thompson", joint=pairs),
        unequal_design(data, chances="p", method="yates_grundy", joint=pairs),
    ]
    for d in designs:
        np.testing.assert_allclose(mean(d, "y").se, mean(plain, "y").se, rtol=1e-10)


def test_pairs_are_unbiased_over_all_samples() -> None:
    """Over every sample of two of four units, both estimates of the variance average the variance itself."""
    y, size = np.array([2.0, 5.0, 3.0, 9.0]), np.array([1.0, 2.0, 2.0, 3.0])
    samples = list(combinations(range(4), 2))
    chance = np.array([size[list(s)].prod() for s in samples])
    chance /= chance.sum()
    both = np.zeros((4, 4))
    for share, (a, b) in zip(chance, samples, strict=True):
        both[a, b] = both[b, a] = share
    np.fill_diagonal(both, both.sum(axis=1))
    totals: list[float] = []
    found: dict[str, list[float]] = {"horvitz_thompson": [], "yates_grundy": []}
    for sample in samples:
        kept = list(sample)
        data = pd.DataFrame({"y": y[kept], "p": np.diag(both)[kept]})
        for method, variances in found.items():
            d = unequal_design(data, chances="p", method=method, joint=both[np.ix_(kept, kept)])  # type: ignore[arg-type]  # words of a table
            estimate = total(d, "y")
            variances.append(float(estimate.covariance[0, 0]))
        totals.append(float(estimate.value[0]))
    assert chance @ totals == pytest.approx(y.sum(), rel=1e-12)
    truth = chance @ (np.array(totals) - y.sum()) ** 2
    for variances in found.values():
        assert chance @ variances == pytest.approx(truth, rel=1e-12)


def test_a_negative_variance_has_no_error_but_a_reason() -> None:
    data = pd.DataFrame({"y": [4.0, 4.1], "p": [0.5, 0.5]})
    d = unequal_design(data, chances="p", method="horvitz_thompson", joint=[[0.5, 0.05], [0.05, 0.5]])
    found = total(d, "y")
    assert found.covariance[0, 0] < 0
    assert np.isnan(found.se[0])
    assert "negative variance" in str(found)


def test_calibrated_to_what_is_proportional_nothing_is_left() -> None:
    data = units().assign(z=lambda t: 3 * t["x"])
    d, _ = calibrate(unequal_design(data, chances="p"), {"x": 80.0}, people=60)
    assert total(d, "z").value[0] == pytest.approx(240, rel=1e-12)
    assert total(d, "z").unavailable == ("zero_variance",)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"method": "sampford"}, "method must be one of brewer"),
        ({"method": "yates_grundy"}, "joint is missing"),
        ({"joint": joint()}, "joint is given"),
        ({"method": "yates_grundy", "joint": joint()[:3]}, "12 by 12"),
        ({"method": "yates_grundy", "joint": joint() * (np.eye(12) > 0)}, "chance above 0"),
        ({"method": "yates_grundy", "joint": joint() + np.triu(np.full((12, 12), 1e-3), 1)}, "symmetric"),
        ({"method": "yates_grundy", "joint": joint()[::-1, ::-1]}, "same order"),
        ({"method": "yates_grundy", "joint": np.where(np.eye(12) > 0, joint(), 0.9)}, "likelier"),
        ({"squares": 0.3}, "squares"),
        ({"chances": 1 / np.array(P)}, "between 0 and 1"),
        ({"chances": "q"}, "no column 'q'"),
        ({"strata": np.arange(12)}, "two PSUs in every stratum"),
        ({"psu": [0] * 12}, "one chance"),
    ],
)
def test_what_does_not_fit_is_refused(changed: dict[str, Any], message: str) -> None:
    with pytest.raises(DesignError, match=message):
        unequal_design(units(), **({"chances": "p"} | changed))


def test_a_unit_that_was_sure_to_come_may_be_alone() -> None:
    data = units().assign(p=[1.0, *P[1:]], s=[0, *[1] * 11])
    rest = data[1:].reset_index(drop=True)
    found = total(unequal_design(data, chances="p", strata="s"), "y")
    np.testing.assert_allclose(found.se, total(unequal_design(rest, chances="p"), "y").se, rtol=1e-12)


def test_what_does_not_know_pairs_says_so() -> None:
    d = unequal_design(units(), chances="p")
    assert "unequal chances" in str(d)
    with pytest.raises(DesignError, match="pairs"):
        replicate(d, "JK1")
    with pytest.raises(EstimationError, match="pairs"):
        summarise(d, ["y"])
