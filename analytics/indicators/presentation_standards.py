"""Whether a figure is reliable enough to be shown, by the rules of a statistical office that one chooses beforehand.

The rules speak of precision only. Whether a cell could expose a respondent is decided elsewhere, with other symbols.
A rule's limits are the office's own; where one needs a standard error that the sample cannot show, the figure is
withheld or looked at first, never waved through.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import exp, log
from typing import Literal

import numpy as np

from analytics.survey.intervals import korn_graubard, of_one, t_interval, t_quantile
from analytics.survey.results import Estimates

Flag = Literal["present", "review", "suppress"]
Kind = Literal["proportion", "mean", "count"]
RuleSet = Literal[
    "nchs_proportions",
    "nchs_counts",
    "ine_chile_2020",
    "eclac_2020",
    "eclac_2023",
    "statcan_release",
    "statcan_letters",
    "dhs",
]
DEFAULT: RuleSet = "nchs_proportions"
WITHHOLDING = (
    *("n_below_10", "n_below_25", "n_below_30", "n_below_60", "n_below_100"),
    *("n_eff_below_10", "n_eff_below_30", "n_eff_below_60", "n_eff_below_140"),
    *("cases_below_30", "cases_below_50", "deff_below_1", "df_below_9"),
    *("interval_wide", "relative_interval_wide", "cv_above_30", "log_cv_above_17_5", "grade_f"),
)
_LEVEL = 0.95


@dataclass(frozen=True)
class Evidence:
    """What the rules ask of a figure.

    low..high: the 95 % interval, of a proportion Korn and Graubard's, of a count on the log scale. n: respondents in
    the base, unweighted; cases: those of them on the figure's side (who said yes; of a mean all). n_eff: at most n.
    deff: against a simple random sample. df: PSUs minus strata that hold the base. unavailable: why the estimate or its
    error is None.
    """

    kind: Kind
    estimate: float | None
    se: float | None
    low: float | None
    high: float | None
    n: int
    cases: int
    n_eff: float | None
    deff: float | None
    df: int
    unavailable: str = ""

    @property
    def cv(self) -> float | None:
        """Standard error over estimate; None where either is not there, or the estimate is 0."""
        return abs(self.se / self.estimate) if self.se is not None and self.estimate else None


@dataclass(frozen=True)
class Ruling:
    """The flag, a stable code of the rule that decided it, and whether the complement (1 - p) needs a footnote.

    Codes: the estimate's own `unavailable` code or one of WITHHOLDING (suppress); all_or_none, df_below_8, df_below_9,
    se_above_curve, cv_above_15, cv_above_20, cases_below_50, log_cv_above_17_5, grade_e, n_below_50 (review);
    interval_narrow, interval_acceptable, acceptable, grade_a to grade_d (present).
    """

    flag: Flag
    reason: str
    complement_footnote: bool = False


def judge(rule_set: RuleSet, figure: Evidence) -> Ruling:
    """The verdict of a rule set on a figure. Raises ValueError where the rule set is not made for such figures.

    | rule set | for | source |
    |---|---|---|
    | nchs_proportions | proportions | NCHS, Vital and Health Statistics, Series 2, No. 175 (2017) |
    | nchs_counts | counts and rates | NCHS, Series 2, No. 200 (2023) |
    | ine_chile_2020 | all | INE Chile, Estándar para la evaluación de la calidad de las estimaciones (2020) |
    | eclac_2020, eclac_2023 | all | ECLAC, Criterios de calidad en la estimación de indicadores (2020; 2023) |
    | statcan_release | all | Statistics Canada's release guidelines: free to 16.5 %, E to 33.3 %, else F |
    | statcan_letters | all | Statistics Canada's letters A to D by coefficient of variation, then E and F as above |
    | dhs | all | DHS Program: in parentheses under 50 unweighted cases, not shown under 25 |
    """
    if rule_set not in RULES:
        raise ValueError(f"There is no rule set {rule_set!r}; there are {', '.join(RULES)}.")
    kinds, rule = RULES[rule_set]
    if figure.kind not in kinds:
        raise ValueError(f"{rule_set} is made for {' and '.join(kinds)}, not for a {figure.kind}; choose another.")
    if figure.estimate is None or figure.unavailable not in ("", "zero_variance"):
        return Ruling("suppress", figure.unavailable or "no_base")
    return rule(figure)


def evidence(found: Estimates, row: int, *, kind: Kind, cases: int | None = None) -> Evidence:
    """What the rules ask of one row of a table of estimates; cases as in `Evidence`, needed for a proportion.

    A proportion gets the Korn-Graubard interval (NCHS No. 175), a count t on the log scale (No. 200), a mean t.
    """
    value, se, n = float(found.value[row]), float(found.se[row]), int(found.n[row])
    reason, deff, domain_df = found.unavailable[row], float(found.deff[row]), int(found.domain_df[row])
    if kind == "proportion" and cases is None:
        raise ValueError("A proportion is judged by how many said yes, unweighted; pass cases=.")
    held = n if cases is None else cases
    if np.isnan(value) or reason not in ("", "zero_variance"):
        return Evidence(kind, None, None, None, None, n, held, None, None, domain_df, reason or "no_base")
    if np.isnan(se):
        low, high = of_one(korn_graubard(value, 0.0, n, found.df, _LEVEL)) if kind == "proportion" else (None, None)
        return Evidence(kind, value, None, low, high, n, held, float(n), None, domain_df, reason)
    bounds = of_one(t_interval(value, se, found.df, _LEVEL))
    n_eff = n / deff if deff > 0 else float(n)
    if kind == "proportion":
        bounds, n_eff = of_one(korn_graubard(value, se, n, found.df, _LEVEL)), value * (1 - value) / se**2
    elif kind == "count" and value > 0:
        spread = exp(t_quantile(_LEVEL, found.df) * se / value)
        bounds = value / spread, value * spread
    shown = deff if np.isfinite(deff) else None
    return Evidence(kind, value, se, *bounds, n, held, min(float(n), n_eff), shown, domain_df)


def _nchs_proportions(figure: Evidence) -> Ruling:
    p, low, high, n_eff = figure.estimate, figure.low, figure.high, figure.n_eff
    if p is None or low is None or high is None or n_eff is None:
        return Ruling("suppress", figure.unavailable or "no_base")
    all_or_none = p in (0, 1)
    width = 0.0 if all_or_none else high - low
    narrow = width <= 0.05
    hidden = (
        _first(n_below_30=figure.n < 30, n_eff_below_30=n_eff < 30, interval_wide=width >= 0.30)
        or (not narrow and width / p > 1.30 and "relative_interval_wide")
    )  # fmt: skip
    if hidden:
        return Ruling("suppress", hidden)
    footnote = not narrow and width / (1 - p) > 1.30
    look = _first(all_or_none=all_or_none, df_below_8=figure.df < 8)
    if look:
        return Ruling("review", look, footnote)
    return Ruling("present", "interval_narrow" if narrow else "interval_acceptable", footnote)


def _nchs_counts(figure: Evidence) -> Ruling:
    """At least 10 cases, in fact and in effect, a relative interval of at most 160 %, and 8 degrees of freedom."""
    x, low, high = figure.estimate, figure.low, figure.high
    n_eff = figure.n if figure.n_eff is None else figure.n_eff
    if hidden := _first(n_below_10=min(figure.n, figure.cases) < 10, n_eff_below_10=n_eff < 10):
        return Ruling("suppress", hidden)
    if x is None or low is None or high is None or figure.se is None:
        return Ruling("suppress", figure.unavailable or "zero_variance")
    if x <= 0 or (high - low) / x > 1.60:
        return Ruling("suppress", "relative_interval_wide")
    return Ruling("review", "df_below_8") if figure.df < 8 else Ruling("present", "interval_acceptable")


def _ine_chile(figure: Evidence) -> Ruling:
    """60 cases and 9 degrees of freedom; a share's error under the curve p^(2/3)/9, another figure's cv to 15, 30 %."""
    if hidden := _first(n_below_60=figure.n < 60, df_below_9=figure.df < 9):
        return Ruling("suppress", hidden)
    p, se = figure.estimate, figure.se
    if p is None or se is None:
        return _without_error(figure)
    if figure.kind == "proportion":
        curve = min(p, 1 - p) ** (2 / 3) / 9
        return Ruling("review", "se_above_curve") if se > curve else Ruling("present", "acceptable")
    cv = figure.cv
    if cv is None or cv > 0.30:
        return Ruling("suppress", "cv_above_30")
    return Ruling("review", "cv_above_15") if cv > 0.15 else Ruling("present", "acceptable")


def _eclac_2020(figure: Evidence) -> Ruling:
    """100 respondents, 140 in effect, 50 cases, log-cv of a share to 17.5 %; then 9 df, a cv under 20 %."""
    n_eff = figure.n if figure.n_eff is None else figure.n_eff
    few = _first(n_below_100=figure.n < 100, n_eff_below_140=n_eff < 140, cases_below_50=figure.cases < 50)
    if few:
        return Ruling("suppress", few)
    if figure.se is None:
        return _without_error(figure)
    if _log_cv(figure) > 0.175:
        return Ruling("suppress", "log_cv_above_17_5")
    cv = figure.cv
    look = _first(df_below_9=figure.df < 9, cv_above_20=cv is None or cv >= 0.20)
    return Ruling("review", look) if look else Ruling("present", "acceptable")


def _eclac_2023(figure: Evidence) -> Ruling:
    """A design effect of 1 or 100 respondents (the areas are study domains), 60 in effect, 9 df; then cases and cv.

    A share under one half with a log-cv over 17.5 % is withheld, any other share with one is looked at; a mean is
    looked at from 20 %, withheld over 30 %. Under 30 cases nothing is shown, under 50 all is looked at.
    """
    n_eff = figure.n if figure.n_eff is None else figure.n_eff
    deff = 1.0 if figure.deff is None else figure.deff
    few = _first(
        deff_below_1=deff < 1 and figure.n < 100,
        n_eff_below_60=n_eff < 60,
        df_below_9=figure.df < 9,
        cases_below_30=figure.cases < 30,
    )
    if few:
        return Ruling("suppress", few)
    if figure.se is None or figure.estimate is None:
        return _without_error(figure)
    if figure.kind == "proportion":
        unsure = _log_cv(figure) > 0.175
        if unsure and figure.estimate < 0.5:
            return Ruling("suppress", "log_cv_above_17_5")
        look = _first(log_cv_above_17_5=unsure, cases_below_50=figure.cases < 50)
    else:
        cv = figure.cv
        if cv is None or cv > 0.30:
            return Ruling("suppress", "cv_above_30")
        look = _first(cv_above_20=cv > 0.20, cases_below_50=figure.cases < 50)
    return Ruling("review", look) if look else Ruling("present", "acceptable")


def _statcan_release(figure: Evidence) -> Ruling:
    return _statcan(figure, ((0.165, "acceptable"),))


def _statcan_letters(figure: Evidence) -> Ruling:
    return _statcan(figure, ((0.05, "grade_a"), (0.10, "grade_b"), (0.15, "grade_c"), (0.25, "grade_d")))


def _statcan(figure: Evidence, limits: tuple[tuple[float, str], ...]) -> Ruling:
    if figure.n < 10:
        return Ruling("suppress", "n_below_10")
    if figure.se is None:
        return _without_error(figure)
    cv = figure.cv
    if cv is None or cv > 0.333:
        return Ruling("suppress", "grade_f")
    for limit, code in limits:
        if cv < limit or (len(limits) == 1 and cv <= limit):
            return Ruling("present", code)
    return Ruling("review", "grade_e")


def _dhs(figure: Evidence) -> Ruling:
    if figure.n < 25:
        return Ruling("suppress", "n_below_25")
    return Ruling("review", "n_below_50") if figure.n < 50 else Ruling("present", "acceptable")


def _without_error(figure: Evidence) -> Ruling:
    """Of a share of 0 or 1 the sample shows no error: somebody looks at it; of anything else there is none to judge."""
    if figure.kind == "proportion" and figure.estimate in (0, 1):
        return Ruling("review", "all_or_none")
    return Ruling("suppress", figure.unavailable or "zero_variance")


def _log_cv(figure: Evidence) -> float:
    """se / (-p ln p) of a share strictly between 0 and 1; 0 of anything else, which has none."""
    p, se = figure.estimate, figure.se
    return se / (-p * log(p)) if figure.kind == "proportion" and p is not None and se is not None and 0 < p < 1 else 0.0


def _first(**rules: bool) -> str:
    return next((code for code, broken in rules.items() if broken), "")


_ALL: tuple[Kind, ...] = ("proportion", "mean", "count")
RULES: Mapping[str, tuple[tuple[Kind, ...], Callable[[Evidence], Ruling]]] = {
    "nchs_proportions": (("proportion",), _nchs_proportions),
    "nchs_counts": (("count",), _nchs_counts),
    "ine_chile_2020": (_ALL, _ine_chile),
    "eclac_2020": (_ALL, _eclac_2020),
    "eclac_2023": (_ALL, _eclac_2023),
    "statcan_release": (_ALL, _statcan_release),
    "statcan_letters": (_ALL, _statcan_letters),
    "dhs": (_ALL, _dhs),
}
