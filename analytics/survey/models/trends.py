"""Change over waves: trends, breaks in them, and whether change differs between groups.

All are models on the full design with its covariance (R `svyglm`, `regTermTest`), so PSUs that waves share count.
"""

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..linearisation import Sample
from ..results import Estimates
from ..variables import Columns, EstimationError, FloatArray, data_of, measured, where_rows
from .formulas import quoted
from .regression import Family, Fit, glm
from .terms import TermsTest, coefficients_test, wald


@dataclass(frozen=True, eq=False)
class Trend:
    """What changes, and the tests of it.

    estimates: per unit of wave, in units of the answer, or of the log-odds or log counts of a model with a link. test:
    that nothing changes (or, of a break, that there is none). differ: that it is the same in all groups; None of one.
    """

    estimates: Estimates
    test: TermsTest
    differ: TermsTest | None
    fit: Fit = field(repr=False)

    def __str__(self) -> str:
        parts = [str(self.estimates), str(self.test)]
        return "\n".join(parts if self.differ is None else [*parts, str(self.differ)])


def trend(
    design: Sample,
    y: str,
    wave: str,
    *,
    by: str | None = None,
    degree: int = 1,
    family: Family = "gaussian",
    where: Columns | None = None,
) -> Trend:
    """The trend over waves, for everyone or in each group, and whether groups differ in it.

    y: a column or an expression such as 'I(q1 >= 4)'. wave: a column of numbers. degree: 2 and 3 add bends; slopes are
    then those at the first wave. Raises EstimationError with fewer waves than the degree needs.
    """
    waves = _waves(design, wave, where)
    if not 1 <= degree < len(waves):
        raise EstimationError(f"degree must lie between 1 and {len(waves) - 1}, for {len(waves)} waves; got {degree}.")
    since = f"({quoted(wave)} - {waves[0]:g})"
    powers = [f"I({since} ** {power})" for power in range(1, degree + 1)]
    if by is None:
        right = " + ".join(powers)
        keys = [{"term": term} for term in _TERMS[:degree]]
    else:
        right = " + ".join(["0", f"C({quoted(by)})", *(f"C({quoted(by)}):{power}" for power in powers)])
    fit = glm(design, f"{_left(design, y)} ~ {right}", family=family, where=where)
    groups = [] if by is None else fit.frame.levels[by]
    first = fit.frame.x.shape[1] - degree * max(len(groups), 1)
    columns = list(range(first, fit.frame.x.shape[1]))
    if by is not None:
        keys = [{by: str(group), "term": term} for term in _TERMS[:degree] for group in groups]
    rows = np.eye(fit.frame.x.shape[1])[columns]
    found = _contrasts(fit, rows, keys, f"trend of {y} over {wave}")
    test = coefficients_test(fit, columns, (f"trend over {wave}",), "Wald", fit.df_resid)
    return Trend(found, test, _differ(fit, rows, len(groups), degree, by), fit)


def broken_trend(
    design: Sample,
    y: str,
    wave: str,
    at: float,
    *,
    jump: bool = False,
    family: Family = "gaussian",
    where: Columns | None = None,
) -> Trend:
    """A trend that bends at a wave, such as where the wording or the mode changed; the test is of no break.

    at: the first wave after the break; the line bends there, and with jump also leaps. Rows: slope before, slope after,
    change of slope, and jump. Raises EstimationError where the waves cannot show it.
    """
    waves = _waves(design, wave, where)
    before, after = waves[waves < at], waves[waves >= at]
    least = 2 if jump else 1
    if len(before) < least or len(after) < 2:
        raise EstimationError(
            f"A break at {at:g} needs {least} wave(s) before and 2 from there on; got {len(before)} and {len(after)}."
        )
    name = quoted(wave)
    terms = [f"I({name} - {at:g})", f"I(({name} - {at:g}) * ({name} >= {at:g}))"]
    leap = [f"I({name} >= {at:g})"] if jump else []
    fit = glm(design, f"{_left(design, y)} ~ {' + '.join(terms + leap)}", family=family, where=where)
    rows = np.array([[0, 1, 0, 0], [0, 1, 1, 0], [0, 0, 1, 0], [0, 0, 0, 1]], dtype=np.float64)
    shown = ["slope before", "slope after", "change of slope", "jump"]
    p = fit.frame.x.shape[1]
    found = _contrasts(fit, rows[:p, :p], [{"term": term} for term in shown[:p]], f"break of {y} at {wave} {at:g}")
    test = coefficients_test(fit, list(range(2, p)), (f"a break at {at:g}",), "Wald", fit.df_resid)
    return Trend(found, test, None, fit)


def change_differs(
    design: Sample, y: str, wave: str, by: str, *, family: Family = "gaussian", where: Columns | None = None
) -> Trend:
    """How much more each group changed since the first wave than the first group did, and a test that none did.

    With an identity link these are differences in differences of means. Raises EstimationError on an empty cell.
    """
    waves = _waves(design, wave, where)
    if len(waves) < 2:
        raise EstimationError("Change needs two waves; there is one.")
    fit = glm(design, f"{_left(design, y)} ~ C({quoted(wave)}) * C({quoted(by)})", family=family, where=where)
    columns = list(fit.frame.terms[f"C({quoted(wave)}):C({quoted(by)})"])
    first, *groups = fit.frame.levels[by]
    keys = [
        {"since": f"{waves[0]:g}", "wave": f"{to:g}", by: str(group), "against": str(first)}
        for group in groups
        for to in waves[1:]
    ]
    found = _contrasts(fit, np.eye(fit.frame.x.shape[1])[columns], keys, f"difference in change of {y}")
    test = coefficients_test(fit, columns, (f"difference in change by {by}",), "Wald", fit.df_resid)
    return Trend(found, test, None, fit)


_TERMS = ("slope", "square", "cube", *(f"power {power}" for power in range(4, 10)))


def _waves(design: Sample, wave: str, where: Columns | None) -> npt.NDArray[np.float64]:
    numbers = measured(data_of(design), wave, "wave")[where_rows(design.data, where)]
    found = np.unique(numbers[np.isfinite(numbers)])
    if not len(found):
        raise EstimationError(f"No row of the domain has a {wave}.")
    return np.asarray(found)


def _left(design: Sample, y: str) -> str:
    return quoted(y) if y in data_of(design) else y


def _contrasts(fit: Fit, rows: FloatArray, keys: list[dict[str, Any]], method: str) -> Estimates:
    table = pd.DataFrame(keys)
    found = fit.coefficients.contrast({str(number): row.tolist() for number, row in enumerate(rows)})
    return replace(found, keys=table, method=f"{method}; {fit.coefficients.method}")


def _differ(fit: Fit, rows: FloatArray, groups: int, degree: int, by: str | None) -> TermsTest | None:
    """Wald's test that each group's trend is that of the first."""
    if by is None or groups < 2:
        return None
    against = np.vstack(
        [rows[power * groups + group] - rows[power * groups] for power in range(degree) for group in range(1, groups)]
    )
    covariance = against @ fit.coefficients.covariance @ against.T
    statistic, p = wald(against @ fit.coefficients.value, covariance, fit.df_resid)
    return TermsTest(
        (f"difference in trend by {by}",), "Wald", statistic, len(against), fit.df_resid, p, np.ones(len(against))
    )
