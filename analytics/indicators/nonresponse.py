"""Who gave no answer to what: refusals, "don't know" and questions passed over, as indicators of their own.

They speak of the questions and of how safe it felt to answer them. A rate by area says where a question could not be
asked well; it is never a suspicion against those who refused.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from analytics.survey.estimates.means import mean
from analytics.survey.linearisation import Sample
from analytics.survey.results import Estimates
from survey_app.engine import Kind, Missing, Questionnaire, codebook

from .coding import gave
from .presentation_standards import DEFAULT, RuleSet, evidence, judge

PASSED = "passed_over"
KINDS: tuple[tuple[str, Missing | None], ...] = (
    ("dont_know", Missing.DONT_KNOW),
    ("refused", Missing.REFUSED),
    (PASSED, None),
)
ANY = "any"
_ASKED = frozenset(Kind) - {Kind.NOTE, Kind.CALCULATED, Kind.ARM}


@dataclass(frozen=True, eq=False)
class NonResponse:
    """The rate of one kind (of KINDS, or ANY of them) among those who were asked the item; keys as `by` says.

    cases: int[k], how many gave it, unweighted.
    """

    item: str
    kind: str
    estimates: Estimates
    cases: tuple[int, ...]


def nonresponse(
    design: Sample,
    questionnaire: Questionnaire,
    items: Sequence[str] = (),
    *,
    by: Sequence[str] = ("wave",),
) -> tuple[NonResponse, ...]:
    """The rates of every item (or of these), by the columns of the microdata, such as wave and area.

    The design's table is the microdata. Who was asked follows from the questionnaire's own path; who was not is in no
    base. "Does not apply" is an answer. Raises EstimationError, or KeyError for an item that is not there.
    """
    frame, book = design.data, codebook(questionnaire)
    wanted = items or [each.name for each in questionnaire.items if each.kind in _ASKED and each.name in frame]
    found = []
    for name in wanted:
        item, variable = questionnaire.by_name[name], book[name]
        rates = {kind: gave(code, item, variable, frame) for kind, code in KINDS}
        rates[ANY] = np.max(list(rates.values()), axis=0)
        for kind, y in rates.items():
            if not np.isfinite(y).any():
                continue
            estimates = mean(design, y, by=list(by))
            counted = frame[list(by)].assign(y=y).groupby(list(by), observed=True)["y"].sum().to_dict()
            keys = estimates.keys.itertuples(index=False, name=None)
            cases = tuple(int(counted[key if len(by) > 1 else key[0]]) for key in keys)
            found.append(NonResponse(name, kind, replace(estimates, method=f"item non-response ({kind})"), cases))
    return tuple(found)


def told(found: Sequence[NonResponse], *, rule_set: RuleSet = DEFAULT) -> pd.DataFrame:
    """All rates as one table: item, kind, the keys, rate, low, high (Korn and Graubard), n, flag, reason (a code).

    A rate of 0 or 1 has an interval and no error; what the rule set suppresses has no number.
    """
    parts = [pd.DataFrame(columns=["rate", "low", "high", "n", "flag", "reason", "item", "kind"])] if not found else []
    for each in found:
        rows = []
        for row in range(len(each.estimates)):
            seen = evidence(each.estimates, row, kind="proportion", cases=each.cases[row])
            verdict = judge(rule_set, seen)
            hidden = verdict.flag == "suppress"
            numbers = (np.nan,) * 3 if hidden else (seen.estimate, seen.low, seen.high)
            rows.append((*numbers, seen.n, verdict.flag, "" if verdict.flag == "present" else verdict.reason))
        table = pd.DataFrame(rows, columns=["rate", "low", "high", "n", "flag", "reason"])
        parts.append(
            pd.concat([each.estimates.keys.reset_index(drop=True), table], axis=1).assign(
                item=each.item, kind=each.kind
            )
        )
    return pd.concat(parts, ignore_index=True)
