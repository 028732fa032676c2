"""The first stage apart from the answers: which PSUs were drawn in which strata, of how many.

It stands apart from sums of answers because a PSU where nobody answered counts too: it is one of those that were drawn.
"""

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..design import Design, SinglePsuPolicy
from ..stages import Stage
from ..variables import BoolArray, Columns, DesignError, FloatArray, IntArray, codes, labels, numbers


@dataclass(frozen=True, eq=False)
class Frame:
    """U drawn PSUs in H strata.

    psu: U labels, each unique in its stratum; stratum: int64[U], ascending. strata: H labels. population: float64[H],
    the PSUs of the population, inf without finite population correction. held: bool[U], where somebody answered at all.
    named: False where rows are PSUs that have no names, so that those of two samples cannot be told apart.
    """

    psu: npt.NDArray[Any] = field(repr=False)
    stratum: IntArray = field(repr=False)
    strata: npt.NDArray[Any] = field(repr=False)
    population: FloatArray = field(repr=False)
    held: BoolArray = field(repr=False)
    single_psu: SinglePsuPolicy = "fail"
    probability: bool = True
    named: bool = True

    @property
    def size(self) -> int:
        """How many PSUs were drawn."""
        return len(self.psu)

    @property
    def stage(self) -> Stage:
        """The first stage of a design whose rows are these PSUs."""
        sampled = np.bincount(self.stratum, minlength=len(self.strata))
        share = np.ones(len(sampled))
        return Stage(np.arange(self.size), self.stratum, sampled, sampled / self.population, share, self.strata)

    @property
    def df(self) -> int:
        """PSUs minus strata, of those where somebody answered (R `degf`)."""
        return int(self.held.sum()) - len(np.unique(self.stratum[self.held]))

    def find(self, strata: npt.ArrayLike, psu: npt.ArrayLike) -> IntArray:
        """int64[n]: which PSU each pair of labels is. Raises DesignError on one that was not drawn."""
        mine = pd.MultiIndex.from_arrays([self.strata[self.stratum], self.psu])
        found = mine.get_indexer(pd.MultiIndex.from_arrays([np.asarray(strata), np.asarray(psu)]))
        unknown = np.flatnonzero(found < 0)
        if len(unknown):
            raise DesignError(
                f"PSU {np.asarray(psu)[unknown[0]]!s} of stratum {np.asarray(strata)[unknown[0]]!s} is not in the "
                f"frame ({len(unknown)} such rows). The frame lists every drawn PSU: add it there, or mend the label; "
                "labels that are numbers in one place and text in another do not match."
            )
        return found.astype(np.int64)

    def table(self) -> pd.DataFrame:
        """A row for each PSU: stratum, psu, population (inf without correction), held."""
        return pd.DataFrame(
            {
                "stratum": self.strata[self.stratum],
                "psu": self.psu,
                "population": self.population[self.stratum],
                "held": self.held,
            }
        )


def frame(
    table: pd.DataFrame,
    *,
    psu: Columns,
    strata: Columns | None = None,
    population: Columns | None = None,
    single_psu: SinglePsuPolicy = "fail",
    probability: bool = True,
) -> Frame:
    """The frame from the sampling plan, a row for each drawn PSU. Raises DesignError.

    population: how many PSUs the row's stratum has; inf, or none at all, for no finite population correction. A column
    `held` is read where there is one, as `Frame.table` writes it; else nobody has answered yet.
    """
    units = labels(table, psu, "psu")
    group, names = (
        codes(labels(table, strata, "strata"))
        if strata is not None
        else (np.zeros(len(table), np.int64), np.array(["all"]))
    )
    if pd.DataFrame({"stratum": group, "psu": units}).duplicated().any():
        raise DesignError("A frame has one row for each drawn PSU; this one lists a PSU of a stratum twice.")
    order = np.lexsort((codes(units)[0], group))
    counted = np.full(len(names), np.inf)
    if population is not None:
        given = table[population] if isinstance(population, str) else pd.Series(np.asarray(population))
        plain = given.replace(np.inf, np.finfo(float).max).reset_index(drop=True)
        rows = numbers(table, plain, "population", positive=True)
        counted[group] = np.where(rows == np.finfo(float).max, np.inf, rows)
        if (counted[group] != np.where(rows == np.finfo(float).max, np.inf, rows)).any():
            raise DesignError("population must be one number in each stratum.")
    sampled = np.bincount(group, minlength=len(names))
    small = np.flatnonzero(counted < sampled)
    if len(small):
        raise DesignError(
            f"population counts PSUs: stratum {names[small[0]]!s} has {sampled[small[0]]} drawn of "
            f"{counted[small[0]]:g}. Give how many its population has, not a share."
        )
    held = table["held"].to_numpy(dtype=bool) if "held" in table else np.zeros(len(table), dtype=bool)
    return Frame(units[order], group[order], names, counted, held[order], single_psu, probability)


def frame_of(design: Design) -> tuple[Frame, IntArray]:
    """The frame of a design, and int64[U], which PSU of it each unit of the first stage is."""
    first = design.stages[0]
    order = np.argsort(first.stratum, kind="stable")
    rank = np.empty(len(order), np.int64)
    rank[order] = np.arange(len(order))
    population = np.divide(
        first.sampled, first.fraction, out=np.full(len(first.sampled), np.inf), where=first.fraction > 0
    )
    counting = design.weights > 0
    held = np.full(len(order), counting.all())
    if not counting.all():
        held[rank[first.unit[counting]]] = True
    named = first.labels is not None
    psu = np.asarray(first.labels)[order] if named else np.arange(len(order))
    found = Frame(
        psu, first.stratum[order], first.names, population, held, design.single_psu, design.probability, named
    )
    return found, rank


def same(a: Frame, b: Frame) -> bool:
    """Whether two frames list the same PSUs."""
    return a is b or (
        np.array_equal(a.stratum, b.stratum) and np.array_equal(a.psu, b.psu) and np.array_equal(a.strata, b.strata)
    )


def union(a: Frame, b: Frame) -> Frame:
    """All PSUs of two frames of one population; a PSU of both is one. Raises DesignError where they contradict."""
    if (a.single_psu, a.probability) != (b.single_psu, b.probability):
        raise DesignError(
            f"One frame treats single PSUs by {a.single_psu!r}, the other by {b.single_psu!r}, or one sample was drawn "
            "and the other was not; make both alike."
        )
    if same(a, b) and np.allclose(a.population, b.population, rtol=1e-9):
        return replace(a, held=a.held | b.held)
    if not (a.named and b.named):
        raise DesignError(
            "Rows that are PSUs of their own have no names, so those of two samples cannot be told apart. Give the "
            "designs psu=, an identifier that no two responses share."
        )
    both = pd.concat([a.table(), b.table()], ignore_index=True)
    group, names = codes(both["stratum"].to_numpy())
    population = np.full(len(names), np.inf)
    population[group] = both["population"]
    off = np.flatnonzero(~np.isclose(population[group], both["population"], rtol=1e-9))
    if len(off):
        raise DesignError(
            f"Stratum {names[group[off[0]]]!s} has {population[group[off[0]]]:g} PSUs in one population and "
            f"{both['population'][off[0]]:g} in the other. Make one frame of the sampling plan, and pass it to each "
            "summarise; shares drawn as fpc count by sample, so give population counts."
        )
    merged = both.groupby(["stratum", "psu"], sort=True, as_index=False).agg({"population": "first", "held": "any"})
    return frame(
        merged,
        psu="psu",
        strata="stratum",
        population="population",
        single_psu=a.single_psu,
        probability=a.probability,
    )
