"""How many messages a text is for the carrier: GSM 7-bit or UCS-2, counted exactly.

Source: 3GPP TS 23.038 (alphabets) and TS 23.040 (a concatenated part loses seven septets, or three UCS-2 units).
"""

from dataclasses import dataclass

BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
EXTENSION = frozenset("\f^{}\\[~]|€")
_GSM = BASIC | EXTENSION
GSM7, UCS2 = "GSM-7", "UCS-2"
_LIMITS = {GSM7: (160, 153), UCS2: (70, 67)}


@dataclass(frozen=True, slots=True)
class Segments:
    """A text as the carrier counts it: its encoding, its units (septets or 16-bit units) and its parts."""

    encoding: str
    units: int
    parts: int


def segments(text: str) -> Segments:
    """Count a text. A character of two units (an extension, a surrogate pair) is never split across parts."""
    encoding = GSM7 if _GSM.issuperset(text) else UCS2
    single, part = _LIMITS[encoding]
    if BASIC.issuperset(text) or (encoding == UCS2 and max(text) <= "\uffff"):
        return Segments(encoding, len(text), min(len(text), 1) if len(text) <= single else -(-len(text) // part))
    wide = EXTENSION.__contains__ if encoding == GSM7 else _is_astral
    widths = [2 if wide(char) else 1 for char in text]
    if sum(widths) <= single:
        return Segments(encoding, sum(widths), min(len(text), 1))
    parts, room = 1, part
    for width in widths:
        if width > room:
            parts, room = parts + 1, part
        room -= width
    return Segments(encoding, sum(widths), parts)


def _is_astral(char: str) -> bool:
    return ord(char) > 0xFFFF
