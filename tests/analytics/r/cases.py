"""The cases of R `survey`: inputs, designs, and what R found, all as R saw it.

What is ours stands in tests/golden/rsurvey. Inputs that ship with R packages under other licences are no part of the
project: they are read from the folder that THIQA_REFERENCE names.
"""

import json
import os
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd

from analytics.survey.design import Design, survey_design
from analytics.survey.linear import Sample

GOLDEN = Path(__file__).parents[2] / "golden" / "rsurvey"
REFERENCE = Path(os.environ["THIQA_REFERENCE"]) if "THIQA_REFERENCE" in os.environ else None
Case = dict[str, Any]


@cache
def expected(folder: Path) -> dict[str, Any]:
    """expected.json: meta and cases."""
    return dict(json.loads((folder / "expected.json").read_text()))


@cache
def frame(dataset: str) -> pd.DataFrame:
    """An input, every double to the last bit."""
    own = GOLDEN / f"{dataset}.csv"
    if not own.exists():
        assert REFERENCE is not None
        own = REFERENCE / "inputs" / f"{dataset}.csv"
    found = pd.read_csv(own)
    if dataset == "trust":
        found = found.assign(wavef=found["wave"].astype(str))
    return found


def design_of(case: Case) -> Sample:
    """The design of a case, `d` in its call."""
    described = case["design"]
    if "rep_weights" in described:
        raise NotImplementedError("replicate weights")
    return taylor_design(described, case.get("options") or {})


def taylor_design(described: dict[str, Any], options: dict[str, Any]) -> Design:
    """A design with strata and clusters."""
    ids = described["ids"]
    return survey_design(
        frame(described["dataset"]),
        weights=described.get("weights"),
        strata=described.get("strata"),
        psu=None if ids == ["1"] else [name for name in ids if name != "1"],
        fpc=described.get("fpc"),
        nest=bool(described.get("nest")),
        single_psu=options.get("survey.lonely.psu", "fail"),
        adjust_domains=bool(options.get("survey.adjust.domain.lonely")),
    )
