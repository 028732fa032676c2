"""Designs that others use, on tables of their own, so that the attacks are known to work. Nobody should copy these."""

import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from random import Random

from sqlalchemy import (
    JSON,
    Column,
    Connection,
    DateTime,
    Engine,
    Integer,
    MetaData,
    String,
    Table,
    Uuid,
    insert,
    update,
)

from survey_app.storage.database import alone

from .people import Insider, Person

METADATA = MetaData()
INVITED = Table(
    "invited",
    METADATA,
    Column("code", String(64), primary_key=True),
    Column("used", Integer),
    Column("used_at", DateTime),
)
ANSWER = Table(
    "answer",
    METADATA,
    Column("id", Uuid, primary_key=True),
    Column("user_id", String(64)),
    Column("said", JSON),
)
NUMBERED = Table(
    "numbered",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("said", JSON),
)
STEP = 0.01  # seconds between two people in the ids that hold a time
BACKUP_EVERY = 50


@dataclass(frozen=True, slots=True)
class Design:
    """How one person is served, what is done at the end, and the table of answers."""

    serve: Callable[[Engine, Person, float], None]
    finish: Callable[[Engine], None]
    answers: str = "answer"


def _use(connection: Connection, person: Person, moment: float | None = None) -> None:
    when = None if moment is None else _datetime(moment)
    statement = update(INVITED).where(INVITED.c.code == person.name).values(used=1, used_at=when)
    connection.execute(statement)


def _say(connection: Connection, person: Person, name: uuid.UUID, user: str | None = None) -> None:
    connection.execute(insert(ANSWER).values(id=name, user_id=user, said={"number": person.secret}))


def _together(engine: Engine, person: Person, _moment: float) -> None:
    with engine.begin() as connection:
        _use(connection, person)
        _say(connection, person, uuid.uuid4())


def _in_a_row(engine: Engine, person: Person, _moment: float) -> None:
    with engine.begin() as connection:
        _use(connection, person)
    with engine.begin() as connection:
        _say(connection, person, uuid.uuid4())


def _by_user(engine: Engine, person: Person, _moment: float) -> None:
    with engine.begin() as connection:
        _use(connection, person)
        _say(connection, person, uuid.uuid4(), person.name)


def _timed_ids(engine: Engine, person: Person, moment: float) -> None:
    with engine.begin() as connection:
        _use(connection, person, moment)
    with engine.begin() as connection:
        _say(connection, person, version_7(moment))


def _serial_ids(engine: Engine, person: Person, moment: float) -> None:
    with engine.begin() as connection:
        _use(connection, person, moment)
    with engine.begin() as connection:
        connection.execute(insert(NUMBERED).values(said={"number": person.secret}))


def version_7(moment: float) -> uuid.UUID:
    """A UUID that begins with the time in milliseconds (RFC 9562)."""
    random = uuid.uuid4().int
    return uuid.UUID(
        int=int(moment * 1000) << 80 | 0x7 << 76 | random >> 52 & 0xFFF << 64 | 2 << 62 | random & (1 << 62) - 1
    )


def _nothing(_engine: Engine) -> None:
    pass


def _freeze(engine: Engine) -> None:
    if engine.dialect.name == "postgresql":
        with alone(engine) as connection:
            connection.exec_driver_sql("VACUUM FREEZE invited, answer")


def _forget_users(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(update(ANSWER).values(user_id=None))
    _freeze(engine)


DESIGNS: Mapping[str, Design] = {
    "one transaction": Design(_together, _nothing),
    "one transaction, then VACUUM FREEZE": Design(_together, _freeze),
    "two transactions in a row": Design(_in_a_row, _nothing),
    "user id set to null, then VACUUM FREEZE": Design(_by_user, _forget_users),
    "UUIDv7 beside a time": Design(_timed_ids, _nothing),
    "serial id beside a time": Design(_serial_ids, _nothing, "numbered"),
}


def run(
    design: Design, engine: Engine, people: Sequence[Person], random: Random
) -> tuple[Insider, dict[str, frozenset[str]]]:
    """Let everybody answer in a design; the invitations lie in another order than that of arrival."""
    METADATA.create_all(engine)
    insider = Insider(engine)
    with engine.begin() as connection:
        listed = [{"code": person.name, "used": 0} for person in people]
        random.shuffle(listed)
        connection.execute(insert(INVITED), listed)
    insider.copy()
    began = time.time()
    for number, person in enumerate(people, 1):
        begins = time.time()
        design.serve(engine, person, began + number * STEP)
        insider.saw(person.name, begins)
        if number % BACKUP_EVERY == 0:
            insider.copy()
    design.finish(engine)
    return insider, {person.name: frozenset({person.name}) for person in people}


def _datetime(moment: float) -> datetime:
    return datetime.fromtimestamp(moment, UTC).replace(tzinfo=None)
