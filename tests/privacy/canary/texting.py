"""People who text: signed as the carrier signs, answered through the verb that sends, which speaks to a server here."""

import time
from collections import Counter
from dataclasses import dataclass, field
from urllib.parse import quote, urlencode

from twilio.request_validator import RequestValidator  # type: ignore[import-untyped]  # the library has no types

from tests.faults.server import HOST, Pairs
from tests.sms.carriers.twilio_server import Server as Twilio

from .canaries import SID, Person
from .ground import Ground
from .street import Street, line_of

FORM = (("Content-Type", "application/x-www-form-urlencoded"),)
WAITING = "SELECT count(*) FROM outbox WHERE status IN ('queued', 'sending') AND kind <> 'reminder'"
READ_LONG_AGO = "UPDATE outbox SET due = '2026-01-01 00:00:00.000000' WHERE status IN ('sent', 'delivered')"
FAILURES = ("busy", "gone", "stopped", "wrong", "broken")


@dataclass
class Phone:
    """A phone of a person, and what she will text."""

    person: Person
    texts: tuple[str, ...]
    sent: int = field(default=0)


def texted(
    street: Street, ground: Ground, person: Person, text: str, order: Pairs = (), at: str = "twilio", **changed: str
) -> int:
    """One text as the carrier brings it; its status."""
    _, visitor = street.comes(person=person, headers=order)
    said = {"MessageSid": sid(street), "From": person.number, "To": "+15005550006", "Body": text}
    form = said | changed
    signature = RequestValidator(ground.secrets["token"]).compute_signature(f"https://{HOST}/sms/{at}", form)
    headers = (*FORM, ("X-Twilio-Signature", signature))
    return line_of(visitor).ask("POST", f"/sms/{at}", urlencode(form).encode(), headers).status


def sid(street: Street) -> str:
    """A new name of a text, as the carrier gives it."""
    return f"SM{SID}{len(street.heard):08x}"


def conversations(street: Street, ground: Ground, twilio: Twilio) -> None:
    """Everybody's conversation, one text each in a round, once the carrier has taken the question before."""
    phones = [Phone(person, texts) for person, texts in _scripts(street)]
    for nth in range(max(len(phone.texts) for phone in phones)):
        for phone in phones:
            if nth < len(phone.texts):
                assert texted(street, ground, phone.person, phone.texts[nth]) == 200
        all_sent(ground)
    taken = Counter(form["To"] for _, form in twilio.requests)
    assert taken[phones[0].person.number] >= 8, "the first conversation did not go through"


def _scripts(street: Street) -> list[tuple[Person, tuple[str, ...]]]:
    """In Arabic to the end; in Latin letters with detours, stopped and begun again; in French, not understood."""
    one, two, three = (street.comes()[0] for _ in range(3))
    return [
        (one, ("ثقة", "1", "١", "٢", f"{one.arabic} {one.latin}", "٣", one.arabic, one.latin, one.arabic)),
        (two, ("trust", "yes", two.latin, "1", "BACK", "2", "1", two.latin, "REPEAT", "4", "STOP", two.latin, "START")),
        (three, ("?", three.arabic, "2", three.latin, "1", three.latin, three.latin, three.latin, "stop")),
    ]


def all_sent(ground: Ground) -> None:
    """Wait until nothing is queued but reminders, and let what was sent be read long ago: nobody waits to answer."""
    for _ in range(1_200):
        with ground.engine.connect() as work:
            if not work.exec_driver_sql(WAITING).scalar():
                break
        time.sleep(0.05)
    else:
        raise AssertionError("the texts were not sent")
    with ground.engine.begin() as work:
        work.exec_driver_sql(READ_LONG_AGO)


def failing(street: Street, ground: Ground, twilio: Twilio) -> None:
    """The carrier refuses each of these in its own way, and its library speaks of number and text in its errors."""
    for trouble in FAILURES:
        person, _ = street.comes()
        twilio.does[person.number] = trouble
        assert texted(street, ground, person, f"trust {trouble}".split()[0]) == 200
    for run in (ground.thiqa("sms", "send"), ground.thiqa("sms", "send", THIQA_TWILIO_BASE_URL="http://127.0.0.1:9")):
        assert run.code == 0, run.said


def unwelcome(street: Street, ground: Ground) -> None:
    """What the carrier did not sign, repeats, opt-outs, and bytes that are no text."""
    person, visitor = street.comes()
    word, line, same = person.latin, line_of(visitor), sid(street)
    assert texted(street, ground, person, "trust", MessageSid=same) == 200
    assert texted(street, ground, person, word, MessageSid=same) == 200
    assert texted(street, ground, person, "STOP", OptOutType="STOP") == 200
    assert texted(street, ground, person, person.arabic * 100, From=person.number.replace("+", "")) == 200
    assert texted(street, ground, person, "\x00\ud7ff\x1b[31m" + word, SmsStatus=word) == 200
    target, signed = "/sms/twilio", ("X-Twilio-Signature", word)
    body = urlencode({"MessageSid": "SM1", "From": person.number, "Body": word, "To": word}).encode()
    spelled = (f"From={quote(person.number)}&Body={word}", f"From= {person.number[1:]}&Body={word}&Body={word}", word)
    for sent in (body, body + b"&From=%ED%A0%80%FF", body * 900, *(each.encode() for each in spelled)):
        for headers in (FORM, (*FORM, signed), (("Content-Type", "application/json"), signed)):
            line.ask("POST", target, sent, headers)
    for method in ("GET", "PUT", "DELETE"):
        line.ask(method, f"{target}?From={quote(person.number)}&Body={word}")
    line.ask("POST", f"/sms/{quote(person.number)}", body, FORM)
    line.ask("GET", f"/sms/simulator?number={quote(person.number)}")
