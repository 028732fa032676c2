"""How well two answers about the same thing agree, beyond what chance would do."""

import numpy as np
import pandas as pd

from .cells import crossed, levels, shares_with_covariance
from .linear import Sample
from .significance import variance_method
from .table import Estimates
from .variables import Columns, EstimationError, column

_ROUNDING = 1e-20


def kappa(design: Sample, first: Columns, second: Columns, *, where: Columns | None = None) -> Estimates:
    """Cohen's kappa of two columns with the same levels: 1 full agreement, 0 as by chance (R `svykappa`).

    Rows of the data with both answers count; a level that one column never has counts there as nobody. The variance is
    the delta method's on the shares of the cells. One row; unavailable where all agree, for there is nothing to see an
    error by. Raises EstimationError where the columns have no level in common.
    """
    data = design.data
    known = [levels(column(data, given, name), name) for given, name in ((first, "first"), (second, "second"))]
    if not set(known[0].tolist()) & set(known[1].tolist()):
        shown = " and ".join(", ".join(str(level) for level in some[:6]) or "no answer at all" for some in known)
        raise EstimationError(f"Kappa needs two columns with the same levels; got {shown}. Give both the same labels.")
    cells = crossed(design, first, second, where, seen=True, same=True)
    answered, k = cells.answered, len(cells.rows)
    n = int(answered.sum())
    value, variance, reason = float("nan"), 0.0, "no_base" if n == 0 else "one_respondent" if n == 1 else ""
    if n:
        found, covariance = shares_with_covariance(design, cells)
        shares = found.reshape(k, k)
        down, across = shares.sum(axis=1), shares.sum(axis=0)
        observed, chance = float(np.trace(shares)), float(down @ across)
        if k == 1:
            reason = reason or "zero_variance"
        else:
            value = (observed - chance) / (1 - chance)
            of_chance = (across[:, None] + down[None, :]).ravel()
            slope = (np.eye(k).ravel() - of_chance * (1 - value)) / (1 - chance)
            variance = float(slope @ covariance @ slope)
    reason = reason or _reason(design.psus_of(answered), design.df, variance)
    return Estimates(
        keys=pd.DataFrame({"statistic": ["kappa"]}),
        value=np.array([value]),
        covariance=np.array([[variance]]),
        n=np.array([n]),
        df=design.df,
        domain_df=np.array([design.df_of(answered)]),
        srs=np.full(1, np.nan),
        drawn=np.zeros(1),
        unavailable=(reason,),
        method=f"Cohen's kappa, {variance_method(design)}",
        probability=design.probability,
    )


def _reason(psus: int, df: int, variance: float) -> str:
    if psus < 2:
        return "one_psu"
    if df < 1:
        return "no_degrees_of_freedom"
    if not np.isfinite(variance):
        return "empty_replicate"
    return "zero_variance" if variance <= _ROUNDING else ""
