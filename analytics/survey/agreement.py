"""How well two answers about the same thing agree, beyond what chance would do."""

import numpy as np
import pandas as pd

from .cells import crossed, levels, shares_with_covariance
from .linear import Sample
from .significance import base_reason, variance_method
from .table import Estimates
from .variables import Columns, EstimationError, IntArray, column, data_of

_ROUNDING = 1e-20


def kappa(design: Sample, first: Columns, second: Columns, *, where: Columns | None = None) -> Estimates:
    """Cohen's kappa of two columns with the same levels: 1 full agreement, 0 as by chance (R `svykappa`).

    Rows of the data with both answers count; a level that one column never has counts there as nobody. The variance is
    the delta method's on the shares of the cells. One row; unavailable where all agree, for there is nothing to see an
    error by. Raises EstimationError where the columns have no level in common.
    """
    data = data_of(design)
    known = [levels(column(data, given, name), name) for given, name in ((first, "first"), (second, "second"))]
    if not set(known[0].tolist()) & set(known[1].tolist()):
        shown = " and ".join(", ".join(str(level) for level in some[:6]) or "no answer at all" for some in known)
        raise EstimationError(f"Kappa needs two columns with the same levels; got {shown}. Give both the same labels.")
    cells = crossed(design, first, second, where, seen=True, same=True)
    answered, k = cells.answered, len(cells.rows)
    value, variance, reason = float("nan"), 0.0, base_reason(design, answered)
    if k > 1:
        found, covariance = shares_with_covariance(design, cells)
        shares = found.reshape(k, k)
        down, across = shares.sum(axis=1), shares.sum(axis=0)
        chance = float(down @ across)
        disagreed = float(shares.sum() - np.trace(shares)) if _off_diagonal(cells.respondents) else 0.0
        value = 1 - disagreed / (1 - chance)
        of_chance = (across[:, None] + down[None, :]).ravel()
        slope = (np.eye(k).ravel() - of_chance * (1 - value)) / (1 - chance)
        variance = float(slope @ covariance @ slope)
    if not reason and not np.isfinite(variance):
        reason = "empty_replicate"
    if not reason and (variance <= _ROUNDING or not _off_diagonal(cells.respondents)):
        reason = "zero_variance"
    return Estimates(
        keys=pd.DataFrame({"statistic": ["kappa"]}),
        value=np.array([value]),
        covariance=np.array([[variance]]),
        n=np.array([int(answered.sum())]),
        df=design.df,
        domain_df=np.array([design.df_of(answered)]),
        srs=np.full(1, np.nan),
        drawn=np.zeros(1),
        unavailable=(reason,),
        method=f"Cohen's kappa, {variance_method(design)}",
        probability=design.probability,
    )


def _off_diagonal(respondents: IntArray) -> bool:
    return bool((respondents - np.diag(np.diag(respondents))).any())
