"""Going on elsewhere: an unfinished interview put aside under a code that the respondent writes down.

The code is stretched (scrypt) into the name of a row and a key; the row holds the draft's ticket, sealed. Whoever has
the database can open nothing without a code, and a code works once: the draft then moves to a new ticket.
"""

import hashlib
from dataclasses import dataclass
from datetime import date

from nacl.exceptions import CryptoError
from nacl.secret import Aead
from sqlalchemy import bindparam, delete, insert, select

from . import drafts
from .codes import new_code
from .fieldwork import OPEN
from .intake import Ticket
from .storage.database import Work, changed
from .storage.tables import PauseRow, table
from .wavekeys import WaveKeys

# 60 random bits need no salt of their own; stretching makes each guess cost a server 30 ms and 16 MB.
_SALT = b"thiqa resume code"
_PAUSE = table(PauseRow)
_FIND = select(_PAUSE.c.sealed).where(_PAUSE.c.id == bindparam("mine"))
_TAKE = delete(_PAUSE).where(_PAUSE.c.id == bindparam("mine"))
_PURGE = delete(_PAUSE).where(_PAUSE.c.expires < bindparam("today"))
_COST = {"n": 2**14, "r": 8, "p": 1, "dklen": 64}


@dataclass(frozen=True, slots=True)
class Stretched:
    """A resume code as the database knows it, and the key that it does not know. Slow to make: do it first."""

    name: str
    key: bytes


def stretch(code: str) -> Stretched:
    """The row's name and key that follow from a code (RFC 7914)."""
    derived = hashlib.scrypt(code.encode(), salt=_SALT, **_COST)
    return Stretched(derived[:32].hex(), derived[32:])


def new_pause() -> tuple[str, Stretched]:
    """A fresh code and what follows from it."""
    code = new_code()
    return code, stretch(code)


def put_aside(work: Work, keys: WaveKeys, ticket: Ticket, stretched: Stretched, today: date) -> bool:
    """Keep the ticket of an unfinished interview under a code; False if there is no such interview."""
    draft = drafts.find(work, keys, ticket, today)
    if draft is None:
        return False
    sealed = bytes(Aead(stretched.key).encrypt(ticket.token, stretched.name.encode()))
    work.execute(insert(_PAUSE), {"id": stretched.name, "sealed": sealed, "expires": draft.expires})
    return True


def take_up(work: Work, keys: WaveKeys, stretched: Stretched, today: date) -> Ticket | None:
    """The new ticket of the interview that was put aside; None if the code is wrong, used, or too old."""
    sealed = work.execute(_FIND, {"mine": stretched.name}).scalar()
    # Whoever deletes the row has the code's one use.
    if sealed is None or not changed(work, _TAKE, {"mine": stretched.name}):
        return None
    try:
        ticket = Ticket(Aead(stretched.key).decrypt(sealed, stretched.name.encode()))
    except CryptoError:
        return None
    draft = drafts.find(work, keys, ticket, today)
    return drafts.hand_over(work, ticket, draft) if draft and draft.wave.state == OPEN else None


def purge(work: Work, today: date) -> int:
    """Delete what was put aside too long ago; how many."""
    return changed(work, _PURGE, {"today": today})
