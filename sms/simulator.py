"""The simulator of the demo: a page like a phone, whose texts go the same way as those that a carrier brings.

The thread travels in the page, since no text is ever stored; what comes back of it is checked and never trusted.
"""

import json
import re
import secrets
from dataclasses import dataclass

from flask import Blueprint, render_template, request
from sqlalchemy import Engine

from survey_app import fieldwork
from survey_app.storage.database import writing
from translations.languages import LANGUAGES, NATIVE_NAMES, direction, known, plural_translator, translator

from .clock import Clock
from .reception import Inbound, receive
from .segments import Segments, segments
from .sending import outbox
from .settings import E164, ChannelSettings

CHANNEL = "simulator"
FICTIONAL = "+99955012345"  # +999 is assigned to no country (ITU-T E.164)
MAX_ENTRIES, MAX_THREAD_BYTES, MAX_TEXT = 60, 20_000, 1_600
_ONCE = re.compile(r"[0-9a-f]{32}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Bubble:
    """One text of the thread."""

    mine: bool
    text: str

    @property
    def size(self) -> Segments:
        """The text as a carrier would count it."""
        return segments(self.text)


def simulator(settings: ChannelSettings, engine: Engine, clock: Clock) -> Blueprint:
    """The page, at /simulator."""
    blueprint = Blueprint("simulator", __name__)

    @blueprint.route("/simulator", methods=["GET", "POST"])
    def phone() -> str:
        form = request.form
        language = known(form.get("lang") or request.args.get("lang"))
        number = re.sub(r"[\s.\-]", "", form.get("number", FICTIONAL)[:40])
        thread = read_thread(form.get("thread", ""), number)
        valid = bool(E164.fullmatch(number))
        if "send" in form and valid:
            text = form.get("text", "")[:MAX_TEXT]
            once = form.get("once", "")
            reference = once if _ONCE.fullmatch(once) else secrets.token_hex(16)
            address = f"{CHANNEL}:{number}"
            receive(settings, engine, Inbound(CHANNEL, reference, address, text), clock())
            replies = collect(settings, engine, address, clock)
            thread = [*thread, Bubble(True, text), *(Bubble(False, body) for body in replies)]
        return render_template(
            "simulator.html",
            _=translator(language),
            _n=plural_translator(language),
            language=language,
            direction=direction(language),
            languages={code: NATIVE_NAMES[code] for code in LANGUAGES},
            number=number,
            valid=valid,
            typed="" if valid else form.get("text", "")[:MAX_TEXT],
            thread=thread,
            written=write_thread(thread, number),
            once=secrets.token_hex(16),
        )

    return blueprint


def collect(settings: ChannelSettings, engine: Engine, address: str, clock: Clock) -> list[str]:
    """What waits in the outbox for this simulated phone, marked as sent."""
    bodies: list[str] = []
    keys = settings.keyring
    with writing(engine) as session:
        wave = fieldwork.current_wave(session)
        own = keys.of(wave.id if wave else None) or keys.channel
        while message := outbox.take(session, keys, CHANNEL, clock(), own.number(address)):
            outbox.settle(session, message.id, outbox.SENT)
            bodies.append(message.body)
    return bodies


def write_thread(thread: list[Bubble], number: str) -> str:
    """The end of the thread as JSON within the bounds, for the page's hidden field."""
    kept = thread[-MAX_ENTRIES:]
    while True:
        entries = [[int(bubble.mine), bubble.text] for bubble in kept]
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
        thread = [Bubble(mine == 1, _sound(text)) for mine, text in entries] if sound else []
    except (ValueError, TypeError, KeyError, RecursionError):
        return []
    return thread


def _sound(text: object) -> str:
    if not isinstance(text, str):
        raise TypeError("not a text")
    text.encode()  # a lone surrogate is a ValueError
    return text
