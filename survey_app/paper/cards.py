"""Invitation cards on A4, ten a page, to be cut along the lines. A card does not say what the survey is about."""

from collections.abc import Sequence

from translations.languages import LANGUAGES, translator

from .fitting import block, fitted
from .pdf import pdf
from .sheet import HAIRLINE, HEIGHT, WIDTH, Box, Code, Line, PaperError, Rule, Sheet, checked_address, qr
from .typeface import Typeface

COLUMNS, ROWS = 2, 5
CARD_WIDTH, CARD_HEIGHT = 85, 54
LEFT, TOP = (WIDTH - COLUMNS * CARD_WIDTH) / 2, (HEIGHT - ROWS * CARD_HEIGHT) / 2
SQUARE, PAD = 34, 4
GROUP = 4


def cards(invitations: Sequence[tuple[str, str]], typeface: Typeface, site: str = "") -> bytes:
    """Invitation cards as PDF, in the order given, ten on a page of A4 with lines to cut along.

    Each invitation is (code, address). The code is ASCII letters and digits, with or without hyphens; it is printed in
    groups of four, ABCD-EFGH-JKLM. The address is the whole http or https address that opens the survey with this
    code; it is printed as a QR code only, exactly as given. `site`, if given, is an address that is the same for
    everybody, where the code may be typed; it is printed in letters below the code.

    The bytes are returned and nothing is written, not even a temporary file. The same invitations give the same bytes.
    Raises PaperError, which never repeats a code, when there is no invitation, or a code or an address is unfit.
    """
    if not invitations:
        raise PaperError("There is no invitation to print.")
    full = COLUMNS * ROWS
    pages = [invitations[start : start + full] for start in range(0, len(invitations), full)]
    return pdf([_page(page, site) for page in pages], typeface)


def grouped(code: str) -> str:
    """A code in groups of four, with hyphens. Raises PaperError unless it is 4 to 24 ASCII letters and digits."""
    signs = code.replace("-", "")
    if not (signs.isascii() and signs.isalnum() and GROUP <= len(signs) <= 6 * GROUP):
        raise PaperError("An invitation's code must be 4 to 24 letters and digits.")
    return "-".join(signs[at : at + GROUP] for at in range(0, len(signs), GROUP))


def _page(invitations: Sequence[tuple[str, str]], site: str) -> Sheet:
    lines: list[Line] = []
    codes: list[Code] = []
    for at, (code, address) in enumerate(invitations):
        left, top = LEFT + at % COLUMNS * CARD_WIDTH, TOP + at // COLUMNS * CARD_HEIGHT
        codes.append(qr(checked_address(address), left + PAD / 2, top + PAD / 2, SQUARE))
        lines += _lines(grouped(code), site, left, top)
    return Sheet(_invitation(LANGUAGES[0]), tuple(lines), tuple(codes), _cuts())


def _lines(code: str, site: str, left: float, top: float) -> list[Line]:
    room = CARD_WIDTH - 2 * PAD
    beside = Box(left + SQUARE + PAD, top + PAD, room - SQUARE)
    lines: list[Line] = []
    for language in LANGUAGES:
        said, end = block(_invitation(language), language, beside, 8.5, most=3)
        lines += said
        beside = beside.below(end + 1.5)
    letters = [(code, 15, 46, True)] + ([(checked_address(site), 9, 51, False)] if site else [])
    for text, size, below, bold in letters:
        fitting, _ = fitted(text, room, size, 6, 1, bold=bold)
        x = left + CARD_WIDTH / 2
        lines.append(Line(text, "", x, top + below, room, fitting, bold=bold, middle=True))
    return lines


def _invitation(language: str) -> str:
    _ = translator(language)
    return _("Your invitation. It works once. Keep it to yourself.")


def _cuts() -> tuple[Rule, ...]:
    across = [TOP + row * CARD_HEIGHT for row in range(ROWS + 1)]
    down = [LEFT + column * CARD_WIDTH for column in range(COLUMNS + 1)]
    return (
        *(Rule(0, y, WIDTH, y, 0.1, HAIRLINE) for y in across),
        *(Rule(x, 0, x, HEIGHT, 0.1, HAIRLINE) for x in down),
    )
