"""The poster of one area: three languages on one sheet, Arabic first, and the way in as a QR code and in letters."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from translations.languages import LANGUAGES, translator

from .fitting import block, fitted, plain, right_to_left
from .sheet import (
    ACCENT,
    HAIRLINE,
    HEIGHT,
    POINT,
    QUIET,
    WIDTH,
    Box,
    Code,
    Line,
    PaperError,
    Rule,
    Sheet,
    checked_address,
    qr,
)

MARGIN = 20
INNER = WIDTH - 2 * MARGIN
GAP = 12
COLUMN = (INNER - GAP) / 2
SQUARE = 84  # mm, with the white around it: read from two metres away
BELOW = 202  # where the two other languages begin
FOOT = HEIGHT - 28
ASIDE = 28
_NUMBER = re.compile(r"\+?\d[\d \u00a0()./-]*\d")


@dataclass(frozen=True, slots=True)
class Scale:
    """The sizes of title, area and sentences, in points; whether each sentence begins a line."""

    title: float
    area: float
    text: float
    apart: bool


LARGE, SMALL = Scale(34, 23, 18, apart=True), Scale(16, 12.5, 12, apart=False)


def poster(
    title: Mapping[str, str], area: Mapping[str, str], address: str, contact: str = "", *, demo: bool = False
) -> Sheet:
    """The sheet of an area. `title` and `area` hold a text in each of "ar", "fr", "en"; `contact` is printed as given.

    `demo` says on the sheet that the survey is a demonstration. Raises PaperError when a text is too long for its place
    or the address is none.
    """
    texts = {language: (plain(title[language]), plain(area[language])) for language in LANGUAGES}
    arabic, end = _words("ar", texts["ar"], Box(MARGIN, 26, INNER), LARGE, demo=demo)
    french, end_of_french = _words("fr", texts["fr"], Box(MARGIN, BELOW, COLUMN), SMALL, demo=demo)
    english, end_of_english = _words("en", texts["en"], Box(MARGIN + COLUMN + GAP, BELOW, COLUMN), SMALL, demo=demo)
    if max(end_of_french, end_of_english) > FOOT:
        raise PaperError(f"The title and the name {texts['fr'][1]} take more room than the sheet has.")
    square, letters = _way_in(checked_address(address), end, BELOW - 6)
    named = _contact(plain(contact))
    across = (BELOW - 6, FOOT) if named else (BELOW - 6,)
    return Sheet(
        texts["ar"][0],
        (*arabic, letters, *french, *english, *named),
        (square,),
        (Rule(MARGIN, MARGIN, WIDTH - MARGIN, MARGIN, 1.2, ACCENT), *(_across(y) for y in across)),
    )


def _words(
    language: str, texts: tuple[str, str], box: Box, scale: Scale, *, demo: bool
) -> tuple[tuple[Line, ...], float]:
    """Title, area and sentences in one language, and where they end."""
    _ = translator(language)
    title, area = texts
    lines, end = block(title, language, box, scale.title, bold=True, colour=ACCENT)
    named, end = block(area, language, box.below(end + scale.title / 16), scale.area, bold=True)
    lines, end = lines + named, end + scale.text / 5
    sentences = (
        *((_("Demonstration with synthetic data") + ".",) if demo else ()),
        _("Residents aged 18 or over may answer."),
        _("It is voluntary, and no name is asked."),
        _("Nobody at the police sees anyone’s answers."),
    )
    for sentence in sentences if scale.apart else (" ".join(sentences),):
        said, end = block(sentence, language, box.below(end), scale.text, most=2 if scale.apart else 7)
        lines, end = lines + said, end + scale.text / 20
    return lines, end


def _way_in(address: str, top: float, bottom: float) -> tuple[Code, Line]:
    """The QR code and the address below it, in the middle of the room between two heights."""
    size, (letters,) = fitted(address, INNER, 17, 8, 1, bold=True)
    side = min(SQUARE, bottom - top - 9)
    start = top + (bottom - top - side - 9) / 2
    line = Line(letters, "", WIDTH / 2, start + side + 4, INNER, size, bold=True, middle=True)
    return qr(address, (WIDTH - side) / 2, start, side), line


def _contact(contact: str) -> tuple[Line, ...]:
    """Whom to ask, between its names in Arabic and in the other languages; nothing where nobody is named."""
    if not contact:
        return ()
    # The groups of a telephone number stay on one line, and within Arabic in their own order.
    rtl = right_to_left(contact)
    size, broken = fitted(_NUMBER.sub(_together, contact), INNER - 2 * ASIDE, 12, 7, 2)
    shown = [_NUMBER.sub("\u2066\\g<0>\u2069", line) if rtl else line for line in broken]
    y = FOOT + 8
    arabic, *latin = (_asked(language) for language in LANGUAGES)
    return (
        Line(arabic, "ar", WIDTH - MARGIN, y, ASIDE, 11, rtl=True, colour=QUIET),
        Line(" / ".join(dict.fromkeys(latin)), "fr", MARGIN, y, ASIDE, 10, colour=QUIET),
        *(
            Line(line, "", WIDTH / 2, y + at * size * POINT * 1.5, INNER - 2 * ASIDE, size, rtl=rtl, middle=True)
            for at, line in enumerate(shown)
        ),
    )


def _asked(language: str) -> str:
    _ = translator(language)
    return _("Contact")


def _together(found: re.Match[str]) -> str:
    return found[0].replace(" ", "\u00a0")


def _across(y: float) -> Rule:
    return Rule(MARGIN, y, WIDTH - MARGIN, y, 0.2, HAIRLINE)
