"""From the sampling plan to weights of those who answered: chances, response classes, coverage, and what it costs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import cast

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..design import Design, with_weights
from ..linearisation import Sample
from ..printing import listing
from ..variables import Columns, DesignError, FloatArray, data_of, domains, numbers, where_rows
from .margins import Margins, WeightingError, kish_effect, margins_of

Chance = Columns | float | tuple[Columns | float, Columns | float]


def base_weights(data: pd.DataFrame, chances: Sequence[Chance]) -> FloatArray:
    """float64[n]: one over the product of the chances of every stage of the sampling plan (Horvitz and Thompson 1952).

    chances: one for each stage: a chance in 0..1, or (drawn, of how many); each a column, n values, or a number.
    Raises DesignError on a chance outside 0..1, naming the stage and the row.
    """
    if not chances:
        raise DesignError(
            "A sampling plan has at least one stage; pass its chances, such as [('drawn', 'households')]."
        )
    product = np.ones(len(data))
    for number, chance in enumerate(chances, 1):
        if isinstance(chance, tuple):
            drawn, total = (_values(data, part, number) for part in chance)
            chance_of = np.divide(drawn, total, out=np.full(len(data), np.inf), where=total > 0)
        else:
            chance_of = _values(data, chance, number)
        bad = np.flatnonzero(~((chance_of > 0) & (chance_of <= 1)))
        if len(bad):
            raise DesignError(
                f"Stage {number}: a chance must be over 0 and at most 1; row {bad[0]} has {chance_of[bad[0]]:g} "
                f"({len(bad)} such rows). Give chances, or (drawn, of how many)."
            )
        product *= chance_of
    return np.asarray(1 / product)


@dataclass(frozen=True, eq=False)
class ResponseAdjustment:
    """What each response class's weights were multiplied by.

    classes: a row each, with eligible and responded (rows), rate (by base weights) and factor, 1 over the rate.
    kish_before, kish_effect: of the eligible with base weights, and of the respondents with theirs.
    """

    classes: pd.DataFrame
    kish_before: float
    kish_effect: float

    def __str__(self) -> str:
        shown = listing(self.classes, 4)
        return f"Response classes; Kish effect {self.kish_before:.3f} before, {self.kish_effect:.3f} after\n{shown}"


def adjust_response(
    design: Design, responded: Columns, by: str | Sequence[str], *, eligible: Columns | None = None
) -> tuple[Design, ResponseAdjustment]:
    """Weights of respondents that carry those who did not answer in their class (weighting classes; Little 1986).

    design: all who were drawn, with base weights. responded, eligible: bool[n], or columns. In each class of `by` the
    respondents' weights are multiplied by the sum of base weights of the eligible over that of the respondents; all
    others get 0 and stay in the design, so that their PSUs count. Errors take the factors as given, not as estimated.
    Raises WeightingError for a class without respondents, and a respondent who is not eligible.
    """
    data, weights = data_of(design), design.weights
    answered = where_rows(data, responded)
    able = where_rows(data, eligible) & (weights > 0)
    wrong = np.flatnonzero(answered & ~able)
    if len(wrong):
        raise WeightingError(f"Row {wrong[0]} responded but is not eligible ({len(wrong)} such rows). Mend the status.")
    of_row, keys = domains(data, by)
    lost = np.flatnonzero(able & (of_row < 0))
    if len(lost):
        raise WeightingError(
            f"Row {lost[0]} has no response class ({len(lost)} such rows). "
            "A class must be known of all who were drawn: take it from the frame."
        )
    k = len(keys)
    drawn, kept = np.flatnonzero(able), np.flatnonzero(answered)
    able_sum, kept_sum = (np.bincount(of_row[rows], weights[rows], minlength=k) for rows in (drawn, kept))
    empty = np.flatnonzero((able_sum > 0) & (kept_sum == 0))
    if len(empty):
        named = ", ".join(f"{name} = {keys[name].iloc[empty[0]]}" for name in keys)
        raise WeightingError(
            f"Nobody responded in the class {named}, where {np.sum(of_row[drawn] == empty[0])} were eligible "
            f"({len(empty)} such classes). Join it to a similar class."
        )
    factor = np.divide(able_sum, kept_sum, out=np.ones(k), where=kept_sum > 0)
    adjusted = np.zeros(design.n)
    adjusted[kept] = weights[kept] * factor[of_row[kept]]
    classes = keys.assign(
        eligible=np.bincount(of_row[drawn], minlength=k),
        responded=np.bincount(of_row[kept], minlength=k),
        rate=1 / factor,
        factor=factor,
    )
    report = ResponseAdjustment(classes, kish_effect(weights[drawn]), kish_effect(adjusted[kept]))
    return with_weights(design, adjusted), report


@dataclass(frozen=True, eq=False)
class Coverage:
    """Who answered against who lives there: for each level of each margin a row of `levels`.

    n: respondents; population; population_share, sample_share (each respondent counted once), weighted_share, in 0..1;
    gap: sample share minus population share; missing: levels without respondents.
    """

    levels: pd.DataFrame = field(repr=False)
    probability: bool = True

    @property
    def missing(self) -> list[str]:
        """The levels that the population has and the sample lacks."""
        lacking = self.levels[(self.levels["n"] == 0) & (self.levels["population"] > 0)]
        return [f"{margin} = {level}" for margin, level in zip(lacking["margin"], lacking["level"], strict=True)]

    def __str__(self) -> str:
        kind = "" if self.probability else "Non-probability sample: who answers is not known to be by chance.\n"
        shown = listing(self.levels, 4)
        lacking = f"\nNo respondents: {', '.join(self.missing)}" if self.missing else ""
        return f"Coverage, sample against population\n{kind}{shown}{lacking}"


def coverage(design: Sample, population: Margins) -> Coverage:
    """How far the sample and its weights are from population margins (given as to `rake`). Raises WeightingError."""
    used = design.weights > 0
    tables = []
    for margin in margins_of(data_of(design), population, used):
        k = len(margin.totals)
        n = np.bincount(margin.codes[used], minlength=k)
        people = np.bincount(margin.codes, design.weights, minlength=k)
        share = margin.totals / margin.totals.sum()
        levels = list(range(k)) if margin.levels is None else list(margin.levels)
        tables.append(
            pd.DataFrame(
                {
                    "margin": margin.name,
                    "level": levels,
                    "n": n,
                    "population": margin.totals,
                    "population_share": share,
                    "sample_share": n / n.sum(),
                    "weighted_share": people / people.sum(),
                    "gap": n / n.sum() - share,
                }
            )
        )
    return Coverage(pd.concat(tables, ignore_index=True), design.probability)


@dataclass(frozen=True, eq=False)
class WeightStages:
    """The weights after each step of weighting: a row of `steps` each, with rows, sum, least, greatest, kish_effect
    (1 + cv^2) and effective_n."""

    steps: pd.DataFrame

    def __str__(self) -> str:
        return "Weights by step\n" + listing(self.steps)


def weight_stages(steps: Mapping[str, npt.ArrayLike]) -> WeightStages:
    """What each step of weighting costs (Kish 1992): {"base": w0, "response": w1, "raked": w2}; 0 is no weight."""
    rows = []
    for name, given in steps.items():
        weights = np.asarray(given, dtype=np.float64)
        used = weights[weights != 0]
        effect = kish_effect(used)
        rows.append((name, len(used), used.sum(), used.min(), used.max(), effect, len(used) / effect))
    names = ["step", "rows", "sum", "least", "greatest", "kish_effect", "effective_n"]
    return WeightStages(pd.DataFrame(rows, columns=names))


def _values(data: pd.DataFrame, given: Columns | float, number: int) -> FloatArray:
    if not isinstance(given, str) and np.ndim(cast(npt.ArrayLike, given)) == 0:
        return np.full(len(data), float(cast(float, given)))
    return numbers(data, cast(Columns, given), f"the chance of stage {number}")
