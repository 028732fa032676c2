"""The simulator of the demo: a page like a phone, and beside it what the system holds of the phone's number.

Its texts go the same way as those that a carrier brings; the carrier pretends, as the number's last digits say. The
thread travels in the page, since no text is ever stored; what comes back of it is checked and never trusted.
"""

import json
import re
import secrets
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal

from flask import Blueprint, render_template, request
from sqlalchemy import Engine

from survey_app import fieldwork
from survey_app.storage.database import reading, writing
from translations.languages import LANGUAGES, NATIVE_NAMES, direction, known, plural_translator, translator

from . import memory
from .carriers import E164, BusyError, Carrier, Failure, Outgoing, RejectedError, UncertainError
from .carriers.pretended import ENDINGS, Conduct, PretendedCarrier, conduct
from .clock import Clock
from .holdings import Holding, held
from .labels import labels
from .reception import Inbound, opted_out, receive
from .segments import Segments, segments
from .sending import outbox
from .settings import ChannelSettings

CHANNEL = "simulator"
FICTIONAL = "+99955012345"  # +999 is assigned to no country (ITU-T E.164)
PRICE, CURRENCY = Decimal("0.05"), "USD"  # of a segment, made up
MAX_ENTRIES, MAX_THREAD_BYTES, MAX_TEXT = 60, 20_000, 1_600
SOON = timedelta(seconds=5)  # what takes no longer is shown at once
MAX_SECONDS = 2**40
_ONCE = re.compile(r"[0-9a-f]{32}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Bubble:
    """One text of the thread. `at`: not there before this second; `reference`: the carrier brings it to us then."""

    mine: bool
    text: str
    at: int = 0
    reference: str = ""

    @property
    def size(self) -> Segments:
        """The text as a carrier would count it."""
        return segments(self.text)


@dataclass(frozen=True, slots=True)
class Line:
    """The way between one phone and the system, at this moment."""

    settings: ChannelSettings
    engine: Engine
    carrier: PretendedCarrier
    number: str
    clock: Clock

    @property
    def address(self) -> str:
        """The number as the channel names it."""
        return f"{CHANNEL}:{self.number}"

    def sends(self, text: str, once: str) -> Bubble:
        """Send a text from the phone; the bubble says whether it is still on its way."""
        brought = self.carrier.bring(self.address, text, self.clock())
        mine = Bubble(True, text)
        if brought[0].at > self.clock() + SOON:
            return replace(mine, at=int(brought[0].at.timestamp()), reference=once)
        names = {each.reference: f"{once}-{at}" if at else once for at, each in enumerate(brought)}
        for each in brought:
            self._take(names[each.reference], each.text)
        return mine

    def brings(self, bubble: Bubble) -> Bubble:
        """Bring a text whose time has come."""
        if not bubble.mine or not bubble.reference or bubble.at > self.clock().timestamp():
            return bubble
        self._take(bubble.reference, bubble.text)
        return replace(bubble, at=0, reference="")

    def collects(self) -> list[Bubble]:
        """What the outbox has for this phone, handed to the carrier; what it made of it, now or later."""
        while True:
            with writing(self.engine) as session:
                wave = fieldwork.current_wave(session)
                own = self.settings.keyring.of(wave.id if wave else None) or self.settings.keys
                person = own.number(self.address)
                message = outbox.take(session, self.settings.keyring, CHANNEL, self.clock(), person)
            if message is None:
                break
            self._hand_over(message)
        soon = (self.clock() + SOON).timestamp()
        arriving = ((int(arrival.at.timestamp()), arrival.body) for arrival in self.carrier.arriving())
        return [Bubble(False, body, at if at > soon else 0) for at, body in arriving]

    def _take(self, reference: str, text: str) -> None:
        # What the page has shown is read, however short a time ago it was handed over.
        read = self.clock() + memory.READ
        inbound = Inbound(CHANNEL, reference, self.address, text, received=read)
        receive(self.settings, self.engine, inbound, self.clock())

    def _hand_over(self, message: outbox.Message) -> None:
        outgoing = Outgoing(message.token, message.to, message.body)
        taken, failure = _handed(self.carrier, outgoing, self.clock)
        if failure is Failure.OPTED_OUT:
            opted_out(self.settings, self.engine, message.to)
        with writing(self.engine) as session:
            if taken or failure:
                outbox.settle(session, message.id, outbox.SENT if taken else outbox.FAILED, failure=failure)
            else:
                outbox.put_off(session, message, self.clock())


def _handed(carrier: Carrier, message: Outgoing, clock: Clock) -> tuple[bool, Failure | None]:
    """Whether the carrier has the message now, being asked where it did not say; and why it never will."""
    try:
        return bool(carrier.send(message)), None
    except RejectedError as error:
        return False, error.failure
    except BusyError:
        return False, None
    except UncertainError:
        return carrier.find(message, clock()) is not None, None


def simulator(settings: ChannelSettings, engine: Engine, clock: Clock) -> Blueprint:
    """The page, at /simulator."""
    blueprint = Blueprint("simulator", __name__)

    @blueprint.route("/simulator", methods=["GET", "POST"])
    def phone() -> str:
        form = request.form
        language = known(form.get("lang") or request.args.get("lang"))
        number = re.sub(r"[\s.\-]", "", form.get("number", FICTIONAL)[:40])
        valid = bool(E164.fullmatch(number))
        if valid and "set" in form and form.get("conduct") in ENDINGS:
            number = number[:-2] + ENDINGS[Conduct(form["conduct"])]
        thread, text = read_thread(form.get("thread", ""), number), form.get("text", "")[:MAX_TEXT]
        if valid and ("send" in form or "look" in form):
            carrier = PretendedCarrier(clock, CHANNEL, before=len(thread))
            line = Line(settings, engine, carrier, number, clock)
            thread = [line.brings(bubble) for bubble in thread]
            if "send" in form:
                once = form.get("once", "")
                thread.append(line.sends(text, once if _ONCE.fullmatch(once) else secrets.token_hex(16)))
            thread += line.collects()
        thread = settled(thread, int(clock().timestamp()))
        return render_template(
            "simulator.html",
            _=translator(language),
            _n=plural_translator(language),
            language=language,
            direction=direction(language),
            languages={code: NATIVE_NAMES[code] for code in LANGUAGES},
            number=number,
            valid=valid,
            typed="" if valid else text,
            thread=thread,
            written=write_thread(thread, number),
            once=secrets.token_hex(16),
            conduct=conduct(number),
            holding=_held(settings, engine, number) if valid else None,
            labels=labels(language),
            price=f"{PRICE} {CURRENCY}",
        )

    return blueprint


def _held(settings: ChannelSettings, engine: Engine, number: str) -> Holding | None:
    with reading(engine) as session:
        return held(session, settings, f"{CHANNEL}:{number}", PRICE)


def settled(thread: list[Bubble], now: int) -> list[Bubble]:
    """The thread at this second: what arrived meanwhile comes after what was there, what is still to come last."""
    there = [bubble for bubble in thread if bubble.mine or not bubble.at]
    late = sorted((bubble for bubble in thread if not bubble.mine and bubble.at), key=lambda bubble: bubble.at)
    return there + [replace(bubble, at=0) if bubble.at <= now else bubble for bubble in late]


def write_thread(thread: list[Bubble], number: str) -> str:
    """The end of the thread as JSON within the bounds, for the page's hidden field."""
    kept = thread[-MAX_ENTRIES:]
    while True:
        entries = [[int(bubble.mine), bubble.text, bubble.at, bubble.reference] for bubble in kept]
        written = json.dumps({"number": number, "entries": entries}, ensure_ascii=False, separators=(",", ":"))
        if len(written.encode("utf-8", "replace")) <= MAX_THREAD_BYTES:
            return written
        kept = kept[1:]


def read_thread(written: str, number: str) -> list[Bubble]:
    """The thread of a hidden field; an empty one if it is not ours, too long, or another number's."""
    if len(written.encode("utf-8", "replace")) > MAX_THREAD_BYTES:
        return []
    try:
        content = json.loads(written)
        entries = content["entries"]
        sound = content["number"] == number and len(entries) <= MAX_ENTRIES
        thread = [_sound(*entry) for entry in entries] if sound else []
    except (ValueError, TypeError, KeyError, RecursionError):
        return []
    return thread


def _sound(mine: object, text: object, at: object = 0, reference: object = "") -> Bubble:
    if not isinstance(text, str) or not isinstance(at, int) or not isinstance(reference, str):
        raise TypeError("not a text")
    if not 0 <= at <= MAX_SECONDS or (reference and not _ONCE.fullmatch(reference)):
        raise ValueError("not ours")
    text.encode()  # a lone surrogate is a ValueError
    return Bubble(mine == 1, text, at, reference)
