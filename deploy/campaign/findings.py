"""What a rehearsed campaign came to, and what must not happen in any: texts lost, doubled, misplaced, sent after STOP.

Each is told apart by what the number's carrier does, so that a fault leads to its cause.
"""

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from rich.table import Table
from sqlalchemy import Engine, select

from sms import memory
from sms.carriers.pretended import Conduct
from sms.sending import outbox
from sms.settings import ChannelSettings
from sms.talk.conversation import Conversation, State
from survey_app.engine import Questionnaire, Status, encode, submission
from survey_app.storage.database import reading
from survey_app.storage.tables import OutboxRow, ResponseRow, table

from .people import CONSENT, LANGUAGE, NOISE, START, STOP, Person, meant

REACHED = ("invited", "delivered", "completed", "stopped", "failed")
FAULTS = ("lost", "doubled", "after stop", "misplaced")
_ROW, _RESPONSE = table(OutboxRow).c, table(ResponseRow).c


@dataclass(slots=True)
class Findings:
    """Counts by conduct and name: what was reached, and the faults, each of which must be none."""

    counts: Counter[tuple[Conduct, str]] = field(default_factory=Counter)
    texts: int = 0
    messages: int = 0
    extra: int = 0

    def note(self, person: Person, what: str) -> None:
        """One more for this person."""
        self.counts[person.conduct, what] += 1

    def total(self, what: str) -> int:
        """How many of this in all."""
        return sum(count for (_, name), count in self.counts.items() if name == what)

    @property
    def faults(self) -> int:
        """How many faults there are."""
        return self.extra + sum(map(self.total, FAULTS))

    def shown(self) -> Table:
        """The table, a line for each conduct."""
        made = Table("the number's carrier", *REACHED, *FAULTS)
        for how in Conduct:
            made.add_row(how.replace("_", " "), *(str(self.counts[how, name]) for name in (*REACHED, *FAULTS)))
        made.add_section()
        made.add_row("all", *(str(self.total(name)) for name in (*REACHED, *FAULTS)))
        return made


def look(
    engine: Engine,
    settings: ChannelSettings,
    wave: str,
    wave_key: bytes,
    people: Iterable[Person],
    taken: frozenset[str],
    heard: Mapping[str, bool],
    findings: Findings,
) -> list[Person]:
    """Look at the outbox and the conversations after the last day, before the wave is closed; who completed.

    `taken` are the tokens that the carrier took; `heard` says of a number whether a message was written to it after the
    last text that it sent.
    """
    own = settings.keys.within(wave_key)
    with reading(engine) as session:
        by_name = {own.number(person.number): person for person in people}
        for row in session.connection().execute(select(_ROW.person, _ROW.status, _ROW.failure, _ROW.token)):
            person = by_name.get(row.person)
            if person is None:
                continue
            if row.status == outbox.FAILED:
                findings.note(person, "failed")
            if _is_lost(row.status, row.failure, row.token in taken):
                findings.note(person, "lost")
        found = {number: memory.find(session, settings.keys, wave_key, wave, number).conversation for number in heard}
    for person in by_name.values():
        _look_at(person, found[person.number], heard[person.number], findings)
    return [person for person in by_name.values() if found[person.number].finished]


def _is_lost(status: str, failure: str | None, was_taken: bool) -> bool:
    if status == outbox.FAILED:
        return failure is None
    return status in (outbox.QUEUED, outbox.SENDING) or (status == outbox.UNKNOWN and not was_taken)


def _look_at(person: Person, talk: Conversation, heard: bool, findings: Findings) -> None:
    if talk.state is State.STOPPED:
        findings.note(person, "stopped")
    if talk.finished:
        findings.note(person, "completed")
    silenced = person.claim and not (person.left or heard or _moved(talk, person.claim))
    if (person.stopped and talk.state is not State.STOPPED) or silenced:
        findings.note(person, "lost")


def _moved(talk: Conversation, means: str) -> bool:
    """Whether a text of this meaning has had its effect: the talk stands behind it."""
    match means:
        case value if value == START:
            return talk.state is not State.NEW
        case value if value == LANGUAGE:
            return talk.state not in (State.NEW, State.LANGUAGE)
        case value if value == CONSENT:
            return talk.state not in (State.NEW, State.LANGUAGE, State.CONSENT)
        case value if value in (NOISE, STOP):
            return True
    return talk.interview is None or talk.interview.cursor != means


def compare(engine: Engine, form: Questionnaire, wave: str, people: Iterable[Person], findings: Findings) -> None:
    """Compare what the custodian opened with what the people who completed meant.

    An interview that is not as she meant it is misplaced; one more than people who completed is doubled.
    """
    with reading(engine) as session:
        rows = session.connection().execute(select(_RESPONSE.language, _RESPONSE.answers).where(_RESPONSE.wave == wave))
        opened = Counter(_key(form, row.language, row.answers) for row in rows)
    wanted: Counter[str] = Counter()
    for person in people:
        interview = meant(form, person.language, person.meant)
        if interview.status is not Status.COMPLETED:
            findings.note(person, "misplaced")
            continue
        said = {name: encode(value) for name, value in submission(form, interview).items()}
        key = _key(form, person.language, said)
        wanted[key] += 1
        if wanted[key] > opened[key]:
            findings.note(person, "misplaced")
    more = opened.total() - wanted.total()
    findings.extra = max(more, 0)


def _key(form: Questionnaire, language: str, answers: Mapping[str, object]) -> str:
    asked = {item.name for item in form.items if item.by_text}
    return json.dumps([language, {name: value for name, value in answers.items() if name in asked}], sort_keys=True)
