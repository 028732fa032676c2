"""Women and men: each indicator's gap in the newest wave, how it moved, and in which areas it is more than chance."""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from analytics.indicators.gender import Lens, Roles, lens
from analytics.indicators.multiplicity import judged_together
from analytics.survey.linearisation import Sample
from survey_app.areas import SEXES
from survey_app.instrument import Indicator

from .gates import mark, of_areas, of_sexes
from .levels import LEVEL, false_discovery
from .sample import MAN, WOMAN, AnalysisError, Floats, Survey
from .sheet import CONFIDENTIAL, UNRELIABLE, Sheet, masked

_NUMBERS = ("women", "men", "gap", "low", "high", "q")
_SIZES = ("n_women", "n_men")
_METHOD = (
    "Per cent of women and of men, and women minus men in points; 95 % intervals by t with {df} df; q: false discovery "
    "rate over {family} (Benjamini and Hochberg), a gap is named from q <= 0.05"
)
_DIGITS = {"q": 3, "n_women": 0, "n_men": 0}


@dataclass(frozen=True, eq=False)
class _Gap:
    """One indicator in the newest wave: its lens without areas, and a row for each area."""

    indicator: Indicator
    whole: Lens
    exposed: str
    areas: pd.DataFrame


def gaps(survey: Survey, only: str = "") -> tuple[Sheet, ...]:
    """All indicators by sex with the change since the wave before, and the areas where a gap is found.

    only: the id of one indicator, of which every area is shown. Raises AnalysisError.
    """
    sex = survey.column("sex")
    if not set(SEXES) <= set(sex.dropna()):
        raise AnalysisError("A gap needs women and men among those who answered; only one of them is there.")
    chosen = [survey.indicator(only)] if only else [*survey.indicators]
    now = survey.of_wave(survey.newest)
    found = [_gap(survey, each) for each in chosen if np.isfinite(survey.coded[each.id][now]).any()]
    sheets = [_whole(survey, found)]
    if survey.members:
        sheets.append(_areas(survey, found, every=bool(only)))
    return tuple(sheets)


def _gap(survey: Survey, indicator: Indicator) -> _Gap:
    y, now = survey.coded[indicator.id], survey.of_wave(survey.newest)
    roles = Roles(survey.instrument.sex, WOMAN, MAN, "wave", "no area")
    waves = [wave.id for wave in survey.waves[-2:]]
    whole = lens(_of_waves(survey, waves), y, name=indicator.id, roles=roles, waves=waves, rule_set=survey.rule_set)
    exposed = of_sexes(survey, y, now)
    if not survey.members or not (now & survey.where_placed()).any():
        return _Gap(indicator, whole, exposed, pd.DataFrame())
    hidden = of_areas(survey, y, now, by_sex=True)
    if exposed:
        hidden = dict.fromkeys(survey.places, exposed)
    return _Gap(indicator, whole, exposed, _by_area(survey, indicator, y, hidden))


def _of_waves(survey: Survey, waves: list[str]) -> Sample:
    """The design with the other waves' rows in no domain, so that none is worked out for them."""
    names = [name for name in (survey.instrument.sex, survey.instrument.area) if name in survey.frame]
    wave = survey.frame["wave"].where(survey.frame["wave"].isin(waves))
    return replace(survey.design, data=survey.frame[names].assign(wave=wave))


def _by_area(survey: Survey, indicator: Indicator, y: Floats, hidden: dict[str, str]) -> pd.DataFrame:
    roles = Roles(survey.instrument.sex, WOMAN, MAN, "wave", survey.instrument.area)
    design = _of_waves(survey, [survey.newest.id])
    here = np.where(survey.where_placed(), y, np.nan)
    seen = lens(design, here, name=indicator.id, roles=roles, waves=[survey.newest.id], rule_set=survey.rule_set)
    assert seen.areas is not None
    table = seen.table()
    table = table[table[roles.area] != ""].reset_index(drop=True)
    marks = [
        mark(hidden.get(code, ""), judged) for code, judged in zip(table[roles.area], seen.areas.verdicts, strict=True)
    ]
    out = [flag in (CONFIDENTIAL, UNRELIABLE) for flag, _ in marks]
    gaps_ = seen.areas.gaps
    unavailable = tuple("no_base" if gone else why for gone, why in zip(out, gaps_.unavailable, strict=True))
    family = judged_together(replace(gaps_, unavailable=unavailable))
    told = pd.DataFrame(
        {
            "indicator": indicator.id,
            "area": [survey.place(code) for code in table[roles.area]],
            "women": table["women"],
            "men": table["men"],
            "gap": table["gap"],
            "low": table["low"],
            "high": table["high"],
            "q": family.q,
            "says": [_says(gap, q) for gap, q in zip(table["gap"], family.q, strict=True)],
            "n_women": table["n_women"],
            "n_men": table["n_men"],
        }
    )
    kept = masked(told, [flag for flag, _ in marks], _NUMBERS, _SIZES)
    return kept.assign(reason=[why for _, why in marks]).sort_values("area", ignore_index=True)


def _whole(survey: Survey, found: list[_Gap]) -> Sheet:
    newest = survey.newest.id
    rows, flags, reasons, errors = [], [], [], []
    for each in found:
        table, changes = each.whole.table(), each.whole.changes()
        at = int(np.flatnonzero(table["wave"] == newest)[0]) if (table["wave"] == newest).any() else -1
        flag, why = mark(each.exposed, each.whole.whole.verdicts[at])
        out = flag in (CONFIDENTIAL, UNRELIABLE)
        row = table.iloc[at]
        errors.append(np.nan if out else float(each.whole.whole.gaps.se[at]) * 100)
        moved = changes.iloc[-1] if len(changes) else None
        before_hidden = len(survey.waves) > 1 and of_sexes(
            survey, survey.coded[each.indicator.id], survey.of_wave(survey.waves[-2])
        )
        gone = moved is None or bool(before_hidden) or bool(moved["reason"])
        rows.append(
            {
                "indicator": each.indicator.id,
                **{name: row[name] for name in ("women", "men", "gap", "low", "high")},
                "n_women": row["n_women"],
                "n_men": row["n_men"],
                "change": np.nan if gone or moved is None else moved["change"],
                "change_low": np.nan if gone or moved is None else moved["low"],
                "change_high": np.nan if gone or moved is None else moved["high"],
                "areas": int(np.isfinite(each.areas["q"]).sum()) if len(each.areas) else 0,
                "areas_with_gap": int((each.areas["q"] <= LEVEL).sum()) if len(each.areas) else 0,
            }
        )
        flags.append(flag)
        reasons.append(why)
    table = pd.DataFrame(rows)
    q = false_discovery(table["gap"].to_numpy(), np.array(errors), survey.design.df)
    table.insert(6, "q", q)
    table.insert(7, "says", [_says(gap, each) for gap, each in zip(table["gap"], q, strict=True)])
    table = masked(table, flags, (*_NUMBERS, "change", "change_low", "change_high"), _SIZES).assign(reason=reasons)
    words = ("change: of the gap since the wave before; above 0, women's figure moved up against men's.",)
    if len(survey.waves) < 2:
        words = ("There is one wave only, so no change.",)
    return Sheet(
        title=f"Women and men, wave {newest}",
        table=table,
        method=_METHOD.format(df=survey.design.df, family="the indicators"),
        n=int(survey.of_wave(survey.newest).sum()),
        words=(*words, *survey.words),
        digits=_DIGITS,
    )


def _areas(survey: Survey, found: list[_Gap], *, every: bool) -> Sheet:
    parts = [each.areas if every else each.areas[each.areas["q"] <= LEVEL] for each in found if len(each.areas)]
    table = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()
    counted = sum(int(np.isfinite(each.areas["q"]).sum()) for each in found if len(each.areas))
    withheld = sum(int((each.areas["flag"] == CONFIDENTIAL).sum()) for each in found if len(each.areas))
    unsure = sum(int((each.areas["flag"] == UNRELIABLE).sum()) for each in found if len(each.areas))
    words = f"{counted} gaps of areas were compared; {withheld} more are withheld and {unsure} are too unsure."
    told = ("By area, names in the order of the alphabet.",) if every else ("Only areas with a gap are listed.",)
    return Sheet(
        title=f"Women and men by area, wave {survey.newest.id}",
        table=table,
        method=_METHOD.format(df=survey.design.df, family="the areas of each indicator"),
        n=int((survey.of_wave(survey.newest) & survey.where_placed()).sum()),
        words=(*told, words, *survey.words),
        digits=_DIGITS,
    )


def _says(gap: float, q: float) -> str:
    if not np.isfinite(q):
        return ""
    return "cannot be told apart" if q > LEVEL else "women higher" if gap > 0 else "men higher"
