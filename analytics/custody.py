"""The custodian's side: envelopes are opened only in shuffled batches and written as responses that nothing links back.

A response has a new random id and no time but its wave. All of a batch is written in one statement and its envelopes
are deleted in the same transaction: a crash loses none and doubles none.
"""

import json
import secrets
import uuid
from dataclasses import dataclass
from random import SystemRandom
from typing import Any

from nacl.encoding import HexEncoder
from nacl.exceptions import CryptoError
from nacl.public import PrivateKey, SealedBox
from sqlalchemy import Engine, delete, func, insert
from sqlmodel import Session, col, select

from survey_app.engine import Mode, Questionnaire, decode, possible
from survey_app.fieldwork import CLOSED, wave
from survey_app.intake import EnvelopeError, unpadded
from survey_app.paradata import Entry
from survey_app.storage.database import reading, writing
from survey_app.storage.tables import EnvelopeRow, OpeningRow, ResponseRow

MAX_BATCH = 1_000


@dataclass(frozen=True, slots=True)
class Opening:
    """What one opening did: envelopes written as responses, and envelopes whose content was refused."""

    opened: int = 0
    refused: int = 0


@dataclass(frozen=True, slots=True)
class KeyPair:
    """A custodian's keys in hexadecimal."""

    public: str
    private: str


class RefusedContentError(ValueError):
    """The content of an envelope is no submission to this wave's questionnaire."""


def new_keys() -> KeyPair:
    """A fresh pair (X25519) from the operating system's random source."""
    private = PrivateKey.generate()
    return KeyPair(private.public_key.encode(HexEncoder).decode("ascii"), private.encode(HexEncoder).decode("ascii"))


def waiting(session: Session) -> dict[str, int]:
    """How many envelopes wait, by wave."""
    statement = select(EnvelopeRow.wave, func.count()).group_by(EnvelopeRow.wave)
    return dict(session.exec(statement).all())


def open_batches(engine: Engine, private_key: str, minimum: int) -> dict[str, Opening]:
    """Open what may be opened: of an open wave only full batches of at least `minimum`, of a closed wave all.

    Each wave's batch is one transaction. Returns what was done by wave; a wave where too few wait is absent.
    """
    box: SealedBox[PrivateKey] = SealedBox(PrivateKey(private_key.encode(), HexEncoder))
    with reading(engine) as session:
        counts = waiting(session)
    done: dict[str, Opening] = {}
    for wave_id in sorted(counts):
        while (opening := _open_batch(engine, box, wave_id, minimum)) is not None:
            before = done.get(wave_id, Opening())
            done[wave_id] = Opening(before.opened + opening.opened, before.refused + opening.refused)
    return done


def _open_batch(engine: Engine, box: "SealedBox[PrivateKey]", wave_id: str, minimum: int) -> Opening | None:
    with writing(engine) as session:
        ids = list(session.exec(select(EnvelopeRow.submission).where(EnvelopeRow.wave == wave_id)))
        period = wave(session, wave_id)
        if not ids or period is None or (len(ids) < minimum and period.state != CLOSED):
            return None
        SystemRandom().shuffle(ids)
        # The last batch takes the rest, so that no remainder smaller than the minimum is left behind.
        batch = ids if len(ids) < MAX_BATCH + minimum else ids[:MAX_BATCH]
        chosen = col(EnvelopeRow.submission).in_(batch)
        sealed = list(session.exec(select(EnvelopeRow.sealed).where(chosen).order_by(col(EnvelopeRow.submission))))
        rows: list[dict[str, Any]] = []
        refused = 0
        for content in sealed:
            try:
                rows.append(_response(period.questionnaire, wave_id, box.decrypt(content)))
            except (CryptoError, EnvelopeError, RefusedContentError):
                refused += 1
        SystemRandom().shuffle(rows)
        connection = session.connection()
        if rows:
            connection.execute(insert(ResponseRow).values(rows))
        connection.execute(delete(EnvelopeRow).where(chosen))
        session.add(OpeningRow(wave=wave_id, opened=len(rows), refused=refused))
        return Opening(len(rows), refused)


def _response(questionnaire: Questionnaire, wave_id: str, filled: bytes) -> dict[str, Any]:
    try:
        content = json.loads(unpadded(filled))
        mode, language = Mode(content["mode"]), content["language"]
        if "entry" not in content and "hurried" not in content:
            # Sealed before these were kept: the open link was the only way in, and nobody was timed.
            content |= {"entry": Entry.OPEN.value, "hurried": False}
        entry, hurried = Entry(content["entry"]), content["hurried"]
        answers = {str(name): decode(value) for name, value in content["answers"].items()}
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise RefusedContentError("not a submission") from error
    if not isinstance(hurried, bool):
        raise RefusedContentError("not a submission")
    if content["version"] != questionnaire.version or language not in questionnaire.languages:
        raise RefusedContentError("another questionnaire")
    if not possible(questionnaire, mode, answers):
        raise RefusedContentError("not what this questionnaire could have given")
    return {
        "id": uuid.UUID(bytes=secrets.token_bytes(16), version=4),
        "wave": wave_id,
        "mode": mode.value,
        "language": language,
        "entry": entry.value,
        "hurried": hurried,
        "answers": content["answers"],
    }
