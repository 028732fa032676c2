"""The areas that a survey reports on: their codes, names, levels and dates, and their census margins.

The list is read once from a GeoJSON file and the margins from a CSV file; both are checked whole before use. Areas
carry no geometry, so that collection cannot place anybody on a map; borders are read apart, for the release.
"""

import csv
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import Any

LANGUAGES = ("ar", "fr", "en")
SEXES = ("woman", "man")
CENSUS_COLUMNS = ["area", "sex", "age", "population"]
_AGE = re.compile(r"(?P<low>[0-9]{1,3})(?:\+|-(?P<high>[0-9]{1,3}))")


class AreaListError(ValueError):
    """A file of areas or margins that cannot be used. Carries the file's name and, where known, the area's code."""

    def __init__(self, path: Path, code: str | None, reason: str) -> None:
        super().__init__(f"{path.name}: " + (f"area {code}: " if code else "") + reason)
        self.file = path.name
        self.code = code


@dataclass(frozen=True)
class Area:
    """One area. ``parent`` is a code or None at the top; ``names`` holds one name for each language; the area exists
    from ``valid_from`` to ``valid_to``, both days included, None meaning that no end is known; ``population`` is
    persons."""

    code: str
    level: str
    parent: str | None
    names: Mapping[str, str] = field(hash=False)
    valid_from: date
    valid_to: date | None
    population: int


@dataclass(frozen=True)
class AreaList:
    """All areas of one geography, in the order of the file. An unknown code or level raises KeyError."""

    areas: tuple[Area, ...]

    @cached_property
    def _by_code(self) -> Mapping[str, Area]:
        return {area.code: area for area in self.areas}

    def at(self, level: str, day: date) -> tuple[Area, ...]:
        """The areas of a level that exist on the day."""
        known = [area for area in self.areas if area.level == level]
        if not known:
            raise KeyError(level)
        return tuple(
            area for area in known if area.valid_from <= day and (area.valid_to is None or day <= area.valid_to)
        )

    def get(self, code: str) -> Area:
        """The area with this code."""
        return self._by_code[code]

    def ancestors(self, code: str) -> tuple[Area, ...]:
        """The areas that contain this one, nearest first; empty at the top."""
        parent = self.get(code).parent
        return () if parent is None else (self.get(parent), *self.ancestors(parent))

    def name(self, code: str, language: str) -> str:
        """The name of the area in "ar", "fr" or "en"."""
        return self.get(code).names[language]


@dataclass(frozen=True)
class Margin:
    """How many persons of one sex ("woman" or "man") and age band ("18-24", "65+") live in an area."""

    area: str
    sex: str
    age: str
    population: int

    @property
    def key(self) -> tuple[str, str, str]:
        """Area, sex and age band."""
        return self.area, self.sex, self.age


def read_areas(path: Path) -> AreaList:
    """The areas of a GeoJSON file, whose features hold code, level, parent, name, valid_from, valid_to, population.

    Raises AreaListError unless codes are unique, parents exist, levels form one tree (a level is never above itself,
    and the areas without a parent share a level), every area has its three names, and dates are in order.
    """
    areas = tuple(_area(path, feature) for feature in _features(path, _collection(path)))
    if not areas:
        raise AreaListError(path, None, "holds no area")
    by_code: dict[str, Area] = {}
    for area in areas:
        if area.code in by_code:
            raise AreaListError(path, area.code, "the code is used twice")
        by_code[area.code] = area
    for area in areas:
        if area.parent is not None and area.parent not in by_code:
            raise AreaListError(path, area.code, f"the parent {area.parent} is not in the file")
    _check_levels(path, by_code)
    return AreaList(areas)


def read_geometry(path: Path) -> dict[str, Any]:
    """The whole FeatureCollection (RFC 7946; longitude and latitude in degrees, WGS 84), for the release.

    Raises AreaListError unless every geometry is null, or a Polygon or MultiPolygon of closed rings.
    """
    collection = _collection(path)
    for feature in _features(path, collection):
        code = str(feature["properties"].get("code"))
        geometry = feature.get("geometry")
        if geometry is None:
            continue
        try:
            sound = all(_ring_is_sound(ring) for ring in _rings(geometry))
        except (KeyError, TypeError, ValueError) as error:
            raise AreaListError(path, code, "the geometry is not a Polygon or MultiPolygon") from error
        if not sound:
            raise AreaListError(path, code, "a ring is open, too short or outside longitude and latitude")
    return collection


def read_census(path: Path) -> tuple[Margin, ...]:
    """The margins of a CSV file with the columns area, sex, age, population (persons), in the order of the file.

    Raises AreaListError unless each area has every sex and age band once, and the bands do not overlap.
    """
    try:
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.reader(file, strict=True))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise AreaListError(path, None, f"cannot be read: {type(error).__name__}") from error
    if not rows or rows[0] != CENSUS_COLUMNS:
        raise AreaListError(path, None, f"the first line must be {','.join(CENSUS_COLUMNS)}")
    margins = tuple(_margin(path, line, row) for line, row in enumerate(rows[1:], start=2))
    if not margins:
        raise AreaListError(path, None, "holds no margin")
    _check_bands(path, {margin.age for margin in margins})
    wanted = {(sex, age) for sex in SEXES for age in {margin.age for margin in margins}}
    for code in dict.fromkeys(margin.area for margin in margins):
        cells = [(margin.sex, margin.age) for margin in margins if margin.area == code]
        if len(cells) != len(wanted) or set(cells) != wanted:
            raise AreaListError(path, code, "each sex and age band must stand exactly once")
    return margins


def _collection(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise AreaListError(path, None, f"cannot be read: {type(error).__name__}") from error
    if not isinstance(found, dict) or found.get("type") != "FeatureCollection":
        raise AreaListError(path, None, "is not a GeoJSON FeatureCollection")
    return found


def _features(path: Path, collection: Mapping[str, Any]) -> list[dict[str, Any]]:
    features = collection.get("features")
    if not isinstance(features, list):
        raise AreaListError(path, None, "has no list of features")
    for place, feature in enumerate(features, start=1):
        if not isinstance(feature, dict) or not isinstance(feature.get("properties"), dict):
            raise AreaListError(path, None, f"feature {place} has no properties")
    return features


def _area(path: Path, feature: Mapping[str, Any]) -> Area:
    found = feature["properties"]
    code = found.get("code")
    if not _filled(code):
        raise AreaListError(path, None, "an area has no code")
    names, parent, population = found.get("name"), found.get("parent"), found.get("population")
    if not _filled(found.get("level")):
        raise AreaListError(path, code, "has no level")
    if parent is not None and not _filled(parent):
        raise AreaListError(path, code, "the parent must be a code or null")
    for language in LANGUAGES:
        if not isinstance(names, dict) or not _filled(names.get(language)):
            raise AreaListError(path, code, f'has no name in "{language}"')
    if type(population) is not int or population < 0:
        raise AreaListError(path, code, "the population must be a whole number, zero or more")
    start, end = _day(path, code, found.get("valid_from")), found.get("valid_to")
    until = None if end is None else _day(path, code, end)
    if until is not None and until < start:
        raise AreaListError(path, code, f"valid_to {until} is before valid_from {start}")
    kept = {language: names[language] for language in LANGUAGES}
    return Area(code, found["level"], parent, kept, start, until, population)


def _filled(value: object) -> bool:
    return isinstance(value, str) and value != "" and value == value.strip()


def _day(path: Path, code: str, text: object) -> date:
    try:
        return date.fromisoformat(str(text))
    except ValueError as error:
        raise AreaListError(path, code, f"{text!r} is not a date such as 2024-09-01") from error


def _check_levels(path: Path, by_code: Mapping[str, Area]) -> None:
    tops = [area for area in by_code.values() if area.parent is None]
    for area in tops:
        if area.level != tops[0].level:
            raise AreaListError(path, area.code, f"has no parent, yet is not a {tops[0].level}")
    above: dict[str, set[str]] = {}
    for area in by_code.values():
        if area.parent is None:
            continue
        above.setdefault(area.level, set()).add(by_code[area.parent].level)
        try:
            TopologicalSorter(above).prepare()
        except CycleError as error:
            raise AreaListError(path, area.code, f"the level {area.level} stands above itself") from error


def _rings(geometry: Mapping[str, Any]) -> Iterator[Any]:
    if geometry["type"] not in ("Polygon", "MultiPolygon"):
        raise ValueError(geometry["type"])
    polygons = [geometry["coordinates"]] if geometry["type"] == "Polygon" else geometry["coordinates"]
    for polygon in polygons:
        yield from polygon


def _ring_is_sound(ring: list[list[float]]) -> bool:
    on_earth = all(-180 <= longitude <= 180 and -90 <= latitude <= 90 for longitude, latitude in ring)
    return len(ring) >= 4 and ring[0] == ring[-1] and on_earth


def _margin(path: Path, line: int, row: list[str]) -> Margin:
    if len(row) != len(CENSUS_COLUMNS) or not _filled(row[0]):
        raise AreaListError(path, None, f"line {line} must hold {','.join(CENSUS_COLUMNS)}")
    area, sex, age, population = row
    if sex not in SEXES:
        raise AreaListError(path, area, f"line {line}: the sex must be one of {', '.join(SEXES)}")
    if not _AGE.fullmatch(age):
        raise AreaListError(path, area, f"line {line}: the age band must be such as 18-24 or 65+")
    if not re.fullmatch(r"[0-9]{1,10}", population):
        raise AreaListError(path, area, f"line {line}: the population must be a whole number, zero or more")
    return Margin(area, sex, age, int(population))


def _check_bands(path: Path, ages: set[str]) -> None:
    bands = sorted((int(found["low"]), int(found["high"] or 999)) for found in map(_AGE.fullmatch, ages) if found)
    last = -1
    for low, high in bands:
        if low <= last or high < low:
            raise AreaListError(path, None, f"the age band that begins at {low} overlaps another or runs backward")
        last = high
