"""The sampling design: who could be drawn, with what chance, in which stratum and cluster, at each stage.

A design is built once from all rows of all waves and never filtered; a domain is a `where` for a verb. It must never
guess: weights, labels and population counts that do not fit together are refused, with what to do.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal, cast, get_args

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.sparse import csr_array

from . import stages
from .stages import Stage
from .variables import BoolArray, Columns, DesignError, FloatArray, IntArray, labels, numbers

SinglePsuPolicy = Literal["fail", "remove", "certainty", "adjust", "average"]


@dataclass(frozen=True, eq=False)
class Calibration:
    """What weights were calibrated to, as variance needs it.

    x: [n, p] columns; base: float64[n], the weights of the regression that leaves residuals: those before it;
    inverse: [p, p] of x' diag(base) x. weights: float64[n], those it gave, which a later trim does not change;
    `with_weights` fills them in.
    """

    x: csr_array
    base: FloatArray
    inverse: FloatArray
    weights: FloatArray | None = None


@dataclass(frozen=True, eq=False)
class Design:
    """A stratified, possibly clustered, possibly multi-stage design of n rows.

    data: the variables, n rows. weights: float64[n]. stages: the first first; later ones count only under a finite
    population correction, else the first alone does (ultimate clusters). calibrations: in the order they were made.
    adjust_domains: strata of which a domain holds one PSU follow single_psu too (R `survey.adjust.domain.lonely`).
    probability: False for a sample that nobody drew; every figure of it says so. pairs: float64[U, U], for units drawn
    with unequal chances the quadratic form in their weighted totals that is the variance (`unequal_design`).
    """

    data: pd.DataFrame = field(repr=False)
    weights: FloatArray = field(repr=False)
    stages: tuple[Stage, ...] = field(repr=False)
    single_psu: SinglePsuPolicy = "fail"
    adjust_domains: bool = False
    calibrations: tuple[Calibration, ...] = field(default=(), repr=False)
    probability: bool = True
    pairs: FloatArray | None = field(default=None, repr=False)

    @property
    def n(self) -> int:
        """How many rows."""
        return len(self.weights)

    @property
    def df(self) -> int:
        """Degrees of freedom: PSUs minus strata of the full design (R `degf`)."""
        return self.df_of(self.weights > 0)

    def df_of(self, rows: BoolArray) -> int:
        """PSUs minus strata that hold these rows (R `degf(subset(d, ...))`)."""
        first = self.stages[0]
        held = pd.unique(first.unit[rows])
        return len(held) - len(pd.unique(first.stratum[held]))

    def psus_of(self, rows: BoolArray) -> int:
        """How many PSUs hold these rows."""
        return len(pd.unique(self.stages[0].unit[rows]))

    def held_by(self, rows: IntArray, domain: IntArray, count: int) -> tuple[IntArray, IntArray]:
        """int64[count] each: the PSUs that hold rows of each domain, and those PSUs minus their strata.

        rows, domain: int64[m] each, pairs of a row and a domain 0..count-1 that it is in.
        """
        first = self.stages[0]
        held, unit = np.divmod(pd.unique(domain * len(first.stratum) + first.unit[rows]), len(first.stratum))
        strata = pd.unique(held * len(first.sampled) + first.stratum[unit]) // len(first.sampled)
        psus = np.bincount(held, minlength=count)
        return psus, psus - np.bincount(strata, minlength=count)

    def __str__(self) -> str:
        first = self.stages[0]
        kind = "" if self.probability else " non-probability sample;"
        columns = sum(calibration.x.shape[1] for calibration in self.calibrations)
        silent = int((self.weights == 0).sum())
        return (
            f"Design of {self.n} rows:{kind} {len(first.sampled)} strata, {len(first.stratum)} PSUs, {self.df} degrees "
            f"of freedom, {len(self.stages)} stage(s), weights sum to {self.weights.sum():.6g}"
            + (f", {silent} of weight 0" if silent else "")
            + ("" if self.pairs is None else ", unequal chances without replacement")
            + (f", calibrated to {columns} columns" if columns else "")
        )


def survey_design(
    data: pd.DataFrame,
    *,
    weights: Columns | None = None,
    strata: Columns | Sequence[Columns] | None = None,
    psu: Columns | Sequence[Columns] | None = None,
    fpc: Columns | Sequence[Columns] | None = None,
    nest: bool = False,
    single_psu: SinglePsuPolicy = "fail",
    adjust_domains: bool = False,
) -> Design:
    """Check and encode a design (R `svydesign(ids, strata, weights, fpc, nest)`; single_psu as R `survey.lonely.psu`).

    Each argument is the name of a column of `data` or n values; a list of them is one for each stage. Without psu each
    row is its own. fpc: the units of the population in the row's stratum, or the share of them drawn (all at most 1);
    weights may be left out where fpc gives the chances of every stage. A row of weight 0 is in the sample but in no
    domain: its PSU counts among those drawn, its answers do not. nest: PSU labels restart in each stratum. Raises
    DesignError.
    """
    _refuse_odd_arguments(data, nest, single_psu)
    units = [labels(data, each, "psu") for each in _each(psu)]
    named = bool(units)
    units = units or [np.arange(len(data))]
    groups = [labels(data, each, "strata") for each in _each(strata)]
    counts = [numbers(data, each, "fpc", positive=True) for each in _each(fpc)]
    _refuse_more_than_stages(len(units), strata=len(groups), fpc=len(counts))
    found = stages.encode(units, groups, counts, nest=nest)
    if not named:
        found = (replace(found[0], labels=None), *found[1:])
    if weights is not None:
        w = numbers(data, weights, "weights", zero=True)
        if not w.any():
            raise DesignError("All weights are 0: nobody stands for anyone.")
    elif len(counts) == len(units):
        w = stages.inverse_chances(found)
    else:
        raise DesignError("weights are needed where fpc does not give the chance of every stage; pass weights=.")
    if single_psu == "fail":
        refuse_single_psus(found)
    return Design(data.reset_index(drop=True), w, found, single_psu, adjust_domains)


def _refuse_odd_arguments(data: object, nest: object, single_psu: object) -> None:
    if single_psu not in get_args(SinglePsuPolicy):
        raise DesignError(f"single_psu must be one of {', '.join(get_args(SinglePsuPolicy))}; got {single_psu!r}.")
    if not isinstance(data, pd.DataFrame):
        raise DesignError(f"data is a pandas table, a row for each person; got a {type(data).__name__}.")
    if not isinstance(nest, (bool, np.bool_)):
        raise DesignError(f"nest is true or false: whether PSU labels restart in each stratum; got {nest!r}.")
    if not len(data):
        raise DesignError("A design needs at least one row.")


def _refuse_more_than_stages(stage_count: int, **given: int) -> None:
    for name, columns in given.items():
        if columns > stage_count:
            raise DesignError(
                f"{name} is a list of one for each stage; got {columns} for {stage_count} stage(s) of psu. To cross "
                "columns into one, join their labels: data['region'] + ' ' + data['kind']."
            )


def refuse_single_psus(found: Sequence[Stage]) -> None:
    """Raise DesignError if a stratum that counts has one unit and was not taken whole."""
    for number, stage in enumerate(found, 1):
        single = stage.names[stage.lonely]
        if len(single) and stage.counts:
            raise DesignError(
                f"Variance needs two PSUs in every stratum; {len(single)} have one at stage {number} "
                f"({_listing(single)}). Join them to similar strata, or choose single_psu 'adjust' (cautious), "
                "'average', 'certainty' or 'remove'."
            )


def with_weights(design: Design, weights: FloatArray, calibration: Calibration | None = None) -> Design:
    """The same design with other weights, and what they were calibrated to."""
    added = () if calibration is None else (replace(calibration, weights=weights),)
    return replace(design, weights=weights, calibrations=(*design.calibrations, *added))


def calibration_of(x: csr_array | FloatArray, base: FloatArray) -> Calibration:
    """Columns [n, p] and base weights [n] as variance needs them. Raises DesignError on a value that is not finite."""
    columns: Any = csr_array(cast(Any, x), dtype=cast(Any, np.float64))
    if columns.shape[0] != len(base):
        raise DesignError(f"The calibration columns must have {len(base)} rows; got {columns.shape[0]}.")
    if not np.isfinite(columns.data).all():
        raise DesignError("The calibration columns must be finite; a missing margin cannot have been calibrated to.")
    return Calibration(columns, base, inverse_of((columns.T @ columns.multiply(base[:, None]).tocsr()).toarray()))


def inverse_of(gram: FloatArray) -> FloatArray:
    """float64[p, p]: an inverse of a cross-product of columns, also where they overlap (each margin has one sum)."""
    size = np.sqrt(np.where(np.diag(gram) > 0, np.diag(gram), 1.0))
    scaled: FloatArray = np.linalg.pinv(gram / np.outer(size, size), rcond=1e-12, hermitian=True)
    return np.asarray(scaled / np.outer(size, size))


def _each(given: Columns | Sequence[Columns] | None) -> list[Columns]:
    if given is None:
        return []
    if isinstance(given, (list, tuple)) and given and not np.isscalar(given[0]):
        return list(cast("Sequence[Columns]", given))
    if isinstance(given, (list, tuple)) and all(isinstance(each, str) for each in given):
        return list(cast("Sequence[Columns]", given))
    return [cast(Columns, given)]


def _listing(found: npt.NDArray[Any]) -> str:
    shown = ", ".join(str(label) for label in found[:5])
    return shown if len(found) <= 5 else f"{shown}, …"
