"""The gender lens: each indicator for women and for men, the gap between them, by area, and how it changed.

Neither sex is the reference of the other: both stand in every table with their own figure, the gap has a sign and words
at either end, and who is neither a woman nor a man in the answers is in the design, in the whole survey's figures, and
on neither side.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
import pandas as pd

from analytics.survey.estimates.means import mean
from analytics.survey.linearisation import Sample
from analytics.survey.results import REASONS, Estimates
from analytics.survey.variables import Columns, EstimationError, FloatArray, measured

from .differences import Key, Wanted, differences
from .multiplicity import Control, Family, judged_together
from .presentation_standards import DEFAULT, RuleSet, Ruling, evidence, judge

WOMEN_HIGHER, MEN_HIGHER, NO_DIFFERENCE = "women_higher", "men_higher", "cannot_be_told_apart"


@dataclass(frozen=True, slots=True)
class Roles:
    """Which columns say sex, wave and area, and the codes of a woman and of a man."""

    sex: str = "sex"
    women: str = "woman"
    men: str = "man"
    wave: str = "wave"
    area: str = "area"


@dataclass(frozen=True, eq=False)
class Sides:
    """Women and men of the same places and waves.

    levels: a row for each key and sex. gaps: women minus men, a row a key. changes: the gap less the gap of the wave
    before (a difference in differences), keys (wave, before, ...). verdicts: by row of gaps, the sterner one of the
    rule set on the two sides, None where the rule set does not fit. The keys are (wave,) or (wave, area).
    """

    levels: Estimates
    gaps: Estimates
    changes: Estimates
    verdicts: tuple[Ruling | None, ...]


@dataclass(frozen=True, eq=False)
class Lens:
    """One indicator by sex: in the whole survey, and by area where there are any; the areas' gaps judged together.

    share: its values are 0 and 1, so that the table speaks of per cent and points.
    """

    name: str
    roles: Roles
    share: bool
    whole: Sides
    areas: Sides | None
    family: Family | None = field(repr=False)

    def table(self, level: float = 0.95) -> pd.DataFrame:
        """A row for each wave and area ("" is the whole survey): women, men, gap, low, high, verdict, n, flag, reason.

        Per cent and points for a share, else units of the scale. Where the rule set suppresses a side the row has no
        number, and the rule as its reason (a code, as are all).
        """
        parts = [_told(self, self.whole, level)] + ([_told(self, self.areas, level)] if self.areas else [])
        return pd.concat(parts, ignore_index=True)

    def changes(self, level: float = 0.95) -> pd.DataFrame:
        """A row for each area and pair of neighbouring waves: how the gap (women minus men) changed, low, high, reason.

        A rise means that women's figure moved up against men's, whoever is higher. A gap that is not shown has no
        change.
        """
        parts = [_changed(self, sides, level) for sides in (self.whole, self.areas) if sides is not None]
        return pd.concat(parts, ignore_index=True)

    def __str__(self) -> str:
        shown = self.table().replace({"reason": REASONS})
        text = shown.to_string(index=False, na_rep="not available", float_format=lambda value: f"{value:.1f}")
        unit = "per cent, gap in points" if self.share else "units of the scale"
        return f"{self.name}: women, men, and women minus men; {unit}; 95 % intervals by t\n{text}"


def lens(
    design: Sample,
    y: Columns,
    *,
    name: str = "",
    roles: Roles | None = None,
    waves: Sequence[object] | None = None,
    control: Control = "bh",
    rule_set: RuleSet = DEFAULT,
) -> Lens:
    """See an indicator by sex: y as for `mean`, 0 and 1 for a share, NaN outside of its base.

    waves: oldest first, all by default; each gap is compared with the wave before it in this order, with the covariance
    of people and PSUs that both hold. Areas come in where the roles' column is there. rule_set judges each side of a
    share; control answers for the gaps of all areas. Raises EstimationError.
    """
    roles = roles or Roles()
    values = measured(design.data, y, "y")
    for role in (roles.sex, roles.wave):
        if role not in design.data:
            raise EstimationError(f"The gender lens needs a column {role!r}; name yours in roles=.")
    share = bool(np.isin(values[np.isfinite(values)], (0.0, 1.0)).all())
    known = design.data[roles.sex].isin([roles.women, roles.men]).to_numpy()
    if not known.any():
        raise EstimationError(f"No row of {roles.sex!r} is {roles.women!r} or {roles.men!r}; name the codes in roles=.")
    order = list(waves) if waves is not None else sorted(design.data[roles.wave].dropna().unique().tolist())
    known = known & design.data[roles.wave].isin(order).to_numpy()
    used = rule_set if share else None
    whole = _sides(design, values, known, roles, [roles.wave], order, used)
    areas = family = None
    if roles.area in design.data and design.data[roles.area].notna().any():
        areas = _sides(design, values, known, roles, [roles.wave, roles.area], order, used)
        family = judged_together(areas.gaps, control=control)
    shown = name or (y if isinstance(y, str) else "y")
    return Lens(shown, roles, share, whole, areas, family)


def _sides(
    design: Sample,
    y: FloatArray,
    known: "np.ndarray[tuple[int], np.dtype[np.bool_]]",
    roles: Roles,
    by: list[str],
    waves: Sequence[object],
    rule_set: RuleSet | None,
) -> Sides:
    levels = mean(design, y, by=[*by, roles.sex], where=known)
    found = dict.fromkeys(key[:-1] for key in levels.keys.itertuples(index=False, name=None))
    keys = [key for key in found if key[0] in waves]  # domains are of the whole design, so of other waves too
    keys.sort(key=lambda key: (waves.index(key[0]), *map(str, key[1:])))
    gaps = differences(levels, [Wanted(key, _gap(key, roles)) for key in keys], by)
    wanted = []
    for before, now in pairwise(waves):
        for key in (key for key in keys if key[0] == now):
            earlier = (before, *key[1:])
            parts = _gap(key, roles) | {part: -each for part, each in _gap(earlier, roles).items()}
            wanted.append(Wanted((now, before, *key[1:]), parts))
    changes = differences(levels, wanted, [roles.wave, "before", *by[1:]])
    return Sides(levels, gaps, changes, _verdicts(design, y, known, levels, gaps, roles, rule_set))


def _gap(key: Key, roles: Roles) -> dict[Key, float]:
    return {(*key, roles.women): 1.0, (*key, roles.men): -1.0}


def _verdicts(
    design: Sample,
    y: FloatArray,
    known: "np.ndarray[tuple[int], np.dtype[np.bool_]]",
    levels: Estimates,
    gaps: Estimates,
    roles: Roles,
    rule_set: RuleSet | None,
) -> tuple[Ruling | None, ...]:
    if rule_set is None:
        return (None,) * len(gaps)
    by = list(levels.keys.columns)
    cases = design.data[by].assign(y=np.where(known, y, np.nan)).groupby(by, observed=True)["y"].sum().to_dict()
    rows = {key: row for row, key in enumerate(levels.keys.itertuples(index=False, name=None))}
    sternness = ("present", "review", "suppress")
    found = []
    for key in gaps.keys.itertuples(index=False, name=None):
        sides = [
            judge(rule_set, evidence(levels, rows[side], kind="proportion", cases=int(cases[side])))
            if side in rows
            else Ruling("suppress", "no_base")
            for side in _gap(key, roles)
        ]
        found.append(max(sides, key=lambda side: sternness.index(side.flag)))
    return tuple(found)


def _told(lens_: Lens, sides: Sides, level: float) -> pd.DataFrame:
    scale, roles = (100.0 if lens_.share else 1.0), lens_.roles
    low, high = sides.gaps.interval(level)
    rows = {key: row for row, key in enumerate(sides.levels.keys.itertuples(index=False, name=None))}
    numbers: dict[str, list[float]] = {"women": [], "men": [], "n_women": [], "n_men": []}
    for key in sides.gaps.keys.itertuples(index=False, name=None):
        for side, code in (("women", roles.women), ("men", roles.men)):
            row = rows.get((*key, code))
            numbers[side].append(np.nan if row is None else float(sides.levels.value[row]) * scale)
            numbers[f"n_{side}"].append(0 if row is None else int(sides.levels.n[row]))
    told = (sides.gaps.keys if roles.area in sides.gaps.keys else _whole(sides.gaps.keys, lens_)).assign(
        women=numbers["women"],
        men=numbers["men"],
        gap=sides.gaps.value * scale,
        low=low * scale,
        high=high * scale,
        verdict=[_verdict(a, b) for a, b in zip(low, high, strict=True)],
        n_women=numbers["n_women"],
        n_men=numbers["n_men"],
        flag=[verdict.flag if verdict else "" for verdict in sides.verdicts],
        reason=[
            reason or (verdict.reason if verdict and verdict.flag != "present" else "")
            for reason, verdict in zip(sides.gaps.unavailable, sides.verdicts, strict=True)
        ],
    )
    hidden = told["flag"] == "suppress"
    told.loc[hidden, ["women", "men", "gap", "low", "high"]] = np.nan
    told.loc[hidden, "verdict"] = ""
    return told


def _changed(lens_: Lens, sides: Sides, level: float) -> pd.DataFrame:
    low, high = sides.changes.interval(level)
    verdicts = dict(zip(sides.gaps.keys.itertuples(index=False, name=None), sides.verdicts, strict=True))
    reasons = []
    for (now, before, *place), reason in zip(
        sides.changes.keys.itertuples(index=False, name=None), sides.changes.unavailable, strict=True
    ):
        both = [verdicts.get((wave, *place)) for wave in (now, before)]
        hidden = [verdict.reason for verdict in both if verdict and verdict.flag == "suppress"]
        reasons.append(reason or (hidden[0] if hidden else ""))
    shown = np.array([not reason for reason in reasons], dtype=bool)
    numbers = {"change": sides.changes.value, "low": low, "high": high}
    scaled = {name: np.where(shown, each, np.nan) * (100 if lens_.share else 1) for name, each in numbers.items()}
    keys = sides.changes.keys if lens_.roles.area in sides.changes.keys else _whole(sides.changes.keys, lens_)
    return keys.assign(**scaled, reason=reasons)


def _whole(keys: pd.DataFrame, lens_: Lens) -> pd.DataFrame:
    return keys.assign(**{lens_.roles.area: ""})


def _verdict(low: float, high: float) -> str:
    if not np.isfinite(low):
        return ""
    return WOMEN_HIGHER if low > 0 else MEN_HIGHER if high < 0 else NO_DIFFERENCE
