"""The columns of an XLSForm: every spelling that forms in the field use, brought to one name and one language.

The aliases are those of pyxform (aliases.py) and of the old Kobo and ODK editors. Columns that begin with x_ are ours.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from .findings import Report
from .grid import Grid, sheet_name

Cells = Mapping[tuple[str, str], str]  # (column, language or "") -> text

LANGUAGES = {
    "ar": "arabic العربية عربي عربية arabe ara",
    "fr": "french français francais fra fre",
    "en": "english anglais eng",
    "es": "spanish español espanol espagnol spa",
    "de": "german deutsch allemand deu ger",
    "it": "italian italiano italien ita",
    "pt": "portuguese português portugues portugais por",
    "nl": "dutch nederlands",
    "tr": "turkish türkçe turkce",
    "ru": "russian русский",
    "uk": "ukrainian українська",
    "fa": "persian farsi فارسی",
    "ku": "kurdish kurdî کوردی",
    "zgh": "tamazight amazigh ⵜⴰⵎⴰⵣⵉⵖⵜ الأمازيغية",
    "ha": "hausa",
    "so": "somali",
    "sw": "swahili kiswahili",
}
_CODES = {name: code for code, names in LANGUAGES.items() for name in (code, *names.split())}

TRANSLATED = {
    "label", "hint", "guidance_hint", "required_message", "constraint_message", "image", "big-image", "audio", "video",
    "x_short", "x_stem", "x_low", "x_high", "x_title", "x_synonyms",
}  # fmt: skip
_OPTION = {"list_name", "name", "label", "image", "big-image", "audio", "video", "x_missing", "x_synonyms"}
KNOWN = {
    "survey": TRANSLATED | {
        "type", "name", "relevant", "required", "constraint", "calculation", "choice_filter", "appearance", "default",
        "read_only", "repeat_count", "parameters", "trigger", "autoplay", "disabled",
        "x_by_text", "x_offers", "x_arms", "x_random", "x_help", "x_group", "x_screen_out", "x_area_level", "x_page",
        "x_pictures",
    },
    "choices": _OPTION,
    "external_choices": _OPTION,
    "settings": {"form_title", "form_id", "version", "default_language", "x_title"},
}  # fmt: skip
_MEDIA = {"image": "image", "big_image": "big-image", "audio": "audio", "video": "video"}
_COMMON = {"caption": "label", **_MEDIA}
SURVEY = {
    **_COMMON,
    "command": "type", "tag": "name", "value": "name",
    "relevance": "relevant", "requiredmsg": "required_message", "constraining_message": "constraint_message",
    "constraintmsg": "constraint_message", "calculate": "calculation", "readonly": "read_only",
    "count": "repeat_count",
}  # fmt: skip
CHOICES = {**_COMMON, "value": "name"}
SETTINGS = {"set_form_title": "form_title", "title": "form_title", "set_form_id": "form_id", "id_string": "form_id"}
ALIASES = {"survey": SURVEY, "choices": CHOICES, "external_choices": CHOICES, "settings": SETTINGS}
_OUTER = re.compile(r"^(?:media|bind|body|control)\s*:{1,2}\s*", re.IGNORECASE)
_CUSTOM = re.compile(r"(x_(?:short|stem|low|high|title|synonyms))_([a-z]{2,3})")


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its number in the file, and its non-empty cells by column and language."""

    number: int
    cells: Cells

    def get(self, column: str, language: str = "") -> str:
        """The cell, or the empty text."""
        return self.cells.get((column, language), "")

    def texts(self, column: str, default: str) -> dict[str, str]:
        """A translated column by language; a column without language is the default one's, unless that is there too."""
        found = {language: text for (name, language), text in self.cells.items() if name == column and language}
        bare = self.get(column)
        return {default: bare, **found} if bare and default not in found else found


@dataclass(frozen=True, slots=True)
class Table:
    """A sheet whose columns are known: its rows, the languages of its labels, and the columns that nobody reads."""

    rows: tuple[Row, ...]
    languages: tuple[str, ...]
    columns: tuple[str, ...]


def language_code(text: str) -> str | None:
    """The code of a language named "French (fr)", "Français", "fr" or "(fr-TN)"; None if it is not known."""
    plain = " ".join(text.split()).casefold()
    if code := re.search(r"\(\s*([a-z]{2,3})(?:[-_][\w-]+)?\s*\)$", plain):
        return code[1]
    return _CODES.get(plain) or (plain if re.fullmatch("[a-z]{2}", plain) else None)


def heading(raw: str, sheet: str) -> tuple[str, str]:
    """A header as (column, what is written after the colons). Unknown columns keep their own spelling."""
    plain = " ".join(raw.split())
    inner = re.sub(r"\bjr:", "", _OUTER.sub("", plain), flags=re.IGNORECASE)
    base, _, suffix = (part.strip() for part in re.sub(":{1,2}", "\0", inner).partition("\0"))
    key = sheet_name(base)
    if custom := _CUSTOM.fullmatch(key):
        return custom[1], custom[2]
    column = ALIASES[sheet].get(key, key)
    if suffix and column not in TRANSLATED:
        return plain, ""
    return (column, suffix) if column in KNOWN[sheet] else (plain, "")


def table(name: str, grid: Grid, report: Report) -> Table:
    """The rows of a sheet by column and language, with what is wrong in its header row."""
    number, header = grid.rows[0] if grid.rows else (1, ())
    places: dict[int, tuple[str, str]] = {}
    strange: dict[str, int] = {}
    for at, raw in enumerate(header):
        if not raw:
            continue
        column, suffix = heading(raw, name)
        spoken = (language_code(suffix) or f"?{suffix}") if suffix else ""
        if spoken.startswith("?"):
            strange[raw] = at
        elif (column, spoken) in places.values():
            report.fault("duplicate_column", name, number, raw, "the first one is read")
            continue
        places[at] = (column, spoken)
    if strange and not any(column == "label" and not said.startswith("?") for column, said in places.values()):
        _assume_english(name, number, places, strange, report)
    for raw, at in strange.items():
        if places.pop(at, None):
            report.repair("unknown_language", name, number, raw, "the column is left out")
    for row, at in grid.valueless:
        if at in places and row != number:
            report.fault("formula_without_value", name, row, header[at], "open and save it in a spreadsheet program")
    rows = tuple(
        Row(row, {places[at]: cell for at, cell in enumerate(cells) if cell and at in places})
        for row, cells in grid.rows[1:]
    )
    written = {key for row in rows for key in row.cells}
    labels = tuple(said for column, said in places.values() if column == "label" and (column, said) in written and said)
    columns = dict.fromkeys(column for column, _ in places.values())
    return Table(tuple(row for row in rows if row.cells), labels, tuple(columns))


def _assume_english(
    name: str, number: int, places: dict[int, tuple[str, str]], strange: dict[str, int], report: Report
) -> None:
    # A form in one language whose name we do not know is still a form; its texts need some code.
    label = next((raw for raw, at in strange.items() if places[at][0] == "label"), "")
    if not label:
        return
    said = places[strange[label]][1]
    report.repair("language_assumed", name, number, label, "taken as en; write its code in parentheses")
    for raw, at in list(strange.items()):
        if places[at][1] == said:
            places[at] = (places[at][0], "en")
            del strange[raw]
