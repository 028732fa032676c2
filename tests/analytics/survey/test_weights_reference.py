"""Weights and replicate weights against R `survey`, case by case.

golden/rsurvey holds our own inputs; the cases on R's example data run where THIQA_REFERENCE names them.
"""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pytest

from tests.analytics.r import weights
from tests.analytics.r.cases import GOLDEN, REFERENCE, Case, design_of, expected
from tests.analytics.r.evaluate import VERBS, Scope, evaluate
from tests.analytics.r.syntax import parse

GROUPS = ("calibration", "replicate")
NOT_COVERED = {
    "clus1.rake_default": "R's default control stops before the margins are met",
    "trust.rake5_gap": "a t test, not a weight",
    "trust.rake5_trend": "a regression, not a weight",
    "rep_trust_jkn.glm": "a regression, not a weight",
    "rep_trust_jkn.gap": "a t test, not a weight",
    "rep_trust_jkn.chisq": "a test of association, not a weight",
}
KEPT: list[Case] = [
    *(case for case in expected(GOLDEN)["cases"] if case["group"] in GROUPS),
    *json.loads((GOLDEN / "replicates.json").read_text())["cases"],
]
REST: list[Case] = []
if REFERENCE is not None:
    known = {case["id"] for case in KEPT}
    REST = [case for case in expected(REFERENCE)["cases"] if case["group"] in GROUPS and case["id"] not in known]


def numbers(given: Any) -> np.ndarray:
    return np.array([np.nan if each is None else each for each in np.ravel(np.array(given, dtype=object))], dtype=float)


def flat(nested: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in nested.items():
        if isinstance(value, Mapping) and name != "keys":
            yield from flat(value, f"{name}.")
        elif name not in ("keys", "names", "est_names"):
            yield f"{above}{name}", value


def check(case: Case) -> float:
    """The worst relative error of the case's figures."""
    design = design_of(case)
    call = parse(weights.SPELT_OUT.sub(r"\1)", case["r_call"]))
    scope = Scope(design, np.ones(design.n, dtype=bool), case, expected(GOLDEN)["meta"])
    found = dict(flat(evaluate(call, scope)))
    theirs = dict(flat(case["expect"]))
    worst = 0.0
    for name, value in theirs.items():
        wanted, got = numbers(value), numbers(found[name])
        beside = next(
            (theirs[other] for other in ("est", name.removesuffix("_se").removesuffix("_vcov")) if other in theirs),
            value,
        )
        scale = np.nanmax(np.abs(numbers(beside)))
        np.testing.assert_allclose(
            got, wanted, rtol=case["rtol"], atol=1e-10 * scale, err_msg=f"{case['r_call']}: {name}"
        )
        worst = max(worst, float(np.nanmax(np.abs(got - wanted) / np.maximum(np.abs(wanted), 1e-10 * scale))))
    assert theirs
    return worst


@pytest.mark.parametrize("case", [case for case in KEPT if case["id"] not in NOT_COVERED], ids=lambda case: case["id"])
def test_our_weights_are_r_s(case: Case) -> None:
    check(case)


@pytest.mark.skipif(not REST, reason="THIQA_REFERENCE names no folder with R's own example data")
@pytest.mark.parametrize("case", [case for case in REST if case["id"] not in NOT_COVERED], ids=lambda case: case["id"])
def test_our_weights_are_r_s_on_r_s_own_data(case: Case) -> None:
    check(case)


@pytest.mark.skipif(not REST, reason="THIQA_REFERENCE names no folder with R's own example data")
def test_every_case_is_covered_or_has_its_reason() -> None:
    cases = KEPT + REST
    assert Counter(case["group"] for case in cases) == {"calibration": 23, "replicate": 26}
    assert {case["id"] for case in cases} >= set(NOT_COVERED)
    assert {"svymean", "calibrate", "rake", "postStratify", "trimWeights"} <= set(VERBS)
