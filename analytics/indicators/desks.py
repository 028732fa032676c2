"""What a desk does to the answers that it helps with: how alike they are beyond chance, and what that costs.

Where a person is helped (mode "assisted"), the helper is part of the measurement (Kish 1962). The microdata do not say
which helper, so that nobody finds a person by the day she stood at a desk: the finest that is known is the sampling
unit or the area of the desk, and what is found there is the desk and its neighbourhood together.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import fdtrc, fdtri

from analytics.survey.variables import EstimationError


@dataclass(frozen=True, slots=True)
class DeskEffect:
    """desks of `n` people; icc: the share of the spread that lies between desks, low and high (95 %).

    deff: 1 + (b - 1) icc with b the size of the desk that an average person stood at (Kish): by how much the variance
    of a mean is larger than of as many unassisted people. p: that desks do not differ, by the F test.
    """

    n: int
    desks: int
    icc: float
    low: float
    high: float
    deff: float
    p: float


def desk_effect(y: npt.ArrayLike, desk: "pd.Series[Any] | npt.ArrayLike") -> DeskEffect:
    """The intraclass correlation of y by desk, from one-way analysis of variance, unweighted as for interviewers.

    y: n numbers, NaN for no answer; desk: n labels, missing where there was no desk. The interval is Searle's, exact
    for desks of one size (Donner 1979). Raises EstimationError on fewer than two desks, desks of one person each, or
    no spread.
    """
    values = pd.Series(np.asarray(y, dtype=np.float64))
    labels = pd.Series(np.asarray(desk, dtype=object))
    if len(values) != len(labels):
        raise EstimationError(f"y and desk must have as many rows; got {len(values)} and {len(labels)}.")
    kept = values.notna() & labels.notna()
    groups = values[kept].groupby(labels[kept])
    sizes, n, k = groups.size().to_numpy(dtype=float), int(kept.sum()), groups.ngroups
    if k < 2 or n <= k:
        raise EstimationError(f"A desk effect needs two desks and more people than desks; got {k} desks, {n} people.")
    within = float(((values[kept] - groups.transform("mean")) ** 2).sum()) / (n - k)
    between = float((sizes * (groups.mean().to_numpy() - values[kept].mean()) ** 2).sum()) / (k - 1)
    if within <= 0:
        raise EstimationError("All answers of each desk are alike: there is no spread to set the desks against.")
    size = (n - float((sizes**2).sum()) / n) / (k - 1)
    f = between / within

    def correlation(ratio: float) -> float:
        return (ratio - 1) / (ratio + size - 1)

    low, high = (correlation(f / float(fdtri(k - 1, n - k, tail))) for tail in (0.975, 0.025))
    icc = correlation(f)
    average = float((sizes**2).sum()) / n
    return DeskEffect(n, k, icc, low, high, 1 + (average - 1) * max(icc, 0.0), float(fdtrc(k - 1, n - k, f)))
