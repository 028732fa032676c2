"""Agreement of raters, against published figures and R."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.survey.measurement.agreement import Level, cohen_kappa, intraclass, krippendorff
from analytics.survey.variables import EstimationError

from ...r.cases import frame
from ..extras import close, expect

KRIPPENDORFF = np.array(expect("krippendorff.2011")["data"], dtype=float)
SHROUT_FLEISS = [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]]


@pytest.mark.parametrize("level", ["nominal", "ordinal", "interval", "ratio"])
def test_krippendorffs_own_example(level: Level) -> None:
    close(krippendorff(KRIPPENDORFF, level), expect("krippendorff.2011")[level])


def test_krippendorff_at_its_ends() -> None:
    close(krippendorff([[1, 2, 3], [1, 2, 3]]), 1)
    assert krippendorff([[1, 2], [2, 1]]) < 0
    for bad, message in (([[1, 1], [1, 1]], "more than one value"), ([[1.0, np.nan], [np.nan, 2]], "two ratings")):
        with pytest.raises(EstimationError, match=message):
            krippendorff(bad)
    with pytest.raises(EstimationError, match="Ratios"):
        krippendorff([[-1, 2], [1, 2]], "ratio")
    with pytest.raises(EstimationError, match="raters by units"):
        krippendorff([1, 2])


def test_kappa_of_two_items_as_psych() -> None:
    data, expected = frame("trust"), expect("kappa.trust.q1q2")
    found = cohen_kappa(data["q1"], data["q2"])
    close(
        [found.value, found.weighted, found.se**2],
        [expected["kappa"], expected["weighted_kappa"], expected["var_kappa"]],
    )


def test_the_error_of_the_weighted_kappa_as_a_jackknife() -> None:
    """Fleiss, Cohen and Everitt's; psych's var_weighted (0.000523) is two thirds above it."""
    both = frame("trust")[["q1", "q2"]].dropna()
    without = []
    for _, alike in both.groupby(["q1", "q2"]):
        left = both.drop(alike.index[0])
        without.append((len(alike), cohen_kappa(left["q1"], left["q2"]).weighted))
    counts, values = np.array(without).T
    n = counts.sum()
    jack = (n - 1) / n * counts @ (values - counts @ values / n) ** 2
    close(cohen_kappa(both["q1"], both["q2"]).weighted_se ** 2, jack, 0.01)


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=8, max_size=40))
@settings(max_examples=50, deadline=None)
def test_kappa_does_not_mind_who_is_first(pairs: list[tuple[int, int]]) -> None:
    a, b = np.array(pairs).T
    if len(np.union1d(a, b)) < 2:
        return
    one, other = cohen_kappa(a, b), cohen_kappa(b, a)
    assert one.value == pytest.approx(other.value)
    assert one.weighted_se == pytest.approx(other.weighted_se)
    assert one.value <= 1


def test_kappa_that_cannot_be() -> None:
    with pytest.raises(EstimationError, match="two categories"):
        cohen_kappa([1, 1], [1, 1])
    with pytest.raises(EstimationError, match="one rating a unit"):
        cohen_kappa([1, 1], [1])


def test_intraclass_correlations_of_shrout_and_fleiss() -> None:
    found = intraclass(SHROUT_FLEISS)
    assert found["type"].tolist() == ["1", "1k", "2", "2k", "3", "3k"]
    assert found["value"].round(3).tolist() == [0.166, 0.443, 0.290, 0.620, 0.715, 0.909]
    assert ((found["low"] < found["value"]) & (found["value"] < found["high"])).all()
    assert found.set_index("type")["low"].round(2)[["1", "2", "3"]].tolist() == [-0.13, 0.02, 0.34]
    for bad in (np.array([[1, 2], [np.nan, 1]]), np.array([[1.0, 2]])):
        with pytest.raises(EstimationError, match="complete"):
            intraclass(bad)
    with pytest.raises(EstimationError, match="constant"):
        intraclass([[1, 2], [2, 3], [5, 6]])
