"""What people type, brought to one form: digits of every script, Arabic letter variants, accents, case.

Pure and total: any text in, a shorter or equal one out; nothing here guesses what was meant.
"""

import re
import unicodedata

MAX_TYPED_CHARS = 1_600
MAX_DIGITS = 9
MAX_DECIMALS = 6
MAX_MARKS = 3  # combining marks on one letter; more is decoration that hides text

_LETTERS = str.maketrans(
    {"أ": "ا", "إ": "ا", "آ": "ا", "ٱ": "ا", "ة": "ه", "ى": "ي", "ی": "ي", "ک": "ك", "ؤ": "و", "ئ": "ي"}
)
_DROPPED = {"ـ"}  # tatweel
_DROPPED_CATEGORIES = {"Cf", "Cc", "Cs", "Co", "Cn"}
_JOINERS = {"\u200c", "\u200d"}
_BLANKS = re.compile(" +")
_SPACES = re.compile(r"[\W_]+")
_WHOLE = re.compile(rf"[+-]?\d{{1,{MAX_DIGITS}}}", re.ASCII)
_DECIMAL = re.compile(rf"[+-]?\d{{1,{MAX_DIGITS}}}(?:\.\d{{1,{MAX_DECIMALS}}})?", re.ASCII)


def visible(text: str) -> str:
    """The text without control, format and bidirectional override characters, spaces kept as one space."""
    typed = text[:MAX_TYPED_CHARS]
    if typed.isascii() and typed.isprintable():  # nothing in it is dropped
        return _BLANKS.sub(" ", typed).strip()
    spaced = "".join(" " if char.isspace() else char for char in typed)
    kept = (char for char in spaced if unicodedata.category(char) not in _DROPPED_CATEGORIES and char not in _DROPPED)
    return _BLANKS.sub(" ", "".join(kept)).strip()


def readable(text: str, limit: int) -> str:
    """Free text as it may be kept: lines and joiners stay, controls and floods of combining marks go; NFC."""
    kept: list[str] = []
    marks = 0
    for char in unicodedata.normalize("NFC", text[: 4 * limit]):
        marks = marks + 1 if unicodedata.combining(char) else 0
        category = unicodedata.category(char)
        if marks <= MAX_MARKS and (category not in _DROPPED_CATEGORIES or char in _JOINERS or char == "\n"):
            kept.append(char)
    return "".join(kept).strip()[:limit]


def digits(text: str) -> str:
    """The text with every decimal digit of every script as ASCII: ٣, ۳ and ３ are 3."""
    if text.isascii():
        return text
    return "".join(str(unicodedata.decimal(char)) if char.isdecimal() else char for char in text)


def fold(text: str) -> str:
    """The form in which replies and labels are compared: words of plain letters and ASCII digits."""
    typed = visible(text)
    if typed.isascii():
        return _SPACES.sub(" ", typed.casefold()).strip()
    compatible = unicodedata.normalize("NFKC", typed).casefold()
    bare = (c for c in unicodedata.normalize("NFD", compatible.translate(_LETTERS)) if not unicodedata.combining(c))
    return _SPACES.sub(" ", digits("".join(bare)).translate(_LETTERS)).strip()


def whole_number(text: str) -> int | None:
    """The integer that the text is, in any script's digits, or None. Bounded by MAX_DIGITS digits."""
    plain = _numeral(text)
    return int(plain) if _WHOLE.fullmatch(plain) else None


def decimal_number(text: str) -> float | None:
    """The number that the text is, with a point, a comma or ٫ before at most MAX_DECIMALS decimals, or None."""
    plain = _numeral(text).replace("٬", "").replace("٫", ".").replace(",", ".").replace("،", ".")
    return float(plain) + 0.0 if _DECIMAL.fullmatch(plain) else None


def _numeral(text: str) -> str:
    return digits(unicodedata.normalize("NFKC", visible(text))).replace(" ", "").replace("−", "-")


def _folded(words: dict[int, str]) -> dict[str, int]:
    return {fold(word): number for number, row in words.items() for word in row.split()}


# French, English, Modern Standard Arabic, Darija and its usual Latin spelling.
NUMBER_WORDS = _folded(
    {
        0: "zero zéro صفر",
        1: "one un une واحد واحدة wahed wahd",
        2: "two deux اثنان اثنين اثنتان اثنتين جوج زوج jouj juj zouj",
        3: "three trois ثلاثة ثلاث تلاتة tlata",
        4: "four quatre أربعة أربع ربعة rb3a reb3a",
        5: "five cinq خمسة خمس khamsa khmsa",
        6: "six ستة ست setta",
        7: "seven sept سبعة سبع seb3a",
        8: "eight huit ثمانية ثمان تمنية tmenya",
        9: "nine neuf تسعة تسع tes3oud",
        10: "ten dix عشرة عشر 3achra",
    }
)
MISSING_WORDS = {
    kind: {fold(word) for word in words.split(" / ")}
    for kind, words in {
        "dont_know": "i don't know / don't know / dk / je ne sais pas / ne sait pas / nsp"
        " / لا أعرف / لا أدري / ما عرفتش / معرفتش / ma3reftch",
        "refused": "prefer not to answer / no answer / je préfère ne pas répondre / pas de réponse"
        " / أفضل عدم الإجابة / لا أريد الإجابة",
        "not_applicable": "not applicable / does not apply / non concerné / sans objet / لا ينطبق",
    }.items()
}
