"""The custodian's side: envelopes are opened only in shuffled batches and written as responses that nothing links back.

While a wave is in the field, a pool stays behind: as many envelopes as the smallest batch are left, chosen by chance,
so that those who come last are never few when the wave is closed and the rest is opened (a pool mix: Serjantov,
Dingledine and Syverson 2002, "From a trickle to a flood"). A response has a new random id and no time but its wave. A
batch is written, its envelopes deleted and the trail continued in one transaction: a crash loses none and doubles none.
An answer by text may be sealed once more inside its envelope: it is put in its place, and then all are checked alike.
What was answered in words goes apart, redacted and in another order of chance (free_text/separation.py).
"""

import json
import secrets
import uuid
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, fields
from datetime import date
from itertools import islice
from random import SystemRandom
from typing import Any

from nacl.encoding import HexEncoder
from nacl.exceptions import CryptoError
from nacl.public import PrivateKey, SealedBox
from sqlalchemy import Engine, Result, bindparam, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from survey_app.engine import Answer, Held, Mode, Questionnaire, decode, encode, possible
from survey_app.fieldwork import CLOSED, WAVE, wave
from survey_app.intake import EnvelopeError, revealed, unpadded
from survey_app.paradata import Design, Entry
from survey_app.storage.database import Work, changing, reading
from survey_app.storage.tables import EnvelopeRow, QuarantineRow, ResponseRow, table

from . import trail
from .free_text.separation import separated
from .trail import Act

IN_A_STATEMENT = 1_000
DESIGN = tuple(part.name for part in fields(Design))
MAX_NAME_CHARS, MAX_WEIGHT = 80, 1e7  # of a stratum or PSU; a person cannot stand for more than a country
_WRONG_KEY = "Not one of the envelopes that wait opens with this key; nothing was changed."
_ENVELOPE, _RESPONSE, _QUARANTINE = table(EnvelopeRow), table(ResponseRow), table(QuarantineRow)
_COUNTS = select(_ENVELOPE.c.wave, func.count()).group_by(_ENVELOPE.c.wave)
_SEALED = select(_ENVELOPE.c.submission, _ENVELOPE.c.sealed).where(_ENVELOPE.c.wave == bindparam("wave"))
_LOCK = select(WAVE.c.state, WAVE.c.closes).where(WAVE.c.id == bindparam("mine")).with_for_update()
_CLOSE = update(WAVE).where(WAVE.c.id == bindparam("mine"))


@dataclass(frozen=True, slots=True)
class Opening:
    """What one opening did: envelopes written as responses, envelopes whose content was refused and deleted.

    `unreadable` are those that this key does not open, because they are sealed to another one or were tampered with:
    they stay as they are.
    """

    opened: int = 0
    refused: int = 0
    unreadable: int = 0


@dataclass(frozen=True, slots=True)
class KeyPair:
    """A custodian's keys in hexadecimal."""

    public: str
    private: str = field(repr=False)


class RefusedContentError(ValueError):
    """The content of an envelope is no submission to this wave's questionnaire."""


class WrongKeyError(ValueError):
    """Not one envelope that waits opens with this key. Nothing was changed."""


class OvertakenError(Exception):
    """Another opening was quicker; this one wrote nothing, and may be tried again."""


class NoWaveError(LookupError):
    """There is no wave of that name."""


def new_keys() -> KeyPair:
    """A fresh pair (X25519) from the operating system's random source."""
    private = PrivateKey.generate()
    return KeyPair(private.public_key.encode(HexEncoder).decode("ascii"), private.encode(HexEncoder).decode("ascii"))


def waiting(work: Work) -> dict[str, int]:
    """How many envelopes wait, by wave."""
    return dict(work.execute(_COUNTS).all())


def open_batches(engine: Engine, private_key: str, minimum: int | None) -> dict[str, Opening]:
    """Open what may be opened: of a closed wave all that is left, of an open one a batch of at least `minimum`.

    Of an open wave `minimum` envelopes stay behind, and with a minimum of None all of them. What was done by wave; a
    wave where too few wait, or where another opening was quicker, is absent. Raises WrongKeyError if not a single
    envelope opens.
    """
    box: SealedBox[PrivateKey] = SealedBox(PrivateKey(private_key.encode(), HexEncoder))
    done: dict[str, Opening] = {}
    fits = True
    for name in due(engine, minimum):
        waited = _read(engine, box, name)
        fits = bool(waited.valid or waited.refused)
        with suppress(OvertakenError):
            if (opening := _open(engine, waited, minimum)) is not None:
                done[name] = opening
    if not fits and not done:
        raise WrongKeyError(_WRONG_KEY)
    return done


def due(engine: Engine, minimum: int | None) -> tuple[str, ...]:
    """The waves of which something may be opened, going by how many envelopes wait. Needs no key."""
    with reading(engine) as session:
        counts = waiting(session)
        found = {name: wave(session, name) for name in sorted(counts)}
    return tuple(
        name
        for name, period in found.items()
        if period and (period.state == CLOSED or (minimum is not None and counts[name] >= 2 * minimum))
    )


def close_wave(engine: Engine, private_key: str, wave_id: str, today: date) -> Opening:
    """End the fieldwork of a wave and open all that is left in it, however few.

    A wave that is closed later than was planned has today as its last day. Raises NoWaveError, WrongKeyError (then the
    wave is not closed either) and OvertakenError (then it is).
    """
    box: SealedBox[PrivateKey] = SealedBox(PrivateKey(private_key.encode(), HexEncoder))
    if not _fits(engine, box, wave_id):
        raise WrongKeyError(_WRONG_KEY)
    with changing(engine) as work:
        # An envelope that is being handed in holds its wave's row by the foreign key: this waits for it, and whoever
        # comes later waits for this and finds the wave closed.
        found = work.execute(_LOCK, {"mine": wave_id}).first()
        if found is None:
            raise NoWaveError(wave_id)
        if found.state != CLOSED:
            work.execute(_CLOSE.values(state=CLOSED, closes=max(found.closes, today)), {"mine": wave_id})
    waited = _read(engine, box, wave_id)
    done = _open(engine, waited, None)
    if done is None and found.state != CLOSED:
        _noted(engine, wave_id)
    return done or Opening(unreadable=waited.unreadable)


def _noted(engine: Engine, wave_id: str) -> None:
    try:
        with changing(engine) as work:
            trail.append(work, wave_id, Act.CLOSED, 0)
    except IntegrityError:
        raise OvertakenError from None


@dataclass(frozen=True, slots=True)
class _Waiting:
    """The envelopes of a wave that wait: what the valid ones say, by submission; the refused; how many do not open."""

    wave: str
    questionnaire: Questionnaire
    closed: bool
    valid: dict[uuid.UUID, bytes]
    refused: tuple[uuid.UUID, ...]
    unreadable: int


def _fits(engine: Engine, box: SealedBox[PrivateKey], wave_id: str) -> bool:
    """Whether any envelope that waits opens, or none waits."""
    tried = False
    with reading(engine) as session, _sealed(session, wave_id) as rows:
        for row in rows:
            tried = True
            with suppress(CryptoError):
                box.decrypt(row.sealed)
                return True
    return not tried


def _read(engine: Engine, box: SealedBox[PrivateKey], wave_id: str) -> _Waiting:
    valid: dict[uuid.UUID, bytes] = {}
    refused: list[uuid.UUID] = []
    unreadable = 0
    with reading(engine) as session:
        # The state before the envelopes: once it is closed, no more can come.
        period = wave(session, wave_id)
        if period is None:
            raise NoWaveError(wave_id)
        with _sealed(session, wave_id) as rows:
            for row in rows:
                try:
                    content = _checked(period.questionnaire, wave_id, box, unpadded(box.decrypt(row.sealed)))
                    # As text it takes a fifth of the memory, and many thousands may wait.
                    valid[row.submission] = json.dumps(content).encode()
                except CryptoError:
                    unreadable += 1
                except (EnvelopeError, RefusedContentError):
                    refused.append(row.submission)
    return _Waiting(wave_id, period.questionnaire, period.state == CLOSED, valid, tuple(refused), unreadable)


def _sealed(session: Session, wave_id: str) -> Result[Any]:
    """The wave's envelopes, some at a time."""
    return session.connection().execute(_SEALED, {"wave": wave_id}, execution_options={"yield_per": 500})


def _open(engine: Engine, waited: _Waiting, minimum: int | None) -> Opening | None:
    batch = _chosen(sorted(waited.valid), None if waited.closed else minimum, closed=waited.closed)
    if not batch and not (waited.closed and waited.refused):
        return None
    order = SystemRandom().sample(batch, len(batch))
    contents = [json.loads(waited.valid[submission]) for submission in order]
    contents, texts = separated(waited.questionnaire, waited.wave, contents)
    rows = [_row(waited.wave, content) for content in contents]
    act = Act.CLOSED if waited.closed else Act.OPENED
    try:
        with changing(engine) as work:
            for part in _parts(sorted((*batch, *waited.refused))):
                if work.execute(delete(_ENVELOPE).where(_ENVELOPE.c.submission.in_(part))).rowcount != len(part):
                    raise OvertakenError
            for part in _parts(rows):
                work.execute(insert(_RESPONSE).values(part))
            for part in _parts(texts):
                work.execute(insert(_QUARANTINE).values(part))
            trail.append(work, waited.wave, act, len(batch), len(waited.refused))
    except IntegrityError:
        raise OvertakenError from None
    return Opening(len(batch), len(waited.refused), waited.unreadable)


def _chosen(submissions: Sequence[uuid.UUID], minimum: int | None, *, closed: bool) -> list[uuid.UUID]:
    """Which of the valid envelopes are opened: of a closed wave all, of an open one all but a pool, by chance."""
    if closed:
        return list(submissions)
    if minimum is None or len(submissions) < 2 * minimum:
        return []
    return SystemRandom().sample(submissions, len(submissions) - minimum)


def _parts(of: Sequence[Any]) -> Iterator[list[Any]]:
    rest = iter(of)
    while part := list(islice(rest, IN_A_STATEMENT)):
        yield part


def _checked(questionnaire: Questionnaire, wave_id: str, box: SealedBox[PrivateKey], said: bytes) -> dict[str, Any]:
    """The content of an envelope, with the answers that were held. Raises RefusedContentError."""
    try:
        content: dict[str, Any] = json.loads(said)
        mode, language = Mode(content["mode"]), content["language"]
        if "entry" not in content and "hurried" not in content:
            # Sealed before these were kept: the open link was the only way in, and nobody was timed.
            content |= {"entry": Entry.OPEN.value, "hurried": False}
        _, hurried = Entry(content["entry"]), content["hurried"]
        answers = {name: _answer(box, wave_id, name, value) for name, value in content["answers"].items()}
        _design(content.get("design"))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, CryptoError) as error:
        raise RefusedContentError("not a submission") from error
    if not isinstance(hurried, bool):
        raise RefusedContentError("not a submission")
    if content["version"] != questionnaire.version or language not in questionnaire.languages:
        raise RefusedContentError("another questionnaire")
    if not possible(questionnaire, mode, answers):
        raise RefusedContentError("not what this questionnaire could have given")
    return content | {"answers": {name: encode(value) for name, value in answers.items()}}


def _answer(box: SealedBox[PrivateKey], wave_id: str, name: str, stored: object) -> Answer:
    value = decode(stored)
    return revealed(box.decrypt(value.sealed), wave_id, name) if isinstance(value, Held) else value


def _design(said: Any) -> None:
    """Look at a design, if there is one. Raises ValueError, TypeError or KeyError if no frame could have given it."""
    if said is None:
        return
    stratum, psu, weight = (said[name] for name in DESIGN)
    named = all(isinstance(name, str) and len(name) <= MAX_NAME_CHARS for name in (stratum, psu))
    if len(said) != len(DESIGN) or not named or type(weight) not in (int, float) or not 0 < weight <= MAX_WEIGHT:
        raise ValueError("no design")


def _row(wave_id: str, content: dict[str, Any]) -> dict[str, Any]:
    kept = {name: content[name] for name in ("mode", "language", "entry", "hurried", "answers")}
    design = content.get("design", {})
    kept |= {"weight": design.get("weight"), "stratum": design.get("stratum") or None, "psu": design.get("psu") or None}
    return {"id": uuid.UUID(bytes=secrets.token_bytes(16), version=4), "wave": wave_id, **kept}
