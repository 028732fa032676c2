"""Replicate weights: made from a design, or read as a survey's producer gave them.

Jackknife and balanced half-samples (Wolter 2007, ch. 3-4), bootstraps of Canty and Davison (1999), Rao and Wu (1988;
Rao, Wu and Yue 1992) and Preston (2009); R `as.svrepdesign` and `svrepdesign`.
"""

from collections.abc import Sequence
from typing import Any, Literal, get_args

import numpy as np
import pandas as pd

from ..design import Design
from ..replicates import Replicates
from ..stages import Stage
from ..variables import Columns, DesignError, FloatArray, data_of, numbers
from .hadamard import hadamard

Kind = Literal["JK1", "JKn", "BRR", "Fay", "bootstrap", "subbootstrap", "mrbbootstrap"]
GivenKind = Literal["JK1", "JK2", "JKn", "BRR", "Fay", "bootstrap", "successive-difference", "ACS", "other"]
_MOST = 1_000_000_000  # weights in memory
_RANDOM = ("bootstrap", "subbootstrap", "mrbbootstrap")


def replicate(
    design: Design, kind: Kind, *, count: int = 500, seed: int | None = None, rho: float = 0.3, mse: bool = False
) -> Replicates:
    """A design's replicate weights (R `as.svrepdesign`).

    JK1 and JKn leave out one PSU at a time, the first without strata; BRR takes half-samples of strata of two PSUs, Fay
    weighs the other half by rho. bootstrap (Canty and Davison), subbootstrap (Rao and Wu, n - 1 of n) and mrbbootstrap
    (Preston, every stage) draw `count` times and need a seed. mse: deviations from the full estimate.

    The first stage's finite population correction counts in JK1, JKn and the bootstraps; later stages count in
    mrbbootstrap alone. Make replicates of the base weights, then calibrate them. Raises DesignError.
    """
    data_of(design)
    if kind not in get_args(Kind):
        raise DesignError(f"kind must be one of {', '.join(get_args(Kind))}; got {kind!r}.")
    if design.calibrations:
        raise DesignError("Replicates are made of base weights: replicate the design first, then calibrate the result.")
    if design.pairs is not None:
        raise DesignError(
            "These replicates do not know of pairs drawn with unequal chances. Use linearisation; or survey_design() "
            "with the weights, which takes the draw as with replacement, and replicate that."
        )
    if kind in _RANDOM and (seed is None or count < 2):
        raise DesignError(f"{kind} draws at random: pass a seed, and a count of 2 or more.")
    first = design.stages[0]
    many = len(first.stratum) if kind in ("JK1", "JKn") else count if kind in _RANDOM else len(first.sampled)
    if design.n * many > _MOST:
        raise DesignError(
            f"{many} replicates of {design.n} rows need {design.n * many * 8 / 1e9:.0f} GB. Use linearisation, or a "
            "bootstrap with a smaller count."
        )
    if kind in ("JK1", "JKn"):
        units, scale, rscales = _jackknife(first, kind, design.single_psu)
        factors = units[first.unit]
    elif kind in ("BRR", "Fay"):
        units, scale = _half_samples(first, 0.0 if kind == "BRR" else rho)
        rscales, factors = np.ones(units.shape[1]), units[first.unit]
    else:
        factors, scale = _bootstrap(design, kind, count, np.random.default_rng(seed))
        rscales = np.ones(count)
    factors *= design.weights[:, None]
    return Replicates(
        design.data, design.weights, factors, scale, rscales, mse, kind, design.probability, unit=first.unit
    )


def given_replicates(
    data: pd.DataFrame,
    weights: Columns,
    replicates: Sequence[str] | FloatArray,
    *,
    kind: GivenKind,
    scale: float | None = None,
    rscales: float | Sequence[float] | FloatArray = 1.0,
    mse: bool = False,
    factors: bool = False,
) -> Replicates:
    """Replicate weights that came with the data (R `svrepdesign`).

    weights: of the full sample. replicates: names of columns, or [n, R]; whole weights, or with factors to be
    multiplied by `weights` (R `combined.weights=FALSE`). scale and rscales: what the squared deviations are multiplied
    by; scale follows from the kind for JK1, JK2, BRR, bootstrap, ACS and successive-difference; JKn needs rscales
    (n - 1) / n, Fay needs scale 1 / (R (1 - rho)^2). Raises DesignError.
    """
    if kind not in get_args(GivenKind):
        raise DesignError(f"kind must be one of {', '.join(get_args(GivenKind))}; got {kind!r}.")
    w = numbers(data, weights, "weights")
    if isinstance(replicates, np.ndarray):
        found = np.array(replicates, dtype=np.float64)
    else:
        found = np.column_stack([numbers(data, name, name) for name in replicates])
    if found.ndim != 2 or found.shape[0] != len(data) or found.shape[1] < 2:
        raise DesignError(f"replicates must be {len(data)} rows of 2 or more weights; got {found.shape}.")
    if not np.isfinite(found).all() or (found < 0).any() or (w < 0).any():
        raise DesignError("Weights must be finite and not negative; 0 leaves a row out of a replicate.")
    count = found.shape[1]
    usual: dict[str, float] = {
        "JK1": (count - 1) / count,
        "JK2": 1.0,
        "JKn": 1.0,
        "BRR": 1 / count,
        "bootstrap": 1 / (count - 1),
        "ACS": 4 / count,
        "successive-difference": 4 / count,
    }
    if scale is None and kind not in usual:
        raise DesignError(f"{kind} needs a scale" + ("=1/(R (1 - rho)^2)." if kind == "Fay" else "."))
    parts = np.broadcast_to(np.asarray(rscales, dtype=np.float64), (count,)) if np.ndim(rscales) == 0 else rscales
    each = np.array(parts, dtype=np.float64)
    if kind == "JKn" and np.ndim(rscales) == 0 and rscales == 1.0:
        raise DesignError("JKn needs rscales, (n - 1) / n of the stratum of each replicate.")
    if each.shape != (count,) or not np.isfinite(each).all() or (each < 0).any():
        raise DesignError(f"rscales must be {count} numbers of 0 or more, one a replicate; got {each.shape}.")
    if factors:
        found *= w[:, None]
    return Replicates(
        data.reset_index(drop=True), w, found, float(usual[kind] if scale is None else scale), each, mse, kind
    )


def _jackknife(stage: Stage, kind: Kind, policy: str) -> tuple[FloatArray, float, FloatArray]:
    """Factors [U, R] of PSUs, scale and rscales."""
    strata, units = len(stage.sampled), len(stage.stratum)
    if kind == "JK1" and strata > 1:
        raise DesignError(f"JK1 is for designs without strata; this one has {strata}. Use JKn.")
    if policy in ("fail", "adjust"):
        _refuse_lonely(stage, kind)
    m = stage.sampled[stage.stratum]
    left_out = np.flatnonzero(m > 1)
    together = stage.stratum[:, None] == stage.stratum[left_out][None, :]
    factors = np.where(together, (m / np.maximum(m - 1, 1))[:, None], 1.0)
    factors[left_out, np.arange(len(left_out))] = 0.0
    rscales = ((m - 1) / m * (1 - stage.fraction[stage.stratum]))[left_out]
    if policy == "average" and stage.lonely.any():
        rscales = rscales * strata / (strata - stage.lonely.sum())
    if kind == "JK1":
        return factors, float(rscales[0]), np.ones(units)
    return factors, 1.0, rscales


def _half_samples(stage: Stage, rho: float) -> tuple[FloatArray, float]:
    """Factors [U, R] of PSUs, and the scale: a stratum's first PSU counts where the Hadamard matrix has 1."""
    if not 0 <= rho < 1:
        raise DesignError(f"rho, the weight of the half that is left out, must be in 0..1; got {rho:g}.")
    odd = np.flatnonzero(stage.sampled != 2)
    if len(odd):
        raise DesignError(
            f"Half-samples need two PSUs in every stratum; stratum {stage.names[odd[0]]} has {stage.sampled[odd[0]]} "
            f"({len(odd)} such strata). Use JKn, or make strata of pairs."
        )
    if (stage.fraction > 0).any():
        raise DesignError("Half-samples know no finite population correction. Leave fpc out (cautious), or use JKn.")
    chosen = hadamard(len(stage.sampled))[1 : len(stage.sampled) + 1]
    # Strata take the rows of the matrix by their labels, PSUs their halves by their place in the data, as in R.
    order = np.argsort(np.unique(stage.unit, return_index=True)[1])
    half = np.full(len(stage.stratum), -1)
    half[order[np.unique(stage.stratum[order], return_index=True)[1]]] = 1
    signs = half[:, None] * chosen[stage.stratum]
    return np.asarray(1 + (1 - rho) * signs, dtype=np.float64), 1 / (chosen.shape[1] * (1 - rho) ** 2)


def _bootstrap(design: Design, kind: Kind, count: int, draw: np.random.Generator) -> tuple[FloatArray, float]:
    """Factors [n, R] of rows, and the scale."""
    first, scale = design.stages[0], 1 / (count - 1)
    if kind == "mrbbootstrap":
        for stage in design.stages if design.single_psu in ("adjust", "average") else ():
            _refuse_lonely(stage, kind)
        return _preston(design.stages, count, draw), scale
    _refuse_lonely(first, kind)
    if kind == "subbootstrap":
        return _rao_wu(first, count, draw)[first.unit], scale
    size = 1 / (1 / first.sampled[first.sampled > 1]).mean()
    return _canty_davison(first, count, draw)[first.unit], float(scale * size / (size - 1))


def _canty_davison(stage: Stage, count: int, draw: np.random.Generator) -> FloatArray:
    """Factors [U, R]: how often each PSU is drawn, n of n; from a population of copies where its size is known."""
    factors = np.empty((len(stage.stratum), count))
    for h, m in enumerate(stage.sampled.tolist()):
        here = np.flatnonzero(stage.stratum == h)
        if stage.fraction[h] == 0:
            factors[here] = draw.multinomial(m, np.full(m, 1 / m), size=count).T
            continue
        population = round(m / stage.fraction[h])
        for number in range(count):
            copies = np.full(m, population // m)
            copies[draw.permutation(m)[: population % m]] += 1
            factors[here, number] = draw.multivariate_hypergeometric(copies, m)
    return factors


def _rao_wu(stage: Stage, count: int, draw: np.random.Generator) -> FloatArray:
    """Factors [U, R]: n - 1 drawn of n, with replacement; drawn towards 1 by the share of the population sampled."""
    factors = np.empty((len(stage.stratum), count))
    for h, m in enumerate(stage.sampled.tolist()):
        here = np.flatnonzero(stage.stratum == h)
        drawn = draw.multinomial(m - 1, np.full(m, 1 / m), size=count).T * (m / max(m - 1, 1))
        factors[here] = 1 + (np.sqrt(1 - stage.fraction[h]) * (drawn - 1) if m > 1 else 0)
    return factors


def _preston(stages: Sequence[Stage], count: int, draw: np.random.Generator) -> FloatArray:
    """Factors [n, R]: at each stage half of the units drawn without replacement, within those drawn above."""
    n = len(stages[0].unit)
    factors, above = np.ones((n, count)), np.ones((n, count))
    share: Any = np.ones(n)  # the product of the fractions above, of each row
    for stage in stages:
        m = stage.sampled
        half = np.maximum(m // 2, 1)
        spread = np.where(m > 1, half * (1 - stage.fraction) / np.maximum(m - half, 1), 0.0)
        h = stage.stratum
        rank = np.empty((len(h), count))
        start = np.concatenate([[0], np.cumsum(m)[:-1]])
        for number in range(count):
            order = np.lexsort((draw.random(len(h)), h))
            rank[order, number] = np.arange(len(h)) - start[h[order]]
        kept = (rank < half[h][:, None]) * (m / half)[h][:, None]
        of_row = h[stage.unit]
        lam = np.sqrt(spread[of_row] * share)[:, None]
        factors += lam * above * (kept[stage.unit] - 1)
        above *= np.sqrt(m / half)[of_row][:, None] * (kept[stage.unit] > 0)
        share = share * stage.fraction[of_row]
    return factors


def _refuse_lonely(stage: Stage, kind: str) -> None:
    lonely = np.flatnonzero(stage.lonely)
    if len(lonely):
        raise DesignError(
            f"{kind} needs two PSUs in every stratum; {stage.names[lonely[0]]} has one ({len(lonely)} such strata). "
            "Join it to a similar stratum, or use JKn or mrbbootstrap with single_psu 'certainty'."
        )
