"""R's functions that give a design other weights, and what the calibration cases hold of it."""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from analytics.survey.design import Design
from analytics.survey.estimates.means import mean, total
from analytics.survey.weights.calibration import calibrate, poststratify
from analytics.survey.weights.raking import rake
from analytics.survey.weights.trimming import trim

from .evaluate import Quantities, Scope, designed, formula, redesign, told, values, verb
from .syntax import Call, Name, Op

# The populations of R's own example data, as the cases call them.
_POPULATIONS: dict[str, tuple[tuple[str, ...], Mapping[Any, float]]] = {
    "pop.types": (("stype",), {"E": 4421.0, "H": 755.0, "M": 1018.0}),
    "pop.sch": (("sch.wide",), {"No": 1072.0, "Yes": 5122.0}),
}
# Calls with a population spelt in R that `syntax` does not read; `_poststratify` has it.
SPELT_OUT = re.compile(r"(postStratify\(d, ~sex \+ wavef), as\.data\.frame\(.*$")
_ITEMS = {"apiclus1": ("api00", "enroll"), "trust": ("q1", "q4", "one")}


@redesign("postStratify")
def _poststratify(call: Call, scope: Scope) -> Scope:
    scope = designed(call.get("design", 0), scope)
    given = call.get("population", 2)
    if isinstance(given, Name):
        by, population = _POPULATIONS[given.name]
    else:
        by, population = ("sex", "wavef"), _sex_by_wave()
    return replace(scope, design=poststratify(scope.design, by, population)[0])


@redesign("rake")
def _rake(call: Call, scope: Scope) -> Scope:
    scope = designed(call.get("design", 0), scope)
    margins = call.get("sample.margins", 1)
    populations = call.get("population.margins", 2)
    if isinstance(margins, Name):
        named = scope.meta["population_margins_trust"]
        wanted = {name: dict(zip(one["levels"], one["counts"], strict=True)) for name, one in named.items()}
    else:
        wanted = {}
        for (_, one), (_, population) in zip(margins.arguments, populations.arguments, strict=True):
            (name,) = [term.name for term in formula(one)]
            wanted[name] = dict(_POPULATIONS[population.name][1])
    design, _ = rake(scope.design, wanted, residuals="unweighted", tolerance=1e-12)
    return replace(scope, design=design)


@redesign("calibrate")
def _calibrate(call: Call, scope: Scope) -> Scope:
    scope = designed(call.get("design", 0), scope)
    given = call.get("population", 2)
    totals = _trust_totals(scope) if isinstance(given, Name) else values(given, scope.data)
    columns = model_matrix(formula(call.get("formula", 1)), scope.data)
    bounds = call.get("bounds")
    data = scope.data.assign(**{f"column{k}": column for k, column in enumerate(columns)})
    design = replace(scope.design, data=data)
    found, _ = calibrate(
        design,
        {f"column{k}": float(total) for k, total in enumerate(totals)},
        distance=call.get("calfun", default="linear"),
        bounds=None if bounds is None else tuple(values(bounds, scope.data)),
    )
    return replace(scope, design=found)


@redesign("trimWeights")
def _trim(call: Call, scope: Scope) -> Scope:
    scope = designed(call.get("design", 0), scope)
    bounds = {name: call.get(name) for name in ("lower", "upper") if call.get(name) is not None}
    assert isinstance(scope.design, Design)
    return replace(scope, design=trim(scope.design, strict=bool(call.get("strict")), **bounds)[0])


@verb("postStratify", "rake", "calibrate", "trimWeights")
def _weights(call: Call, scope: Scope) -> Quantities:
    """The weights, and the figures that the cases hold: means of two items, a total."""
    scope = designed(call, scope)
    found: dict[str, Any] = {"weights": scope.design.weights}
    data = scope.data.assign(one=1.0)
    design = replace(scope.design, data=data)
    for name in _ITEMS[scope.case["dataset"]]:
        found[name] = {}
        for figure, function in (("mean", mean), ("total", total)):
            each = told(function(design, name))
            found[name] |= {figure: each["est"], f"{figure}_se": each["se"], f"{figure}_vcov": each["vcov"]}
    return found


def model_matrix(terms: list[Any], data: pd.DataFrame) -> list[np.ndarray]:
    """R's columns of a formula: an intercept, and a column for each level but the first of what is no number."""
    found = [] if any(term in (0.0, -1.0) for term in terms) else [np.ones(len(data))]
    for term in terms:
        if isinstance(term, Op) and term.op in (":", "*"):
            raise NotImplementedError("an interaction in a formula")
        column = pd.Series(values(term, data))
        if pd.api.types.is_numeric_dtype(column):
            found.append(column.to_numpy(dtype=float))
            continue
        levels = list(column.cat.categories) if hasattr(column, "cat") else sorted(column.unique())
        found.extend((column == level).to_numpy(dtype=float) for level in levels[bool(found) :])
    return found


def _trust_totals(scope: Scope) -> list[float]:
    """The totals of the columns that R makes of the five margins: everyone, then each level but the first."""
    margins = [one["counts"] for one in scope.meta["population_margins_trust"].values()]
    return [sum(margins[0]), *(count for counts in margins for count in counts[1:])]


def _sex_by_wave() -> dict[tuple[str, str], float]:
    sexes, waves = {"F": 0.515, "M": 0.475, "X": 0.01}, {"1": 15000, "2": 19000, "3": 17000}
    return {(sex, wave): 12 * share * people for sex, share in sexes.items() for wave, people in waves.items()}
