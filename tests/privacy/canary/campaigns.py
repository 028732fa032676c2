"""A campaign by a gateway, and all that carriers bring: invitations from a frame, receipts, WhatsApp, wrong secrets."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from threading import Thread
from typing import Self
from urllib.parse import parse_qs, quote, urlencode, urlsplit

from twilio.request_validator import RequestValidator  # type: ignore[import-untyped]  # the library has no types

from tests.faults.server import HOST
from tests.sms.carriers.gateways import Handler, Local
from tests.sms.carriers.twilio_server import Server as Twilio

from .canaries import DESIGN, Person
from .ground import Ground
from .street import Street, line_of
from .texting import FORM, all_sent, sid, texted

TROUBLES = {
    "broken": None,
    "away": (500, "{}"),
    "refused": (400, "{}"),
    "led": (302, "{}"),
    "odd": (200, "{}" * 40_000),
}


class _Answers(Handler):
    """Takes a message, or fails as it is told for a number, and repeats what it was sent in what it says."""

    server: "Gateway"

    def do_GET(self) -> None:  # noqa: N802 (the library calls it so)
        where = urlsplit(self.path)
        number, given = where.path.rpartition("/")[2], parse_qs(where.query)
        self.server.took.append((number, given["text"][0], given["ours"][0]))
        trouble = self.server.does.get(f"+{number}", "")
        if trouble == "broken":
            self.connection.close()
            return
        status, text = TROUBLES.get(trouble) or (200, "{}")
        said = text.replace("{}", self.path)
        self.answer(status, said, {"Location": f"/elsewhere{self.path}"} if status == 302 else None)


class Gateway(Local):
    """An operator's gateway on this machine: what it took (number, text, our token) and how it fails."""

    def __init__(self) -> None:
        super().__init__(_Answers)
        self.took: list[tuple[str, str, str]] = []
        self.does: dict[str, str] = {}

    def handle_error(self, *_: object) -> None:
        """Say nothing of a connection that was closed on purpose."""

    def __enter__(self) -> Self:
        self._thread = Thread(target=self.serve_forever, kwargs={"poll_interval": 0.05})
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.shutdown()
        self._thread.join()
        self.server_close()


@dataclass
class Frame:
    """A sampling frame in the folder of work, deleted when it has been used."""

    ground: Ground
    people: Sequence[Person]
    first: str = "telephone,language,area,stratum,psu,weight"
    wrong: Sequence[str] = field(default=())

    def invite(self, *options: str, code: int = 0) -> str:
        """What the verb says."""
        sheet = self.ground.folder / "cwd" / "frame.csv"
        rows = [f"{p.number},ar,a1,{DESIGN} {p.nth % 2},{DESIGN}-{p.nth},{1.5 + p.nth}" for p in self.people]
        sheet.write_text("\n".join([self.first, *rows, *self.wrong]), encoding="utf-8")
        words = ("sms", "invite", "2026-1", "--frame", sheet.name, "--channel", "gateway", *options)
        run = self.ground.thiqa(*words)
        sheet.unlink()
        assert run.code == code, run.said
        return run.said


def campaign(street: Street, ground: Ground, gateway: Gateway) -> None:
    """People are invited from a frame with faults, in stages; one answers to the end, one says stop, one is silent."""
    people = [street.comes()[0] for _ in range(6)]
    one, two, three = people[:3]
    number, word = three.number, three.latin
    wrong = (f"{number}x,ar", f'"{number[:9]}",ar,a1,s,p,1', f"{number},ar,a1,s,p,1", f"{number},{word},{word},s,p,-1",
             f"{word},{word},{word},{word},{word},{word}")  # fmt: skip
    for options in (("--dry-run",), ("--json",)):
        Frame(ground, people, wrong=wrong).invite(*options)
    Frame(ground, people, first=f"{number},{word}").invite(code=1)
    Frame(ground, people, wrong=(f'"{number},{word}',)).invite(code=1)
    for words in ("sms plan 2026-1 --channel gateway --people 40", "sms progress 2026-1"):
        run = ground.thiqa(*words.split())
        assert run.code == 0, run.said
    all_sent(ground)
    assert {number for number, _, _ in gateway.took} >= {person.number[1:] for person in people}
    texts = ("1", "١", f"{one.arabic} {one.latin}", "٣", one.arabic, one.latin)
    for nth, text in enumerate(texts):
        assert brought(street, ground, one, text) == 200
        if nth < 2:
            assert brought(street, ground, two, ("1", "STOP")[nth]) == 200
        all_sent(ground)
    assert "شكر" in [text for to, text, _ in gateway.took if to == one.number[1:]][-1], "her interview is not complete"


def brought(street: Street, ground: Ground, person: Person, text: str, secret: str | None = None) -> int:
    """One text as the gateway brings it; its status."""
    given = {"from": person.number, "text": text, "id": sid(street)}
    proof = ground.secrets["gateway proof"] if secret is None else secret
    return line_of(street.comes(person=person)[1]).ask("GET", f"/sms/gateway/{proof}?{urlencode(given)}").status


def receipts(street: Street, ground: Ground, twilio: Twilio, gateway: Gateway) -> None:
    """What became of messages, with the number and words of the carrier's own; of messages of nobody, too."""
    person, visitor = street.comes()
    line, word = line_of(visitor), person.latin
    for message in list(twilio.messages.values())[:6]:
        where = urlsplit(message.callback)
        target = f"{where.path}?{where.query}"
        said = {"MessageSid": message.sid, "MessageStatus": "undelivered", "To": person.number, "ErrorCode": "30003",
                "ErrorMessage": f"{person.number} {person.arabic}", "From": "+15005550006"}  # fmt: skip
        for told in (said, said | {"ErrorCode": word}, said | {"MessageStatus": word, "MessageSid": word}):
            signed = RequestValidator(ground.secrets["token"]).compute_signature(f"https://{HOST}{target}", told)
            headers = (*FORM, ("X-Twilio-Signature", signed))
            assert line.ask("POST", target, urlencode(told).encode(), headers).status == 200
            assert line.ask("POST", target + word, urlencode(told).encode(), headers).status == 403
    proof = ground.secrets["gateway proof"]
    for token in (gateway.took[-1][2], word):
        for status in ("no", "ok", "stop", word):
            query = urlencode({"ours": token, "status": status, "to": person.number, "why": f"{person.number} {word}"})
            assert line.ask("GET", f"/sms/gateway/receipts/{proof}?{query}").status == 200
            for wrong in (proof[:-1], word, quote(person.number)):
                assert line.ask("GET", f"/sms/gateway/receipts/{wrong}?{query}").status == 403


def unproved(street: Street, ground: Ground) -> None:
    """The gateway's address with a wrong secret, with bytes that are no text; and texts by WhatsApp."""
    person, visitor = street.comes()
    line, proof = line_of(visitor), ground.secrets["gateway proof"]
    for wrong in ("", proof[:-1], proof[::-1], person.latin, quote(person.number), proof + "0"):
        assert brought(street, ground, person, person.arabic, wrong) in (308, 403, 404)
    for query in (f"from={quote(person.number)}&text=%FF%00{person.latin}&id={person.latin}", f"from={person.latin}",
                  f"from={quote(person.number)}&text={quote(person.arabic * 40)}&id={sid(street)}"):  # fmt: skip
        line.ask("GET", f"/sms/gateway/{proof}?{query}")
    said = {"ProfileName": f"{person.latin} {person.arabic}", "WaId": person.number[1:], "To": "whatsapp:+15005550006"}
    for text in ("trust", "1", person.latin):
        here = said | {"From": f"whatsapp:{person.number}"}
        assert texted(street, ground, person, text, (), "whatsapp", **here) == 200


def failing(street: Street, ground: Ground, gateway: Gateway) -> None:
    """The gateway breaks off, refuses, leads elsewhere, is gone: each error of the library holds number and text."""
    for trouble in (*TROUBLES, ""):
        person, _ = street.comes()
        gateway.does[person.number] = trouble
        assert brought(street, ground, person, "trust") == 200
    for address in (gateway.url, "http://127.0.0.1:9"):
        ground.channels(address)
        run = ground.thiqa("sms", "send")
        assert run.code == 0, run.said
    ground.channels(gateway.url)
