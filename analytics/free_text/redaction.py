"""Redaction by rule: whoever and whatever could lead to a person is taken out of a text before anybody reads it.

The rules err to removing too much. What they miss is for two people to find (quarantine.py): no rule knows every name.
What is removed stands as a word in brackets that only says its kind, and is shown in the reader's language.
"""

import re
from collections.abc import Sequence

from translations.languages import translator

from .names import unnamed
from .normal import KINDS, closed, mark, opened
from .patterns import unnumbered


def redacted(text: str) -> str:
    """The text without names, numbers, plates, dates of birth, addresses, places and links; idempotent.

    Also normalised: NFKC, plain digits, no controls or invisible characters. Removed parts are `⟦kind⟧`, of KINDS.
    """
    before, found = None, text
    while found != before:  # what is removed may bring together what was apart; each round only shortens the rest
        before, found = found, closed(unnamed(unnumbered(opened(found))))
    return found


def without(text: str, parts: Sequence[str]) -> str:
    """A redacted text without these parts as well, wherever they stand. Raises LookupError for one that is absent."""
    found = opened(text)
    for part in parts:
        wanted = opened(part)
        if not wanted or wanted not in found:
            raise LookupError("no such words in the text")
        found = found.replace(wanted, mark("removed"))
    return redacted(closed(found))


def shown(text: str, language: str) -> str:
    """A redacted text for a reader: what was removed in words of her language, in brackets."""
    words = _words(language)
    return re.sub("⟦(\\w+)⟧", lambda found: f"[{words.get(found[1], found[1])}]", text)


def _words(language: str) -> dict[str, str]:
    _ = translator(language)
    words = (
        _("name"),
        _("phone number"),
        _("number plate"),
        _("number"),
        _("account number"),
        _("date"),
        _("address"),
        _("place"),
        _("link"),
        _("removed"),
    )
    return dict(zip(KINDS, words, strict=True))
