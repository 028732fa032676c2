"""A large release, constructed: many indicators, areas and waves, with a quality report, a map, targets and drivers.

Words are those of the bundled questionnaire, so that sentences and lists are as long as real ones; areas are polygons
of as many corners as a simplified municipality has. Numbers mean nothing.
"""

import math
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

import pyarrow as pa

from analytics.publish import cards
from analytics.release import AreaCard, DriverCard, IndicatorCard, Release, TargetCard, Wave, write
from analytics.release.estimates import figures, table_bytes
from survey_app.instrument import read_instrument

from .release import columns

WHOLE, CORNERS, ABREAST = "06", 60, 20
AGES = ("18-24", "25-34", "35-44", "45-54", "55-64", "65+")


def write_large(directory: Path, indicators: int = 30, areas: int = 200, waves: int = 12) -> Release:
    """Write it below a directory as the latest. At most as many indicators as the bundled questionnaire has."""
    random = Random(1)
    known = tuple(replace(card, registered="1999-06-01") for card in cards(read_instrument())[:indicators])
    made = columns(indicators, areas, waves)
    made["indicator"] = pa.DictionaryArray.from_arrays(made["indicator"].indices, pa.array([card.id for card in known]))
    codes = [code for code in made["area"].dictionary.to_pylist() if code]
    periods = tuple(_wave(code) for code in made["wave"].dictionary.to_pylist())
    release = Release(
        survey={"ar": "استطلاع الثقة", "fr": "Enquête sur la confiance", "en": "Trust survey"},
        created="2026-11-26",
        sample="probability",
        synthetic=True,
        parameters={"k": 10, "level": 0.95, "rule_set": "nchs_proportions", "spans": "1", "seed": 1},
        questionnaires=("benchmark",),
        software="thiqa",
        waves=periods,
        indicators=known,
        areas=(_area(WHOLE, None, 0), *(_area(code, WHOLE, at) for at, code in enumerate(codes, 1))),
        geometry={
            "type": "FeatureCollection",
            "credit": "Polygons for a benchmark",
            "features": [_polygon(code, at, random) for at, code in enumerate(codes)],
        },
        figures=figures(table_bytes(made)),
        method=dict.fromkeys(("ar", "fr", "en"), "# Method\n\n" + "How it was done, in a line of words.\n\n" * 60),
        quality=_quality(periods, known, codes, random),
        targets=tuple(
            TargetCard(card.id, periods[0].id, (("2027-12-31", 0.55), ("2030-12-31", 0.6))) for card in known[:5]
        ),
        drivers=tuple(
            DriverCard(card.id, known[0].id, 0.1, 0.04, 0.16, 4480, (periods[-1].id,), "marginal_logit")
            for card in known[1:12]
        ),
    )
    return replace(release, id=write(directory, release).name)


def _wave(code: str) -> Wave:
    return Wave(code, f"{code[:4]}-01-01", f"{code[:4]}-03-31", 12_000, {"web": 9_000, "sms": 3_000}, 40, 200)


def _area(code: str, parent: str | None, number: int) -> AreaCard:
    name = {"ar": f"سيدي مومن {number}", "fr": f"Sidi Moumen {number}", "en": f"Sidi Moumen {number}"}
    return AreaCard(code, "municipality" if parent else "country", parent, name, 20_000 + 100 * number)


def _polygon(code: str, number: int, random: Random) -> dict[str, object]:
    """A ragged disc on a grid of ABREAST in each row."""
    x, y = -9 + number % ABREAST, 28 + number // ABREAST
    turns = [2 * math.pi * corner / CORNERS for corner in range(CORNERS)]
    rays = [(turn, random.uniform(0.4, 0.5)) for turn in turns]
    ring = [[round(x + ray * math.cos(turn), 5), round(y + ray * math.sin(turn), 5)] for turn, ray in rays]
    geometry = {"type": "Polygon", "coordinates": [[*ring, ring[0]]]}
    return {"type": "Feature", "properties": {"code": code}, "geometry": geometry}


def _quality(
    waves: tuple[Wave, ...], known: tuple[IndicatorCard, ...], codes: list[str], random: Random
) -> dict[str, Any]:
    rate = {"status": "published", "share": 0.04, "low": 0.02, "high": 0.06}
    places: list[dict[str, str]] = [{"area": code} for code in codes]
    people = [{"sex": sex, "age": age} for sex in ("man", "woman") for age in AGES]
    margins = {"area": places, "sex_age": people}
    return {
        "k": 10,
        "labels": {
            "sex": {sex: dict.fromkeys(("ar", "fr", "en"), sex) for sex in ("man", "woman")},
            "age": {age: dict.fromkeys(("ar", "fr", "en"), age) for age in AGES},
        },
        "waves": [
            {
                "wave": wave.id,
                "interviews": wave.n,
                "modes": dict(wave.modes),
                "hurried": 40,
                "straight": 200,
                "drawn": 1.0,
                "kish_effect": 1.7,
                "mean_design_effect": 1.6,
                "largest_design_effect": 2.1,
                "margin_error": 0.0,
                "languages": {"ar": 9000, "fr": 3000},
            }
            for wave in waves
        ],
        "nonresponse": [
            {"wave": wave.id, "indicator": card.id, "asked": [5000, 9999]}
            | dict.fromkeys(("dont_know", "refused", "passed_over"), rate)
            for wave in waves
            for card in known
        ],
        "coverage": [
            {
                "wave": wave.id,
                "margin": margin,
                "base_weights": False,
                "did_not_say": 0.0,
                "cells": [{**cell, "achieved": round(random.random() / 50, 2), "census": 0.01} for cell in cells],
            }
            for wave in waves
            for margin, cells in margins.items()
        ],
        "outcomes": [{"wave": wave.id, "status": "unavailable", "rates": {}} for wave in waves],
        "figures": [
            {
                "kind": kind,
                "contrast": contrast,
                "span": 1,
                "published": 60_000,
                "unreliable": 0,
                "confidential": 40_000,
                "unavailable": 0,
            }
            for kind in ("whole", "sex", "area", "area_sex")
            for contrast in (False, True)
        ],
        "registration": {"before": [card.id for card in known], "after": []},
    }
