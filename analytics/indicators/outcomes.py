"""How interviews ended: the outcome rates of a sample, and after how many answers people left.

For a wave as a whole and nothing finer: how somebody's case ended is nobody's business but hers.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlmodel import Session, col, select

from analytics.survey.intervals import clopper_pearson, of_one
from survey_app.dispositions import RATES, Counts, counted
from survey_app.storage.tables import BreakOffRow, DispositionRow


@dataclass(frozen=True, slots=True)
class Outcomes:
    """Cases as AAPOR counts them, and its rates by name (RR1 to RR6, COOP, REF, CON), None where nothing is divided by.

    RR1 is the least and RR5 the most that the response rate can be: which of the unknown cases were eligible is not
    known, so a rate is always said with its name.
    """

    counts: Counts
    rates: Mapping[str, float | None]


def outcomes(cases: Mapping[tuple[str, str], int]) -> Outcomes:
    """The outcomes of the invited cases of a wave, by (state, delivery). Raises KeyError for a word that is none."""
    counts = counted(cases)
    return Outcomes(counts, {name: rate(counts) for name, rate in RATES.items()})


def kept_cases(session: Session, wave: str) -> dict[tuple[str, str], int]:
    """The invited cases of a wave by (state, delivery), once its conversations are deleted; before that there are none.

    Who began by herself was never sent an invitation, and is no case of the sample.
    """
    statement = select(DispositionRow.state, DispositionRow.delivery, DispositionRow.cases)
    rows = session.exec(statement.where(col(DispositionRow.wave) == wave))
    return {(state, sent): cases for state, sent, cases in rows if state == "invited" or sent}


@dataclass(frozen=True, slots=True)
class Leaving:
    """Of `reached` people who gave so many answers, `left` gave no further one: the share with its exact interval."""

    answered: int
    left: int
    reached: int
    share: float
    low: float
    high: float


def break_offs(session: Session, wave: str) -> dict[int, int]:
    """Answers given -> interviews of the wave that were left there; counted when their drafts expired."""
    statement = select(BreakOffRow.answered, BreakOffRow.interviews).where(col(BreakOffRow.wave) == wave)
    return {int(answered): int(interviews) for answered, interviews in session.exec(statement)}


def leaving(broken: Mapping[int, int], completed: int) -> tuple[Leaving, ...]:
    """The hazard of leaving at each number of answers at which somebody left, fewest first (95 %, Clopper and Pearson).

    completed: interviews that came to their end and so reached every point. Where the share is high, the question that
    comes next is looked at. Raises ValueError for counts below 0.
    """
    if completed < 0 or any(left < 0 for left in broken.values()):
        raise ValueError("Counts of interviews cannot be negative.")
    reached, found = completed + sum(broken.values()), []
    for answered, left in sorted(broken.items()):
        if left:
            low, high = of_one(clopper_pearson(left / reached, reached, 0.95))
            found.append(Leaving(answered, left, reached, left / reached, low, high))
        reached -= left
    return tuple(found)
