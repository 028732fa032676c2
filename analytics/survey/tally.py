"""From rows to sums by PSU and domain, in one pass of each item."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from .answers import added, read, taken
from .design import Design
from .estimates import domains
from .frame import Frame, frame_of
from .margins import margins_of
from .summary import Item, Summary
from .variables import Columns, EstimationError, FloatArray, IntArray, where_rows


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
    data, weights = design.data, design.weights
    places, rank = frame_of(design)
    if frame is not None:
        rank = frame.find(places.strata[places.stratum], places.psu)[rank]
        held = frame.held.copy()
        held[rank] = True
        places = replace(frame, held=held)
    domain, keys = _domains(data, [by] if isinstance(by, str) else list(by))
    inside = domain >= 0
    if where is not None:
        inside &= where_rows(data, where)
    if not (weights > 0).all():
        inside &= weights > 0
    rows = None if inside.all() else np.flatnonzero(inside)
    psu = rank[design.stages[0].unit]
    pairs, cell = _paired(domain if rows is None else domain[rows], psu if rows is None else psu[rows], places.size)
    if rows is not None:
        domain[~inside] = -1
        weights = weights[rows]
    answered = np.bincount(cell, minlength=len(pairs))
    names: list[Item] = []
    parts: list[list[FloatArray | IntArray]] = []
    for found in read(data, items):
        answers = found if rows is None else taken(found, rows)
        n = answered - np.bincount(cell[answers.missing], minlength=len(pairs))
        names += answers.items
        parts += [[n, *sums] for sums in added(cell, len(pairs), weights, answers)]
    n, w, y, within = (np.array([part[k] for part in parts]) for k in range(4))
    summary = Summary(places, keys, tuple(names), pairs % places.size, pairs // places.size, n, w, y, within)
    if not design.calibrations:
        return summary
    sizes = (places.size, len(keys), len(names))
    return replace(summary, margins=margins_of(design, items, psu, domain, sizes))


def _domains(data: pd.DataFrame, by: list[str]) -> tuple[IntArray, pd.DataFrame]:
    """As `domains`, by way of codes of each column, which a table of many rows takes in a tenth of the time."""
    if not by or any(name not in data for name in by):
        return domains(data, by)
    found = np.zeros(len(data), np.int64)
    outside = np.zeros(len(data), dtype=bool)
    size = 1
    firsts: dict[str, Any] = {}
    for name in by:
        codes, levels = pd.factorize(data[name], sort=True)
        size *= max(len(levels), 1)
        found *= max(len(levels), 1)
        found += codes
        outside |= codes < 0
        firsts[name] = levels
    if size > 4 * len(data) + 1000:
        return domains(data, by)
    found[outside] = 0
    there = np.bincount(found[~outside] if outside.any() else found, minlength=size) > 0
    keys = pd.MultiIndex.from_product([pd.Index(levels) for levels in firsts.values()], names=by)[there]
    found = (np.cumsum(there) - 1)[found]
    found[outside] = -1
    return found, keys.to_frame(index=False)


def _paired(domain: IntArray, unit: IntArray, units: int) -> tuple[IntArray, IntArray]:
    """The pairs of domain and unit that hold rows, sorted, and int64[n], which of them each row is in."""
    codes, pairs = pd.factorize(domain * units + unit)
    order = np.argsort(pairs)
    rank = np.empty(len(order), np.int64)
    rank[order] = np.arange(len(order))
    return np.asarray(pairs)[order], rank[codes]


def _refuse_what_is_not_in_sums(design: object) -> None:
    if not isinstance(design, Design):
        raise EstimationError(
            "A summary is made from a Design; replicate weights carry no PSUs. Use mean() for them, or bootstrap() of "
            "the summary of the design that they were made from."
        )
    later = [number for number, stage in enumerate(design.stages[1:], 2) if stage.counts]
    if later:
        raise EstimationError(
            f"Stage {later[0]} counts under the finite population correction, and sums by PSU do not hold it. Use "
            "mean(), or build the design with the first stage alone (psu= and fpc= of one stage): ultimate clusters."
        )
    if design.adjust_domains:
        raise EstimationError("Strata adjusted by domain (adjust_domains) need the rows: use mean().")
