"""What a password must be: twelve characters, not one of those that are tried first, and not the own address."""

import unicodedata
from itertools import pairwise
from typing import Any

from flask_security import PasswordUtil

LEAST, MOST = 12, 200
# The words that lists of stolen passwords begin with; with digits or signs around it, one is still such a word.
COMMON = frozenset(
    {
        "password",
        "passwort",
        "motdepasse",
        "azerty",
        "azertyuiop",
        "azertyuiopqs",
        "qwerty",
        "qwertyuiop",
        "qwertyuiopas",
        "qwertzuiop",
        "iloveyou",
        "letmein",
        "welcome",
        "bienvenue",
        "bonjour",
        "administrator",
        "administrateur",
        "admin",
        "adminadmin",
        "changeme",
        "monkey",
        "dragon",
        "football",
        "barcelona",
        "realmadrid",
        "princess",
        "sunshine",
        "superman",
        "soleil",
        "casablanca",
        "maroc",
        "morocco",
        "police",
        "policepolice",
        "thiqa",
        "marhaba",
        "sbahlkhir",
        "inchallah",
        "bismillah",
        "alhamdulillah",
        "mohamed",
        "mohammed",
        "abcdef",
        "abcdefgh",
        "abcdefghijkl",
        "correcthorsebatterystaple",
        "passwordpassword",
        "trustno",
        "starwars",
        "whatever",
        "jetaime",
        "loulou",
        "doudou",
    }
)


def normal(password: str) -> str:
    """A password as it is hashed: the same whatever keyboard it was typed on."""
    return unicodedata.normalize("NFKC", password)


def tried(password: str) -> str:
    """One that somebody signs in with; what is too long to be one is none, and costs no more than another."""
    return normal(password)[: MOST + 1]


def fault(password: str, email: str) -> str:
    """What is wrong with a new password: "short", "long", "common", "address"; "" where nothing is."""
    plain = normal(password)
    if len(plain) < LEAST:
        return "short"
    if len(plain) > MOST:
        return "long"
    folded = plain.casefold()
    letters = "".join(letter for letter in folded if letter.isalpha())
    if len(set(folded)) < 5 or not letters or letters in COMMON or _runs(folded):
        return "common"
    name, _, place = email.casefold().partition("@")
    own = [part for part in (name, place.partition(".")[0]) if len(part) >= 4]
    rest = folded
    for part in own:
        rest = rest.replace(part, "")
    return "address" if len(rest) < LEAST - 4 and rest != folded else ""


def _runs(text: str) -> bool:
    """Whether nearly every character follows the one before it, as in 123456789012 or abcdefghijkl."""
    steps = [ord(after) - ord(before) for before, after in pairwise(text)]
    return max(steps.count(1), steps.count(-1), steps.count(0)) > 0.7 * len(steps)


class Passwords(PasswordUtil):
    """The same rules where the library asks."""

    def normalize(self, password: str) -> str:
        """As it is compared with the one that is kept."""
        return tried(password)

    def validate(
        self,
        password: str,
        is_register: bool,  # noqa: ARG002 (the library gives it)
        **kwargs: Any,
    ) -> tuple[list[str] | None, str]:
        """The fault as a word for the page, and the password as it is hashed."""
        found = fault(password, kwargs["user"].email)
        return ([found] if found else None), normal(password)
