"""Whether a proportion is reliable enough to be shown: the presentation standards of NCHS.

The rules speak of precision only. Whether a cell could expose a respondent is decided elsewhere, with other symbols.
"""

from dataclasses import dataclass
from typing import Literal

from analytics.estimates import Estimate

Flag = Literal["present", "review", "suppress"]


@dataclass(frozen=True)
class Reliability:
    """The flag, a stable code of the rule that decided it, and whether the complement (1 - p) needs a footnote.

    Codes: the estimate's own `unavailable` code; n_below_30, n_eff_below_30, interval_wide, relative_interval_wide
    (suppress); all_or_none, df_below_8 (review); interval_narrow, interval_acceptable (present).
    """

    flag: Flag
    reason: str
    complement_footnote: bool


def nchs_proportion(estimate: Estimate) -> Reliability:
    """Apply NCHS Data Presentation Standards for Proportions (Vital and Health Statistics, Series 2, No. 175, 2017).

    estimate: a proportion with the 95 % Korn-Graubard interval; its domain_df is held to 8. Raises ValueError
    otherwise.
    """
    if estimate.method != "korn_graubard" or abs(estimate.level - 0.95) > 1e-12:
        raise ValueError("The standards are defined on the 95 % Korn-Graubard interval of a proportion.")
    p, low, high, n_eff = estimate.estimate, estimate.low, estimate.high, estimate.n_eff
    if estimate.unavailable is not None or p is None or low is None or high is None or n_eff is None:
        return Reliability("suppress", estimate.unavailable or "no_base", complement_footnote=False)
    all_or_none = p in (0, 1)
    width = 0.0 if all_or_none else high - low
    hidden = _hidden(p, estimate.n, n_eff, width)
    if hidden is not None:
        return Reliability("suppress", hidden, complement_footnote=False)
    narrow = width <= 0.05
    footnote = not narrow and width / (1 - p) > 1.30
    if all_or_none:
        return Reliability("review", "all_or_none", footnote)
    if estimate.domain_df < 8:
        return Reliability("review", "df_below_8", footnote)
    return Reliability("present", "interval_narrow" if narrow else "interval_acceptable", footnote)


def _hidden(p: float, n: int, n_eff: float, width: float) -> str | None:
    if n < 30:
        return "n_below_30"
    if n_eff < 30:
        return "n_eff_below_30"
    if width >= 0.30:
        return "interval_wide"
    if width > 0.05 and width / p > 1.30:
        return "relative_interval_wide"
    return None
