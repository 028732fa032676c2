"""The quarantine of open answers: who has read which text, what she decided, and what may leave.

A text leaves once two readers have signed the very words that would leave. Whoever takes more out of a text changes
the words, so that the other must read again. A text that one reader rejects is deleted. No decision has a time.
"""

import hashlib
import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from random import SystemRandom

from nacl.exceptions import BadSignatureError
from nacl.signing import SigningKey, VerifyKey
from sqlalchemy import delete, insert, select, update

from survey_app.storage.database import Work
from survey_app.storage.tables import QuarantineRow, ReadingRow, table

from .redaction import redacted, without
from .settings import NEEDED

_PURPOSE = b"thiqa: these words may leave the quarantine\n"
_TEXT, _READING = table(QuarantineRow), table(ReadingRow)
_COLUMNS = (_TEXT.c.id, _TEXT.c.wave, _TEXT.c.item, _TEXT.c.said)
_DECISIONS = select(_READING.c.quarantine, _READING.c.reader, _READING.c.signature)


class ChangedError(LookupError):
    """The text was changed or deleted since it was read. Nothing was decided."""


class StrangerError(ValueError):
    """The key is none of the readers'."""


@dataclass(frozen=True, slots=True)
class OpenAnswer:
    """A text in quarantine. What was said never shows in a trace."""

    id: uuid.UUID
    wave: str
    item: str
    said: str = field(repr=False)

    @property
    def digest(self) -> str:
        """What a decision is about: SHA-256 of the words, in hexadecimal."""
        return hashlib.sha256(self.said.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Progress:
    """How many texts of a wave and item were read by nobody, by one, and by enough readers."""

    wave: str
    item: str
    unread: int = 0
    once: int = 0
    released: int = 0


def reader_of(key: SigningKey, readers: Collection[str]) -> str:
    """The public key of a reader's key. Raises StrangerError."""
    reader = key.verify_key.encode().hex()
    if reader not in readers:
        raise StrangerError("this key is none of THIQA_TEXT_READERS")
    return reader


def unread(work: Work, reader: str) -> list[uuid.UUID]:
    """The texts that this reader has not let out as they are now, in an order of chance."""
    done = _approvals(work, {reader})
    found = [text.id for text in _texts(work) if reader not in done.get(text, ())]
    SystemRandom().shuffle(found)
    return found


def taken(work: Work, text: uuid.UUID) -> OpenAnswer | None:
    """A text as it stands after today's rules, which are applied to what older rules let through; None if deleted."""
    row = work.execute(select(*_COLUMNS).where(_TEXT.c.id == text)).first()
    if row is None:
        return None
    found = OpenAnswer(*row)
    clean = redacted(found.said)
    return found if clean == found.said else _changed(work, found, clean)


def approve(work: Work, key: SigningKey, text: OpenAnswer) -> None:
    """Let a text out, as far as this reader goes; once is as good as twice. Raises ChangedError."""
    _same(work, text)
    reader = key.verify_key.encode().hex()
    work.execute(delete(_READING).where(_READING.c.quarantine == text.id, _READING.c.reader == reader))
    signature = key.sign(_signed(text)).signature
    row = {"quarantine": text.id, "reader": reader, "signature": signature}
    work.execute(insert(_READING), row)


def redact(work: Work, key: SigningKey, text: OpenAnswer, parts: Sequence[str]) -> OpenAnswer:
    """Take these words out as well and let the rest out; whoever read it before must read again.

    Raises LookupError where the words are not there, ChangedError where the text is not what was read.
    """
    _same(work, text)
    clean = without(text.said, parts)
    found = _changed(work, text, clean)
    approve(work, key, found)
    return found


def reject(work: Work, text: uuid.UUID) -> None:
    """Delete a text, with every decision about it."""
    work.execute(delete(_READING).where(_READING.c.quarantine == text))
    work.execute(delete(_TEXT).where(_TEXT.c.id == text))


def progress(work: Work, readers: Collection[str]) -> tuple[Progress, ...]:
    """How far the reading is, by wave and item."""
    counts: dict[tuple[str, str], list[int]] = {}
    approvals = _approvals(work, readers)
    for text in _texts(work):
        who = len(approvals.get(text, ()))
        counts.setdefault((text.wave, text.item), [0, 0, 0])[min(who, NEEDED)] += 1
    return tuple(Progress(wave, item, *by_readers) for (wave, item), by_readers in sorted(counts.items()))


def released(work: Work, readers: Collection[str], items: Collection[str], k: int) -> dict[tuple[str, str], list[str]]:
    """Wave and item -> the texts that enough readers let out, where there are at least k of them; sorted."""
    found: dict[tuple[str, str], list[str]] = {}
    for text, who in _approvals(work, readers).items():
        # Rules that were made since the reading may find more.
        if len(who) >= NEEDED and text.item in items and redacted(text.said) == text.said:
            found.setdefault((text.wave, text.item), []).append(text.said)
    return {place: sorted(texts) for place, texts in sorted(found.items()) if len(texts) >= k}


def _approvals(work: Work, readers: Collection[str]) -> dict[OpenAnswer, frozenset[str]]:
    """Text -> who let out its very words, going by signatures of these readers alone."""
    texts = {text.id: text for text in _texts(work)}
    found: dict[OpenAnswer, frozenset[str]] = {}
    for row in work.execute(_DECISIONS):
        text = texts.get(row.quarantine)
        if text is not None and row.reader in readers and _valid(text, row.reader, row.signature):
            found[text] = found.get(text, frozenset()) | {row.reader}
    return found


def _texts(work: Work) -> list[OpenAnswer]:
    return [OpenAnswer(*row) for row in work.execute(select(*_COLUMNS))]


def _same(work: Work, text: OpenAnswer) -> None:
    if work.execute(select(_TEXT.c.said).where(_TEXT.c.id == text.id)).scalar() != text.said:
        raise ChangedError("the text was changed since it was read")


def _changed(work: Work, text: OpenAnswer, said: str) -> OpenAnswer:
    work.execute(update(_TEXT).where(_TEXT.c.id == text.id).values(said=said))
    work.execute(delete(_READING).where(_READING.c.quarantine == text.id))
    return replace(text, said=said)


def _signed(text: OpenAnswer) -> bytes:
    """What a signature covers: the text's name and the hash of its words, so that no decision fits another text."""
    return _PURPOSE + text.id.bytes + text.digest.encode()


def _valid(text: OpenAnswer, reader: str, signature: bytes) -> bool:
    try:
        VerifyKey(bytes.fromhex(reader)).verify(_signed(text), signature)
    except (BadSignatureError, ValueError):
        return False
    return True
