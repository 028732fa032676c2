"""The sampling design: who could be drawn, with what chance, in which stratum and cluster.

A design is built once from all rows of all waves and never filtered; a domain is a boolean `where` for an estimator.
It must never guess: weights, labels and population counts that do not fit together are refused, with what to do.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, cast, get_args

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]
SinglePsuPolicy = Literal["fail", "remove", "certainty", "adjust", "average"]


class DesignError(ValueError):
    """The description of the design contradicts itself; the message says what was expected, what came, what to do."""


@dataclass(frozen=True, eq=False)
class Calibration:
    """What the weights were calibrated to: x float64[n, p], dense or sparse; base_weights float64[n], before it."""

    x: csr_array | FloatArray
    base_weights: FloatArray


@dataclass(frozen=True, eq=False)
class Residuals:
    """A calibration as variance needs it: columns [n, p], weighted PSU totals [P, p], base weights, inverse [p, p]."""

    columns: csr_array
    psu_totals: csr_array
    base_weights: FloatArray
    inverse: FloatArray


@dataclass(frozen=True, eq=False)
class Design:
    """A stratified cluster design of n rows, P PSUs and H strata (ultimate cluster: only the first stage counts).

    weights float64[n]; psu int64[n] codes 0..P-1; stratum int64[P], the stratum 0..H-1 of each PSU;
    sampled int64[H], PSUs in each stratum; fraction float64[H], share of the stratum's PSUs drawn (0 without fpc).
    """

    weights: FloatArray
    psu: IntArray
    stratum: IntArray
    sampled: IntArray
    fraction: FloatArray
    single_psu: SinglePsuPolicy
    residuals: Residuals | None

    @property
    def df(self) -> int:
        """Degrees of freedom: PSUs minus strata of the full design (R `degf`)."""
        return len(self.stratum) - len(self.sampled)

    @property
    def lonely(self) -> BoolArray:
        """bool[H]: strata with one PSU that were not taken whole."""
        return cast(BoolArray, (self.sampled == 1) & (self.fraction < 1))


def make_design(
    weights: npt.ArrayLike,
    *,
    stratum: npt.ArrayLike | None = None,
    psu: npt.ArrayLike | None = None,
    fpc: npt.ArrayLike | None = None,
    single_psu: SinglePsuPolicy = "fail",
    calibration: Calibration | None = None,
) -> Design:
    """Check and encode a design (R `svydesign(ids, strata, weights, fpc)`; policies as R `survey.lonely.psu`).

    weights: n positive numbers. stratum, psu: n labels of any sortable kind; without psu each row is its own PSU.
    fpc: for each row, the number of PSUs in the population of its stratum. Raises DesignError.
    """
    w = _positive(weights, "weights")
    if single_psu not in get_args(SinglePsuPolicy):
        raise DesignError(f"single_psu must be one of {', '.join(get_args(SinglePsuPolicy))}; got {single_psu!r}.")
    codes, psu_labels = _codes(np.arange(len(w)) if psu is None else psu, "psu", len(w))
    rows, strata = _codes(np.zeros(len(w), np.int64) if stratum is None else stratum, "stratum", len(w))
    of_psu = np.empty(len(psu_labels), np.int64)
    of_psu[codes] = rows
    split = np.flatnonzero(of_psu[codes] != rows)
    if len(split):
        label = psu_labels[codes[split[0]]]
        raise DesignError(
            f"Each PSU must lie in one stratum; PSU {label!s} appears in several. "
            "If PSU numbers restart in each stratum, pass labels that join stratum and PSU."
        )
    sampled = np.bincount(of_psu, minlength=len(strata))
    fraction = np.zeros(len(strata)) if fpc is None else _fractions(fpc, rows, sampled, strata)
    single = strata[(sampled == 1) & (fraction < 1)]
    if single_psu == "fail" and len(single):
        raise DesignError(
            f"Variance needs two PSUs in every stratum; {len(single)} have one ({_listing(single)}). "
            "Join them to similar strata, or choose single_psu 'adjust' (cautious), 'average', 'certainty' or 'remove'."
        )
    residuals = None if calibration is None else _residuals(calibration, w, codes, len(psu_labels))
    return Design(w, codes, of_psu, sampled, fraction, single_psu, residuals)


def _positive(values: npt.ArrayLike, name: str, n: int | None = None) -> FloatArray:
    try:
        found = np.array(values, dtype=np.float64)
    except (TypeError, ValueError) as problem:
        raise DesignError(f"{name} must be numbers, one a row.") from problem
    if found.ndim != 1 or len(found) == 0 or (n is not None and len(found) != n):
        expected = "at least one row" if n is None else f"{n} rows, as the weights have"
        raise DesignError(f"{name} must be one column with {expected}; got the shape {found.shape}.")
    bad = np.flatnonzero(~(np.isfinite(found) & (found > 0)))
    if len(bad):
        raise DesignError(
            f"{name} must be positive and finite; row {bad[0]} has {found[bad[0]]:g} ({len(bad)} such rows). "
            "Leave rows that can carry no weight out of the design, or mend the weight."
        )
    return found


def _codes(labels: npt.ArrayLike, name: str, n: int) -> tuple[IntArray, npt.NDArray[Any]]:
    found = np.asarray(labels)
    if found.shape != (n,):
        raise DesignError(f"{name} must have {n} labels, one for each weight; got the shape {found.shape}.")
    if found.dtype.kind == "f":
        missing = ~np.isfinite(found)
    elif found.dtype.kind == "O":
        missing = np.array([label is None or label != label for label in found], dtype=bool)  # noqa: PLR0124 (NaN of any kind)
    else:
        missing = np.zeros(n, dtype=bool)
    if missing.any():
        raise DesignError(
            f"{name} has no label in {missing.sum()} rows, the first is row {np.argmax(missing)}. "
            "Every row of a sample was drawn somewhere: complete the label from the frame."
        )
    try:
        levels, codes = np.unique(found, return_inverse=True)
    except TypeError as problem:
        raise DesignError(f"{name} mixes kinds of labels; make them all text or all numbers.") from problem
    return codes.astype(np.int64), levels


def _fractions(fpc: npt.ArrayLike, rows: IntArray, sampled: IntArray, strata: npt.NDArray[Any]) -> FloatArray:
    population = _positive(fpc, "fpc", len(rows))
    of_stratum = np.empty(len(strata))
    of_stratum[rows] = population
    uneven = np.flatnonzero(of_stratum[rows] != population)
    if len(uneven):
        raise DesignError(
            f"fpc must be one number in each stratum, its PSUs in the population; "
            f"stratum {strata[rows[uneven[0]]]!s} has several."
        )
    small = np.flatnonzero(of_stratum < sampled)
    if len(small):
        h = small[0]
        raise DesignError(
            f"fpc counts the PSUs of the population: stratum {strata[h]!s} has {sampled[h]} sampled PSUs "
            f"of {of_stratum[h]:g}. Pass population counts, not sampling fractions."
        )
    return sampled / of_stratum


def _residuals(calibration: Calibration, weights: FloatArray, psu: IntArray, psus: int) -> Residuals:
    base = _positive(calibration.base_weights, "calibration.base_weights", len(weights))
    columns: Any = csr_array(cast(Any, calibration.x), dtype=cast(Any, np.float64))
    if columns.shape[0] != len(weights):
        raise DesignError(f"calibration.x must have {len(weights)} rows, as the weights have; got {columns.shape[0]}.")
    if not np.isfinite(columns.data).all():
        raise DesignError("calibration.x must be finite; a missing margin cannot have been calibrated to.")
    gram = (columns.T @ columns.multiply(base[:, None]).tocsr()).toarray()
    by_psu: Any = csr_array((weights, (psu, np.arange(len(weights)))), shape=(psus, len(weights)))
    # Margins overlap (each sums to the same total), so the cross-product has no plain inverse.
    size = np.sqrt(np.where(np.diag(gram) > 0, np.diag(gram), 1.0))
    inverse = np.linalg.pinv(gram / np.outer(size, size), rcond=1e-12, hermitian=True) / np.outer(size, size)
    return Residuals(columns, by_psu @ columns, base, inverse)


def _listing(labels: Sequence[Any] | npt.NDArray[Any]) -> str:
    shown = ", ".join(str(label) for label in labels[:5])
    return shown if len(labels) <= 5 else f"{shown}, …"
