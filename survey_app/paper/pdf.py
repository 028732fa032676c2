"""Sheets as PDF: fonts embedded as subsets, Arabic shaped and ordered. The same sheets give the same bytes."""

import unicodedata
from collections.abc import Sequence
from datetime import UTC, datetime

from fpdf import FPDF
from fpdf.drawing import PaintedPath
from fpdf.drawing_primitives import color_from_hex_string
from fpdf.enums import PathPaintRule

from .sheet import HEIGHT, INK, WIDTH, Code, Line, PaperError, Rule, Sheet
from .typeface import Typeface, characters

NO_DATE = datetime(1970, 1, 1, tzinfo=UTC)  # a PDF of fpdf2 must have one; this one says nothing
MARKS = "\u2066\u2069\u200c\u200d"  # they order and join, and are never drawn
BASELINE = 0.3  # fpdf2 sets a baseline this share of the letters' size below a cell's middle


def pdf(sheets: Sequence[Sheet], typeface: Typeface) -> bytes:
    """One page a sheet, A4. Writes no file. Raises PaperError when neither font has a sign for some character."""
    _check(sheets, typeface)
    document = FPDF(format=(WIDTH, HEIGHT))
    document.set_creation_date(NO_DATE)
    document.set_auto_page_break(auto=False)
    document.c_margin = 0
    document.alias_nb_pages("")  # no text may stand for the number of pages
    if sheets:
        document.set_title(sheets[0].title)
    for family, face in (("arabic", typeface.arabic), ("latin", typeface.latin)):
        document.add_font(family, "", face.regular)
        document.add_font(family, "B", face.bold)
    document.set_fallback_fonts(["arabic", "latin"])
    for sheet in sheets:
        document.add_page()
        for rule in sheet.rules:
            _rule(document, rule)
        for code in sheet.codes:
            _code(document, code)
        for line in sheet.lines:
            _line(document, line)
    return bytes(document.output())


def _check(sheets: Sequence[Sheet], typeface: Typeface) -> None:
    used = {char for sheet in sheets for line in sheet.lines for char in line.text} - set(MARKS)
    if missing := used - characters(typeface.arabic.regular) - characters(typeface.latin.regular):
        signs = " ".join(f"{char} (U+{ord(char):04X})" for char in sorted(missing)[:5])
        raise PaperError(f"The fonts have no sign for {signs}; name another font with --font.")


def _line(document: FPDF, line: Line) -> None:
    # fpdf2 (2.8.9) breaks a word at a vowel sign, and its letters no longer join; Arabic is read without them.
    text = "".join(char for char in line.text if unicodedata.category(char) != "Mn") if line.rtl else line.text
    document.set_text_shaping(direction="rtl" if line.rtl else "ltr", language=line.language or None)
    document.set_font("arabic" if line.rtl else "latin", "B" if line.bold else "", line.size)
    document.set_text_color(line.colour)
    taken = document.get_string_width(text)
    if taken > line.width:
        document.set_font_size(line.size * line.width / taken)
    align, before = ("C", line.width / 2) if line.middle else ("R", line.width) if line.rtl else ("L", 0)
    document.set_xy(line.x - before, line.y - BASELINE * document.font_size)
    document.cell(line.width, 0, text, align=align)


def _code(document: FPDF, code: Code) -> None:
    module = code.size / code.modules
    # One path, so that no hairline of white shows between rows.
    path = PaintedPath()
    path.style.fill_color = color_from_hex_string(INK)
    path.style.paint_rule = PathPaintRule.FILL_NONZERO
    for column, row, length in code.bars:
        path.rectangle(code.x + column * module, code.y + row * module, length * module, module)
    document.draw_path(path, copy=False)  # type: ignore[arg-type]  # it is made for paths, and says contexts


def _rule(document: FPDF, rule: Rule) -> None:
    document.set_draw_color(rule.colour)
    document.set_line_width(rule.width)
    document.line(rule.x, rule.y, rule.to_x, rule.to_y)
