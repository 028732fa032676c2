"""From a questionnaire to an XLSForm that pyxform accepts and that imports to the same version.

Writes canonical names only; what XLSForm has no word for goes into columns that begin with x_.
"""

import re
from collections.abc import Iterable, Mapping
from io import BytesIO

from openpyxl import Workbook
from openpyxl.cell import Cell, WriteOnlyCell

from ..engine import Choice, Item, Kind, Questionnaire, Text
from .headings import LANGUAGES
from .items import NONE
from .layout import Asking, Closing, Opening, laid_out, list_names

Cells = dict[str, str]  # by header
Sheet = tuple[list[str], list[Cells]]  # headers in order, rows

_TYPES = {
    Kind.SINGLE: "select_one",
    Kind.AREA: "select_one",
    Kind.MULTIPLE: "select_multiple",
    Kind.RANKING: "rank",
    Kind.SCALE: "range",
    Kind.CALCULATED: "calculate",
    Kind.ARM: "calculate",
}
_APPEARANCES = {"year": "year", "month": "month-year", "day": ""}


def export_markdown(questionnaire: Questionnaire) -> str:
    r"""The form in pyxform's markdown. A bar is `\|`, a new line in a text `&#10;`."""
    lines: list[str] = []
    for name, (columns, rows) in _sheets(questionnaire).items():
        lines += [_line(name, []), _line("", columns)]
        lines += [_line("", [row.get(column, "") for column in columns]) for row in rows]
        lines.append("")
    return "\n".join(lines)


def export_workbook(questionnaire: Questionnaire) -> bytes:
    """The form as the bytes of an .xlsx file. All cells are text, so that no code becomes a number or a formula."""
    book = Workbook(write_only=True)
    for name, (columns, rows) in _sheets(questionnaire).items():
        sheet = book.create_sheet(name)
        for values in (columns, *([row.get(column, "") for column in columns] for row in rows)):
            sheet.append([_text_cell(sheet, value) if value else None for value in values])
    content = BytesIO()
    book.save(content)
    return content.getvalue()


def _text_cell(sheet: object, value: str) -> Cell:
    cell: Cell = WriteOnlyCell(sheet, value=value)  # type: ignore[arg-type]  # it takes a write-only sheet
    cell.data_type = "s"
    return cell


def _line(first: str, cells: Iterable[str]) -> str:
    return "| " + " | ".join([first, *(_cell(cell) for cell in cells)]) + " |"


def _cell(text: str) -> str:
    numbered = re.sub(r"&(?=#(?:10|38|32);)", "&#38;", text)
    return numbered.replace("|", "\\|").replace("\n", "&#10;")


def _sheets(questionnaire: Questionnaire) -> dict[str, Sheet]:
    lists = list_names(questionnaire)
    survey: list[Cells] = []
    for place in laid_out(questionnaire):
        match place:
            case Opening():
                survey.append(_opening(place))
            case Closing():
                survey.append({"type": "end_group"})
            case Asking():
                survey.append(_item(place, lists.get(place.item.name, ("", ()))[0]))
    default = questionnaire.languages[0]
    settings = {
        "form_title": questionnaire.title.get(default)
        or next(iter(questionnaire.title.values()), questionnaire.form_id),
        "form_id": questionnaire.form_id,
        "version": questionnaire.version[:16],
        "default_language": _named(default),
        **_custom("x_title", questionnaire.title),
    }
    choices = [_choice(name, choice, default) for name, options in dict(lists.values()).items() for choice in options]
    labels = [f"label::{_named(language)}" for language in questionnaire.languages]
    sheets = {"survey": (["type", "name", *labels], survey), "choices": ([], choices), "settings": ([], [settings])}
    return {
        name: (list(dict.fromkeys([*first, *(column for row in rows for column in row)])), rows)
        for name, (first, rows) in sheets.items()
        if rows
    }


def _opening(place: Opening) -> dict[str, str]:
    group = place.group
    row = {
        "type": "begin_group",
        "name": place.name,
        **_texts("label", group.label),
        "appearance": place.appearance,
        "x_random": "yes" if group.random else "",
        "x_help": "yes" if group.help else "",
        "x_group": group.name if place.name != group.name else "",
    }
    return _filled(row)


def _item(place: Asking, list_name: str) -> dict[str, str]:
    item = place.item
    kind = _TYPES.get(item.kind, item.kind.value)
    row = {
        "type": f"{kind} {list_name}" if list_name and item.kind is not Kind.ARM else kind,
        "name": item.name,
        **_texts("label", item.label),
        **_texts("hint", item.hint),
        "required": "yes" if item.required else "",
        **_texts("required_message", item.required_message),
        "relevant": item.relevant.source if item.relevant else "",
        "constraint": item.constraint.source if item.constraint else "",
        **_texts("constraint_message", item.constraint_message),
        "calculation": _calculation(item),
        "choice_filter": item.choice_filter.source if item.choice_filter else "",
        "appearance": f"{_APPEARANCES[item.precision]} {'multiline' if item.long else ''}".strip(),
        "parameters": _parameters(item),
        **_texts("media::audio", item.audio),
        "x_arms": list_name if item.kind is Kind.ARM else "",
        "x_area_level": (item.area_level or NONE) if item.kind is Kind.AREA else "",
        "x_offers": " ".join(item.offers),
        "x_screen_out": item.screen_out.source if item.screen_out else "",
        "x_by_text": "" if item.by_text else "no",
        "x_page": place.page,
        "x_pictures": item.pictures,
        **_custom("x_short", item.short),
        **(_custom("x_stem", item.stem) if place.stem else {}),
        **_custom("x_low", item.low_label),
        **_custom("x_high", item.high_label),
    }
    return _filled(row)


def _calculation(item: Item) -> str:
    return "once(random())" if item.kind is Kind.ARM else item.calculation.source if item.calculation else ""


def _parameters(item: Item) -> str:
    if item.kind is Kind.SCALE:
        return f"start={item.low} end={item.high} step={item.step}"
    return "randomize=true" if item.random_choices else ""


def _choice(list_name: str, choice: Choice, default: str) -> dict[str, str]:
    row = {
        "list_name": list_name,
        "name": choice.code,
        **_texts("label", choice.label),
        f"media::image::{_named(default)}": choice.image,
        "x_missing": choice.missing.value if choice.missing else "",
        **_custom("x_synonyms", {language: " ; ".join(words) for language, words in choice.synonyms.items()}),
    }
    # An empty attribute keeps its column, so that a filter may still ask for it.
    return _filled(row) | {name: value for name, value in choice.attributes.items() if name != "name"}


def _texts(column: str, text: Text) -> dict[str, str]:
    return {f"{column}::{_named(language)}": plain for language, plain in text.items()}


def _custom(column: str, text: Text) -> dict[str, str]:
    return {f"{column}_{language}": plain for language, plain in text.items()}


def _named(language: str) -> str:
    name = LANGUAGES.get(language, language).split()[0]
    return f"{name.title()} ({language})"


def _filled(row: Mapping[str, str]) -> dict[str, str]:
    return {column: cell for column, cell in row.items() if cell}
