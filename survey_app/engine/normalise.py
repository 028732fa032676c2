"""What people type, brought to one form: digits of every script, Arabic letter variants, accents, case.

Pure and total: any text in, a shorter or equal one out; nothing here guesses what was meant.
"""

import re
import unicodedata

MAX_TYPED_CHARS = 1_600
MAX_DIGITS = 9

_ALEF = str.maketrans(
    {"أ": "ا", "إ": "ا", "آ": "ا", "ٱ": "ا", "ة": "ه", "ى": "ي", "ی": "ي", "ک": "ك", "ؤ": "و", "ئ": "ي"}
)
_DROPPED = {"ـ"}  # tatweel
_DROPPED_CATEGORIES = {"Cf", "Cc", "Cs", "Co", "Cn"}
_SPACES = re.compile(r"[\W_]+")
_WHOLE = re.compile(rf"[+-]?\d{{1,{MAX_DIGITS}}}", re.ASCII)


def visible(text: str) -> str:
    """The text without control, format and bidirectional override characters, spaces kept as one space."""
    spaced = "".join(" " if char.isspace() else char for char in text[:MAX_TYPED_CHARS])
    kept = (char for char in spaced if unicodedata.category(char) not in _DROPPED_CATEGORIES and char not in _DROPPED)
    return re.sub(" +", " ", "".join(kept)).strip()


def digits(text: str) -> str:
    """The text with every decimal digit of every script as ASCII: ٣, ۳ and ３ are 3."""
    return "".join(str(unicodedata.decimal(char)) if char.isdecimal() else char for char in text)


def fold(text: str) -> str:
    """The form in which replies and labels are compared: words of plain letters and ASCII digits."""
    compatible = unicodedata.normalize("NFKC", visible(text)).casefold()
    bare = (
        char for char in unicodedata.normalize("NFD", compatible.translate(_ALEF)) if not unicodedata.combining(char)
    )
    return _SPACES.sub(" ", digits("".join(bare)).translate(_ALEF)).strip()


def whole_number(text: str) -> int | None:
    """The integer that the text is, in any script's digits, or None. Bounded by MAX_DIGITS digits."""
    plain = digits(unicodedata.normalize("NFKC", visible(text))).replace(" ", "").replace("−", "-")
    return int(plain) if _WHOLE.fullmatch(plain) else None
