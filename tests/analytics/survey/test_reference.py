"""Our verbs against R `survey`, call by call; how many cases that is, and which are left out and why.

Tolerance: |ours - R's| <= rtol |R's| + 1e-10 of the largest estimate; rtol is the case's, 1e-8 unless R is looser.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pytest

from analytics.survey.variables import DesignError
from tests.analytics.r.cases import GOLDEN, REFERENCE, Case, design_of, expected
from tests.analytics.r.every import evaluated

OWN: list[Case] = expected(GOLDEN)["cases"]
KNOWN = {case["id"] for case in OWN}
ABSENT = "THIQA_REFERENCE names no folder with R's own example data, which this project does not carry"
OTHERS: list[Case] = []
if REFERENCE is not None and (REFERENCE / "expected.json").exists():
    OTHERS = [case for case in expected(REFERENCE)["cases"] if case["id"] not in KNOWN]

WORDS = {"names", "keys", "est_names", "statistic_name", "parameter_names", "method", "rows", "cols"}
# Why a case is not worked out, or a quantity of it not compared, by a pattern on its id.
NOT_COVERED: dict[str, str] = {
    r"apipop\.truth": "a population's mean, no estimate",
    r"rake_default": "R's default control stops before the margins are met; ours refuses to",
    r"trust\.fdr": "no call of R: the gaps of all areas are judged together in indicators/test_multiplicity.py",
    r"trust\.olr2": "R stops at a deviance of 5936.8905974, the least is 5936.8905952; with reltol=1e-16 it is ours",
    r"trust\.ciprop_one\.beta": "R's share is 0.9999999999999999 and its interval a point; ours has no standard error",
}
NOT_COMPARED: dict[str, tuple[set[str], str]] = {
    r"ratio_multi": ({"vcov"}, "R leaves the covariances between several ratios out"),
    r"by_sex_hood(_wave)?\.q4": ({"nobody"}, "R says 0 where nobody answered; ours is not available"),
}
# Where survey 4.1-1 and 4.5 differ, ours is the newer one's.
NEWER = r"lonely_fpc\.total\.adjust"


def not_covered(case: Case) -> str | None:
    """The reason why a case is left out."""
    return next((why for pattern, why in NOT_COVERED.items() if re.search(pattern, case["id"])), None)


def compared(case: Case) -> float:
    """Compare every quantity of a case; the worst relative error."""
    expect = dict(case["expect"])
    if re.search(NEWER, case["id"]):
        expect |= case.get("expect_survey_4_5") or {}
    if "error" in expect:
        with pytest.raises(DesignError, match="two PSUs in every stratum"):
            design_of(case)
        return 0.0
    skipped = set().union(*(names for pattern, (names, _) in NOT_COMPARED.items() if re.search(pattern, case["id"])))
    ours, worst, seen = dict(flat(evaluated(case))), 0.0, 0
    theirs_all = dict(flat(expect))
    for quantity, theirs in theirs_all.items():
        if quantity in skipped or theirs is None:
            continue
        a, b = numbers(ours[quantity]), numbers(theirs)
        assert a.shape == b.shape, f"{quantity}: {a.shape} and {b.shape}"
        beside = theirs_all.get(quantity.removesuffix("_se").removesuffix("_vcov"), theirs)
        scale = np.nanmax(np.abs(numbers(theirs_all.get("est", beside))), initial=0.0)
        nobody = np.isnan(a) & (b == 0) if "nobody" in skipped else np.zeros(a.shape, dtype=bool)
        same = (a == b) | (np.isnan(a) & np.isnan(b)) | nobody
        error = np.abs(a - b)
        wrong = ~same & ~(error <= case["rtol"] * np.abs(b) + 1e-10 * scale)
        assert not wrong.any(), f"{case['r_call']} / {quantity}: ours {a[wrong][:3]}, R's {b[wrong][:3]}"
        large = ~same & (np.abs(b) > 1e-6 * scale)
        worst, seen = max(worst, np.max(error[large] / np.abs(b[large]), initial=0.0)), seen + 1
    assert seen, "nothing was compared"
    return worst


def flat(nested: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, Any]]:
    """The quantities of a result, those of a part under the part's name."""
    for name, value in nested.items():
        if isinstance(value, Mapping) and name not in WORDS:
            yield from flat(value, f"{name}.")
        elif name not in WORDS:
            yield f"{above}{name}", value


def numbers(values: Any) -> "np.ndarray[Any, np.dtype[np.float64]]":
    """Values as one row of floats; R's NULL and NA are NaN."""
    words = {None: np.nan, "NaN": np.nan, "Infinity": np.inf, "-Infinity": -np.inf}
    flat = np.ravel(np.array(values, dtype=object))
    return np.array(
        [words.get(value, value) if isinstance(value, str | None) else value for value in flat], dtype=float
    )


@pytest.mark.parametrize("case", [case for case in OWN if not not_covered(case)], ids=lambda case: case["id"])
def test_our_number_is_r_s_number(case: Case) -> None:
    compared(case)


@pytest.mark.skipif(not OTHERS, reason=ABSENT)
@pytest.mark.parametrize("case", [case for case in OTHERS if not not_covered(case)], ids=lambda case: case["id"])
def test_our_number_is_r_s_number_on_r_s_own_data(case: Case) -> None:
    compared(case)


def test_168_of_our_own_171_cases_are_covered() -> None:
    left_out = {case["id"] for case in OWN if not_covered(case)}
    assert (len(OWN), left_out) == (171, {"trust.fdr.gap_by_hood", "trust.olr2", "trust.ciprop_one.beta"})


@pytest.mark.skipif(not OTHERS, reason=ABSENT)
def test_308_of_313_cases_are_covered_and_no_reason_is_stale() -> None:
    ids = [case["id"] for case in (*OWN, *OTHERS)]
    assert (len(ids), sum(not_covered(case) is None for case in (*OWN, *OTHERS))) == (313, 308)
    patterns = [*NOT_COVERED, *NOT_COMPARED, NEWER]
    assert [pattern for pattern in patterns if not any(re.search(pattern, each) for each in ids)] == []
