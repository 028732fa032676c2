"""One turn of the custodian's work: open, compute, audit, publish. Safe to run at any time, twice at once, and to kill.

Each step leaves the releases as they were or a step further, and the next turn begins with what is missing: what was
opened is in the database, a candidate has the same name when it is built again, and the pointer follows the chain.
"""

import hashlib
import json
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

from sqlalchemy import Engine, func
from sqlmodel import col, select

from analytics.custody import open_batches
from analytics.publish import Parameters, cards
from analytics.release.bundle import read_manifest
from analytics.release.chain import read_chain
from survey_app.fieldwork import CLOSED, waves
from survey_app.instrument import Instrument
from survey_app.storage.database import reading
from survey_app.storage.tables import ResponseRow

from .building import Trust, candidate, keep
from .policy import POLICY
from .publishing import publish, settle
from .register import REGISTER
from .store import alone, put

DONE = ".refreshed"
Said = Callable[[str], None]


def refresh(
    engine: Engine,
    instrument: Instrument,
    directory: Path,
    parameters: Parameters,
    trust: Trust,
    opener: tuple[str, int | None],
    said: Said = lambda _: None,
) -> str:
    """Do what is to be done, and say it in a sentence; "" if there was nothing.

    A wave that is still in the field and was published already waits for its close: what few people would add between
    two releases could be found by subtracting one from the other.

    opener: the custodian's private key and the smallest batch. said: told each step as it begins. Raises BusyError at
    once where another process is at it, and what opening, building and publishing raise.
    """
    with alone(directory, patient=False):
        said("Opening what may be opened")
        opened = sum(done.opened for done in open_batches(engine, *opener).values())
        settle(directory, read_chain(directory, trust.pinned))
        if _seen(directory) == _state(engine, instrument, directory, parameters):
            return f"Opened {opened}; what is published of this wave is counted again when it is closed." * bool(opened)
        said("Computing every figure, and attacking them")
        made = candidate(engine, instrument, directory, parameters, trust)
        if made.same_as:
            told = f"Opened {opened}; what would be published is what {made.same_as} says."
        else:
            said("Publishing")
            path = keep(directory, made, trust)
            publish(directory, path.name, trust.private, parameters.created, trust.pinned)
            told = f"Opened {opened}; published {path}"
        put(directory / DONE, _state(engine, instrument, directory, parameters).encode("ascii"))
        return told


def _seen(directory: Path) -> str:
    path = directory / DONE
    return path.read_text(encoding="ascii", errors="replace") if path.exists() else ""


def _state(engine: Engine, instrument: Instrument, directory: Path, parameters: Parameters) -> str:
    """A hash of all that a release follows from: when it is as it was, nothing has to be computed."""
    wave, chain = col(ResponseRow.wave), read_chain(directory)
    out = {each["id"] for each in read_manifest(directory / chain.latest)["waves"]} if chain.latest else set()
    with reading(engine) as session:
        waiting = {period.id for period in waves(session) if period.state != CLOSED and period.id in out}
        grouped = session.exec(select(wave, func.count()).group_by(wave)).all()
    counts = sorted(pair for pair in grouped if pair[0] not in waiting)
    files = [directory / POLICY, directory / REGISTER]
    known = {
        "software": version("thiqa"),
        "counts": [list(pair) for pair in counts],
        "chain": chain.head,
        "files": [hashlib.sha256(file.read_bytes()).hexdigest() if file.exists() else "" for file in files],
        "instrument": [str(cards(instrument)), str(instrument.lattice), str(instrument.census)],
        "parameters": [parameters.k, parameters.seed, parameters.synthetic, str(parameters.rule_set)],
    }
    return hashlib.sha256(json.dumps(known, sort_keys=True).encode()).hexdigest()
