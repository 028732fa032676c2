"""The R `survey` cases, their inputs and their designs.

trust.csv, lonely.csv and expected.json in tests/golden/rsurvey are synthetic inputs and numbers of R survey 4.1-1 (the
few that differ under 4.5 say so), the R call beside each. The other inputs ship with R packages under other licences:
they are no part of the project and are read from the folder THIQA_REFERENCE names.
"""

import json
import os
import re
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from analytics.design import Calibration, Design, FloatArray, make_design
from analytics.weights import Margin, Raked, margin_columns, rake

GOLDEN = Path(__file__).parents[1] / "golden" / "rsurvey"
REFERENCE = Path(os.environ["THIQA_REFERENCE"]) if "THIQA_REFERENCE" in os.environ else None
GROUPS = ("mean_total", "domain", "ciprop", "contrast", "lonely", "calibration", "deff", "degf", "ratio", "fdr")
Case = dict[str, Any]

# Why a case of these groups is not worked out, by a pattern on its id and call.
NOT_COVERED = {
    r"(?<!svycontrast\()svytotal|unwtd\.count": "a total or a count: population totals are inputs here, not results",
    r"method = '(likelihood|asin|wilson)'": "an interval method that is not offered",
    r"ciprop_(zero|one)": "R returns a point or NaN for a share of 0 or 1; ours is Korn-Graubard with n_eff = n",
    r"domain_lonely\.adjust\.TRUE": "survey.adjust.domain.lonely is not offered: empty PSUs count, as in its default",
    r"trimWeights": "R spreads what it trims and leaves the margins unmet; ours trims and rakes again",
    r"rake_default": "R's default control stops before the margins are met",
    r"svyglm\(": "a regression",
}


def reason_not_covered(case: Case) -> str | None:
    """The reason from NOT_COVERED, or None for a case that `observe` works out."""
    text = case["id"] + " " + case["r_call"]
    return next((why for pattern, why in NOT_COVERED.items() if re.search(pattern, text)), None)


@cache
def expected(folder: Path) -> dict[str, Any]:
    """expected.json: meta and cases."""
    return dict(json.loads((folder / "expected.json").read_text()))


@cache
def frame(dataset: str) -> pd.DataFrame:
    """An input as R saw it, every double to the last bit."""
    own = GOLDEN / f"{dataset}.csv"
    if not own.exists():
        assert REFERENCE is not None
        own = REFERENCE / "inputs" / f"{dataset}.csv"
    return pd.read_csv(own)


def design_of(case: Case, weights: FloatArray | None = None, calibration: Calibration | None = None) -> Design:
    """The design of a case; weights replace the base weights after calibration."""
    d, f = case["design"], frame(case["dataset"])
    stratum = f[d["strata"][0]].to_numpy() if "strata" in d else None
    psu = None if d["ids"] == ["1"] else f[d["ids"][0]].to_numpy()
    fpc = f[d["fpc"][0]].to_numpy(dtype=float) if "fpc" in d else None
    if weights is None:
        weights = base_weights(case)
    policy = (case.get("options") or {}).get("survey.lonely.psu", "fail")
    return make_design(weights, stratum=stratum, psu=psu, fpc=fpc, single_psu=policy, calibration=calibration)


def base_weights(case: Case) -> FloatArray:
    """The weights of the design, or population over sample PSUs where only the fpc is given."""
    d, f = case["design"], frame(case["dataset"])
    if "weights" in d:
        return np.asarray(f[d["weights"]], dtype=np.float64)
    count = f.groupby(d["strata"][0])[d["ids"][0]].transform("nunique") if "strata" in d else len(f)
    return np.asarray(f[d["fpc"][0]] / count, dtype=np.float64)


def raked(case: Case) -> tuple[Raked, Calibration]:
    """Our raking of a case to the margins of its call, and the calibration for its variance."""
    f, base = frame(case["dataset"]), base_weights(case)
    if case["dataset"] == "trust":
        population = expected(GOLDEN)["meta"]["population_margins_trust"]
        f = f.assign(wavef=f["wave"].astype(str))
    else:
        population = {
            "stype": {"levels": ["E", "H", "M"], "counts": [4421, 755, 1018]},
            "sch.wide": {"levels": ["No", "Yes"], "counts": [6194 - 5122, 5122]},
        }
    margins = []
    for name, margin in population.items():
        codes = f[name].map({level: i for i, level in enumerate(margin["levels"])}).to_numpy(dtype=np.int64)
        margins.append(Margin(name, codes, np.array(margin["counts"], dtype=float), margin["levels"]))
    return rake(base, margins, tolerance=1e-13), Calibration(margin_columns(margins), base)
