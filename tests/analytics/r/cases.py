"""The cases of R `survey`: inputs, designs, and what R found, all as R saw it.

What is ours stands in tests/golden/rsurvey. Inputs that ship with R packages under other licences are no part of the
project: they are read from the folder that THIQA_REFERENCE names.
"""

import json
import os
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from analytics.survey.design import Design, survey_design
from analytics.survey.linearisation import Sample
from analytics.survey.replicates import Replicates
from analytics.survey.weights.resampling import given_replicates, replicate

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
        return replicate_design(described)
    return taylor_design(described, case.get("options") or {})


def replicate_design(described: dict[str, Any]) -> Replicates:
    """A design with replicate weights: jackknives are made by us; of bootstraps, what R drew is kept, or its weights.

    draws.csv: how often each PSU of trust.csv was drawn, by kind and replicate.
    """
    base = taylor_design(described["from"], {})
    kind, mse = described["type"], described["mse"]
    if kind in ("JK1", "JKn", "BRR"):
        return replicate(base, kind, mse=mse)
    if described["dataset"] == "trust":
        weights = _factors(kind, base) * base.weights[:, None]
    else:
        assert REFERENCE is not None
        weights = pd.read_csv(REFERENCE / "inputs" / described["rep_weights"]).drop(columns="pw").to_numpy(dtype=float)
    scale, rscales = described["scale"], described["rscales"]
    return given_replicates(base.data, base.weights, weights, kind="other", scale=scale, rscales=rscales, mse=mse)


def _factors(kind: str, base: Design) -> npt.NDArray[np.float64]:
    """[n, R], what R made of its draws: n and n - 1 of n with replacement, and half of n without (Preston 2009)."""
    drawn = pd.read_csv(GOLDEN / "draws.csv").set_index(["kind", "psu"]).loc[kind]
    times = drawn.loc[base.data["psu"]].to_numpy(dtype=float)
    first = base.stages[0]
    stratum = first.stratum[first.unit]
    n = first.sampled[stratum][:, None]
    if kind == "bootstrap":
        return np.asarray(times)
    if kind == "subbootstrap":
        return np.asarray(times * (n / (n - 1)))
    half = n // 2
    by = np.sqrt(half * (1 - first.fraction[stratum])[:, None] / (n - half))
    return np.asarray(1 - by + by * (n / half) * times)


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
