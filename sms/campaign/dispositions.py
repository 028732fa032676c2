"""How a wave's cases stand: counted from its conversations, and kept as counts once those are deleted."""

from collections import Counter
from collections.abc import Iterable, Mapping

from sqlalchemy import func, update
from sqlmodel import Session, col, select

from survey_app.storage.database import changed, inserted
from survey_app.storage.tables import ConversationRow, DispositionRow, table

Cases = Mapping[tuple[str, str], int]
_KEPT = table(DispositionRow)


def cases(session: Session, wave: str) -> Cases:
    """How many cases of a wave are in which state, by what became of the invitation ("" where there was none yet)."""
    state, delivery = col(ConversationRow.state), col(ConversationRow.delivery)
    mine = (ConversationRow.wave == wave, ConversationRow.sealed != b"")
    now = select(state, delivery, func.count()).where(*mine).group_by(state, delivery)
    kept = select(DispositionRow.state, DispositionRow.delivery, DispositionRow.cases).where(
        DispositionRow.wave == wave
    )
    found: Counter[tuple[str, str]] = Counter()
    for row in (*session.exec(now), *session.exec(kept)):
        found[row[0], row[1] or ""] += row[2]
    return found


def record(session: Session, ended: Iterable[tuple[str, str, str | None]]) -> int:
    """Add cases (wave, state, delivery) to the counts that are kept; how many.

    Give what a DELETE returned: then each is counted once, whoever else is at work and however often it is run.
    """
    counts = Counter((wave, state, delivery or "") for wave, state, delivery in ended)
    for (wave, state, delivery), number in sorted(counts.items()):
        here = {"wave": wave, "state": state, "delivery": delivery}
        if not inserted(session, _KEPT, here | {"cases": number}):
            same = [_KEPT.c[name] == value for name, value in here.items()]
            changed(session, update(_KEPT).where(*same).values(cases=_KEPT.c.cases + number), {})
    return counts.total()


def invited(found: Cases) -> Cases:
    """The cases that were invited. Who began by herself, on an open link, was never sent an invitation."""
    return {case: number for case, number in found.items() if _was_invited(*case)}


def by_themselves(found: Cases) -> Cases:
    """The others."""
    return {case: number for case, number in found.items() if not _was_invited(*case)}


def _was_invited(state: str, delivery: str) -> bool:
    return state == "invited" or delivery != ""
