"""Areas side by side: what the sample says of each alone, and what a model makes of all of them and the census."""

from dataclasses import replace

import numpy as np
import pandas as pd

from analytics.survey.areas.small_area import benchmarked, small_areas
from analytics.survey.estimates.means import mean
from analytics.survey.variables import EstimationError
from survey_app.instrument import Indicator

from .gates import of_whole
from .levels import Places, by_place
from .sample import AnalysisError, Floats, Survey, refuse_nothing
from .sheet import CONFIDENTIAL, UNRELIABLE, Sheet, masked

_AREAS_A_COVARIATE = 4
_YOUNG, _OLD = 35, 55
_WIDEST = 0.30  # of an interval, over which a share is not shown (NCHS, Series 2, No. 175); of the model's as well


def areas(survey: Survey, only: str) -> tuple[Sheet, ...]:
    """One indicator in the newest wave: direct figures, and Fay-Herriot figures that meet the survey's own figure.

    The answers of an area that is withheld are in no area's figure, only in the whole survey's. Raises AnalysisError
    without areas, without a census, or where the model cannot be had.
    """
    indicator = survey.indicator(only)
    places = by_place(survey, indicator, survey.newest)
    if not survey.instrument.census:
        raise AnalysisError(
            "The model of areas needs a census, to know what areas are like; this instrument has none. "
            "For direct figures alone: thiqa analyse changes --indicator " + indicator.id
        )
    now = survey.of_wave(survey.newest)
    if of_whole(survey, survey.coded[indicator.id], now):
        raise AnalysisError(f"The figure of the whole survey for {indicator.id} is withheld, and so are its areas'.")
    return (_sheet(survey, indicator, places),)


def covariates(survey: Survey) -> pd.DataFrame:
    """What the census says of each area: shares of women, of the young and of the old, and the log of its people.

    As many of them, in this order, as there are areas to carry them: one for every four. None that repeats others.
    """
    cells = pd.DataFrame([(c.area, c.sex, c.age, float(c.population)) for c in survey.instrument.census])
    cells.columns = pd.Index(["area", "sex", "age", "people"])
    people = cells.groupby("area")["people"].sum()
    starts = cells["age"].str.extract(r"(\d+)")[0].astype(float)

    def share(rows: "pd.Series[bool]") -> "pd.Series[float]":
        return (cells[rows].groupby("area")["people"].sum() / people).reindex(people.index).fillna(0.0)

    wanted = {
        "women": share(cells["sex"] == "woman"),
        f"under {_YOUNG}": share(starts < _YOUNG),
        f"{_OLD} and over": share(starts >= _OLD),
        "log of people": np.log(people),
    }
    found = pd.DataFrame(index=people.index)
    for name, column in wanted.items():
        tried = found.assign(**{name: column})
        if len(tried.columns) * _AREAS_A_COVARIATE > len(people):
            break
        if np.linalg.matrix_rank(np.column_stack([np.ones(len(tried)), tried.to_numpy()])) == len(tried.columns) + 1:
            found = tried
    return found


def _sheet(survey: Survey, indicator: Indicator, places: Places) -> Sheet:
    x = covariates(survey)
    y, now = survey.coded[indicator.id], survey.of_wave(survey.newest)
    secret = [code for code, flag in zip(places.codes, places.flags, strict=True) if flag == CONFIDENTIAL]
    column = survey.column("area")
    counted = now & np.asarray(column.isin(x.index) & ~column.isin(secret), dtype=bool)
    design = replace(survey.design, data=pd.DataFrame({"y": np.where(counted, y, np.nan), "place": column}))
    design = replace(design, data=design.data.assign(place=column.where(column.isin(x.index))))
    whole = mean(survey.design, y, where=now)
    left = len(set(places.codes) & set(x.index)) - len(secret)
    if left < len(x.columns) + 3:
        raise AnalysisError(
            f"Only {left} of {len(x)} areas may be shown for {indicator.id}; a model with {len(x.columns)} columns of "
            f"the census needs {len(x.columns) + 3}."
        )
    try:
        found = small_areas(design, "y", x, by="place", where=counted, scale="arcsine", variances="smoothed")
        people = np.array([_people(survey, code) for code in x.index])
        model = benchmarked(found, people, float(whole.value[0]))
    except EstimationError as error:
        raise refuse_nothing(error, f"There is no model of areas for {indicator.id}") from None
    low, high = model.interval()
    told = _direct(places).reindex(list(x.index))
    table = pd.DataFrame(
        {
            "area": [survey.place(code) for code in x.index],
            "direct": told["direct"].to_numpy(),
            "direct_low": told["low"].to_numpy(),
            "direct_high": told["high"].to_numpy(),
            "n": told["n"].to_numpy(),
        }
    )
    flags = [str(flag) if isinstance(flag, str) else "" for flag in told["flag"]]
    table = masked(table, flags, ("direct", "direct_low", "direct_high"), ("n",))
    flag = table.pop("flag")
    unsure = high - low >= _WIDEST
    told_of_model = {
        name: [UNRELIABLE if is_unsure else f"{each * 100:.1f}" for each, is_unsure in zip(values, unsure, strict=True)]
        for name, values in (("model", model.value), ("model_low", low), ("model_high", high))
    }
    table = table.assign(
        **told_of_model,
        weight_of_direct=[f"{each:.2f}" for each in model.weight],
        rests_on=np.where(model.weight > 0, "direct and census", "census alone"),
        flag=flag,
        reason=["" if not isinstance(why, str) else why for why in told["reason"]],
    )
    of_model = (
        "model: a mean of the direct figure and of a regression on the census; it is no direct figure, its interval "
        "rests on the model, and it is withheld (u) where that is 30 points wide. An area that is withheld (c) gives "
        "the model no answers."
    )
    of_census = (
        f"Of the census: {', '.join(x.columns)}. The model's figures, weighted by people, meet the survey's "
        f"{whole.value[0] * 100:.1f} %."
    )
    words = [of_model, of_census]
    if model.boundary:
        words.append(
            "Areas show no differences beyond the regression: it gives every figure, and the intervals are likely "
            "too short."
        )
    return Sheet(
        title=f"Areas, direct and by model: {indicator.id}, wave {survey.newest.id}",
        table=table.sort_values("area", ignore_index=True),
        method=f"Per cent; direct: 95 % intervals by t with {whole.df} df; model: {model.method}",
        n=int(whole.n[0]),
        words=(*words, *survey.words),
        digits={"n": 0},
    )


def _direct(places: Places) -> pd.DataFrame:
    low, high = places.shown.interval()
    values: dict[str, Floats] = {"direct": places.shown.value * 100, "low": low * 100, "high": high * 100}
    table = pd.DataFrame(values | {"n": places.shown.n}, index=list(places.codes))
    return table.assign(flag=list(places.flags), reason=list(places.reasons))


def _people(survey: Survey, code: str) -> float:
    return float(sum(cell.population for cell in survey.instrument.census if cell.area == code))
