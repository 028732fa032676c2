"""The type column of the survey sheet: every spelling in the field, brought to one word and the list it names.

What cannot be asked on the web or by text message, and what would identify the person, is named here.
"""

import re
from dataclasses import dataclass

from ..engine import Kind

KINDS = {
    "select_one": Kind.SINGLE,
    "select_multiple": Kind.MULTIPLE,
    "rank": Kind.RANKING,
    "range": Kind.SCALE,
    "integer": Kind.INTEGER,
    "decimal": Kind.DECIMAL,
    "date": Kind.DATE,
    "datetime": Kind.DATE,
    "text": Kind.TEXT,
    "time": Kind.TEXT,
    "note": Kind.NOTE,
    "acknowledge": Kind.SINGLE,
    "calculate": Kind.CALCULATED,
    "hidden": Kind.CALCULATED,
}
IDENTIFYING = {
    "deviceid", "device_id", "imei", "phonenumber", "phone_number", "simserial", "simid", "sim_id", "subscriberid",
    "subscriber_id", "username", "email", "audit", "start", "end", "today", "start_time", "end_time",
    "background-audio", "background-geopoint", "start-geopoint", "geopoint", "gps", "location", "geotrace", "geoshape",
}  # fmt: skip
NOT_ASKABLE = {
    "image", "photo", "audio", "video", "file", "barcode", "signature", "osm", "xml-external", "csv-external",
    "uri:deviceid", "odk:background-audio",
}  # fmt: skip
OPENING = {"group": "group", "lgroup": "repeat", "repeat": "repeat", "loop": "repeat", "looped_group": "repeat"}
_ALIASES = {
    "string": "text", "int": "integer", "float": "decimal", "date_time": "datetime", "trigger": "acknowledge",
    "calculation": "calculate", "number": "integer",
}  # fmt: skip
_SELECTS = (
    ("select_one_from_file", "file"), ("select_multiple_from_file", "file"),
    ("select_one_external", "select_one"),
    ("add_select_one_prompt_using", "select_one"), ("add_select_multiple_prompt_using", "select_multiple"),
    ("select_all_that_apply_from", "select_multiple"), ("select_all_that_apply", "select_multiple"),
    ("select_multiple_from", "select_multiple"), ("select_multiple", "select_multiple"),
    ("select_one_from", "select_one"), ("select_one", "select_one"), ("select1", "select_one"), ("rank", "rank"),
)  # fmt: skip
_OTHER = re.compile(r"[ _]or[ _](?:specify[ _])?other$", re.IGNORECASE)
_EDGE = re.compile(r"(begin|end)[ _]+([a-z _]+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class RowType:
    """What a row is: `word` is a key of KINDS, "begin", "end", "identifying", "not_askable", "file" or "unknown"."""

    word: str
    argument: str = ""
    other: bool = False


def row_type(cell: str) -> RowType:
    """Read a type cell, such as "select_one yes_no or_other"."""
    plain = " ".join(cell.split())
    if (edge := _EDGE.fullmatch(plain)) and (what := OPENING.get(edge[2].strip().casefold().replace(" ", "_"))):
        return RowType(edge[1].casefold(), what)
    key = plain.casefold().replace(" ", "_")
    for spelling, word in _SELECTS:
        if key.startswith(spelling + "_") and plain[len(spelling)] == " ":
            rest = plain[len(spelling) :].strip()
            return RowType(word, _OTHER.sub("", rest).strip(), _OTHER.search(rest) is not None)
        if key == spelling:
            return RowType(word)
    key = re.sub(r"^(?:add|q)_|_prompt$", "", key)
    key = _ALIASES.get(key, key)
    if key in IDENTIFYING:
        return RowType("identifying", key)
    if key in NOT_ASKABLE:
        return RowType("not_askable", key)
    return RowType(key) if key in KINDS else RowType("unknown", plain)


def parameters(cell: str) -> dict[str, str]:
    """The pairs of a parameters cell, "start=0 end=10; step=1"."""
    return {name.casefold(): value for name, value in re.findall(r"(?<![\w-])([\w-]+)\s*=\s*([^\s;,]+)", cell)}
