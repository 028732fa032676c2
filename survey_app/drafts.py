"""Unfinished web interviews, sealed under a key that follows from the respondent's cookie and the wave's own key.

A stolen database or backup reads nothing, and once the wave's key is destroyed not even with the cookie. Two tabs
never overwrite each other: a draft is stored only upon the revision that was read.
"""

import json
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, timedelta

from nacl.exceptions import CryptoError
from nacl.secret import Aead
from sqlalchemy import bindparam, delete, insert, or_, select, update

from .engine import Interview, Questionnaire
from .engine.state import dump, load
from .fieldwork import CLOSED, OPEN, WAVE, Wave, fielded
from .intake import Ticket, padded, room, unpadded
from .paradata import Paradata, from_plain, to_plain
from .storage.database import Work, changed
from .storage.tables import BreakOffRow, DraftRow, table
from .wavekeys import WaveKeys

DRAFT_DAYS = 2
_DRAFT = table(DraftRow)
_MINE = _DRAFT.c.id == bindparam("mine")
_FIND = select(_DRAFT.c.revision, _DRAFT.c.sealed, _DRAFT.c.expires, *WAVE.c).join(WAVE).where(_MINE)
_ANY = select(_DRAFT.c.id).where(_DRAFT.c.wave == bindparam("wave_id")).limit(1)
_READ = _DRAFT.c.revision == bindparam("read")
_STORE = update(_DRAFT).where(_MINE, _READ)
_DISCARD = delete(_DRAFT).where(_MINE)
_DISCARD_READ = _DISCARD.where(_READ)
_OVER = select(WAVE.c.id).where(WAVE.c.state == bindparam("closed"))
_PURGE = (
    delete(_DRAFT)
    .where(or_(_DRAFT.c.expires < bindparam("today"), _DRAFT.c.wave.in_(_OVER), _DRAFT.c.wave == bindparam("lost")))
    .returning(_DRAFT.c.wave, _DRAFT.c.answered)
)
_BREAK_OFF = table(BreakOffRow)
_COUNT_MORE = (
    update(_BREAK_OFF)
    .where(_BREAK_OFF.c.wave == bindparam("at_wave"), _BREAK_OFF.c.answered == bindparam("at_answered"))
    .values(interviews=_BREAK_OFF.c.interviews + bindparam("more"))
)


@dataclass(frozen=True, slots=True)
class Draft:
    """An unfinished interview, its paradata, the wave and its key, the revision that was read, and its last day."""

    interview: Interview
    paradata: Paradata
    wave: Wave
    revision: int
    expires: date
    key: bytes = field(repr=False)


def wave_key(work: Work, keys: WaveKeys, wave: str) -> bytes:
    """The key under which drafts of a wave in the field are sealed. Raises WaveKeyError."""
    return keys.needed(wave, begun=lambda: work.execute(_ANY, {"wave_id": wave}).first() is not None)


def create(
    work: Work,
    key: bytes,
    ticket: Ticket,
    wave: str,
    form: Questionnaire,
    interview: Interview,
    today: date,
    paradata: Paradata | None = None,
) -> None:
    """Keep a new draft under the wave's key, to expire after DRAFT_DAYS."""
    sealed = _seal(ticket, key, 0, interview, paradata or Paradata(), form)
    row = {"id": _id(ticket), "wave": wave, "revision": 0, "sealed": sealed, "answered": len(interview.answers)}
    work.execute(insert(_DRAFT), {**row, "expires": today + timedelta(days=DRAFT_DAYS)})


def find(work: Work, keys: WaveKeys, ticket: Ticket, today: date) -> Draft | None:
    """The draft of this ticket, or None if there is none, it expired, its wave is over, or it is not ours to open.

    Raises WaveKeyError if the wave is in the field and its key is missing.
    """
    row = work.execute(_FIND, {"mine": _id(ticket)}).first()
    if row is None or row.expires < today:
        return None
    key = keys.needed(row.id, begun=lambda: True) if row.state == OPEN else keys.find(row.id)
    if key is None:
        return None
    try:
        content = _aead(ticket, key).decrypt(row.sealed, _bound(ticket, row.revision))
    except CryptoError:
        return None
    beside, _, interview = unpadded(content).partition(b"\n")
    # A draft of an earlier version is the interview alone; it must be finished under this one.
    paradata = from_plain(json.loads(beside)) if interview else Paradata()
    return Draft(load(interview or beside), paradata, fielded(work, row), row.revision, row.expires, key)


def store(work: Work, ticket: Ticket, draft: Draft, interview: Interview) -> bool:
    """Replace the draft that was read by the new interview. False if another request was quicker."""
    revision = draft.revision + 1
    sealed = _seal(ticket, draft.key, revision, interview, draft.paradata, draft.wave.questionnaire)
    row = {"revision": revision, "sealed": sealed, "answered": len(interview.answers)}
    return changed(work, _STORE, {**row, "mine": _id(ticket), "read": draft.revision}) == 1


def discard(work: Work, ticket: Ticket, draft: Draft | None = None) -> bool:
    """Delete the draft, whatever it is now or only as it was read. False if there was no such draft."""
    if draft is None:
        return changed(work, _DISCARD, {"mine": _id(ticket)}) == 1
    return changed(work, _DISCARD_READ, {"mine": _id(ticket), "read": draft.revision}) == 1


def hand_over(work: Work, ticket: Ticket, draft: Draft) -> Ticket:
    """Move a draft to a new ticket, with the days that it has left; the old ticket opens nothing any more."""
    new = Ticket.new()
    began = draft.expires - timedelta(days=DRAFT_DAYS)
    create(work, draft.key, new, draft.wave.id, draft.wave.questionnaire, draft.interview, began, draft.paradata)
    discard(work, ticket)
    return new


def purge(work: Work, today: date, lost: str = "") -> int:
    """Delete every expired draft and those of closed waves, counting after how many answers each broke off; how many.

    Also all of a wave whose key is `lost`: nobody can open them. An interview that was left by the button, or moved on
    by a resume code, is not among them.
    """
    counts = Counter(
        (row.wave, row.answered) for row in work.execute(_PURGE, {"today": today, "closed": CLOSED, "lost": lost})
    )
    for (wave, answered), count in sorted(counts.items()):
        at = {"at_wave": wave, "at_answered": answered}
        if not changed(work, _COUNT_MORE, {**at, "more": count}):
            work.execute(insert(_BREAK_OFF), {"wave": wave, "answered": answered, "interviews": count})
    return counts.total()


def _id(ticket: Ticket) -> str:
    return ticket.derived(b"draft-id").hex()


def _bound(ticket: Ticket, revision: int) -> bytes:
    return f"{_id(ticket)}:{revision}".encode()


def _seal(
    ticket: Ticket, key: bytes, revision: int, interview: Interview, paradata: Paradata, form: Questionnaire
) -> bytes:
    content = padded(json.dumps(to_plain(paradata)).encode() + b"\n" + dump(interview), room(form))
    return bytes(_aead(ticket, key).encrypt(content, _bound(ticket, revision)))


def _aead(ticket: Ticket, key: bytes) -> Aead:
    """What seals one person's drafts of one wave (XChaCha20-Poly1305): neither key opens without the other."""
    return Aead(ticket.within(key).derived(b"draft-key"))
