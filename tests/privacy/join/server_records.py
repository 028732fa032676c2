"""What PostgreSQL itself keeps: the WAL, record by record, and the log, statement by statement."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime

from sqlalchemy import Connection, text

from .evidence import Change, Place, Statement

_RECORD = re.compile(r"^rmgr: (Heap2?|Transaction) .*? tx: +(\d+), .*? desc: (\S+) (.*)$")
_BLOCK = re.compile(r"blkref #(\d): rel \d+/(\d+)/(\d+) (?:fork \w+ )?blk (\d+)")
_NUMBER = re.compile(r"(old_off|new_off|off): (\d+)")
_LIST = re.compile(r"offsets: \[([\d, ]+)\]")
_LINE = re.compile(r"^(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d+) UTC \[(\d+)\] \S+@(\S+) (LOG|DETAIL):  (.*)$")
_EXECUTED = re.compile(r"^(?:execute [^:]*|statement): (.*)$")
_PARAMETER = re.compile(r"\$\d+ = '((?:[^']|'')*)'")
LONGEST = 2_000  # a longer parameter is sealed bytes


def wal_changes(connection: Connection, wal: str) -> tuple[Change, ...]:
    """Every change of a row of this database that was committed, in the order of the WAL."""
    database = str(connection.execute(text("SELECT oid FROM pg_database WHERE datname = current_database()")).scalar())
    words = (
        "SELECT c.relfilenode::text, CASE WHEN o.relname IS NULL THEN c.relname ELSE 'toast of ' || o.relname END "
        "FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace LEFT JOIN pg_class o ON o.reltoastrelid = c.oid "
        "WHERE c.relkind IN ('r', 't') AND (n.nspname = 'public' OR o.relnamespace = 'public'::regnamespace)"
    )
    relations = {str(node): str(name) for node, name in connection.execute(text(words))}
    found: list[tuple[int, str, str, Place, Place | None]] = []
    committed: dict[int, tuple[int, float]] = {}  # a transaction or a part of one: the whole, and when
    for line in wal.splitlines():
        record = _RECORD.match(line)
        if record is None:
            continue
        kind, number, what, rest = record[1], int(record[2]), record[3], record[4]
        if kind == "Transaction":
            if what.startswith("COMMIT"):
                moment = _moment(" ".join(rest.split()[:2]))
                parts = rest.partition("subxacts: ")[2].partition(";")[0].split()
                committed |= dict.fromkeys([number, *map(int, parts)], (number, moment))
            continue
        blocks = {block[1]: block for block in _BLOCK.finditer(rest)}
        if "0" in blocks and blocks["0"][2] == database and blocks["0"][3] in relations:
            relation, block = relations[blocks["0"][3]], int(blocks["0"][4])
            old = int(blocks["1"][4]) if "1" in blocks else block
            found += [(number, relation, *change) for change in _changes(what.partition("+")[0], rest, block, old)]
    return tuple(
        Change(*committed[number], relation, what, place, before)
        for number, relation, what, place, before in found
        if number in committed
    )


def _changes(what: str, rest: str, block: int, old: int) -> Iterator[tuple[str, Place, Place | None]]:
    offsets = {name: int(value) for name, value in _NUMBER.findall(rest)}
    if what == "INSERT":
        yield "insert", (block, offsets["off"]), None
    elif what == "DELETE":
        yield "delete", (block, offsets["off"]), None
    elif what in ("UPDATE", "HOT_UPDATE"):
        yield "update", (block, offsets["new_off"]), (old, offsets["old_off"])
    elif what == "MULTI_INSERT" and (listed := _LIST.search(rest)):
        for offset in listed[1].split(","):
            yield "insert", (block, int(offset)), None


def logged(log: str, database: str) -> tuple[Statement, ...]:
    """Every statement of this database in the log, with its parameters."""
    found: list[Statement] = []
    running: dict[int, bool] = {}  # by session, whether the last line is a statement; others have details too
    for line in log.splitlines():
        read = _LINE.match(line)
        if read is None or read[3] != database:
            continue
        moment, session, said = _moment(read[1]), int(read[2]), read[5]
        if read[4] == "LOG":
            executed = _EXECUTED.match(said)
            running[session] = executed is not None
            if executed:
                found.append(Statement(moment, session, executed[1], ()))
        elif running.get(session) and found[-1].session == session and "arameters: " in said:
            values = (value.replace("''", "'") for value in _PARAMETER.findall(said))
            kept = tuple(value for value in values if len(value) <= LONGEST)
            found[-1] = Statement(found[-1].moment, session, found[-1].words, kept)
    return tuple(found)


def _moment(written: str) -> float:
    return datetime.fromisoformat(written).replace(tzinfo=UTC).timestamp()
