"""The results framework as the files of a release: for machines, and a workbook in each language."""

import csv
import json
from collections.abc import Mapping
from io import StringIO

from translations.languages import LANGUAGES

from .framework import STATUSES, Row, history, in_time
from .framework_words import notes, rules, status_name, why
from .framework_workbook import workbook
from .release import Figure, Release

_UNSAFE = ("=", "+", "-", "@", "\t", "\r", "\n")  # what a spreadsheet takes for a formula
_PARTS = ("status", "reason", "flag", "estimate", "low", "high", "n")
COLUMNS = (
    *("indicator", "direction", "wave", "wave_closes", "newest"),
    *("baseline_wave", *(f"baseline_{part}" for part in _PARTS)),
    *("due_day", "due_share", "target_day", "target_share"),
    *(f"actual_{part}" for part in _PARTS),
    *("status", *(f"change_{part}" for part in _PARTS), "change_method", "change_is"),
)
_IS = {1: "better", 0: "cannot_tell", -1: "worse"}


def files(release: Release) -> Mapping[str, bytes]:
    """The files by name below the release's directory; nothing where the release has no targets."""
    if not release.targets:
        return {}
    found = [_record(row, release) for row in history(release)]
    return {
        "framework/framework.csv": _csv(found),
        "framework/framework.json": _json(release, found),
        **{f"framework/framework-{language}.xlsx": workbook(release, language) for language in LANGUAGES},
    }


def _record(row: Row, release: Release) -> dict[str, object]:
    """A row as COLUMNS name it: shares 0..1, days ISO, None where there is no number."""
    day, share = row.target.milestones[-1]
    newest = row.wave.id == in_time(release)[-1].id
    values = (
        *(row.card.id, row.card.direction, row.wave.id, row.wave.closes, newest),
        *(row.target.baseline, *_parts(row.baseline)),
        *(*(row.due or (None, None)), day, share),
        *_parts(row.actual),
        *(row.status, *_parts(row.change), row.change.method, _IS[row.moved] if row.change.low is not None else None),
    )
    return dict(zip(COLUMNS, values, strict=True))


def _parts(figure: Figure) -> list[object]:
    return [getattr(figure, part) for part in _PARTS]


def _csv(records: list[dict[str, object]]) -> bytes:
    text = StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    writer.writerows([_cell(value) for value in record.values()] for record in records)
    return text.getvalue().encode()


def _cell(value: object) -> object:
    if isinstance(value, bool):
        return str(value).lower()
    return f"'{value}" if isinstance(value, str) and value.startswith(_UNSAFE) else value


def _json(release: Release, records: list[dict[str, object]]) -> bytes:
    said = [{language: why(row, release, language) for language in LANGUAGES} for row in history(release)]
    content = {
        "survey": dict(release.survey),
        "created": release.created,
        "sample": release.sample,
        "synthetic": release.synthetic,
        "level": release.parameters.get("level"),
        "notes": {language: list(notes(release, language)) for language in LANGUAGES},
        "rules": {language: [list(rule) for rule in rules(language)] for language in LANGUAGES},
        "statuses": {each: {language: status_name(each, language) for language in LANGUAGES} for each in STATUSES},
        "rows": [record | {"why": why_} for record, why_ in zip(records, said, strict=True)],
    }
    return json.dumps(content, ensure_ascii=False, sort_keys=True, indent=1).encode() + b"\n"
