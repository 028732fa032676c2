"""Weighted distributions of a variable in several domains: shares at or below a value, and values read off shares."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.sparse import csr_array

from ..linearisation import Linear, Sample, covariance, ratios
from ..variables import Columns, FloatArray, IntArray, domains, where_rows
from .quantile_rules import Rule


@dataclass(frozen=True, eq=False)
class Part:
    """A domain's respondents in ascending order of the answer: their rows, answers, weights."""

    rows: npt.NDArray[np.intp]
    x: FloatArray
    w: FloatArray


@dataclass(frozen=True, eq=False)
class Cumulative:
    """k questions for a quantile: of a part each, a share float64[k] each, all by one rule."""

    design: Sample
    parts: Sequence[Part]
    p: FloatArray
    rule: Rule

    @property
    def n(self) -> IntArray:
        """int64[k]: respondents."""
        return np.array([len(part.x) for part in self.parts], dtype=np.int64)

    def read(self, shares: FloatArray) -> FloatArray:
        """float64[k]: the values at shares [k]; NaN for a share outside 0..1 and where nobody answered."""
        return np.array(
            [
                self.rule(part.x, part.w, float(share)) if len(part.x) and 0 <= share <= 1 else np.nan
                for part, share in zip(self.parts, shares, strict=True)
            ]
        )

    def shares(self, values: FloatArray) -> tuple[FloatArray, FloatArray]:
        """float64[k] each: the share at or below the values [k], and its standard error."""
        below = [int(np.searchsorted(part.x, v, side="right")) for part, v in zip(self.parts, values, strict=True)]
        bottom = self._columns([part.rows for part in self.parts])
        top = self._columns([part.rows[:count] for part, count in zip(self.parts, below, strict=True)])
        linear = ratios(self.design.weights, top, bottom)
        found = covariance(self.design, linear, bottom)
        return linear.value, np.sqrt(np.maximum(np.diag(found), 0.0))

    def scored(self, t: FloatArray, *, unweighted: bool) -> FloatArray:
        """float64[k, 2]: the ends of the values v with |p - share(v)| <= t se(v), answers of the sample.

        unweighted: an end is read again by the rule at its rank in the sample without weights (R `svyquantile`, which
        stops its search on the side of the answer where the score is nearer to t).
        """
        answers = [np.unique(part.x) for part in self.parts]
        sides = []
        for bound in (t, -t):
            low = np.zeros(len(self.p), dtype=np.int64)
            high = np.array([max(len(found) - 1, 0) for found in answers], dtype=np.int64)
            while (low < high).any():  # the first answer whose score lies under the bound
                middle = (low + high) // 2
                under = self._score(answers, middle) <= bound
                high, low = np.where(under, middle, high), np.where(under, low, np.minimum(middle + 1, high))
            sides.append(self._ranked(answers, low, bound) if unweighted else _picked(answers, low))
        return np.column_stack(sides)

    def replicated(self, value: FloatArray) -> FloatArray:
        """float64[k]: the standard error of the quantiles from their values under each replicate's weights."""

        def at(weights: FloatArray) -> FloatArray:
            found = np.full(len(self.p), np.nan)
            for k, part in enumerate(self.parts):
                w = weights[part.rows]
                if (w > 0).any():
                    found[k] = self.rule(part.x[w > 0], w[w > 0], float(self.p[k]))
            return found

        found = covariance(self.design, Linear(value, np.zeros((self.design.n, len(value))), at))
        return np.sqrt(np.maximum(np.diag(found), 0.0))

    def _score(self, answers: list[FloatArray], index: IntArray) -> FloatArray:
        share, se = self.shares(_picked(answers, index))
        off = self.p - share
        return np.divide(off, se, out=np.where(off < 0, -np.inf, np.inf), where=se > 0)

    def _ranked(self, answers: list[FloatArray], index: IntArray, bound: FloatArray) -> FloatArray:
        at, before = self._score(answers, index), self._score(answers, np.maximum(index - 1, 0))
        nearer = np.where((np.abs(before - bound) < np.abs(at - bound)) & (index > 0), index - 1, index)
        values = _picked(answers, nearer)
        ranks = [(part.x <= v).mean() if len(part.x) else np.nan for part, v in zip(self.parts, values, strict=True)]
        return self.read(np.array(ranks))

    def _columns(self, rows: Sequence[npt.NDArray[np.intp]]) -> csr_array:
        of = np.repeat(np.arange(len(rows)), [len(each) for each in rows])
        found = np.concatenate(rows)
        return csr_array((np.ones(len(found)), (found, of)), shape=(self.design.n, len(rows)))


def parts_of(
    design: Sample, y: FloatArray, by: Sequence[str], where: Columns | None
) -> tuple[pd.DataFrame, list[Part]]:
    """The labels of the domains, and their respondents. Raises EstimationError."""
    domain, keys = domains(design.data, by)
    rows = np.flatnonzero(where_rows(design.data, where) & (design.weights > 0) & np.isfinite(y) & (domain >= 0))
    rows = rows[np.lexsort((y[rows], domain[rows]))]
    ends = np.searchsorted(domain[rows], np.arange(len(keys) + 1))
    slices = [rows[start:stop] for start, stop in pairwise(ends)]
    return keys, [Part(each, y[each], design.weights[each]) for each in slices]


def _picked(answers: list[FloatArray], index: IntArray) -> FloatArray:
    return np.array([found[i] if len(found) else np.nan for found, i in zip(answers, index, strict=True)])
