"""The audit of a release: how narrowly somebody who knows all that is published knows what is withheld.

Written from the attacker's side, with nothing of what decided to withhold: what adds up is derived from keys and cards.
Two amounts add up over sexes, areas and pooled waves: how many answered, and how much of the weight said yes. The worst
attacker knows every census weight and everybody who belongs to no part (`Insight`); an outsider has what is printed.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_array, csr_array, vstack

from analytics.release import Release

from .earlier import agreement, then
from .exposure import share_open
from .linear_bounds import SLACK, InconsistentError, System, ranges, tightened
from .publications import (
    ELSEWHERE,
    SHOWN,
    WITHHELD,
    Cell,
    Moved,
    Said,
    Sums,
    listed_cells,
    moved,
    said,
    same_definition,
    sums_of,
)

Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Range = tuple[float, float]
ABOUT = 0.05  # by how much the weight of those who answered is off the population, as an outsider guesses


@dataclass(frozen=True, eq=False)
class Insight:
    """What the custodian grants the worst attacker, and checks against: I indicators, C cells of the newest release.

    n: int64[I, C], respondents in the base. weight, positive: float64[I, C], their weight, and the weight of those who
    said yes. own: bool[I, C], withheld for its own sake. exact: published figures count as if they were not rounded.
    Granted are all weights, and how many are in a total and in no part, but not what these said: no withholding could
    protect the five of an area of whom two gave no sex. The rest is what findings are checked against.
    """

    indicators: tuple[str, ...]
    cells: tuple[Cell, ...]
    n: Ints
    weight: Floats
    positive: Floats
    own: Bools
    exact: bool = True


@dataclass(frozen=True, slots=True)
class Reach:
    """What is known of a withheld cell: from and to how many respondents, and from which to which share.

    `share` is None where nothing is known of weights. late: the cell is those who came after the release before.
    A range that is open enough may be wider still; one that is not holds all that is possible.
    """

    indicator: str
    wave: str
    area: str
    sex: str
    span: int
    n: Range
    share: Range | None
    recovered: bool
    late: bool = False


@dataclass(frozen=True, slots=True)
class Audit:
    """Of each cell that must stay open, what is known; inconsistent: indicators that no amounts agree with."""

    reaches: tuple[Reach, ...]
    inconsistent: tuple[str, ...]

    @property
    def recovered(self) -> tuple[Reach, ...]:
        """The cells that are known more narrowly than the rule allows."""
        return tuple(reach for reach in self.reaches if reach.recovered)


@dataclass(frozen=True, eq=False)
class _Truth:
    """An indicator's true amounts, float64[C] each, NaN where the custodian has none; own: bool[C]."""

    n: Floats
    weight: Floats
    positive: Floats
    own: Bools


@dataclass(frozen=True, eq=False)
class _Case:
    """One indicator: what the newest release says, what earlier ones said, and how cells add up."""

    indicator: str
    sums: Sums
    now: Said
    before: Sequence[Said]
    contrasts: Sequence[Moved]
    truth: _Truth | None
    exact: bool


def audit(
    releases: Sequence[Release], insight: Insight | None = None, k: int | None = None, *, full: bool = False
) -> Audit:
    """What follows from all releases about the cells that the newest, the last, withholds.

    With `insight` the cells asked for are those withheld for their own sake: n must stay open by k, the share by
    `share_open`; what nobody answered needs nothing. Without, they are all withheld cells, known too narrowly where
    n is open by less than k, or the share by less than k of the most respondents there can be. k: that of the release
    where None. full: all ranges are exact, which takes two programmes a cell. Late answers are taken to have come on
    top of the earlier ones, unless a base shrank.
    """
    newest = releases[-1]
    k = int(newest.parameters["k"]) if k is None else k
    sums = sums_of(listed_cells(releases), newest.areas, _waves(releases))
    told = [said(release, sums, k) for release in releases]
    contrasts = moved(newest, sums, told[-1])
    truths = {} if insight is None else _truths(insight, sums)
    people = None if insight else _populations(newest, sums)
    reaches: list[Reach] = []
    inconsistent: list[str] = []
    for card in newest.indicators:
        name = card.id
        if name not in told[-1] or (insight is not None and name not in truths):
            continue
        before = [
            found[old.id]
            for release, found in zip(releases[:-1], told, strict=False)
            for old in release.indicators
            if old.id in found and same_definition(old, card)
        ]
        exact = insight is not None and insight.exact
        case = _Case(name, sums, told[-1][name], before, contrasts.get(name, ()), truths.get(name), exact)
        try:
            reaches += _guessed(case, people, k, full) if people is not None else _reached(case, k, full)
        except InconsistentError:
            inconsistent.append(name)
    return Audit(tuple(reaches), tuple(inconsistent))


def _reached(case: _Case, k: int, full: bool) -> Iterator[Reach]:
    """What the worst attacker knows of the cells that are withheld for their own sake, and of late answers."""
    truth = case.truth
    assert truth is not None
    size = len(case.sums.cells)
    asked = truth.own & (truth.n > 0)
    bases, late = _bases(case, k)
    needed = np.zeros(len(bases.low))
    needed[:size][asked] = k
    for place in late:
        needed[place] = k
    n_low, n_high = ranges(bases, _wanted(needed, full))
    shares, scale = _yes(case)
    weight = np.nan_to_num(truth.weight) * scale
    width = np.zeros(len(shares.low))
    width[:size][asked] = share_open(truth.n[asked], k) * weight[asked]
    low, high = ranges(shares, _wanted(width, full))
    for place in np.flatnonzero(asked).tolist():
        narrow = n_high[place] - n_low[place] < k - SLACK or high[place] - low[place] < width[place] - SLACK
        share = low[place] / weight[place], high[place] / weight[place]
        yield _reach(case, place, (n_low[place], n_high[place]), share, recovered=narrow)
    for place, cell in late.items():
        found = n_low[place], n_high[place]
        yield _reach(case, cell, found, None, recovered=found[1] - found[0] < k - SLACK, late=True)


def _guessed(case: _Case, people: Floats, k: int, full: bool) -> Iterator[Reach]:
    """What an outsider knows of all withheld cells, and of late answers."""
    size = len(case.sums.cells)
    asked = case.now.status == WITHHELD
    bases, late = _bases(case, k)
    needed = np.zeros(len(bases.low))
    needed[:size][asked] = k
    for place in late:
        needed[place] = k
    n_low, n_high = ranges(bases, _wanted(needed, full))
    most = np.maximum(tightened(bases)[1][:size], 1)  # no fewer than there can be
    width = share_open(most, k)
    low, high = _guessed_shares(case, people, np.where(asked, width, 0), full)
    for place in np.flatnonzero(asked).tolist():
        share = None if np.isnan(people[place]) or np.isnan(low[place]) else (low[place], high[place])
        narrow = n_high[place] - n_low[place] < k - SLACK
        narrow |= share is not None and share[1] - share[0] < width[place] - SLACK
        yield _reach(case, place, (n_low[place], n_high[place]), share, recovered=narrow and n_high[place] >= 1 - SLACK)
    for place, cell in late.items():
        found = n_low[place], n_high[place]
        few = max(map(abs, found)) < k - SLACK and not found[0] <= SLACK <= found[1] + 2 * SLACK
        yield _reach(case, cell, found, None, recovered=few, late=True)


def _wanted(needed: Floats, full: bool) -> Floats:
    return np.where((needed > 0) & full, np.inf, needed)


def _reach(case: _Case, place: int, n: Range, share: Range | None, *, recovered: bool, late: bool = False) -> Reach:
    around = float(n[0]) + 0.0, float(n[1]) + 0.0
    known = None if share is None else (max(float(share[0]), 0.0), min(float(share[1]), 1.0))
    return Reach(case.indicator, *case.sums.cells[place], around, known, bool(recovered), late)


def _bases(case: _Case, k: int) -> tuple[System, Mapping[int, int]]:
    """How many answered: the cells, then of each earlier release what it counted, and who came since.

    The second: the amounts that are late answers of a cell to be asked for -> that cell.
    """
    sums, truth, shown = case.sums, case.truth, case.now.status == SHOWN
    low, high = case.now.n_low.copy(), case.now.n_high.copy()
    if truth is not None:
        rests = np.arange(len(sums.cells)) >= sums.listed
        _grant(low, high, truth.n, rests | (shown & case.exact))
    now_low, now_high = _known_now(case)
    size = len(sums.cells)
    blocks, lows, highs, late, width = [sums.rows], [low], [high], dict[int, int](), size
    for old in case.before:
        same, agrees = agreement(old, sums, now_low, now_high)
        if case.exact:
            _grant(low, high, now_low, agrees)
        else:
            low[agrees], high[agrees] = np.maximum(low, old.n_low)[agrees], np.minimum(high, old.n_high)[agrees]
        apart = (old.status == SHOWN) & ~same
        if not apart.any():
            continue
        found = then(old, sums, same, apart & (now_high < old.n_low))
        count = len(found.cells)
        asked = apart & ~agrees & (old.n_low == old.n_high)
        if truth is not None:
            asked &= np.abs(truth.n - old.n_low) < k
        late |= {width + count + at: place for at, place in enumerate(found.cells.tolist()) if asked[place]}
        columns = np.where(found.rows.indices < size, found.rows.indices, found.rows.indices - size + width)
        width += 2 * count
        blocks.append(csr_array((found.rows.data, columns, found.rows.indptr), shape=(found.rows.shape[0], width)))
        lows.append(found.low)
        highs.append(found.high)
    for move in case.contrasts:
        row = coo_array(([1.0, 1.0, -1.0], ([0, 0, 0], [move.plus, move.minus, width])), shape=(1, width + 1))
        blocks.append(csr_array(row))
        lows.append(np.array([move.n_low]))
        highs.append(np.array([move.n_high]))
        width += 1
    return System(_stacked(blocks, width), np.concatenate(lows), np.concatenate(highs)), late


def _stacked(blocks: Sequence[csr_array], width: int) -> csr_array:
    """All rows, each over as many amounts."""
    return csr_array(vstack([csr_array((b.data, b.indices, b.indptr), shape=(b.shape[0], width)) for b in blocks]))


def _known_now(case: _Case) -> tuple[Floats, Floats]:
    """The bases that an earlier release is compared with: the true ones, for the worst attacker guesses them."""
    if case.truth is not None:
        return case.truth.n, case.truth.n
    shown = case.now.status == SHOWN
    return np.where(shown, case.now.n_low, np.nan), np.where(shown, case.now.n_high, np.nan)


def _grant(low: Floats, high: Floats, true: Floats, granted: Bools) -> None:
    """Fix what the worst attacker knows exactly."""
    known = granted & ~np.isnan(true)
    low[known] = high[known] = true[known]


def _yes(case: _Case) -> tuple[System, float]:
    """The weight of those who said yes, in units of one mean respondent; the second is units a unit of weight."""
    truth, sums, now = case.truth, case.sums, case.now
    assert truth is not None
    scale = float(np.nansum(truth.n) / max(np.nansum(truth.weight), 1e-300))
    weight = np.nan_to_num(np.maximum(truth.weight, 0), nan=np.inf) * scale
    with np.errstate(invalid="ignore"):
        low, high = np.nan_to_num(now.share_low * weight), now.share_high * weight
    high[np.isnan(high)] = np.inf
    _grant(low, high, truth.positive * scale, (now.status == SHOWN) & case.exact)
    for old in case.before:
        _, agrees = agreement(old, sums, *_known_now(case))
        if case.exact:
            _grant(low, high, truth.positive * scale, agrees)
        else:
            low[agrees] = np.maximum(low, old.share_low * weight)[agrees]
            high[agrees] = np.minimum(high, old.share_high * weight)[agrees]
    rows, width = [sums.rows], len(low)
    for move in case.contrasts:
        plus, minus = weight[move.plus], weight[move.minus]
        if not (0 < plus < np.inf and 0 < minus < np.inf):
            continue
        least = min(plus, minus)
        entries = [least / plus, -least / minus, -1.0], ([0, 0, 0], [move.plus, move.minus, width])
        rows.append(csr_array(coo_array(entries, shape=(1, width + 1))))
        low, high = np.append(low, move.low * least), np.append(high, move.high * least)
        width += 1
    return System(_stacked(rows, width), low, high), scale


def _guessed_shares(case: _Case, people: Floats, width: Floats, full: bool) -> tuple[Floats, Floats]:
    """Shares from populations instead of weights, NaN where these do not agree with what is published."""
    sums, now = case.sums, case.now
    rows = sums.rows[(abs(sums.rows) @ np.isnan(people).astype(float)) == 0]
    scale = 1_000 / max(np.nanmax(people, initial=1), 1)
    about = np.nan_to_num(people) * scale
    low, high = now.share_low * about * (1 - ABOUT), now.share_high * about * (1 + ABOUT)
    for rest, total, _ in sums.rests:
        low[rest], high[rest] = 0.0, about[total] * ABOUT
    wanted = np.where(np.isnan(people), 0.0, width * about)
    try:
        least, most = ranges(System(rows, low, high), _wanted(wanted, full))
    except InconsistentError:
        return np.full(len(about), np.nan), np.full(len(about), np.nan)
    with np.errstate(divide="ignore", invalid="ignore"):
        return least / (about * (1 + ABOUT)), np.minimum(most / (about * (1 - ABOUT)), 1)


def _truths(insight: Insight, sums: Sums) -> dict[str, _Truth]:
    """By indicator, with who is in a total and in no part."""
    listed = [at for at, cell in enumerate(insight.cells) if cell in sums.at]
    places = [sums.at[insight.cells[at]] for at in listed]
    amounts = np.full((len(sums.cells), 3, len(insight.indicators)), np.nan)
    for kind, of in enumerate((insight.n, insight.weight, insight.positive)):
        amounts[places, kind] = of[:, listed].T
    for rest, total, parts in sums.rests:
        amounts[rest] = amounts[total] - amounts[list(parts)].sum(axis=0)
    own = np.zeros((len(sums.cells), len(insight.indicators)), dtype=bool)
    own[places] = insight.own[:, listed].T
    return {
        name: _Truth(amounts[:, 0, at], amounts[:, 1, at], amounts[:, 2, at], own[:, at])
        for at, name in enumerate(insight.indicators)
    }


def _populations(release: Release, sums: Sums) -> Floats:
    """Persons of each cell, once a pooled wave, NaN where the cards do not tell; 0 of who is in no part of an area."""
    persons = {area.code: float(area.population) for area in release.areas if area.parent is not None}
    top = [area for area in release.areas if area.parent is None]
    below = [area.population for area in release.areas if area.parent in {found.code for found in top}]
    persons[""] = float(sum(below)) if all(below) else 0.0
    found = np.full(len(sums.cells), np.nan)
    for place, (_, area, sex, span) in enumerate(sums.cells):
        if not sex and (known := persons.get(area)):
            found[place] = known * span
    for rest, total, _ in sums.rests:
        if not np.isnan(found[total]) and sums.cells[rest][1].startswith(ELSEWHERE):
            found[rest] = 0.0
    return found


def _waves(releases: Sequence[Release]) -> list[str]:
    """All waves, oldest first."""
    opens = {wave.id: (wave.opens, wave.id) for release in releases for wave in release.waves}
    return sorted(opens, key=lambda wave: opens[wave])
