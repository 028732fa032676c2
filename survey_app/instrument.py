"""An instrument: the questionnaire, its areas, population margins and indicators, and what its variables are for.

Read from one TOML file that names the others, so that another country edits files, not code.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .areas import AreaList, Margin, read_areas, read_census, read_geometry
from .engine import Kind, Missing, Questionnaire, Text, codebook
from .xlsform import read_form

BUNDLED = Path(__file__).parent / "questionnaires" / "community.toml"
SAMPLES = ("probability", "non_probability")


class InstrumentError(ValueError):
    """An instrument whose parts do not fit together; the message says which."""


@dataclass(frozen=True, slots=True)
class Indicator:
    """A share: the codes that count as positive, and which missing codes stay in its base (denominator)."""

    id: str
    item: str
    positive: frozenset[str]
    base_includes: frozenset[Missing]
    name: Text
    definition: Text
    base: Text
    source: str


@dataclass(frozen=True, slots=True)
class Instrument:
    """Everything that is fixed before fieldwork. `area`, `sex` and `age` are the names of those variables."""

    title: Text
    questionnaire: Questionnaire
    areas: AreaList
    geometry: Mapping[str, Any]
    census: tuple[Margin, ...]
    indicators: tuple[Indicator, ...]
    area: str
    sex: str
    age: str
    level: str
    sample: str


def read_instrument(path: Path = BUNDLED) -> Instrument:
    """Read an instrument and check that its parts fit. Raises InstrumentError, FormError or AreaListError."""
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
        files = {name: path.parent / file for name, file in content["files"].items()}
        variables = content["variables"]
        instrument = Instrument(
            title=content["title"],
            questionnaire=read_form(files["questionnaire"]),
            areas=read_areas(files["areas"]),
            geometry=read_geometry(files["areas"]),
            census=read_census(files["census"]),
            indicators=tuple(_indicator(entry) for entry in content["indicators"]),
            area=variables["area"],
            sex=variables["sex"],
            age=variables["age"],
            level=variables["level"],
            sample=content["sampling"]["sample"],
        )
    except (KeyError, TypeError, tomllib.TOMLDecodeError, OSError) as error:
        raise InstrumentError(f"{path.name} is unreadable or lacks a part: {error}") from error
    _check(instrument, path.name)
    return instrument


def _indicator(entry: Mapping[str, Any]) -> Indicator:
    return Indicator(
        id=entry["id"],
        item=entry["item"],
        positive=frozenset(entry["positive"]),
        base_includes=frozenset(Missing(kind) for kind in entry["base_includes"]),
        name=entry["name"],
        definition=entry["definition"],
        base=entry["base"],
        source=entry["source"],
    )


def _check(instrument: Instrument, name: str) -> None:
    book = codebook(instrument.questionnaire)
    for indicator in instrument.indicators:
        variable = book.get(indicator.item)
        if variable is None or variable.kind is not Kind.SINGLE or not indicator.positive <= variable.substantive:
            raise InstrumentError(f"{name}: indicator {indicator.id} does not fit item {indicator.item}")
    margins = {"area": {m.area for m in instrument.census}, "sex": {m.sex for m in instrument.census}}
    margins["age"] = {m.age for m in instrument.census}
    for role, levels in margins.items():
        variable = book.get(getattr(instrument, role))
        if variable is None or variable.substantive != levels:
            raise InstrumentError(f"{name}: the choices of {role} are not the levels of the census")
    if instrument.sample not in SAMPLES:
        raise InstrumentError(f"{name}: sample must be one of {', '.join(SAMPLES)}")
