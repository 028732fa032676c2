"""The intake: a finished interview leaves the collector only as a sealed envelope, once.

The collector holds the custodian's public key and nothing that opens what it seals. Every envelope has the same size
and carries no time. Works inside the caller's transaction, so that draft and envelope change together.
"""

import hashlib
import hmac
import json
import uuid
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache

from nacl.encoding import HexEncoder
from nacl.public import PublicKey, SealedBox
from nacl.utils import random as random_bytes
from sqlalchemy import bindparam, select

from .engine import Interview, Questionnaire, Status, encode, submission
from .paradata import Provenance
from .storage.database import Work, inserted
from .storage.tables import EnvelopeRow, table

PADDED_BYTES = 4_096
TOKEN_BYTES = 32
_ENVELOPE = table(EnvelopeRow)
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

    @property
    def submission(self) -> uuid.UUID:
        """The submission's id."""
        return uuid.UUID(bytes=self.derived(b"submission")[:16], version=4)


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
    """Seal a completed interview to the custodian's public key (hexadecimal) and insert it once.

    The digest leaves the provenance out: sent again a moment later, the interview is the same.
    """
    if interview.status is not Status.COMPLETED:
        raise ValueError("only a completed interview is sealed")
    said = payload(questionnaire, interview, Provenance())
    digest = hmac.digest(ticket.derived(b"digest"), said, "sha256")
    sealed = _box(custodian).encrypt(padded(payload(questionnaire, interview, provenance or Provenance())))
    row = {"submission": ticket.submission, "wave": wave, "sealed": sealed, "digest": digest}
    if inserted(work, _ENVELOPE, row):
        return Receipt.ACCEPTED
    return received(work, ticket, digest) or Receipt.ALREADY


def received(work: Work, ticket: Ticket, digest: bytes | None = None) -> Receipt | None:
    """Whether an envelope of this ticket waits to be opened, and whether it has this digest."""
    kept = work.execute(_DIGEST, {"mine": ticket.submission}).scalar()
    if kept is None:
        return None
    return Receipt.ALREADY if digest is None or hmac.compare_digest(kept, digest) else Receipt.CONFLICT


def payload(questionnaire: Questionnaire, interview: Interview, provenance: Provenance) -> bytes:
    """What the envelope holds: the answers on the path, version, mode, language, and way in. No time, no id."""
    content = {
        "version": questionnaire.version,
        "mode": interview.mode.value,
        "language": interview.language,
        "entry": provenance.entry.value,
        "hurried": provenance.hurried,
        "answers": {name: encode(value) for name, value in submission(questionnaire, interview).items()},
    }
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def padded(content: bytes) -> bytes:
    """Content filled to PADDED_BYTES (or the next multiple), so that a size tells nothing (ISO/IEC 7816-4)."""
    size = -(-(len(content) + 1) // PADDED_BYTES) * PADDED_BYTES
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
