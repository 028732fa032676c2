"""The intake: a finished interview leaves the collector only as a sealed envelope, once.

The collector holds the custodian's public key and nothing that opens what it seals. Every envelope has the same size
and carries no time. Works inside the caller's transaction, so that draft and envelope change together. By text, an
answer that nothing later needs is sealed as soon as it is given (`withheld`), and goes unread into the envelope.
"""

import hashlib
import hmac
import json
import uuid
from dataclasses import asdict, dataclass, replace
from enum import Enum
from functools import lru_cache

from nacl.encoding import HexEncoder
from nacl.public import PublicKey, SealedBox
from nacl.utils import random as random_bytes
from sqlalchemy import bindparam, select

from .engine import Answer, Held, Interview, Item, Kind, Questionnaire, Status, decode, encode, needed, submission
from .engine.kinds import MAX_TEXT_CHARS
from .engine.questionnaire import DERIVED
from .fieldwork import OPEN, WAVE
from .paradata import Provenance
from .storage.database import Work, inserted
from .storage.tables import EnvelopeRow, table

PADDED_BYTES = 4_096
AROUND_BYTES = 1_400  # version, mode, language, way in, design; in a draft also where she is, and the paradata
TOKEN_BYTES = 32
BOUND_BYTES = 16
SEALED_BYTES = 48  # what a sealed box adds: a public key and a tag
_rooms: dict[str, int] = {}  # by version: a form is immutable
_ENVELOPE = table(EnvelopeRow)
_STATE = select(WAVE.c.state).where(WAVE.c.id == bindparam("wave"))
_DIGEST = select(_ENVELOPE.c.digest).where(_ENVELOPE.c.submission == bindparam("mine"))


class Receipt(Enum):
    """What became of a submission."""

    ACCEPTED = "accepted"
    ALREADY = "already"  # the same id with the same content: accepted quietly
    CONFLICT = "conflict"  # the same id with other content: the first stands


@dataclass(frozen=True, slots=True)
class Ticket:
    """A respondent's own secret, in the cookie or the sealed conversation, and what derives from it."""

    token: bytes

    @classmethod
    def new(cls) -> "Ticket":
        """A fresh ticket from the operating system's random source."""
        return cls(random_bytes(TOKEN_BYTES))

    def derived(self, purpose: bytes) -> bytes:
        """32 bytes for one purpose (BLAKE2b, keyed with the token); none tells anything of another."""
        return hashlib.blake2b(purpose, key=self.token, digest_size=32).digest()

    def within(self, wave_key: bytes) -> "Ticket":
        """The ticket in one wave: once the wave's key is destroyed, nothing of it can be made again."""
        return Ticket(self.derived(b"wave:" + wave_key))

    @property
    def submission(self) -> uuid.UUID:
        """The submission's id."""
        return uuid.UUID(bytes=self.derived(b"submission")[:16], version=4)


class WaveClosedError(Exception):
    """The wave was closed a moment ago: what is handed in now would be opened alone. Nothing must be committed."""


class EnvelopeError(ValueError):
    """Content that is no padded submission."""


def complete(
    work: Work,
    questionnaire: Questionnaire,
    interview: Interview,
    wave: str,
    ticket: Ticket,
    custodian: str,
    provenance: Provenance | None = None,
) -> Receipt:
    """Seal a completed interview to the custodian's public key (hexadecimal) and insert it once, under a wave's ticket.

    The digest leaves the provenance out: sent again a moment later, the interview is the same. Raises WaveClosedError.
    """
    if interview.status is not Status.COMPLETED:
        raise ValueError("only a completed interview is sealed")
    said = payload(questionnaire, interview, Provenance())
    digest = hmac.digest(ticket.derived(b"digest"), said, "sha256")
    content = payload(questionnaire, interview, provenance or Provenance())
    sealed = _box(custodian).encrypt(padded(content, room(questionnaire)))
    row = {"submission": ticket.submission, "wave": wave, "sealed": sealed, "digest": digest}
    if not inserted(work, _ENVELOPE, row):
        return received(work, ticket, digest) or Receipt.ALREADY
    # The insertion waits for who closes the wave (its foreign key locks the wave's row), so this sees what was decided.
    if work.execute(_STATE, {"wave": wave}).scalar() != OPEN:
        raise WaveClosedError
    return Receipt.ACCEPTED


def received(work: Work, ticket: Ticket, digest: bytes | None = None) -> Receipt | None:
    """Whether an envelope of this wave's ticket waits to be opened, and whether it has this digest."""
    kept = work.execute(_DIGEST, {"mine": ticket.submission}).scalar()
    if kept is None:
        return None
    return Receipt.ALREADY if digest is None or hmac.compare_digest(kept, digest) else Receipt.CONFLICT


def payload(questionnaire: Questionnaire, interview: Interview, provenance: Provenance) -> bytes:
    """What the envelope holds: the answers on the path, version, mode, language, and way in. No time, no id."""
    content: dict[str, object] = {
        "version": questionnaire.version,
        "mode": interview.mode.value,
        "language": interview.language,
        "entry": provenance.entry.value,
        "hurried": provenance.hurried,
        "answers": {name: encode(value) for name, value in submission(questionnaire, interview).items()},
    }
    if provenance.design:
        content["design"] = asdict(provenance.design)
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def withheld(questionnaire: Questionnaire, interview: Interview, custodian: str, wave: str) -> Interview:
    """An interview by text in which each answer that nothing later needs is sealed to the custodian's public key.

    A sealed one tells which item was answered, and by its length nothing of the answer. On the web nothing changes.
    """
    if not interview.mode.by_text:
        return interview
    items, answers = questionnaire.by_name, dict(interview.answers)
    for name, value in interview.answers.items():
        if not isinstance(value, Held) and _goes(questionnaire, items[name]):
            answers[name] = _held(items[name], value, custodian, wave)
    return replace(interview, answers=answers)


def revealed(piece: bytes, wave: str, name: str) -> Answer:
    """The answer in an opened piece of `withheld`. Raises EnvelopeError if it is not this item's in this wave."""
    content, bound = unpadded(piece), _bound(wave, name)
    if not content.startswith(bound):
        raise EnvelopeError("of another item or wave")
    try:
        return decode(json.loads(content[len(bound) :]))
    except (ValueError, RecursionError) as error:
        raise EnvelopeError("no answer") from error


def room(questionnaire: Questionnaire) -> int:
    """Bytes that hold any interview of this form, so that all of them have one size, with a long comment or without.

    By text fewer items are asked, and sealed answers are longer: the larger of both counts.
    """
    if questionnaire.version not in _rooms:
        plain = sum(_longest(item, _said(item)) for item in questionnaire.items)
        by_text = sum(
            _longest(item, _wrapped(item) if _goes(questionnaire, item) else _said(item))
            for item in questionnaire.items
            if item.by_text
        )
        _rooms[questionnaire.version] = AROUND_BYTES + max(plain, by_text)
    return _rooms[questionnaire.version]


def _goes(questionnaire: Questionnaire, item: Item) -> bool:
    """Whether an answer to this item is put out of reach by text."""
    return item.by_text and item.kind not in DERIVED | {Kind.NOTE} and item.name not in needed(questionnaire)


def _held(item: Item, value: Answer, custodian: str, wave: str) -> Held:
    said = json.dumps(encode(value), ensure_ascii=False, separators=(",", ":")).encode()
    return Held(_box(custodian).encrypt(padded(_bound(wave, item.name) + said, step=_piece(item))))


def _bound(wave: str, name: str) -> bytes:
    return hashlib.blake2b(json.dumps([wave, name]).encode(), digest_size=BOUND_BYTES, person=b"held").digest()


def _piece(item: Item) -> int:
    """Bytes of any answer to this item before it is sealed."""
    return BOUND_BYTES + _said(item) + 1


def _wrapped(item: Item) -> int:
    """Bytes of any sealed answer to this item, as JSON."""
    return len('{"held":""}') + -(-(SEALED_BYTES + _piece(item)) // 3) * 4


def _longest(item: Item, said: int) -> int:
    """Bytes that an answer to this item and the order in which its choices were shown take at most, as JSON."""
    return 2 * len(item.name) + 20 + said + item.random_choices * sum(_codes(item))


def _said(item: Item) -> int:
    """Bytes that an answer to this item takes at most, as JSON."""
    codes = _codes(item)
    if item.kind in (Kind.TEXT, Kind.CALCULATED):
        said = 2 + 4 * MAX_TEXT_CHARS[item.long]  # no letter takes more in UTF-8, nor one that JSON writes as two
    else:
        said = sum(codes) if item.kind in (Kind.MULTIPLE, Kind.RANKING) else max(codes, default=0)
    return max(said, 40)


def _codes(item: Item) -> list[int]:
    return [len(choice.code) + 3 for choice in item.choices]


def padded(content: bytes, least: int = 0, step: int = PADDED_BYTES) -> bytes:
    """Content filled to the multiple of `step` bytes that holds it and `least`, so that no size tells of it.

    As ISO/IEC 7816-4 fills: one bit, then zeros.
    """
    size = -(-max(len(content) + 1, least) // step) * step
    return (content + b"\x80").ljust(size, b"\x00")


def unpadded(filled: bytes) -> bytes:
    """The content that `padded` filled. Raises EnvelopeError on anything else."""
    content = filled.rstrip(b"\x00")
    if not content.endswith(b"\x80"):
        raise EnvelopeError("not padded")
    return content[:-1]


@lru_cache(maxsize=8)
def _box(custodian: str) -> SealedBox[PublicKey]:
    return SealedBox(PublicKey(custodian.encode(), HexEncoder))
