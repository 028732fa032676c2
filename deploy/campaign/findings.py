"""What a rehearsed campaign came to, and what must not happen in any: texts lost, doubled, misplaced, sent after STOP.

Each is told apart by what the number's carrier does, so that a fault leads to its cause.
"""

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from rich.table import Table
from sqlalchemy import Engine, select

from sms import memory
from sms.campaign.progress import Progress, progress
from sms.carriers.declared import Channel
from sms.carriers.pretended import Conduct
from sms.sending import outbox
from sms.settings import ChannelSettings
from sms.talk.conversation import Conversation, State
from survey_app.engine import Mode, Questionnaire, Status, encode, submission
from survey_app.paradata import Entry
from survey_app.storage.database import reading, writing
from survey_app.storage.tables import OutboxRow, ResponseRow, table

from .people import CONSENT, LANGUAGE, NOISE, START, STOP, Person, meant

REACHED = ("invited", "delivered", "completed", "stopped", "failed")
FAULTS = ("lost", "doubled", "after stop", "misplaced", "untimely")
_BEFORE = (State.INVITED, State.NEW)
_ROW, _RESPONSE = table(OutboxRow).c, table(ResponseRow).c


@dataclass(slots=True)
class Findings:
    """Counts by conduct and name: what was reached, and the faults, each of which must be none.

    `untimely` are invitations and reminders in quiet hours or above the caps. Of what can be put to no conduct, `extra`
    are interviews that nobody gave, and `wrong` the sums that do not agree: spending, cases, response rates. `progress`
    is the campaign's own account of it.
    """

    counts: Counter[tuple[Conduct, str]] = field(default_factory=Counter)
    texts: int = 0
    messages: int = 0
    extra: int = 0
    wrong: list[str] = field(default_factory=list)
    progress: Progress | None = None

    def note(self, person: Person, what: str) -> None:
        """One more for this person."""
        self.counts[person.conduct, what] += 1

    def total(self, what: str) -> int:
        """How many of this in all."""
        return sum(count for (_, name), count in self.counts.items() if name == what)

    @property
    def faults(self) -> int:
        """How many faults there are."""
        return self.extra + len(self.wrong) + sum(map(self.total, FAULTS))

    def add(self, other: "Findings") -> None:
        """What was found among other people, with another database."""
        self.counts += other.counts
        self.texts, self.messages = self.texts + other.texts, self.messages + other.messages
        self.extra, self.wrong = self.extra + other.extra, self.wrong + other.wrong
        mine, its = self.progress, other.progress
        self.progress = _together(mine, its) if mine and its else mine or its

    def shown(self) -> Table:
        """The table, a line for each conduct."""
        made = Table("the number's carrier", *REACHED, *FAULTS)
        for how in Conduct:
            made.add_row(how.replace("_", " "), *(str(self.counts[how, name]) for name in (*REACHED, *FAULTS)))
        made.add_section()
        made.add_row("all", *(str(self.total(name)) for name in (*REACHED, *FAULTS)))
        return made


def _together(one: Progress, other: Progress) -> Progress:
    """The account of two parts of a campaign, which have the same channels."""
    spent = tuple(
        replace(
            mine,
            messages=mine.messages + its.messages,
            segments=mine.segments + its.segments,
            cost=mine.cost + its.cost,
        )
        for mine, its in zip(one.spent, other.spent, strict=True)
    )
    return replace(
        one,
        invited=Counter(one.invited) + Counter(other.invited),
        by_themselves=Counter(one.by_themselves) + Counter(other.by_themselves),
        waiting=Counter(one.waiting) + Counter(other.waiting),
        spent=spent,
    )


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
        columns = (_ROW.person, _ROW.kind, _ROW.status, _ROW.failure, _ROW.token)
        for row in session.connection().execute(select(*columns)):
            person = by_name.get(row.person)
            if person is None:
                continue
            if row.status == outbox.FAILED:
                findings.note(person, "failed")
            if _is_lost(row.kind, row.status, row.failure, row.token in taken):
                findings.note(person, "lost")
        found = {number: memory.find(session, settings.keys, wave_key, wave, number).conversation for number in heard}
    for person in by_name.values():
        _look_at(person, found[person.number], heard[person.number], findings)
    return [person for person in by_name.values() if found[person.number].finished]


def _is_lost(kind: str, status: str, failure: str | None, was_taken: bool) -> bool:
    if status == outbox.FAILED:
        return failure is None
    if status == outbox.EXPIRED:  # a reminder may, at the wave's end or a cap
        return kind != outbox.REMINDER
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
            return talk.state not in _BEFORE
        case value if value == LANGUAGE:
            return talk.state not in (*_BEFORE, State.LANGUAGE)
        case value if value == CONSENT:
            return talk.state not in (*_BEFORE, State.LANGUAGE, State.CONSENT)
        case value if value in (NOISE, STOP):
            return True
    return talk.interview is None or talk.interview.cursor != means


def compare(engine: Engine, form: Questionnaire, wave: str, people: Iterable[Person], findings: Findings) -> None:
    """Compare what the custodian opened with what the people who completed meant, and with what the frame says of them.

    An interview that is not as she meant it is misplaced; one more than people who completed is doubled.
    """
    columns = (_RESPONSE[name] for name in ("mode", "language", "entry", "stratum", "psu", "weight", "answers"))
    with reading(engine) as session:
        rows = session.connection().execute(select(*columns).where(_RESPONSE.wave == wave))
        opened = Counter(_key(form, *row) for row in rows)
    wanted: Counter[str] = Counter()
    for person in people:
        interview = meant(form, person.language, person.meant)
        if interview.status is not Status.COMPLETED:
            findings.note(person, "misplaced")
            continue
        said = {name: encode(value) for name, value in submission(form, interview).items()}
        case, weight = person.case, person.case.weight or 1.0
        key = _key(form, Mode.SMS, person.language, Entry.INVITED, case.stratum, case.psu, weight, said)
        wanted[key] += 1
        if wanted[key] > opened[key]:
            findings.note(person, "misplaced")
    findings.extra = max(opened.total() - wanted.total(), 0)


def _key(form: Questionnaire, *of: Any) -> str:
    *known, answers = of
    asked = {item.name for item in form.items if item.by_text}
    return json.dumps([*known, {name: value for name, value in answers.items() if name in asked}], sort_keys=True)


def account(engine: Engine, wave: str, channels: Mapping[str, Channel], handed: int, findings: Findings) -> None:
    """Compare the campaign's own account with what was counted here, before and after conversations are deleted.

    `handed` are the segments that the carrier took. The wave must be closed.
    """
    found = findings.progress = progress(engine, wave, channels, datetime.now(UTC))
    counted = {
        "people invited": (sum(found.invited.values()), findings.total("invited")),
        "people who began by themselves": (sum(found.by_themselves.values()), 0),
        "complete": (found.counts.complete, findings.total("completed")),
        "segments paid": (sum(spent.segments for spent in found.spent), handed),
        "messages paid": (sum(spent.messages for spent in found.spent), findings.messages),
    }
    findings.wrong += [f"{what}: {told}, counted {there}" for what, (told, there) in counted.items() if told != there]
    with writing(engine) as session:
        memory.forget_closed(session)
    if progress(engine, wave, channels, datetime.now(UTC)).rates != found.rates:
        findings.wrong.append("response rates are others once the conversations are deleted")
