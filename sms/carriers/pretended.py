"""A carrier that pretends, for the demonstration, rehearsals and tests: the number's last two digits say what it does.

Numbers are fictional: +999 is assigned to no country (ITU-T E.164). As with the test numbers of real carriers:

    00-69 takes at once                  77 refuses: no such number
    70    takes, delivers much later     78 refuses: a landline
    71    delivers twice, tells twice    79 refuses: out of reach
    72    delivers out of order          80 refuses: blocked
    73    takes, never delivers          81 takes, and tells later: out of reach
    74    Arabic arrives as ????         82 busy (429) half of every minute
    75    only the first part arrives    83 time-out, and it was taken
    76    refuses: opted out (21610)     84 time-out half of every minute, and it was not taken

    90    brings texts twice             92    brings texts out of order
    91    brings texts late              93    brings long texts in parts

Other endings are as 00. All that chance decides follows from the seed, the number and the how-manieth message it is.
"""

import hashlib
import threading
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from ..clock import Clock
from ..segments import BASIC, EXTENSION, GSM7, segments
from . import BusyError, Failure, Fate, Outgoing, Receipt, RejectedError, Sent, UncertainError


class Conduct(StrEnum):
    """What the carrier of a number does, with its messages or with its person's texts."""

    PROMPT = "prompt"
    LATE = "late"
    TWICE = "twice"
    DISORDERED = "disordered"
    DROPPED = "dropped"
    GARBLED = "garbled"
    CUT = "cut"
    OPTED_OUT = "opted_out"
    INVALID = "invalid"
    LANDLINE = "landline"
    UNREACHABLE = "unreachable"
    BLOCKED = "blocked"
    FAILS_LATER = "fails_later"
    BUSY = "busy"
    TIMEOUT_TAKEN = "timeout_taken"
    TIMEOUT_NOT_TAKEN = "timeout_not_taken"
    BROUGHT_TWICE = "brought_twice"
    BROUGHT_LATE = "brought_late"
    BROUGHT_DISORDERED = "brought_disordered"
    BROUGHT_IN_PARTS = "brought_in_parts"


ENDINGS: Mapping[Conduct, str] = {
    how: f"{ending:02}"
    for how, ending in zip(Conduct, (0, *range(70, 85), *range(90, 94)), strict=True)
}  # fmt: skip
_BY_ENDING = {ending: how for how, ending in ENDINGS.items()}
_REFUSED = {
    Conduct.OPTED_OUT: Failure.OPTED_OUT,
    Conduct.INVALID: Failure.INVALID,
    Conduct.LANDLINE: Failure.LANDLINE,
    Conduct.UNREACHABLE: Failure.UNREACHABLE,
    Conduct.BLOCKED: Failure.BLOCKED,
}
_SECOND = timedelta(seconds=1)
_BAD_SECONDS, _OF_SECONDS = 30, 60
_ONE_PART = {GSM7: 153}
_ONE_PART_UCS2 = 67


def conduct(number: str) -> Conduct:
    """What the carrier of this number does."""
    return _BY_ENDING.get(number[-2:], Conduct.PROMPT)


@dataclass(frozen=True, slots=True)
class Arrival:
    """A message on a phone: when it arrives, and as what."""

    at: datetime
    token: str
    to: str = field(repr=False)
    body: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Brought:
    """A person's text as the carrier brings it: when, under which reference, and what is left of it."""

    at: datetime
    reference: str = field(repr=False)
    text: str = field(repr=False)


class PretendedCarrier:
    """Keeps in memory what it was handed. Each of its functions may be called from several threads at once."""

    def __init__(self, clock: Clock, name: str = "pretended", seed: int = 1, before: int = 0) -> None:
        """`before`: how many messages and texts each number is thought to have had already."""
        self.name, self._clock, self._seed, self._before = name, clock, seed, before
        self._lock = threading.Lock()
        self._counts: Counter[str] = Counter()
        self._taken: dict[str, str] = {}
        self._phones: dict[str, list[Arrival]] = {}
        self._arriving: list[Arrival] = []
        self._receipts: list[tuple[datetime, Receipt]] = []
        self.handed: list[Outgoing] = []

    def send(self, message: Outgoing) -> Sent:
        """Hand over one message. Raises BusyError, RejectedError or UncertainError, as the number says."""
        now, how = self._clock(), conduct(message.to)
        if failure := _REFUSED.get(how):
            raise RejectedError(failure)
        if how is Conduct.BUSY and self._is_bad(now, message.to):
            raise BusyError
        if how is Conduct.TIMEOUT_NOT_TAKEN and self._is_bad(now, message.to):
            raise UncertainError
        with self._lock:
            nth = self._count(message.to)
            reference = self._taken[message.token] = self._named(message.to, nth)
            self.handed.append(message)
            self._deliver(message, how, now, nth)
        if how is Conduct.TIMEOUT_TAKEN:
            raise UncertainError
        return Sent(reference)

    def find(self, message: Outgoing, since: datetime) -> Sent | None:  # noqa: ARG002  # it never forgets
        """Whether the carrier took this message after all."""
        with self._lock:
            reference = self._taken.get(message.token)
        if reference is None and conduct(message.to) is Conduct.TIMEOUT_TAKEN:
            # Another process handed it over, and this number's messages are always taken.
            return Sent(self._named(message.to, 0))
        return Sent(reference) if reference else None

    def erase(self, reference: str) -> bool:  # noqa: ARG002  # it shows nobody what it has
        """Delete the carrier's copy of a text: there is nobody who could read it."""
        return True

    def arriving(self) -> list[Arrival]:
        """What was handed over since this was last asked, each with when it arrives, which may be later than now."""
        with self._lock:
            new, self._arriving = self._arriving, []
        return new

    def received(self, number: str, now: datetime) -> list[Arrival]:
        """All that the phone of this number has received by now, in the order of arrival."""
        with self._lock:
            found = [arrival for arrival in self._phones.get(number, ()) if arrival.at <= now]
        return sorted(found, key=lambda arrival: arrival.at)

    def receipts(self, now: datetime) -> list[Receipt]:
        """What the carrier has to tell by now, each once; the order is the carrier's, which is not that of events."""
        with self._lock:
            due = sorted((told for told in self._receipts if told[0] <= now), key=lambda told: told[0])
            self._receipts = [told for told in self._receipts if told[0] > now]
        return [receipt for _, receipt in due]

    def bring(self, sender: str, text: str, now: datetime) -> list[Brought]:
        """How a text that this person sends now is brought to us: twice, late, in parts, or simply."""
        how = conduct(sender)
        with self._lock:
            nth = self._count(f"from {sender}")
        reference = self._named(f"from {sender}", nth)
        soon = now + _SECOND * (0.5 + self._chance(sender, "way", nth))
        match how:
            case Conduct.BROUGHT_TWICE:
                again = soon + timedelta(minutes=5) * self._chance(sender, "again", nth)
                return [Brought(soon, reference, text), Brought(again, reference, text)]
            case Conduct.BROUGHT_LATE:
                return [Brought(soon + timedelta(hours=2) * self._chance(sender, "late", nth), reference, text)]
            case Conduct.BROUGHT_DISORDERED if nth % 2:
                return [Brought(soon + timedelta(seconds=20), reference, text)]
            case Conduct.BROUGHT_IN_PARTS:
                return [Brought(soon + _SECOND * at, f"{reference}-{at}", part) for at, part in enumerate(_parts(text))]
        return [Brought(soon, reference, text)]

    def _deliver(self, message: Outgoing, how: Conduct, now: datetime, nth: int) -> None:
        soon = now + _SECOND * (1 + 3 * self._chance(message.to, "delivery", nth))
        told, body = now + _SECOND, message.body
        arrivals = [soon]
        match how:
            case Conduct.DROPPED:
                return
            case Conduct.FAILS_LATER:
                self._tell(message, soon + timedelta(minutes=1), Fate.FAILED, Failure.UNREACHABLE)
                return
            case Conduct.LATE:
                arrivals = [now + timedelta(minutes=2 + 38 * self._chance(message.to, "late", nth))]
            case Conduct.TWICE:
                arrivals = [soon, soon + timedelta(minutes=1) * self._chance(message.to, "again", nth)]
            case Conduct.DISORDERED:
                arrivals, told = [soon + timedelta(seconds=90) * (nth % 2)], soon + timedelta(minutes=2)
            case Conduct.GARBLED:
                body = _garbled(body)
            case Conduct.CUT:
                body = next(iter(_parts(body)), body)
        self._tell(message, told, Fate.SENT)
        for at in arrivals:
            self._tell(message, at, Fate.DELIVERED)
            arrival = Arrival(at, message.token, message.to, body)
            self._arriving.append(arrival)
            self._phones.setdefault(message.to, []).append(arrival)

    def _tell(self, message: Outgoing, at: datetime, fate: Fate, failure: Failure | None = None) -> None:
        reference = self._taken[message.token]
        self._receipts.append((at, Receipt(self.name, message.token, reference, fate, failure)))

    def _count(self, number: str) -> int:
        self._counts[number] += 1
        return self._before + self._counts[number]

    def _is_bad(self, now: datetime, number: str) -> bool:
        return (now.timestamp() + _OF_SECONDS * self._chance(number, "bad", 0)) % _OF_SECONDS < _BAD_SECONDS

    def _named(self, number: str, nth: int) -> str:
        return "PT" + hashlib.blake2b(f"{self._seed} {number} {nth}".encode(), digest_size=16).hexdigest()

    def _chance(self, number: str, what: str, nth: int) -> float:
        """Evenly from 0 to 1, the same again for the same seed."""
        drawn = hashlib.blake2b(f"{self._seed} {number} {what} {nth}".encode(), digest_size=8).digest()
        return int.from_bytes(drawn) / 2**64


def _garbled(text: str) -> str:
    """A text that went through an alphabet without Arabic."""
    return "".join(char if char in BASIC | EXTENSION else "?" for char in text)


def _parts(text: str) -> list[str]:
    """The parts that a carrier makes of a text that is too long for one."""
    size = segments(text)
    if size.parts < 2:
        return [text]
    length = _ONE_PART.get(size.encoding, _ONE_PART_UCS2)
    return [text[at : at + length] for at in range(0, len(text), length)]
