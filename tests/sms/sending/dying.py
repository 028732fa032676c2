"""Sends messages in children that are killed at one step after the other; run as a program of its own.

The carrier writes what it takes to a file, so that it outlives the child. Each kind of message is sent at each step, by
a carrier that can be asked and by one that cannot; then other workers come. Prints a line of JSON each time.
"""

import itertools
import json
import os
import signal
import sys
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import Engine

from sms.carriers import Outgoing, Sent, UncertainError
from sms.clock import Clock, utc
from sms.sending import outbox
from sms.settings import ChannelSettings
from survey_app.settings import read_settings
from survey_app.storage.database import connect, connected, writing
from tests.faults.dying import AFTER_COMMIT, AT_COMMIT, AT_ONCE, watch
from tests.sms.delivering import deliver

LEASED, SETTLED = "attempts=(outbox.attempts", "reference=coalesce("
BEFORE, AFTER = "before the carrier has it", "after the carrier has it"
STEPS = {
    "leasing": (LEASED, AT_ONCE),
    "committing the lease": (LEASED, AT_COMMIT),
    "leased": (LEASED, AFTER_COMMIT),
    "handing over": (BEFORE, AT_ONCE),
    "handed over": (AFTER, AT_ONCE),
    "marking": (SETTLED, AT_ONCE),
    "committing the mark": (SETTLED, AT_COMMIT),
    "marked": (SETTLED, AFTER_COMMIT),
}


class Ledger:
    """A carrier that writes the token and the text of what it takes into a file, and answers from there if it can."""

    name = "twilio"

    def __init__(self, file: Path, *, askable: bool, dies: str = "") -> None:
        self.file, self.askable, self.dies = file, askable, dies

    def send(self, message: Outgoing) -> Sent:
        """Take it, and die before or after."""
        self._die(BEFORE)
        with self.file.open("a", encoding="utf-8") as ledger:
            ledger.write(f"{message.token} {message.body}\n")
            ledger.flush()
            os.fsync(ledger.fileno())
        self._die(AFTER)
        return Sent(f"SM{message.token}")

    def find(self, message: Outgoing, since: datetime) -> Sent | None:  # tokens are enough
        """Whether it is in the file."""
        if not self.askable:
            raise UncertainError
        tokens = [line.split()[0] for line in self.file.read_text(encoding="utf-8").splitlines()]
        return Sent(f"SM{message.token}") if message.token in tokens else None

    def erase(self, reference: str) -> bool:  # there are no copies
        """Nothing to do."""
        return True

    def _die(self, when: str) -> None:
        if self.dies == when:
            os.kill(os.getpid(), signal.SIGKILL)


def main(folder: Path) -> None:
    """Kill a child at each step, let others go on, and say what both left."""
    settings = read_settings(ChannelSettings)
    for askable, kind, step in itertools.product((True, False), outbox.KINDS, STEPS):
        ledger = folder / f"{askable}-{kind}-{step}"
        ledger.touch()
        with connected(settings.database_url.get_secret_value()) as engine:
            _put(settings, engine, kind)
        died_of = _killed(settings, step, Ledger(ledger, askable=askable, dies=STEPS[step][0]))
        with connected(settings.database_url.get_secret_value()) as engine:
            left = _statuses(engine)
            for minutes in (0, 2, 4, 8, 60, 600):
                deliver(settings, engine, Ledger(ledger, askable=askable), _later(minutes))
            took = [line.split()[1] for line in ledger.read_text(encoding="utf-8").splitlines()]
            line = {"askable": askable, "kind": kind, "step": step, "signal": died_of, "left": left, "took": took}
            sys.stdout.write(json.dumps(line | {"end": _statuses(engine)}) + "\n")
            with engine.begin() as work:
                work.exec_driver_sql("DELETE FROM outbox")


def _later(minutes: int) -> Clock:
    return lambda: utc() + timedelta(minutes=minutes)


def _put(settings: ChannelSettings, engine: Engine, kind: str) -> None:
    with writing(engine) as session:
        to = outbox.Recipient("twilio", "+212600000001", None, settings.keys)
        outbox.queue(session, to, ("one", "two"), utc(), kind)


def _statuses(engine: Engine) -> list[str]:
    with engine.connect() as work:
        return list(work.exec_driver_sql("SELECT status FROM outbox ORDER BY id").scalars())


def _killed(settings: ChannelSettings, step: str, carrier: Ledger) -> int:
    child = os.fork()
    if child == 0:
        engine = connect(settings.database_url.get_secret_value())
        words, when = STEPS[step]
        watch(engine, lambda statement: words in statement, when)
        deliver(settings, engine, carrier, utc)
        os._exit(0)
    return os.WTERMSIG(os.waitpid(child, 0)[1])


if __name__ == "__main__":
    main(Path(sys.argv[1]))
