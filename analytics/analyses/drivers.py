"""What goes with trust: how much more often those trust who say one thing and not another, all else alike."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from analytics.survey.models.effects import marginal_effects
from analytics.survey.models.regression import glm
from analytics.survey.results import Estimates
from analytics.survey.variables import EstimationError
from survey_app.engine import Mode
from survey_app.instrument import Indicator

from .gates import of_cells
from .levels import LEVEL, false_discovery
from .sample import AnalysisError, Bools, Floats, Survey, english
from .sheet import CONFIDENTIAL, Sheet, masked

ASKED = 0.75  # of those who answered the outcome: a model on fewer would be of other people
FEWEST = 30  # on either side of a predictor
_ALIKE = 5.0  # variance inflation, over which a predictor's own part cannot be told
ROWS_A_COEFFICIENT = 20
Held = Mapping[str, "pd.Series[str]"]  # columns by role


@dataclass(frozen=True, eq=False)
class Chosen:
    """Predictors that are in the model, and why each of the others is not."""

    kept: tuple[Indicator, ...]
    left: tuple[str, ...]

    @property
    def kept_ids(self) -> tuple[str, ...]:
        """The ids of those in the model."""
        return tuple(each.id for each in self.kept)


def drivers(survey: Survey, only: str = "") -> tuple[Sheet, ...]:
    """Average marginal effects on the first headline indicator, or on `only`, in points: of everyone, and on the web.

    By text message fewer questions are asked, so that the web has a model of its own where it has more predictors.
    Raises AnalysisError.
    """
    outcome = survey.indicator(only) if only else survey.headlines()[0]
    everyone = np.isfinite(survey.coded[outcome.id])
    web = everyone & (survey.frame["mode"] == Mode.WEB.value).to_numpy()
    of_all, of_web = predictors(survey, outcome, everyone), predictors(survey, outcome, web)
    bases = [("everyone, all waves", everyone, of_all)] if of_all.kept or not of_web.kept else []
    if set(of_web.kept_ids) > set(of_all.kept_ids):
        bases.append(("who answered on the web, all waves", web, of_web))
    return tuple(_modelled(survey, outcome, *base) for base in bases)


def _modelled(survey: Survey, outcome: Indicator, name: str, base: Bools, chosen: Chosen) -> Sheet:
    if not chosen.kept:
        raise AnalysisError(f"There is nothing to explain {outcome.id} by. {' '.join(chosen.left)}")
    names = {each.id: f"p{number}" for number, each in enumerate(chosen.kept)}
    data = pd.DataFrame({"y": survey.coded[outcome.id]} | {names[e.id]: survey.coded[e.id] for e in chosen.kept})
    rows = base & data.notna().all(axis=1).to_numpy()
    held = controls(survey, rows)
    found = effects(survey, outcome, data, rows, list(names.values()), held)
    words = f"{rows.sum():,} of the {base.sum():,} who answered {outcome.id} answered all that is in the model."
    return _sheet(survey, (outcome, name, words), chosen, found, rows, list(held))


def effects(
    survey: Survey, outcome: Indicator, data: pd.DataFrame, rows: Bools, told: Sequence[str], held: Held
) -> Estimates:
    """Average marginal effects, in points, of these columns of `data` on its y, the outcome, over rows of bool[n].

    A design-based logistic model of all columns, with `held` held alike. Raises AnalysisError where there is none.
    """
    terms = [name for name in data.columns if name != "y"]
    coefficients = 1 + len(terms) + sum(column[rows].nunique() - 1 for column in held.values())
    if rows.sum() < coefficients * ROWS_A_COEFFICIENT:
        raise AnalysisError(
            f"{rows.sum()} people answered {outcome.id} and all {len(terms)} predictors; {coefficients} coefficients "
            f"need {coefficients * ROWS_A_COEFFICIENT}."
        )
    design = replace(survey.design, data=data.assign(**held))
    try:
        fit = glm(design, "y ~ " + " + ".join([*terms, *held]), family="binomial", where=rows)
        return marginal_effects(fit, list(told), changes=dict.fromkeys(told, (0.0, 1.0)))
    except EstimationError as error:
        raise AnalysisError(f"There is no model of {outcome.id}: {error}") from None


def predictors(survey: Survey, outcome: Indicator, base: Bools, among: Sequence[Indicator] | None = None) -> Chosen:
    """The other indicators, or `among`, without what tells nothing of the rows of bool[n], each with a sentence why."""
    kept: list[Indicator] = []
    left: dict[str, list[str]] = {}
    for each in survey.indicators if among is None else among:
        if each.id == outcome.id:
            continue
        why = _unfit(survey, outcome, each, base)
        if why:
            left.setdefault(why, []).append(each.id)
        else:
            kept.append(each)
    while len(kept) > 1:
        inflation = _inflation([survey.coded[each.id] for each in kept], survey.design.weights, base)
        worst = int(np.argmax(inflation))
        if inflation[worst] <= _ALIKE:
            break
        left.setdefault("collinear: the other predictors tell nearly all of it", []).append(kept.pop(worst).id)
    return Chosen(tuple(kept), tuple(f"Left out, {why}: {', '.join(names)}." for why, names in left.items()))


def _unfit(survey: Survey, outcome: Indicator, each: Indicator, base: Bools) -> str:
    items = survey.instrument.questionnaire.by_name
    if each.item == outcome.item or items[each.item].choices == items[outcome.item].choices:
        return "the same question or scale as the outcome, asked of somebody else: it would explain trust by trust"
    x = survey.coded[each.id]
    answered = base & np.isfinite(x)
    if answered.sum() < ASKED * base.sum():
        return f"answered by fewer than {ASKED:.0%} of those who answered the outcome"
    if min(np.nansum(x[answered]), np.nansum(1 - x[answered])) < FEWEST:
        return f"sparse: fewer than {FEWEST} people on one side"
    return ""


def _inflation(columns: Sequence[Floats], weights: Floats, base: Bools) -> Floats:
    """float64[k]: variance inflation of each column by the others, over rows that have all."""
    x = np.column_stack(columns)
    rows = base & np.isfinite(x).all(axis=1)
    if rows.sum() <= x.shape[1]:
        return np.ones(x.shape[1])
    spread = np.sqrt(np.average((x[rows] - np.average(x[rows], axis=0, weights=weights[rows])) ** 2, axis=0))
    still = spread <= 0
    if still.any():
        return np.where(still, np.inf, 1.0)
    centred = (x[rows] - np.average(x[rows], axis=0, weights=weights[rows])) * np.sqrt(weights[rows])[:, None]
    r = centred.T @ centred
    scale = np.sqrt(np.diag(r))
    return np.asarray(np.diag(np.linalg.pinv(r / np.outer(scale, scale), hermitian=True)))


def controls(survey: Survey, rows: Bools, more: Held | None = None) -> Held:
    """What is held alike beside the predictors: sex, age, wave and `more`, where they vary among the rows."""
    given = {role: getattr(survey.instrument, role) for role in ("sex", "age")} | {"wave": "wave"}
    found = {role: survey.frame[name] for role, name in given.items() if name in survey.frame} | dict(more or {})
    kept = {role: _joined(column.fillna("none").astype(str), rows) for role, column in found.items()}
    return {role: column for role, column in kept.items() if column[rows].nunique() > 1}


def _joined(column: "pd.Series[str]", rows: Bools) -> "pd.Series[str]":
    """The column with levels of few of the rows as one with the most frequent level: they carry no coefficient."""
    sizes = column[rows].value_counts().reindex(column.unique(), fill_value=0).sort_values(ascending=False)
    rare = sizes.index[sizes < FEWEST]
    return column.where(~column.isin(rare), sizes.index[0])


def _sheet(
    survey: Survey,
    told: tuple[Indicator, str, str],
    chosen: Chosen,
    found: Estimates,
    rows: Bools,
    controls: list[str],
) -> Sheet:
    outcome, of_whom, words = told
    low, high = found.interval()
    exposed = []
    y = np.where(rows, survey.coded[outcome.id], np.nan)
    for each in chosen.kept:
        cells = of_cells(survey, y, pd.DataFrame({"side": survey.coded[each.id]}))
        exposed.append(any(cells.values()))
    flags = [CONFIDENTIAL if out else "" for out in exposed]
    q = false_discovery(found.value, np.where(exposed, np.nan, found.se), found.df)
    table = pd.DataFrame(
        {
            "those_who_say": [english(each) for each in chosen.kept],
            "indicator": [each.id for each in chosen.kept],
            "effect": found.value,
            "low": low,
            "high": high,
            "q": q,
            "says": [_says(*each) for each in zip(found.value, q, strict=True)],
        }
    )
    table = masked(table, flags, ("effect", "low", "high", "q"), ()).assign(reason=list(found.unavailable))
    table = table.sort_values("effect", key=lambda effect: -effect.abs(), na_position="last", ignore_index=True)
    held = f"and {', '.join(controls)}" if controls else ""
    return Sheet(
        title=f"What goes with: {english(outcome)}; {of_whom}",
        table=table,
        method=(
            f"Weighted logistic model of {outcome.id} on {len(chosen.kept)} indicators {held}; average marginal "
            f"effects in points; design-based 95 % intervals by t with {found.df} df; q: false discovery rate over the "
            f"predictors, named from q <= {LEVEL:g}"
        ),
        n=int(rows.sum()),
        words=(
            *_sentences(table, outcome),
            words,
            "These go together in the same answers; that one is the cause of the other no table of answers can show.",
            *chosen.left,
            *survey.words,
        ),
        digits={"q": 3},
    )


def _sentences(table: pd.DataFrame, outcome: Indicator) -> tuple[str, ...]:
    """The three largest effects that are named, in words."""
    told = table[table["says"].isin(["more", "less"])].head(3)
    if told.empty:
        return (f"Nothing asked here goes with {english(outcome)} more than chance would have it.",)
    found = []
    for name, says, *numbers in zip(
        *(told[n] for n in ("those_who_say", "says", "effect", "low", "high")), strict=True
    ):
        effect, *ends = (abs(float(number)) for number in numbers)
        found.append(
            f"Of two people alike in all else here, one who counts as “{name}” counts as “{english(outcome)}” "
            f"{effect:.1f} points {says} often (95 % interval {min(ends):.1f} to {max(ends):.1f})."
        )
    return tuple(found)


def _says(effect: float, q: float) -> str:
    if not np.isfinite(q):
        return ""
    return "no clear effect" if q > LEVEL else "more" if effect > 0 else "less"
