"""Works out a case: its design, its call, and what R's result would hold."""

import importlib
import pkgutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from .cases import GOLDEN, Case, design_of, expected
from .evaluate import Scope, evaluate
from .syntax import parse
from .weights import SPELT_OUT

for module in pkgutil.iter_modules([str(Path(__file__).parent)]):
    importlib.import_module(f"{__package__}.{module.name}")  # each registers the functions of R that it knows


def evaluated(case: Case) -> Mapping[str, Any]:
    """What a case's call gives, under R's names."""
    design = design_of(case)
    scope = Scope(design, np.ones(design.n, dtype=bool), case, expected(GOLDEN)["meta"])
    found: Mapping[str, Any] = evaluate(parse(SPELT_OUT.sub(r"\1)", case["r_call"])), scope)
    return found
