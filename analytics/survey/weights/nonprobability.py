"""Samples that nobody drew: pseudo-weights against a reference survey, and how wrong a figure could be.

Every figure of such a sample says "Non-probability sample": its errors rest on a model of who takes part.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.sparse import csr_array
from scipy.special import expit

from ..design import Calibration, Design, inverse_of
from ..linearisation import Sample
from ..printing import listing
from ..stages import Stage
from ..variables import Columns, DesignError, FloatArray, column, measured, where_rows
from .margins import WeightingError, kish_effect

CORRELATIONS = (0.001, 0.005, 0.01, 0.02, 0.05)
_ITERATIONS = 100


@dataclass(frozen=True)
class PseudoWeights:
    """The model of who took part: logit of the chance = sum of coefficients.

    people: sum of the pseudo-weights. lowest, highest: the chances of those who took part.
    """

    names: tuple[str, ...]
    coefficients: tuple[float, ...]
    iterations: int
    people: float
    lowest: float
    highest: float
    rows: int
    kish_effect: float

    def __str__(self) -> str:
        lines = [f"{name}: {value:.5g}" for name, value in zip(self.names, self.coefficients, strict=True)]
        return (
            f"Non-probability sample: pseudo-weights by logistic pseudo-likelihood, {self.iterations} iterations; "
            f"{self.rows} rows stand for {self.people:.6g} people, chances {self.lowest:.3g} to {self.highest:.3g}, "
            f"Kish effect {self.kish_effect:.3f}\n" + "\n".join(lines)
        )


def pseudo_weights(
    data: pd.DataFrame, reference: Design, columns: Sequence[str], *, psu: Columns | None = None
) -> tuple[Design, PseudoWeights]:
    """Weights for an opt-in sample from a probability sample of the same people (Chen, Li and Wu 2020, logistic).

    data: those who took part. reference: a probability sample with the same columns: numbers, or labels, whose first
    level is the one compared with. The weight is one over the chance p(x) that solves sum of x over those who took part
    = sum of d p(x) x over the reference. psu: clusters among those who took part, such as the channel; else each row.

    The design holds the rows of both, those of the reference with weight 0: they bear no figure, but the variance of
    the chances, and of the reference sample, counts in each (Chen, Li and Wu, theorem 1, with replacement).
    Raises WeightingError for a level that one sample lacks, and where no solution is found.
    """
    if not reference.probability:
        raise WeightingError("The reference must be a probability sample; this one is a non-probability sample itself.")
    names, xa, xb = _matrices(data, reference.data, columns)
    d = reference.weights
    theta = np.zeros(len(names))
    theta[0] = -np.log(max(d.sum() / len(data) - 1, 1e-3))
    wanted = xa.sum(axis=0)
    size = np.maximum(np.abs(xa).sum(axis=0), 1e-300)
    iterations = 0
    while True:
        chance = expit(xb @ theta)
        missed = wanted - xb.T @ (d * chance)
        gram = xb.T @ (xb * (d * chance * (1 - chance))[:, None])
        if (np.abs(missed) / size).max() <= 1e-12:
            break
        if iterations == _ITERATIONS:
            raise WeightingError(
                f"No chances of taking part were found in {_ITERATIONS} steps. The reference must stand for more "
                "people than took part, at every value of the columns; join levels or drop a column."
            )
        step = np.linalg.lstsq(gram, missed, rcond=1e-13)[0]
        theta = theta + step * min(1.0, 5 / max(np.abs(xb @ step).max(), 1e-300))
        iterations += 1
    chances = expit(xa @ theta)
    weights = 1 / chances
    report = PseudoWeights(
        tuple(names),
        tuple(theta.tolist()),
        iterations,
        float(weights.sum()),
        float(chances.min()),
        float(chances.max()),
        len(data),
        kish_effect(weights),
    )
    # As a calibration: residuals of w (y - mean) on x for those who took part, and d p x for the reference.
    model = Calibration(
        csr_array(np.vstack([xa, -xb * expit(xb @ theta)[:, None]])),
        np.concatenate([1 - chances, np.zeros(len(d))]),
        inverse_of(gram),
        np.concatenate([np.ones(len(data)), d]),
    )
    joined = pd.concat([data, reference.data], ignore_index=True)
    stage = _stage(data, psu, reference)
    all_weights = np.concatenate([weights, np.zeros(len(d))])
    return Design(joined, all_weights, (stage,), reference.single_psu, calibrations=(model,), probability=False), report


@dataclass(frozen=True, eq=False)
class DefectSensitivity:
    """How wrong a mean of n of N people is, if taking part goes together with the answer.

    correlation, bias (in units of the answer), effective_n (the simple random sample with the same error): float64[k].
    """

    mean: float
    sd: float
    n: int
    population: float
    correlation: FloatArray
    bias: FloatArray
    effective_n: FloatArray

    def correlation_for(self, shift: float) -> float:
        """The correlation that would move the mean by `shift`."""
        return float(abs(shift) / (self.sd * np.sqrt((self.population - self.n) / self.n)))

    def __str__(self) -> str:
        table = pd.DataFrame({"correlation": self.correlation, "bias": self.bias, "effective_n": self.effective_n})
        return (
            f"Non-probability sample: if taking part correlates with the answer (mean {self.mean:.5g}, "
            f"sd {self.sd:.4g}; {self.n} of {self.population:.6g} people; Meng 2018)\n" + listing(table, 4)
        )


def defect_sensitivity(
    design: Sample,
    y: Columns,
    population: float,
    *,
    where: Columns | None = None,
    correlations: Sequence[float] = CORRELATIONS,
) -> DefectSensitivity:
    """The bias rho * sd * sqrt((N - n) / n) for correlations rho of taking part with the answer (Meng 2018).

    population: N, the people in the base; mean and sd are the weighted sample's. effective_n: f / (1 - f) / rho^2 with
    f = n / N. Raises DesignError for a population that is not larger than n, or correlations outside 0..1.
    """
    rho = np.array(correlations, dtype=np.float64)
    if not len(rho) or not ((rho > 0) & (rho < 1)).all():
        raise DesignError(f"correlations must lie between 0 and 1; got {list(correlations)}.")
    values = measured(design.data, y, "y")
    base = where_rows(design.data, where) & np.isfinite(values) & (design.weights > 0)
    n = int(base.sum())
    if n < 2 or not np.isfinite(population) or population <= n:
        raise DesignError(
            f"Sensitivity needs 2 answers or more, and a population over them; got {n} of {population:g}."
        )
    w = design.weights[base] / design.weights[base].sum()
    mean = float(w @ values[base])
    sd = float(np.sqrt(w @ (values[base] - mean) ** 2))
    bias = rho * sd * np.sqrt((population - n) / n)
    return DefectSensitivity(mean, sd, n, float(population), rho, bias, n / (population - n) / rho**2)


def _matrices(
    data: pd.DataFrame, reference: pd.DataFrame, columns: Sequence[str]
) -> tuple[list[str], FloatArray, FloatArray]:
    names = ["people"]
    parts = [(np.ones(len(data)), np.ones(len(reference)))]
    for name in columns:
        one, other = column(data, name, "columns", WeightingError), column(reference, name, "columns", WeightingError)
        if one.isna().any() or other.isna().any():
            raise WeightingError(f"{name} is missing in some rows; impute it, or make it a level of its own.")
        if pd.api.types.is_numeric_dtype(one) and pd.api.types.is_numeric_dtype(other):
            names.append(name)
            parts.append((one.to_numpy(dtype=float), other.to_numpy(dtype=float)))
            continue
        here, there = set(one.unique()), set(other.unique())
        for level in sorted(here ^ there, key=str):
            lacking = "who took part" if level in there else "in the reference"
            raise WeightingError(f"Nobody {lacking} has {name} = {level}. Join it to a similar level in both samples.")
        for level in sorted(here, key=str)[1:]:
            names.append(f"{name} = {level}")
            parts.append(((one == level).to_numpy(dtype=float), (other == level).to_numpy(dtype=float)))
    return names, np.column_stack([a for a, _ in parts]), np.column_stack([b for _, b in parts])


def _stage(data: pd.DataFrame, psu: Columns | None, reference: Design) -> Stage:
    """Those who took part as a stratum of their own, before the strata of the reference's first stage."""
    unit = np.arange(len(data)) if psu is None else pd.factorize(column(data, psu, "psu", DesignError))[0]
    if (unit < 0).any() or unit.max() < 1:
        raise DesignError("psu needs a label in every row, and two or more of them.")
    first = reference.stages[0]
    units = int(unit.max()) + 1
    several = any(stage.counts for stage in reference.stages[1:])
    return Stage(
        np.concatenate([unit, units + first.unit]).astype(np.int64),
        np.concatenate([np.zeros(units, np.int64), 1 + first.stratum]),
        np.concatenate([[units], first.sampled]),
        np.concatenate([[0.0], np.zeros(len(first.fraction)) if several else first.fraction]),
        np.ones(1 + len(first.sampled)),
        np.concatenate([["those who took part"], first.names.astype(str)]),
    )
