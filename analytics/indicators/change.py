"""How an indicator moved: between any two waves, since the last one, since the same season a year ago.

All waves stand in one design, so that PSUs and people who were in two waves count in their covariance. A change across
a wave in which the question was worded otherwise, or in which people answered by another way, is marked, since it may
be the question that changed and not the people.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

import numpy as np
import pandas as pd

from analytics.survey.estimates.means import mean
from analytics.survey.linearisation import Sample
from analytics.survey.printing import listing
from analytics.survey.results import REASONS, Estimates
from analytics.survey.variables import Columns, EstimationError
from survey_app.engine import Item
from survey_app.fieldwork import Wave

from .differences import Key, Wanted, differences

WORDING, MODE = "wording", "mode"
LARGEST_SHIFT = 0.10  # of the mode mix between neighbouring waves, as a share of interviews
DAYS_A_YEAR = 365.25
SAME_SEASON = 45  # days


@dataclass(frozen=True, slots=True)
class Round:
    """A wave as change needs it: its dates, a hash of the item as people read it, and its shares of interviews by mode.

    The hash is "" where the wave did not ask the item.
    """

    id: str
    opens: date
    closes: date
    wording: str
    modes: Mapping[str, float]

    @property
    def middle(self) -> float:
        """The middle of the wave, in years."""
        return (self.opens.toordinal() + self.closes.toordinal()) / 2 / DAYS_A_YEAR


def broken(now: Round, before: Round) -> tuple[str, ...]:
    """What stands between two waves: WORDING, since the item is worded otherwise; MODE, since the mix of modes shifted.

    The shift is half the sum of the differences of shares: the interviews that would have to come another way.
    """
    shift = sum(abs(now.modes.get(m, 0) - before.modes.get(m, 0)) for m in {*now.modes, *before.modes}) / 2
    return (WORDING,) * (now.wording != before.wording) + (MODE,) * (shift > LARGEST_SHIFT)


@dataclass(frozen=True, eq=False)
class Series:
    """An indicator by wave, oldest first; keys (wave, *by)."""

    name: str
    levels: Estimates
    rounds: tuple[Round, ...]
    by: tuple[str, ...] = ()

    @property
    def breaks(self) -> dict[str, tuple[str, ...]]:
        """Wave id -> what changed since the wave that asked before it; only waves where something did."""
        asking = [each for each in self.rounds if each.wording]
        return {now.id: kinds for before, now in pairwise(asking) if (kinds := broken(now, before))}


@dataclass(frozen=True, eq=False)
class Changes:
    """Differences between waves, keys (wave, before, *by); `broken` says for each row what changed in between."""

    name: str
    estimates: Estimates
    broken: tuple[tuple[str, ...], ...]

    def table(self, level: float = 0.95) -> pd.DataFrame:
        """The keys with change, se, low, high, verdict (up, down, no_clear_change), broken and reason (a code)."""
        low, high = self.estimates.interval(level)
        verdict = np.where(low > 0, "up", np.where(high < 0, "down", np.where(np.isfinite(low), "no_clear_change", "")))
        return self.estimates.keys.assign(
            change=self.estimates.value,
            se=self.estimates.se,
            low=low,
            high=high,
            verdict=verdict,
            broken=[" and ".join(kinds) for kinds in self.broken],
            reason=list(self.estimates.unavailable),
        )

    def __str__(self) -> str:
        text = listing(self.table().replace({"reason": REASONS}), 4)
        return f"{self.name}: change between waves; 95 % intervals by t with {self.estimates.df} df\n{text}"


def rounds(periods: Sequence[Wave], item: str, modes: "pd.Series[str]", wave: "pd.Series[str]") -> tuple[Round, ...]:
    """The waves as change needs them, oldest first. modes, wave: of each interview that counts."""
    found = []
    for period in sorted(periods, key=lambda each: (each.opens, each.id)):
        mix = modes[wave == period.id].value_counts(normalize=True)
        asked = period.questionnaire.by_name.get(item)
        shares = {str(mode): float(share) for mode, share in mix.items()}
        found.append(Round(period.id, period.opens, period.closes, wording_of(asked) if asked else "", shares))
    return tuple(found)


def wording_of(item: Item) -> str:
    """A hash of what a person reads of an item, in all languages: question, hint, stem, answers, ends of the scale."""
    read = [
        *(dict(text) for text in (item.label, item.hint, item.short, item.stem, item.low_label, item.high_label)),
        [item.kind.value, item.low, item.high, item.step, *sorted(item.offers)],
        [[choice.code, dict(choice.label)] for choice in item.choices],
    ]
    return hashlib.sha256(json.dumps(read, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def series(
    design: Sample, y: Columns, waves: Sequence[Round], *, by: Sequence[str] = (), wave: str = "wave", name: str = ""
) -> Series:
    """An indicator by wave (and by area): y as for `mean`. Raises EstimationError where no row is of these waves."""
    if wave not in design.data:
        raise EstimationError(f"A series needs a column {wave!r} that names the wave of each row; pass wave=.")
    here = design.data[wave].isin([each.id for each in waves]).to_numpy()
    if not here.any():
        raise EstimationError(f"No row is of the waves {', '.join(each.id for each in waves)}.")
    levels = mean(design, y, by=[wave, *by], where=here)
    ordered = tuple(sorted(waves, key=lambda each: (each.opens, each.id)))
    return Series(name or (y if isinstance(y, str) else "y"), levels, ordered, tuple(by))


def between(found: Series, pairs: Sequence[tuple[str, str]]) -> Changes:
    """The change from `before` to `now` for each pair (now, before) of any two waves. Raises EstimationError."""
    named = {each.id: each for each in found.rounds}
    if unknown := sorted({wave for pair in pairs for wave in pair} - set(named)):
        raise EstimationError(f"There is no wave {unknown[0]!r} in the series; there are {', '.join(named)}.")
    rows = list(found.levels.keys.itertuples(index=False, name=None))
    within: list[Key] = list(dict.fromkeys(row[1:] for row in rows))
    wanted, marks = [], []
    for now, before in pairs:
        for part in within:
            wanted.append(Wanted((now, before, *part), {(now, *part): 1.0, (before, *part): -1.0}))
            marks.append(broken(named[now], named[before]))
    return Changes(found.name, differences(found.levels, wanted, ["wave", "before", *found.by]), tuple(marks))


def since_last(found: Series) -> Changes:
    """Each wave against the one before it."""
    return between(found, [(now.id, before.id) for before, now in pairwise(found.rounds)])


def since_last_year(found: Series) -> Changes:
    """Each wave against the one nearest to a year earlier, at most SAME_SEASON days off; others have no row."""
    pairs = []
    for now in found.rounds:
        off = {each.id: abs((now.middle - each.middle - 1) * DAYS_A_YEAR) for each in found.rounds}
        nearest = min(off, key=lambda wave: off[wave])
        if off[nearest] <= SAME_SEASON:
            pairs.append((now.id, nearest))
    return between(found, pairs)
