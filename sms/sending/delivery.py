"""The delivery: what is due goes to the carriers, and what came of it into the outbox.

A batch is leased in one transaction, handed over by several threads, and settled as the carrier answers. No database
session is open meanwhile, so a slow carrier holds no lock. Any number of workers may run, on SQLite by turns.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Self

from sqlalchemy import Engine, Row
from sqlmodel import Session

from survey_app.storage.database import reading, writing
from survey_app.wavekeys import WaveKeyError

from .. import memory, reception
from ..carriers import BusyError, Carrier, Failure, Outgoing, RejectedError, Sent, UncertainError
from ..clock import Clock
from ..keys import Keyring
from ..settings import ChannelSettings
from . import caps, copies, outbox, pending, receipts
from .outbox import EXPIRED, FAILED, INVITATION, REPLY, SENT, UNKNOWN, Message, Result
from .rules import BUDGET, BUDGET_WAITS, KEYLESS, OPTED_OUT, PACE, UNAPPROVED, Rules, afford, judge

BATCH = HANDS = 64
HANDED_WITHIN = timedelta(seconds=30)  # of a lease: a carrier's slowest answer must come before its end
SETTLE_SECONDS = 0.05
ASK_AGAIN = KEY_AGAIN = timedelta(minutes=1)
EXPIRE_EVERY = timedelta(hours=1)
SKEW = timedelta(minutes=1)  # between a carrier's clock and ours
Outcome = Sent | BusyError | RejectedError | UncertainError
Answer = Sent | BusyError | UncertainError | None
_EVERYWHERE = ""  # beside the names of channels
_NEVER = {OPTED_OUT: Failure.OPTED_OUT, UNAPPROVED: Failure.REFUSED}


@dataclass(frozen=True, slots=True)
class Worker:
    """All that sends: the channels' carriers by name, and the rules that messages must pass."""

    settings: ChannelSettings
    engine: Engine
    carriers: Mapping[str, Carrier]
    clock: Clock
    rules: Rules = field(default_factory=Rules)
    _next: dict[str, datetime] = field(default_factory=dict, init=False)
    _hands: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(HANDS), init=False)
    _told: list[str] = field(default_factory=list, init=False)  # a signal may break in anywhere, so no lock

    def __enter__(self) -> Self:
        """Nothing to do: its threads begin when there is something to hand over, and end with the block."""
        return self

    def __exit__(self, *_: object) -> None:
        self._hands.shutdown()

    def stop(self) -> None:
        """Begin nothing more: `send` returns when the batch in its hands is marked. From a signal or another thread."""
        self._told.append("stop")

    @property
    def stopping(self) -> bool:
        """Whether it was told to stop."""
        return bool(self._told)

    def send(self) -> Counter[str]:
        """Send all that is due now: how many messages then have which status, or are held back by which rule."""
        counts = Counter[str]()
        if self._is_time(_EVERYWHERE, EXPIRE_EVERY):  # channels that are not declared any more have messages too
            counts += self._expire(None)
        for channel in self.carriers:
            now = self.clock()
            with reading(self.engine) as session:
                there = pending.look(session, channel, now)
            if there.late or there.dead:
                counts += self._expire(channel)
            if there.doubtful or there.dead:
                counts += self._ask(channel)
            more = there.due
            while more and not self.stopping:
                leased, held, more = self._lease(channel)
                settled = self._hand_over(leased)
                counts += held + settled
                # A carrier that takes nothing now is left alone until the next round.
                more = more and (not leased or bool(settled[SENT] or settled[FAILED]))
        return counts

    def erase(self) -> Counter[str]:
        """Ask the carriers to delete their copies of texts that are due."""
        return copies.erase(self.engine, self.settings.keyring, self.carriers, self.clock(), self._hands.map)

    def _is_time(self, what: str, every: timedelta) -> bool:
        now = self.clock()
        if now < self._next.get(what, now):
            return False
        self._next[what] = now + every
        return True

    def _expire(self, channel: str | None) -> Counter[str]:
        now = self.clock()
        with writing(self.engine) as session:
            outbox.reclaim(session, now, channel)
            late = pending.overdue(session, channel, now)
        tried = self._end([row for row in late if row.attempts], FAILED, Failure.GAVE_UP)
        return tried + self._end([row for row in late if not row.attempts], EXPIRED)

    def _end(self, which: Sequence[Any], status: str, failure: Failure | None = None) -> Counter[str]:
        """Settle rows or messages that will never be sent."""
        if not which:
            return Counter()
        with writing(self.engine) as session:
            receipts.tell(session, {it.person: failure or status for it in which if it.kind == INVITATION})
            moved = outbox.settle_all(session, [Result(it.id, status, None, failure) for it in which])
        return Counter({status: len(moved)})

    def _lease(self, channel: str) -> tuple[list[Message], Counter[str], bool]:
        """Some messages that may go now, how many are held back by what, and whether there may be more of either."""
        now, keys = self.clock(), self.settings.keyring
        with writing(self.engine) as session:
            rows = outbox.due(session, channel, now, BATCH)
            if not rows:
                return [], Counter(), False
            messages, gone, keyless = _opened(rows, keys)
            outbox.hold(session, keyless, now + KEY_AGAIN)
            free, held = judge(session, keys.channel, self.rules, messages, now)
            for late in held:
                if late.until:
                    outbox.hold(session, [late.message.id], late.until)
            leased, counts = self._afford(session, channel, free, now)
        counts.update(late.reason for late in held)
        counts[KEYLESS] += len(keyless)
        never = [late for late in held if not late.until]
        for reason, failure in _NEVER.items():
            self._end([late.message for late in never if late.reason == reason], FAILED, failure)
        self._end([late.message for late in never if late.reason not in _NEVER], EXPIRED)
        return leased, +counts + self._end(gone, EXPIRED), bool(rows) and not counts[PACE]

    def _afford(
        self, session: Session, channel: str, free: Sequence[Message], now: datetime
    ) -> tuple[list[Message], Counter[str]]:
        """Lease the messages that pace and budget let go; how many those hold back.

        Pace comes first, as a token that was taken in vain comes back by itself.
        """
        if not free:
            return [], Counter()
        via = self.rules.choose(session, channel, now)
        via = via if via in self.carriers else channel
        paced = free[: self.rules.pace(session, via, len(free), now)]
        paid, poor = afford(session, self.rules, via, paced, now.date())
        for message in paid:
            if not message.attempts:
                self.rules.count(session, message.to, now, message.kind, message.wave)
        moved = [outbox.moved(session, message, self.settings.keyring, via) for message in paid]
        leased = outbox.lease(session, moved, now)
        short = sum(outbox.hold_wave(session, channel, wave, now + BUDGET_WAITS) for wave in poor)
        return leased, Counter({PACE: len(free) - len(paced), BUDGET: short})

    def _hand_over(self, messages: Sequence[Message]) -> Counter[str]:
        """Hand over messages, all at once, and mark each soon after its answer: a person may reply to it by then."""
        asked, counts = {self._hands.submit(self._handed, message): message for message in messages}, Counter[str]()
        while asked:
            wait(asked, return_when=FIRST_COMPLETED)
            done, _ = wait(asked, timeout=SETTLE_SECONDS)
            counts += self._settle([(asked.pop(answer), answer.result()) for answer in done])
        return counts

    def _handed(self, message: Message) -> Outcome:
        if self.clock() > message.leased + HANDED_WITHIN:
            return BusyError()
        try:
            return self.carriers[message.channel].send(_outgoing(message))
        except (BusyError, RejectedError, UncertainError) as error:
            return error
        except Exception:  # noqa: BLE001 # a fault in one carrier must not leave the rest of the batch unmarked
            return UncertainError()

    def _settle(self, outcomes: Sequence[tuple[Message, Outcome]]) -> Counter[str]:
        now, channel = self.clock(), outcomes[0][0].channel
        for message, outcome in outcomes:
            if isinstance(outcome, RejectedError) and outcome.failure is Failure.OPTED_OUT:
                reception.opted_out(self.settings, self.engine, message.to)
        sure = [(message, it) for message, outcome in outcomes if (it := self._result(message, outcome))]
        busy = [message for message, outcome in outcomes if isinstance(outcome, BusyError)]
        with writing(self.engine) as session:
            fates = {message.person: it.failure or it.status for message, it in sure if message.kind == INVITATION}
            receipts.tell(session, fates)
            moved = outbox.settle_all(session, [it for _, it in sure])
            self._note_copies(session, [(message, it) for message, it in outcomes if message.id in moved], now)
            later = [(message, outbox.put_off(session, message, now)) for message in busy]
            taken = sum(isinstance(outcome, Sent) for _, outcome in outcomes)
            refused = sum(isinstance(outcome, (BusyError, UncertainError)) for _, outcome in outcomes)
            self.rules.note(session, channel, taken, refused, now)
            rejected = [message for message, it in sure if it.status == FAILED]
            self._release(session, [*busy, *rejected])
        self._tell_given_up(later)
        return Counter(it.status for _, it in sure) + Counter(status for _, status in later)

    def _result(self, message: Message, outcome: Answer | Outcome) -> Result | None:
        """How a message is to be marked, if it is known not to be for later."""
        if isinstance(outcome, Sent):
            return Result(message.id, SENT, self.settings.keys.message(message.channel, outcome.reference))
        if isinstance(outcome, RejectedError):
            return Result(message.id, FAILED, None, outcome.failure)
        return Result(message.id, UNKNOWN) if isinstance(outcome, UncertainError) else None

    def _note_copies(self, session: Session, sent: Sequence[tuple[Message, object]], now: datetime) -> None:
        for message, outcome in sent:
            if isinstance(outcome, Sent):
                due = now + copies.FINAL_AFTER
                copies.note(session, self.settings.keys, message.channel, outcome.reference, due)

    def _release(self, session: Session, messages: Iterable[Message]) -> None:
        for message in messages:
            self.rules.release(session, message.channel, message.wave, message.day, message.segments, 1)

    def _tell_given_up(self, later: Sequence[tuple[Message, str]]) -> None:
        lost = [message for message, status in later if status == FAILED and message.kind == INVITATION]
        if lost:
            with writing(self.engine) as session:
                receipts.tell(session, {message.person: Failure.GAVE_UP for message in lost})

    def _ask(self, channel: str) -> Counter[str]:
        """Ask a carrier about messages of which nobody knows whether it took them, once their leases are over."""
        now = self.clock()
        if now < self._next.get(channel, now):
            return Counter()
        with reading(self.engine) as session:
            messages, gone, _ = _opened(pending.doubtful(session, channel, now, BATCH), self.settings.keyring)
        answers = list(zip(messages, self._hands.map(self._found, messages), strict=True))
        if any(isinstance(answer, BusyError) for _, answer in answers):
            self._next[channel] = now + ASK_AGAIN
        found = [(message, answer) for message, answer in answers if isinstance(answer, Sent)]
        absent = [message for message, answer in answers if answer is None]
        unsure = [message for message, answer in answers if _stays_unsure(message, answer, now)]
        once_more = [message for message, answer in answers if isinstance(answer, UncertainError)]
        once_more = [message for message in once_more if message not in unsure]
        if not (found or absent or unsure or once_more or gone):
            return Counter()
        with writing(self.engine) as session:
            told = [(message, SENT) for message, _ in found] + [(message, UNKNOWN) for message in unsure]
            receipts.tell(session, {message.person: fate for message, fate in told if message.kind == INVITATION})
            moved = outbox.settle_all(session, [it for one in found if (it := self._result(*one))])
            self._note_copies(session, [one for one in found if one[0].id in moved], now)
            later = [(message, outbox.put_off(session, message, now)) for message in absent]
            later += [(message, outbox.put_off(session, message, now, again=True)) for message in once_more]
            for number in (*(message.id for message in unsure), *(row.id for row in gone)):
                pending.leave_unknown(session, number)
            self._release(session, absent)
        self._tell_given_up(later)
        left = len(unsure) + len(gone)
        return Counter(status for _, status in later) + Counter({SENT: len(moved), UNKNOWN: left})

    def _found(self, message: Message) -> Answer:
        try:
            since = message.leased - SKEW
            return self.carriers[message.channel].find(_outgoing(message), since)
        except (BusyError, UncertainError) as error:
            return error


def tidy(settings: ChannelSettings, engine: Engine, now: datetime) -> None:
    """Delete what is no longer needed: the notes of old messages, in and out, and the tallies of past periods."""
    with writing(engine) as session:
        memory.forget(session, now.date())
        outbox.purge(session, now)
        caps.purge(session, now.astimezone(settings.quiet_rules.clock).date())


def _opened(rows: Iterable[Row[Any]], keys: Keyring) -> tuple[list[Message], list[Row[Any]], list[int]]:
    """The messages of rows; the rows whose key is destroyed; and those whose key cannot be had now."""
    messages, gone, keyless = [], [], []
    for row in rows:
        try:
            message = outbox.opened(row, keys)
        except WaveKeyError:
            keyless.append(row.id)
            continue
        if message:
            messages.append(message)
        else:
            gone.append(row)
    return messages, gone, keyless


def _outgoing(message: Message) -> Outgoing:
    return Outgoing(message.token, message.to, message.body, message.template, message.approved[1:])


def _stays_unsure(message: Message, answer: Answer, now: datetime) -> bool:
    """Whether nothing more is to be done about a message: our own doing never goes twice, a reply twice at most."""
    if isinstance(answer, BusyError):
        return message.expires is not None and message.expires <= now
    return isinstance(answer, UncertainError) and (message.kind != REPLY or message.again)
