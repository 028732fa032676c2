"""Designs whose units were drawn without replacement and with unequal chances, such as in proportion to size (PPS).

The variance is a quadratic form in the units' weighted totals: x' Q x. Exactly, it needs the chance of each pair of
units (Horvitz and Thompson 1952; Yates and Grundy 1953); approximately, that of each unit alone (Brewer 2002; Overton
1985; Hartley and Rao 1962). R `svydesign(pps=)`.
"""

from dataclasses import replace
from typing import Any, Literal, get_args

import numpy as np
import numpy.typing as npt
import pandas as pd

from . import stages
from .design import Design, refuse_single_psus
from .stages import Stage
from .variables import Columns, DesignError, FloatArray, labels, numbers

PairMethod = Literal["brewer", "overton", "hartley_rao", "horvitz_thompson", "yates_grundy"]
_EXACT = ("horvitz_thompson", "yates_grundy")
_MOST = 5_000  # units; their pairs are held as a matrix
_APART = 1e-4  # how far the diagonal of `joint` may be from the chances, as far as R's `ppsmat` lets it


def unequal_design(
    data: pd.DataFrame,
    *,
    chances: Columns,
    method: PairMethod = "brewer",
    joint: npt.ArrayLike | None = None,
    squares: float | None = None,
    strata: Columns | None = None,
    psu: Columns | None = None,
) -> Design:
    """A design of one stage drawn without replacement, with each unit's own chance (R `svydesign(fpc=~p, pps=)`).

    chances: the chance 0..1 of each row's unit; weights are one over it. Without psu each row is a unit; with it all
    rows of a unit have been taken. method: "brewer", "overton" and "hartley_rao" need the chances alone, with squares
    the sum of squared chances over the population divided by the number of units drawn, estimated where it is not given
    (R `HR`). "horvitz_thompson" and "yates_grundy" need joint: [n, n], for each two rows the chance that both are in
    the sample, on the diagonal that of one (R `ppsmat`); the former may give a negative variance, the latter is for
    samples of a fixed size. Raises DesignError.
    """
    if method not in get_args(PairMethod):
        raise DesignError(f"method must be one of {', '.join(get_args(PairMethod))}; got {method!r}.")
    if (joint is not None) != (method in _EXACT):
        raise DesignError(
            f"joint, the chances of pairs, belongs to {' and '.join(_EXACT)}; method is {method!r} and joint is "
            f"{'missing' if joint is None else 'given'}."
        )
    if squares is not None and (method != "hartley_rao" or strata is not None or not squares > 0):
        raise DesignError("squares is a positive number for method='hartley_rao' without strata.")
    if not len(data):
        raise DesignError("A design needs at least one row.")
    p = numbers(data, chances, "chances", positive=True)
    if (p > 1).any():
        raise DesignError(f"chances must lie between 0 and 1; row {np.argmax(p > 1)} has {p.max():g}. Pass 1/weight.")
    unit = np.arange(len(data)) if psu is None else labels(data, psu, "psu")
    group = [] if strata is None else [labels(data, strata, "strata")]
    (stage,) = stages.encode([unit], group, [], nest=False)
    firsts = np.unique(stage.unit, return_index=True)[1]
    uneven = np.flatnonzero(p != p[firsts][stage.unit])
    if len(uneven):
        raise DesignError(f"All rows of a PSU have one chance; those of the PSU of row {uneven[0]} differ.")
    if len(firsts) > _MOST:
        raise DesignError(
            f"Pairs of {len(firsts)} units are too many (at most {_MOST}). Use survey_design() with weights= and "
            "strata=, which takes the draw as with replacement and errs on the cautious side."
        )
    own = p[firsts]
    certain = np.bincount(stage.stratum, own < 1) == 0
    refuse_single_psus([replace(stage, fraction=certain.astype(float))])
    if psu is None:
        stage = replace(stage, labels=None)
    form = _approximate(method, own, stage, squares) if joint is None else _exact(method, own, _pairs(joint, p, firsts))
    return Design(data.reset_index(drop=True), 1 / p, (stage,), pairs=(form + form.T) / 2)


def _approximate(method: str, p: FloatArray, stage: Stage, squares: float | None) -> FloatArray:
    n = stage.sampled[stage.stratum].astype(float)
    together = stage.stratum[:, None] == stage.stratum[None, :]
    others = np.maximum(n - 1, 1)
    if method == "brewer":
        centring = np.eye(len(p)) - together / n[:, None]
        return np.asarray(centring.T @ (((1 - p) * n / others)[:, None] * centring))
    if method == "overton":
        form = np.where(together, -((1 - p) / others)[:, None], 0.0)
    else:
        of_sample = np.bincount(stage.stratum, p)[stage.stratum] / n
        mean_square = of_sample if squares is None else np.full(len(p), squares)
        form = 1 - (n[:, None] - p[:, None] - p[None, :] + mean_square[:, None]) / others[:, None]
        form = np.where(together, form, 0.0)
    np.fill_diagonal(form, 1 - p)
    return np.asarray(form)


def _exact(method: str, p: FloatArray, both: FloatArray) -> FloatArray:
    form = 1 - p[:, None] * p[None, :] / both
    return form if method == "horvitz_thompson" else form - np.diag(form.sum(axis=0))


def _pairs(joint: npt.ArrayLike, p: FloatArray, firsts: npt.NDArray[Any]) -> FloatArray:
    """float64[U, U]: the chances of pairs of units. Raises DesignError."""
    found = np.asarray(joint, dtype=np.float64)
    if found.shape != (len(p), len(p)):
        raise DesignError(
            f"joint must be a table of {len(p)} by {len(p)} chances, a row a row of data; got {found.shape}."
        )
    found = found[np.ix_(firsts, firsts)]
    own = p[firsts]
    if not (np.isfinite(found) & (found > 0)).all():
        raise DesignError(
            "Every pair must have had a chance above 0: without it nothing shows how the two vary together."
        )
    if not np.allclose(found, found.T, rtol=1e-8, atol=0):
        raise DesignError("joint must be symmetric: the chance of a and b is that of b and a.")
    off = np.flatnonzero(np.abs(np.diag(found) - own) > _APART)
    if len(off):
        raise DesignError(
            f"The diagonal of joint must be the chances; unit {off[0]} has {found[off[0], off[0]]:g} there and "
            f"a chance of {own[off[0]]:g}. Are the rows of both in the same order?"
        )
    if (found > np.minimum(own[:, None], own[None, :]) + _APART).any():
        raise DesignError("No pair can be likelier than one of its two units; joint holds such a chance.")
    return np.asarray(found)
