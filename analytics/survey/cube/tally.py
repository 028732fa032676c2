"""From rows to sums by PSU and domain, in one pass of each item."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.sparse import csr_array

from ..design import Design
from ..variables import Columns, EstimationError, FloatArray, IntArray, domains, where_rows
from .calibration_sums import calibration_sums
from .item_sums import Answers, Places, added, read
from .sampling_frame import Frame, frame_of
from .summary import Item, Summary

_NEAR = 1 << 14  # cells whose sums a processor keeps at hand in whatever order the rows come


def summarise(
    design: Design,
    items: Sequence[str],
    by: str | Sequence[str] = (),
    where: Columns | None = None,
    *,
    frame: Frame | None = None,
) -> Summary:
    """The sums of items, names of columns, over cells of PSU and domain; each item's missing answers left out.

    A column of text gives the share of each level. by, where: as for `mean`. frame: every drawn PSU, for a design that
    holds some responses of a sample; its PSUs are found by their labels, and what it says of strata and single PSUs
    counts. Raises EstimationError, and refuses what sums by PSU cannot carry: later stages that count, replicate
    weights, strata adjusted by domain.
    """
    _refuse_what_is_not_in_sums(design)
    first, rank = frame_of(design)
    if frame is not None:
        if not first.named:
            raise EstimationError("Rows that are PSUs have no names to find in the frame: give the design psu=.")
        rank = frame.find(first.strata[first.stratum], first.psu)[rank]
        held = frame.held.copy()
        held[rank] = True
        first = replace(frame, held=held)
    domain, keys = _inside(design, [by] if isinstance(by, str) else list(by), where)
    psu = rank[design.stages[0].unit]
    pairs, places = _sorted(domain, psu, first.size, design.weights)
    rows = (psu, domain) if design.calibrations else None
    del psu, domain  # each as large as the weights, and done with where nothing was calibrated
    names: list[Item] = []
    columns: tuple[list[Any], ...] = ([], [], [], [])
    given = read(design.data, items)
    for sums in added(places, _named(given, names), count=True):
        for kept, one in zip(columns, sums, strict=True):
            kept.append(one)
    n, w, y, within = (_stacked(kept) for kept in columns)
    summary = Summary(first, keys, tuple(names), pairs % first.size, pairs // first.size, n, w, y, within)
    if rows is None:
        return summary
    return replace(summary, calibration=calibration_sums(design, items, *rows, (first.size, len(keys), len(names))))


def _named(given: Iterable[Answers], names: list[Item]) -> Iterator[Answers]:
    for answers in given:
        names += answers.items
        yield answers


def _stacked(rows: list[Any]) -> Any:
    found = np.array(rows)
    rows.clear()  # two copies of everything would be the most memory that this takes
    return found


def _inside(design: Design, by: list[str], where: Columns | None) -> tuple[IntArray, pd.DataFrame]:
    """int64[n], the domain of each row, -1 where it does not count, and the domains' labels."""
    domain, keys = _domains(design.data, by)
    if where is not None:
        domain[~where_rows(design.data, where)] = -1
    domain[~(design.weights > 0)] = -1
    return domain, keys


def _domains(data: pd.DataFrame, by: list[str]) -> tuple[IntArray, pd.DataFrame]:
    """As `domains`, by way of codes of each column, which a table of many rows takes in a tenth of the time."""
    if not by or any(name not in data for name in by):
        return domains(data, by)
    coded = [_coded(data[name]) for name in by]
    sizes = [max(len(levels), 1) for _, levels in coded]
    if np.prod(sizes, dtype=float) > 4 * len(data) + 1000:
        return domains(data, by)
    found, outside = np.zeros(len(data), np.int64), np.zeros(len(data), dtype=bool)
    for (codes, _), size in zip(coded, sizes, strict=True):
        found *= size
        found += codes
        outside |= codes < 0
    found[outside] = 0
    inside = found[~outside] if outside.any() else found
    there = np.bincount(inside, minlength=int(np.prod(sizes))) > 0
    keys = pd.MultiIndex.from_product([pd.Index(levels) for _, levels in coded], names=by)[there]
    found = (np.cumsum(there) - 1)[found]
    found[outside] = -1
    return found, keys.to_frame(index=False)


def _coded(given: "pd.Series[Any]") -> tuple[npt.NDArray[Any], Any]:
    """The code of each row's label, -1 for none, and the labels, sorted."""
    if isinstance(given.dtype, np.dtype) and given.dtype.kind in "iu" and len(given):
        values = given.to_numpy()
        low, high = int(values.min()), int(values.max())
        if high - low < 1 << 16:
            shifted = values.astype(np.int64) - low
            there = np.bincount(shifted, minlength=high - low + 1) > 0
            return (np.cumsum(there) - 1)[shifted], (np.flatnonzero(there) + low).astype(values.dtype)
    return pd.factorize(given, sort=True)


def _sorted(domain: IntArray, psu: IntArray, units: int, weights: FloatArray) -> tuple[IntArray, Places]:
    """The pairs of domain and PSU that hold rows, sorted, and which each row goes to; many, in their order."""
    inside = domain >= 0
    rows = None if inside.all() else np.flatnonzero(inside)
    pair = domain * units
    pair += psu
    if rows is not None:
        pair, weights = pair[rows], weights[rows]
    if len(pair) and (size := int(pair.max()) + 1) <= 4 * len(pair):
        # A mark for each pair that could be is smaller than the rows here, and quicker than to hash them.
        there = np.zeros(size, dtype=bool)
        there[pair] = True
        pairs = np.flatnonzero(there)
        cell = np.cumsum(there, dtype=np.int32)[pair] - np.int32(1)
    else:
        codes, labels = pd.factorize(pair)
        order = np.argsort(labels)
        pairs, rank = labels[order], np.empty(len(order), np.int32)
        rank[order] = np.arange(len(order))
        cell = rank[codes]
    every = slice(None) if rows is None else rows
    if len(pairs) <= _NEAR:
        return pairs, Places(every, cell.astype(np.int64), len(pairs), weights)
    # To turn a sparse matrix of one entry a row is to sort the rows by counting, the quickest way there is.
    row = np.arange(len(cell) + 1, dtype=np.int32)
    turned: Any = csr_array((row[:-1], cell, row), shape=(len(cell), len(pairs))).tocsc()
    order = turned.indices.astype(np.int64)
    return pairs, Places(
        order if rows is None else rows[order], cell[order].astype(np.int64), len(pairs), weights[order]
    )


def _refuse_what_is_not_in_sums(design: object) -> None:
    if not isinstance(design, Design):
        raise EstimationError(
            "A summary is made from a Design; replicate weights carry no PSUs. Use mean() for them, or bootstrap() of "
            "the summary of the design that they were made from."
        )
    if design.pairs is not None:
        raise EstimationError("Sums by PSU do not hold the chances of pairs of units: use mean().")
    later = [number for number, stage in enumerate(design.stages[1:], 2) if stage.counts]
    if later:
        raise EstimationError(
            f"Stage {later[0]} counts under the finite population correction, and sums by PSU do not hold it. Use "
            "mean(), or build the design with the first stage alone (psu= and fpc= of one stage): ultimate clusters."
        )
    if design.adjust_domains:
        raise EstimationError("Strata adjusted by domain (adjust_domains) need the rows: use mean().")
