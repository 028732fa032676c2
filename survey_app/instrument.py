"""An instrument: the questionnaire, its areas, population margins and indicators, and what its variables are for.

Read from one TOML file that names the others, so that another country edits files, not code.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any

from .areas import AreaList, Margin, read_areas, read_census, read_geometry
from .engine import Expression, ExpressionError, Kind, Missing, Questionnaire, Text, codebook, parse
from .xlsform import read_form

BUNDLED = Path(__file__).parent / "questionnaires" / "core.toml"
SAMPLES = ("probability", "non_probability")
DIRECTIONS = ("higher_is_better", "lower_is_better")
FIRST = "first"
NO_GEOMETRY: Mapping[str, Any] = {"type": "FeatureCollection", "features": []}


class InstrumentError(ValueError):
    """An instrument whose parts do not fit together; the message says which."""


@dataclass(frozen=True, slots=True)
class Indicator:
    """A share: the codes that count as positive, and which missing codes stay in its base (denominator).

    `filter` limits the base further. `sensitive` items must never go by text message. `direction` says which way is
    better, `wording` by language whether the question's wording is official, adapted or a draft.
    """

    id: str
    item: str
    positive: frozenset[str]
    base_includes: frozenset[Missing]
    name: Text
    definition: Text
    base: Text
    source: str
    direction: str = "higher_is_better"
    sensitive: bool = False
    filter: Expression | None = None
    wording: Text = field(default_factory=dict)
    headline: bool = False


@dataclass(frozen=True, slots=True)
class Index:
    """A mean of items brought to 0-100, for persons who answered at least this share of them. Never a percentage."""

    id: str
    items: tuple[str, ...]
    minimum_share_answered: float
    name: Text
    definition: Text


@dataclass(frozen=True, slots=True)
class Lattice:
    """The tables of every release, declared before the data: each indicator by wave, and within it by these.

    `tables` are among TABLES: "area" is by area at each level, "area_sex" women and men of each area. `spans` are how
    many waves a figure pools. An area under either floor, of population and of respondents in a wave, has no figure.
    """

    tables: tuple[str, ...] = ("sex", "area")
    spans: tuple[int, ...] = (1,)
    area_population: int = 10_000
    area_respondents: int = 10


TABLES = ("sex", "area", "area_sex")


@dataclass(frozen=True, slots=True)
class Target:
    """What a programme wants an indicator to be, for everybody: milestones are (day, share 0..1), the last the target.

    `baseline` is the wave to start from, or FIRST for the oldest one of a release.
    """

    indicator: str
    baseline: str
    milestones: tuple[tuple[date, float], ...]


@dataclass(frozen=True, slots=True)
class Instrument:
    """Everything that is fixed before fieldwork. `area`, `sex` and `age` are the names of those variables.

    `drivers` are the ids of indicators of which a release says how they go together with the first headline one.
    """

    title: Text
    questionnaire: Questionnaire
    areas: AreaList
    geometry: Mapping[str, Any]
    census: tuple[Margin, ...]
    indicators: tuple[Indicator, ...]
    indices: tuple[Index, ...]
    area: str
    sex: str
    age: str
    level: str
    sample: str
    lattice: Lattice = Lattice()
    targets: tuple[Target, ...] = ()
    drivers: tuple[str, ...] = ()


def read_instrument(path: Path = BUNDLED) -> Instrument:
    """Read an instrument and check that its parts fit. Raises InstrumentError, FormError or AreaListError."""
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
        files = {name: path.parent / file for name, file in content["files"].items()}
        variables = content["variables"]
        instrument = Instrument(
            title=content["title"],
            questionnaire=read_form(files["questionnaire"]),
            areas=read_areas(files["areas"]) if "areas" in files else AreaList(()),
            geometry=read_geometry(files["areas"]) if "areas" in files else NO_GEOMETRY,
            census=read_census(files["census"]) if "census" in files else (),
            indicators=tuple(_indicator(entry) for entry in content["indicators"]),
            indices=tuple(_index(entry) for entry in content.get("indices", [])),
            area=variables.get("area", ""),
            sex=variables.get("sex", ""),
            age=variables.get("age", ""),
            level=variables.get("level", ""),
            sample=content["sampling"]["sample"],
            lattice=_lattice(content.get("release", {})),
            targets=tuple(_target(entry) for entry in content.get("targets", [])),
            drivers=tuple(content.get("release", {}).get("drivers", ())),
        )
    except (KeyError, TypeError, tomllib.TOMLDecodeError, OSError, ExpressionError) as error:
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
        direction=entry.get("direction", DIRECTIONS[0]),
        sensitive=entry.get("sensitive", False),
        filter=parse(entry["filter"]) if "filter" in entry else None,
        wording=entry.get("wording_status", {}),
        headline=entry.get("headline", False),
    )


def _index(entry: Mapping[str, Any]) -> Index:
    return Index(
        id=entry["id"],
        items=tuple(entry["items"]),
        minimum_share_answered=entry["minimum_share_answered"],
        name=entry["name"],
        definition=entry["definition"],
    )


def _lattice(entry: Mapping[str, Any]) -> Lattice:
    default = Lattice()
    return Lattice(
        tables=tuple(entry.get("tables", default.tables)),
        spans=tuple(sorted({1, *entry.get("spans", default.spans)})),
        area_population=entry.get("area_population", default.area_population),
        area_respondents=entry.get("area_respondents", default.area_respondents),
    )


def _target(entry: Mapping[str, Any]) -> Target:
    name = entry["indicator"]
    found: list[tuple[date, float]] = []
    for milestone in entry["milestones"]:
        match milestone:
            case [date() as day, int() | float() as share] if type(day) is date and not isinstance(share, bool):
                found.append((day, float(share)))
            case _:
                how = "write each milestone as a day and a share, without quotes, such as [2027-12-31, 0.6]"
                raise InstrumentError(f"target of {name}: {how}")
    return Target(name, str(entry.get("baseline", FIRST)), tuple(found))


def _check(instrument: Instrument, name: str) -> None:
    book = codebook(instrument.questionnaire)
    for indicator in instrument.indicators:
        if fault := _indicator_fault(indicator, instrument.questionnaire):
            raise InstrumentError(f"{name}: {fault}")
    for index in instrument.indices:
        if not index.items or not set(index.items) <= set(book):
            raise InstrumentError(f"{name}: index {index.id} names an item that is not there")
    for role in ("area", "sex", "age") if instrument.census else ():
        levels = {getattr(cell, role) for cell in instrument.census}
        variable = book.get(getattr(instrument, role))
        if variable is None or not levels <= variable.substantive:
            raise InstrumentError(f"{name}: the choices of {role} are not the levels of the census")
    if not set(instrument.drivers) <= {indicator.id for indicator in instrument.indicators}:
        raise InstrumentError(f"{name}: drivers names an indicator that is not there")
    if instrument.sample not in SAMPLES:
        raise InstrumentError(f"{name}: sample must be one of {', '.join(SAMPLES)}")
    of_targets = (
        f"target of {t.indicator}: {why}" for t in instrument.targets if (why := _target_fault(t, instrument))
    )
    if fault := _lattice_fault(instrument.lattice) or next(of_targets, ""):
        raise InstrumentError(f"{name}: {fault}")


def _lattice_fault(lattice: Lattice) -> str:
    tables = set(lattice.tables)
    if not tables <= set(TABLES) or ("area_sex" in tables and not tables >= {"sex", "area"}):
        return f"tables must be among {', '.join(TABLES)}, and area_sex needs the other two"
    if not all(1 <= span <= 24 for span in lattice.spans):
        return "spans are numbers of waves, from 1 to 24"
    return ""


def _indicator_fault(indicator: Indicator, form: Questionnaire) -> str:
    book = codebook(form)
    variable = book.get(indicator.item)
    item = form.by_name.get(indicator.item)
    if variable is None or item is None or item.kind not in (Kind.SINGLE, Kind.SCALE):
        return f"indicator {indicator.id} does not fit item {indicator.item}"
    scale = {str(value) for value in range(item.low, item.high + 1, item.step)} if item.kind is Kind.SCALE else set()
    if not indicator.positive <= variable.substantive | scale:
        return f"indicator {indicator.id} does not fit item {indicator.item}"
    if indicator.sensitive and form.by_name[indicator.item].by_text:
        return f"{indicator.item} is sensitive and must not go by text message"
    if indicator.filter and not indicator.filter.references <= set(book):
        return f"the filter of {indicator.id} names an item that is not there"
    if indicator.direction not in DIRECTIONS:
        return f"direction of {indicator.id} must be one of {', '.join(DIRECTIONS)}"
    return ""


def _target_fault(target: Target, instrument: Instrument) -> str:
    found = [indicator for indicator in instrument.indicators if indicator.id == target.indicator]
    if not found:
        return "no indicator has this id; name one of [[indicators]]"
    if sum(other.indicator == target.indicator for other in instrument.targets) > 1:
        return "it stands twice; put all its milestones into one [[targets]]"
    if not target.baseline:
        return f"the baseline is the id of a wave, or {FIRST}"
    if not target.milestones:
        return "it needs at least one milestone; the last is the target"
    if not all(0 <= share <= 1 for _, share in target.milestones):
        return "a milestone is a share from 0 to 1; write 60 per cent as 0.6"
    steps = list(pairwise(target.milestones))
    if any(later <= earlier for (earlier, _), (later, _) in steps):
        return "put the milestones in the order of their days, each day once"
    better = 1 if found[0].direction == DIRECTIONS[0] else -1
    if any((later - earlier) * better < 0 for (_, earlier), (_, later) in steps):
        return f"its milestones go the wrong way; {found[0].direction} says which way is better"
    return ""
