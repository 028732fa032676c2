"""Text as the rules see it: one digit for every script's, no marks that hide a word from a rule."""

import re
import unicodedata

KINDS = ("name", "phone", "plate", "number", "account", "date", "address", "place", "link", "removed")
FIRST = 0xE000  # private use: while the rules run, what was removed is one character that is no letter and no digit
MARKS = "".join(chr(FIRST + at) for at in range(len(KINDS)))
_TOKEN = re.compile("⟦(" + "|".join(KINDS) + ")⟧")
_TATWEEL = "\u0640"
_ONE_LETTER = str.maketrans("ٱىةکی", "ايهكي")
_GONE = frozenset({"Mn", "Me", "Cf", "Cc", "Co", "Cs", "Cn"})


def opened(text: str) -> str:
    """The text for the rules: NFKC, plain digits, no vowel signs, tatweel, controls or invisible characters.

    What an earlier run removed (`⟦phone⟧`) is one character of MARKS.
    """
    before, plain = "", text
    while plain != before:  # letters that were apart by what is gone now may compose
        before, plain = plain, "".join(map(_plain, unicodedata.normalize("NFKC", plain)))
    marked = _TOKEN.sub(lambda found: mark(found[1]), plain)
    return re.sub(r"[^\S\n]+", " ", re.sub("[⟦⟧]", "", marked)).strip()


def closed(text: str) -> str:
    """The text with each of MARKS as a word in brackets, one for several of a kind in a row."""
    once = re.sub(rf"([{MARKS}])(?:[\s.,;:/|()_-]*\1)+", r"\1", text)
    return re.sub(rf"[{MARKS}]", lambda found: f"⟦{KINDS[ord(found[0]) - FIRST]}⟧", once)


def mark(kind: str) -> str:
    """The character that stands for what was removed."""
    return MARKS[KINDS.index(kind)]


def folded(word: str) -> str:
    """A word for the lists: lower case, no accents, one alef, one yeh, heh for teh marbuta."""
    bare = unicodedata.normalize("NFD", word.casefold())
    bare = "".join(char for char in bare if unicodedata.category(char) != "Mn")
    return bare.translate(_ONE_LETTER).strip("'’`")


def _plain(char: str) -> str:
    if char in "\n\r\u2028\u2029":
        return "\n"
    if char == "\t":
        return " "
    if char == _TATWEEL or unicodedata.category(char) in _GONE:
        return ""
    return str(unicodedata.decimal(char, char))
