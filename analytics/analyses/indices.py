"""The indices of the instrument: their means, how well their items measure one thing, and whether for everybody."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from analytics.survey.design import Design
from analytics.survey.estimates.means import mean
from analytics.survey.measurement.invariance import invariance
from analytics.survey.measurement.scales import Item, index, reliability
from analytics.survey.measurement.scales import score as points
from analytics.survey.variables import EstimationError
from survey_app.areas import SEXES
from survey_app.engine import Kind
from survey_app.instrument import Index, Indicator

from .gates import mark, of_cells, of_sexes, of_whole, rules_of_means, verdict
from .sample import AnalysisError, Floats, Survey
from .sheet import Sheet, masked

_LANGUAGE, _SEX = "language", "sex"


@dataclass(frozen=True, eq=False)
class _Scored:
    """An index: its items as numbers in the design's table, as `x0`, `x1` ..., 0 to 100, and its score."""

    index: Index
    items: tuple[Item, ...]
    design: Design
    score: Floats


def indices(survey: Survey) -> tuple[Sheet, ...]:
    """Means by wave and sex, alpha and omega, and invariance by sex and language. Raises AnalysisError without one."""
    if not survey.instrument.indices:
        raise AnalysisError("This instrument has no index.")
    scored, left = [], []
    for each in survey.instrument.indices:
        found = _scored(survey, each)
        (left.append(found) if isinstance(found, str) else scored.append(found))
    if not scored:
        raise AnalysisError(" ".join(left))
    return _means(survey, scored, left), _reliabilities(survey, scored), _invariances(survey, scored)


def _scored(survey: Survey, chosen: Index) -> _Scored | str:
    """The index on the survey's rows; or why there is none."""
    data, items = pd.DataFrame(index=survey.frame.index), []
    for number, name in enumerate(chosen.items):
        asked, column = survey.instrument.questionnaire.by_name[name], f"x{number}"
        codes = sorted(survey.book[name].substantive, key=lambda code: (len(code), code))
        scale = asked.kind is Kind.SCALE
        if name not in survey.frame or not (scale or all(code.isdecimal() for code in codes)):
            return f"{chosen.id} is left out: {name} is not asked in numbers."
        low, high = (asked.low, asked.high) if scale else (int(min(codes, key=int)), int(max(codes, key=int)))
        given = pd.to_numeric(survey.frame[name].where(survey.frame[name].notna()), errors="coerce")
        values = given.where(given.between(low, high)).to_numpy(dtype=float)
        item = Item(column, float(low), float(high), reverse=_reversed(survey, name, low, high))
        # As points, so that items of scales of different length count alike in alpha too.
        data[column] = points(data.assign(**{column: values}), item)
        items.append(Item(column, 0.0, 100.0))
    if not all(data[item.name].notna().any() for item in items):
        return f"{chosen.id} is left out: an item of it has no answer."
    score = index(data, items, least=chosen.minimum_share_answered)
    wide = data.assign(score=score, wave=survey.frame["wave"], language=survey.frame["language"])
    if survey.instrument.sex in survey.frame:
        sex = survey.frame[survey.instrument.sex]
        wide["sex"] = sex.where(sex.isin(SEXES))
    return _Scored(chosen, tuple(items), replace(survey.design, data=wide), score)


def _reversed(survey: Survey, item: str, low: int, high: int) -> bool:
    """Whether a high answer is a bad one, by the indicator of the item; without one a high answer is a good one."""
    of_item: Indicator | None = next((i for i in survey.instrument.indicators if i.item == item), None)
    if of_item is None:
        return False
    high_counts = sum(map(int, of_item.positive)) / len(of_item.positive) > (low + high) / 2
    return high_counts != (of_item.direction == "higher_is_better")


def _means(survey: Survey, scored: list[_Scored], left: list[str]) -> Sheet:
    parts = []
    for each in scored:
        share = each.score / 100
        data = each.design.data
        whole = mean(each.design, "score", by="wave")
        exposed = [of_whole(survey, share, np.asarray(data["wave"] == wave)) for wave in whole.keys["wave"]]
        tables = [whole.table().assign(who="everyone", exposed=exposed)]
        verdicts = [verdict(survey, whole, row, "mean") for row in range(len(whole))]
        if _SEX in data and set(SEXES) <= set(data[_SEX].dropna()):
            sexes = mean(each.design, "score", by=["wave", "sex"])
            exposed = [of_sexes(survey, share, np.asarray(data["wave"] == wave)) for wave in sexes.keys["wave"]]
            tables.append(sexes.table().assign(who=sexes.keys["sex"], exposed=exposed))
            verdicts += [verdict(survey, sexes, row, "mean") for row in range(len(sexes))]
        table = pd.concat(tables, ignore_index=True)
        marks = [mark(why, judged) for why, judged in zip(table["exposed"], verdicts, strict=True)]
        told = pd.DataFrame({"index": each.index.id, "wave": table["wave"], "who": table["who"]})
        told = told.assign(mean=table["estimate"], low=table["low"], high=table["high"], n=table["n"])
        told = masked(told, [flag for flag, _ in marks], ("mean", "low", "high"), ("n",))
        parts.append(told.assign(reason=[why for _, why in marks]))
    table = pd.concat(parts, ignore_index=True).sort_values(["index", "wave"], kind="stable", ignore_index=True)
    used = rules_of_means(survey.rule_set)
    other = () if used == survey.rule_set else (f"{survey.rule_set} judges shares only; means here by {used}.",)
    return Sheet(
        title="Indices by wave",
        table=table,
        method=f"Mean of 0 to 100 points, no percentage; 95 % intervals by t with {survey.design.df} df",
        n=int(np.isfinite(scored[0].score).sum()),
        words=(*left, *other, *survey.words),
        digits={"n": 0},
    )


def _reliabilities(survey: Survey, scored: list[_Scored]) -> Sheet:
    rows = []
    for each in scored:
        names = [item.name for item in each.items]
        row: dict[str, object] = {"index": each.index.id, "items": len(names)}
        try:
            found = reliability(each.design, names)
            row |= {"n": found.n, "alpha": found.alpha} | _between(found.interval, "alpha")
            row |= {"omega": np.nan if found.why_no_omega else found.omega, "srmr": found.srmr}
            row |= {} if found.why_no_omega else _between(found.interval, "omega")
            loadings = found.items["loading"] if "loading" in found.items else pd.Series(dtype=float)
            weakest = int(loadings.to_numpy().argmin()) if len(loadings) and loadings.notna().all() else -1
            row |= {"weakest": each.index.items[weakest] if weakest >= 0 else "", "reason": found.why_no_omega}
        except EstimationError as error:
            row |= {"reason": str(error)}
        rows.append(row)
    names_ = ["index", "items", "n", "alpha", "alpha_low", "alpha_high", "omega", "omega_low", "omega_high", "srmr"]
    table = pd.DataFrame(rows).reindex(columns=[*names_, "weakest", "reason"])
    table[["weakest", "reason"]] = table[["weakest", "reason"]].astype(object).fillna("")
    return Sheet(
        title="How well the items measure one thing",
        table=table,
        method="Cronbach's alpha, McDonald's omega, all waves, of who answered every item; design-based 95 % intervals",
        n=int(np.nan_to_num(table["n"].to_numpy(dtype=float)).max()),
        words=("weakest: the item that has least in common with the others.", *survey.words),
        digits=dict.fromkeys(names_[3:], 3) | {"n": 0},
    )


def _between(interval: Callable[[str], tuple[float, float]], which: str) -> dict[str, float]:
    try:
        low, high = interval(which)
    except EstimationError:
        return {}
    return {f"{which}_low": low, f"{which}_high": high}


def _invariances(survey: Survey, scored: list[_Scored]) -> Sheet:
    rows: list[dict[str, object]] = []
    for each in scored:
        for role in (_SEX, _LANGUAGE):
            start: dict[str, object] = {"index": each.index.id, "by": role}
            if role not in each.design.data or len(each.items) < 3:
                why = "no such question" if role not in each.design.data else "fewer than three items"
                rows.append(start | {"verdict": "cannot be shown", "reason": why})
                continue
            exposed = of_cells(survey, each.score / 100, each.design.data[[role]])
            try:
                found = invariance(each.design, each.items, each.design.data[role])
            except EstimationError as error:
                rows.append(start | {"verdict": "cannot be shown", "reason": str(error)})
                continue
            for other in found.comparisons:
                differ = [
                    name for name, said in zip(each.index.items, other.verdicts, strict=True) if said == "not shown"
                ]
                hidden = any(exposed.get((group,)) for group in (other.group, found.reference))
                rows.append(
                    start
                    | {
                        "group": other.group,
                        "against": found.reference,
                        "verdict": "" if hidden else _verdict(other.verdicts),
                        "items_that_differ": "" if hidden else ", ".join(differ),
                        "gap": np.nan if hidden else other.gap,
                        "n": np.nan if hidden else float(other.n),
                        "flag": "c" if hidden else "",
                        "reason": other.why,
                    }
                )
    columns = ["index", "by", "group", "against", "verdict", "items_that_differ", "gap", "n", "flag", "reason"]
    table = pd.DataFrame(rows).reindex(columns=columns)
    texts = [name for name in columns if name not in ("gap", "n")]
    table[texts] = table[texts].astype(object).fillna("")
    return Sheet(
        title="Whether an index means the same to each group",
        table=table,
        method=(
            "One-factor models over all waves, who answered every item: every item's loading within 0.25 and its level "
            "within 5 points of the largest group's, by 90 % intervals; gap: of the index, in points"
        ),
        n=int(np.isfinite(scored[0].score).sum()),
        words=("shown: compare freely. not shown: an item differs; do not compare means without it.", *survey.words),
        digits={"n": 0},
    )


def _verdict(verdicts: tuple[str, ...]) -> str:
    """Of a group, from its items: as of an index from its groups."""
    return next((each for each in ("not shown", "cannot be shown") if each in verdicts), "shown")
