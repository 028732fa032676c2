"""What no batch helps against, measured: an operator who fills batches himself, and one who reads what is in the midst.

Each measure says of how many people, and of how many of them he found the answers.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from random import Random

from nacl.encoding import HexEncoder
from nacl.public import PublicKey, SealedBox
from sqlalchemy import insert, select

from analytics.custody import open_batches
from sms import memory
from survey_app import fieldwork
from survey_app.engine import Mode, answer, begin, complete
from survey_app.intake import Ticket, padded, payload
from survey_app.invitations import Invitation, issue
from survey_app.paradata import Entry, Provenance
from survey_app.storage.database import alone, reading, writing
from survey_app.storage.tables import EnvelopeRow, ResponseRow, table

from .people import SITE_KEY, TODAY, WAVE, Field, Person, browse, population, run

TARGETS, ROUNDS, TEXTERS = 5, 60, 40
Measure = Callable[[Field, Random, int], tuple[int, int]]
ENVELOPE, RESPONSE = table(EnvelopeRow), table(ResponseRow)


@dataclass
class Reader:
    """Reads each conversation with the channel's key, after each text."""

    at: Field
    read: dict[str, int] = field(default_factory=dict)

    def saw(self, person: str, _begins: float) -> None:
        """Look for the secret number."""
        with reading(self.at.engine) as session:
            kept = memory.find(session, self.at.channel.keys, self.at.place.keys.find(WAVE), WAVE, person)
        interview = kept.conversation.interview
        if interview and isinstance(number := interview.answers.get("number"), int):
            self.read[person] = number

    def copy(self) -> None:
        """He needs no backup."""


def read_midway(at: Field, random: Random, minimum: int) -> tuple[int, int]:
    """With the channel's key, and the database or a backup while people text."""
    texters = [person for person in population(at.census, 2 * TEXTERS, random) if person.mode == "sms"]
    reader = Reader(at)
    run(at, texters, reader, random, minimum)
    return len(texters), sum(reader.read.get(person.name) == person.secret for person in texters)


def flooded(at: Field, random: Random, minimum: int) -> tuple[int, int]:
    """With envelopes of his own around one person's: what he does not know in the batch is hers."""
    targets = [person for person in population(at.census, 2 * TARGETS, random) if person.mode == "web"]
    with writing(at.engine) as session:
        fieldwork.field(session, at.form, WAVE, TODAY, TODAY)
        codes = issue(session, SITE_KEY, Invitation(Entry.INVITED, WAVE, ""), len(targets))
        wave = fieldwork.open_wave(session)
    assert wave
    own: set[int] = set()
    found = 0
    for person, code in zip(targets, codes, strict=True):
        before = _waiting(at)
        for _ in browse(at, wave, person, code):
            pass
        (hers,) = _waiting(at) - before
        for _ in range(ROUNDS):
            _fill(at, random, own, 2 * minimum, person)
            open_batches(at.engine, at.keys.private, minimum)
            if hers not in _waiting(at):
                break
        unknown = _written(at) - own
        own |= unknown
        found += unknown == {person.secret}
    return len(targets), found


def _fill(at: Field, random: Random, own: set[int], count: int, like: Person) -> None:
    """Seal made-up answers to the custodian's public key, as anybody can who writes to the table."""
    box = SealedBox(PublicKey(at.keys.public.encode(), HexEncoder))
    rows = []
    for number in random.sample(range(1, 100_000), count):
        interview = begin(at.form, Mode.WEB, "fr").interview
        for name, reply in like.replies:
            interview = answer(at.form, interview, str(number) if name == "number" else reply).interview
        content = padded(payload(at.form, complete(at.form, interview).interview, Provenance(Entry.INVITED)))
        rows.append(
            {"submission": Ticket.new().submission, "wave": WAVE, "sealed": box.encrypt(content), "digest": b""}
        )
        own.add(number)
    with writing(at.engine) as session:
        session.connection().execute(insert(ENVELOPE), rows)


def _waiting(at: Field) -> set[object]:
    with alone(at.engine) as connection:
        return set(connection.execute(select(ENVELOPE.c.submission)).scalars())


def _written(at: Field) -> set[int]:
    with alone(at.engine) as connection:
        return {said["number"] for said in connection.execute(select(RESPONSE.c.answers)).scalars()}


LIMITS: Mapping[str, Measure] = {
    "an operator who adds envelopes of his own": flooded,
    "an operator with the channel's and the wave's key who copies the database while people text": read_midway,
}
