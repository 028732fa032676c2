"""The canaries: made-up people, each with an address, a number, a browser and words of their own; and the secrets.

No word of them occurs anywhere else, so that each occurrence is a leak. They are searched in every spelling in which
programs write text or bytes.
"""

import base64
import json
import secrets
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from html import escape
from ipaddress import ip_address
from urllib.parse import quote

from survey_app.codes import grouped
from survey_app.intake import Ticket

LATIN, ARABIC, BROWSER, DESIGN = "zarbiquelle", "زربقول", "qimplotz", "velstraktor"
SID = "5a1d7e57" * 3  # in the carrier's name of each text that comes in
ADDRESSES, NETWORK, NUMBERS = "203.0.113.", "2001:db8:77:", "+2126987654"
SUBSCRIBER = str(int(ip_address("2001:db8:77::1")) >> 64)  # as the gate reads it
LETTERS = "abcdefghjk"
SECRETS = ("site key", "channel key", "token", "password", "gateway secret", "gateway proof", "signing key")


@dataclass(frozen=True, slots=True)
class Canary:
    """Something that must not be found: what it is, whose it is, and how it is written. `derived` is no secret itself
    but follows from one, and lies in the database under that name."""

    kind: str
    text: str
    owner: int | None = None
    derived: bool = False


@dataclass
class Person:
    """A resident. What the site gives to her, such as a code, is a canary from then on."""

    nth: int
    given: list[Canary] = field(default_factory=list)

    @property
    def address(self) -> str:
        return f"{NETWORK}:{self.nth + 10}" if self.nth % 3 == 1 else f"{ADDRESSES}{self.nth + 100}"

    @property
    def number(self) -> str:
        return f"{NUMBERS}{self.nth + 10}"

    @property
    def latin(self) -> str:
        return LATIN + LETTERS[self.nth // 10] + LETTERS[self.nth % 10]

    @property
    def arabic(self) -> str:
        return ARABIC + "بتجدرسشعفق"[self.nth // 10] + "بتجدرسشعفق"[self.nth % 10]

    @property
    def headers(self) -> tuple[tuple[str, str], ...]:
        """What her browser and the proxy before the site say of her."""
        return (
            ("X-Forwarded-For", self.address),
            ("User-Agent", f"Mozilla/5.0 {BROWSER}/{self.nth}"),
            ("Referer", f"https://{BROWSER}.example/{self.nth}"),
        )

    def gets(self, kind: str, text: str, *, derived: bool = False) -> None:
        if all(known.text != text for known in self.given):
            self.given.append(Canary(kind, text, self.nth, derived))

    def gets_cookie(self, value: str) -> None:
        """The cookie, and what follows from its secret."""
        if not value:
            return
        ticket = Ticket(base64.urlsafe_b64decode(value + "="))
        self.gets("cookie", value)
        self.gets("cookie", ticket.token.hex())
        self.gets("draft id", ticket.derived(b"draft-id").hex(), derived=True)
        self.gets("submission", str(ticket.submission), derived=True)
        self.gets("form token", ticket.derived(b"csrf").hex())

    @property
    def canaries(self) -> list[Canary]:
        """What she said and what she was given."""
        words = (self.latin, self.arabic)
        return [*(Canary("answer", word, self.nth) for word in words), *self.given]


def everybody(people: Iterable[Person], known: Iterable[Canary]) -> list[Canary]:
    """All canaries; what all addresses, numbers, words and browsers have in common stands for each of them."""
    common = {
        "address": (ADDRESSES, NETWORK, "2001:0db8:0077:", "20010db80077", SUBSCRIBER),
        "number": (NUMBERS[1:], f"0{NUMBERS[4:]}", NUMBERS[4:], "212 698 765 4", "+212 698-7654", "٦٩٨٧٦٥٤"),
        "answer": (LATIN, LATIN.upper(), ARABIC),
        "browser": (BROWSER,),
        "design": (DESIGN,),
        "sid": (SID,),
    }
    return [
        *(Canary(kind, text) for kind, texts in common.items() for text in texts),
        *(canary for person in people for canary in person.given),
        *known,
    ]


def code(text: str) -> tuple[str, ...]:
    """A code as it is kept, as it is read aloud, and as it may be typed."""
    return text, grouped(text), grouped(text).replace("-", " "), text.lower(), grouped(text).lower()


def spellings(text: str) -> set[bytes]:
    """The text as programs write it: as it is, escaped for an address, JSON, Python or HTML, in hexadecimal, as UTF-16,
    as base64 at each of the three places at which it may begin."""
    plain = text.encode()
    written = {text, quote(text), quote(text).lower(), escape(text), json.dumps(text)[1:-1], str(plain)[2:-1]}
    written |= {plain.hex(), plain.hex().upper(), "".join(f"\\{byte:03o}" for byte in plain)}
    for ahead in range(3):
        encoded = base64.b64encode(bytes(ahead) + plain).decode().rstrip("=")
        whole = encoded[(0, 2, 3)[ahead] : len(encoded) - bool((ahead + len(plain)) % 3)]
        written |= {whole, whole.translate(str.maketrans("+/", "-_"))}
    return {each.encode() for each in written} | {text.encode("utf-16-le")}


def new_secrets() -> dict[str, str]:
    """The keys and passwords of one installation."""
    return {name: secrets.token_hex(32) for name in SECRETS}


def identifier(text: str) -> tuple[str, str]:
    """An id with hyphens, and without."""
    return text, uuid.UUID(text).hex
