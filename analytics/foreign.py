"""Foreign microdata: a survey that others made, loaded as finished waves by a mapping that says what its columns are.

The mapping is a TOML file; the instrument that the statistics need is derived from it. Every cell is either recoded or
refused with its row: nothing is guessed.
"""

import secrets
import tomllib
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
from sqlalchemy import Engine, insert
from sqlmodel import col, select

from survey_app.areas import Area, AreaList
from survey_app.engine import Choice, Item, Kind, Missing, Questionnaire, checked
from survey_app.fieldwork import CLOSED, field
from survey_app.instrument import NO_GEOMETRY, SAMPLES, Indicator, Instrument
from survey_app.storage.database import writing
from survey_app.storage.tables import ResponseRow

LANGUAGES = ("ar", "fr", "en")
ROWS_A_STATEMENT = 1_000
TOP = "all"


class MappingError(ValueError):
    """A mapping or a table that does not fit; the message names the column, the row and what to do."""


@dataclass(frozen=True, slots=True)
class ForeignSurvey:
    """A mapping: the derived instrument, the columns of the design, the recoding of each variable, and the waves."""

    instrument: Instrument
    design: Mapping[str, str]
    columns: Mapping[str, str]
    recodes: Mapping[str, Mapping[str, str]]
    wave_column: str | None
    waves: Mapping[str, tuple[str, date, date]]  # value in the table -> id, opens, closes
    mode_column: str | None
    modes: Mapping[str, str]


def read_mapping(path: Path) -> ForeignSurvey:
    """Read a mapping file. Raises MappingError naming what is missing."""
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
        items = [_item(entry) for entry in content["items"]]
        roles = content.get("variables", {})
        items += [_variable(role, roles[role]) for role in ("sex", "area") if role in roles]
        title = _texts(content["title"])
        form = checked(Questionnaire(path.stem, title, LANGUAGES, tuple(items)))
        sample = content["sampling"]["sample"]
        if sample not in SAMPLES:
            raise MappingError(f"sampling.sample must be one of {', '.join(SAMPLES)}")
        instrument = Instrument(
            title=title,
            questionnaire=form,
            areas=_areas(roles.get("area"), title),
            geometry=NO_GEOMETRY,
            census=(),
            indicators=tuple(_indicator(entry) for entry in content["items"] if "positive" in entry),
            indices=(),
            area="area",
            sex="sex",
            age="age",
            level="area",
            sample=sample,
        )
        entries = {**{entry["name"]: entry for entry in content["items"]}, **roles}
        wave = content["wave"]
        return ForeignSurvey(
            instrument=instrument,
            design=content.get("design", {}),
            columns={name: entry["column"] for name, entry in entries.items()},
            recodes={name: _recode(entry) for name, entry in entries.items()},
            wave_column=wave.get("column"),
            waves={str(entry["value"]): (entry["id"], entry["opens"], entry["closes"]) for entry in wave["periods"]},
            mode_column=content.get("mode", {}).get("column"),
            modes={str(value): mode for value, mode in content.get("mode", {}).get("codes", {}).items()},
        )
    except (KeyError, TypeError, AttributeError, tomllib.TOMLDecodeError, OSError) as error:
        raise MappingError(f"{path.name} is unreadable or lacks {error}") from error


def load(engine: Engine, survey: ForeignSurvey, file: Path) -> dict[str, int]:
    """Write every row of a CSV file as a response of its finished wave; returns rows by wave.

    One transaction: all rows or none. Waves that already hold responses are refused. Raises MappingError.
    """
    table = pd.read_csv(file, dtype=str, keep_default_na=False, encoding="utf-8-sig")
    needed = {*survey.columns.values(), *survey.design.values(), survey.wave_column, survey.mode_column} - {None}
    if missing := sorted(str(column) for column in needed - set(table.columns)):
        raise MappingError(f"{file.name} has no column {', '.join(missing)}")
    rows = [_row(survey, record, number) for number, record in enumerate(table.to_dict("records"), 2)]
    with writing(engine) as session:
        for wave_id, opens, closes in survey.waves.values():
            field(session, survey.instrument.questionnaire, wave_id, opens, closes, CLOSED)
            if session.exec(select(ResponseRow.id).where(col(ResponseRow.wave) == wave_id).limit(1)).first():
                raise MappingError(f"wave {wave_id} already holds responses; load into an empty database")
        for start in range(0, len(rows), ROWS_A_STATEMENT):
            session.connection().execute(insert(ResponseRow).values(rows[start : start + ROWS_A_STATEMENT]))
    counts = pd.Series([row["wave"] for row in rows]).value_counts()
    return {wave_id: int(counts.get(wave_id, 0)) for wave_id, _, _ in survey.waves.values()}


def _row(survey: ForeignSurvey, record: Mapping[Any, str], number: int) -> dict[str, Any]:
    wave_value = record[survey.wave_column] if survey.wave_column else next(iter(survey.waves))
    if wave_value not in survey.waves:
        raise MappingError(f"row {number}: wave {wave_value!r} is not in the mapping's periods")
    answers = {name: _answer(survey, name, record[column], number) for name, column in survey.columns.items()}
    try:
        weight = float(record[survey.design["weight"]]) if "weight" in survey.design else None
    except ValueError:
        raise MappingError(f"row {number}: the weight is no number") from None
    return {
        "id": uuid.UUID(bytes=secrets.token_bytes(16), version=4),
        "wave": survey.waves[wave_value][0],
        "mode": survey.modes.get(record[survey.mode_column], "imported") if survey.mode_column else "imported",
        "language": "und",
        "answers": answers,
        "weight": weight,
        "stratum": record[survey.design["stratum"]] if "stratum" in survey.design else None,
        "psu": record[survey.design["psu"]] if "psu" in survey.design else None,
    }


def _answer(survey: ForeignSurvey, name: str, value: str, number: int) -> str | None:
    if value in ("", "NA"):
        return None
    plain = value[:-2] if value.endswith(".0") else value
    recode = survey.recodes[name]
    if plain not in recode:
        raise MappingError(f"row {number}: {survey.columns[name]} = {value!r} is not in the codes of {name}")
    return recode[plain]


def _texts(entry: Mapping[str, str] | str) -> dict[str, str]:
    """A text in three languages; one given once stands for all, as foreign wording often exists in one language."""
    given = {"en": entry} if isinstance(entry, str) else dict(entry)
    fallback = given.get("en") or next(iter(given.values()))
    return {language: given.get(language, fallback) for language in LANGUAGES}


def _item(entry: Mapping[str, Any]) -> Item:
    missing = {str(code): Missing(kind) for code, kind in entry.get("missing", {}).items()}
    choices = tuple(Choice(str(code), _texts(label), missing.get(str(code))) for code, label in entry["codes"].items())
    return Item(entry["name"], Kind.SINGLE, _texts(entry["question"]), choices=choices)


def _variable(role: str, entry: Mapping[str, Any]) -> Item:
    codes = dict.fromkeys(_recode(entry).values())
    return Item(role, Kind.SINGLE, _texts(role), choices=tuple(Choice(code, _texts(code)) for code in codes))


def _recode(entry: Mapping[str, Any]) -> dict[str, str]:
    """Value in the table -> code: items and areas keep theirs, sex is recoded to woman and man."""
    codes = entry["codes"]
    keeps = "question" in entry or "level" in entry
    return {str(value): str(value) if keeps else str(code) for value, code in codes.items()}


def _indicator(entry: Mapping[str, Any]) -> Indicator:
    return Indicator(
        id=entry["name"],
        item=entry["name"],
        positive=frozenset(str(code) for code in entry["positive"]),
        base_includes=frozenset(Missing(kind) for kind in entry.get("base_includes", [])),
        name=_texts(entry["indicator"]),
        definition=_texts(entry.get("definition", entry["indicator"])),
        base=_texts(entry.get("base", "Everyone who answered.")),
        source=entry.get("source", ""),
    )


def _areas(entry: Mapping[str, Any] | None, title: Mapping[str, str]) -> AreaList:
    """One top area and the survey's own areas below it; populations are unknown and stand as 0."""
    start = date(1900, 1, 1)
    top = Area(TOP, "survey", None, title, start, None, 0)
    codes = entry["codes"] if entry else {}
    return AreaList((top, *(Area(str(c), "area", TOP, _texts(name), start, None, 0) for c, name in codes.items())))
