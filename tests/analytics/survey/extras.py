"""What R's sae, psych, polycor and list found (expected_extra.json), and the inputs that may be here or not."""

import json
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest

from analytics.survey.design import Design, survey_design

from ..r.cases import GOLDEN, REFERENCE, frame

needs_inputs = pytest.mark.skipif(
    REFERENCE is None, reason="THIQA_REFERENCE names no folder: R's own data sets may not be in the project"
)
LIKERT = [f"q{number}" for number in range(1, 7)]


def expect(case: str) -> dict[str, Any]:
    """What a case of expected_extra.json expects."""
    found = json.loads((GOLDEN / "expected_extra.json").read_text())
    return dict(next(each for each in found["cases"] if each["id"] == case)["expect"])


def close(ours: npt.ArrayLike, theirs: npt.ArrayLike, rtol: float = 1e-8) -> None:
    """Assert agreement to a relative tolerance, element by element."""
    np.testing.assert_allclose(np.asarray(ours, float), np.asarray(theirs, float), rtol=rtol, atol=0)


def unweighted(data: pd.DataFrame) -> Design:
    """Rows of a simple random sample."""
    return survey_design(data, weights=np.ones(len(data)))


def trust() -> Design:
    """The product-shaped sample."""
    return survey_design(frame("trust"), weights="base_weight", strata="stratum", psu="psu")
