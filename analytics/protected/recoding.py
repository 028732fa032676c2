"""Global recoding: areas go up one level and age bands join in pairs, for everybody alike, before anything is withheld.

The order is declared here and depends on no answer: areas up, ages joined, and again, as long as either can go on.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from survey_app.areas import AreaList
from survey_app.engine import Text, codebook
from survey_app.instrument import Instrument
from translations.languages import LANGUAGES

_BAND = re.compile(r"(?P<low>[0-9]{1,3})(?:\+|-(?P<high>[0-9]{1,3}))")
_LEFT_TO_RIGHT, _POP = "\u2066", "\u2069"  # so that a range reads from young to old in Arabic too


@dataclass(frozen=True, eq=False)
class Recoding:
    """One step: the variable, what was done, code -> coarser code, and the labels of the coarser codes."""

    variable: str
    what: str
    codes: Mapping[str, str]
    labels: Mapping[str, Text]

    def of(self, column: "pd.Series[Any]") -> "pd.Series[Any]":
        """The column in coarser codes; what has none stays."""
        return column.map(lambda value: self.codes.get(value, value) if isinstance(value, str) else value)


def ladder(instrument: Instrument) -> Iterator[Recoding]:
    """The steps for this instrument, the first first; each is on top of those before."""
    book = codebook(instrument.questionnaire)
    areas = set(book[instrument.area].substantive) if instrument.area in book else set()
    areas &= {area.code for area in instrument.areas.areas}
    bands = (
        sorted(filter(_BAND.fullmatch, book[instrument.age].substantive), key=_low) if instrument.age in book else []
    )
    while True:
        up = _up(instrument.areas, areas)
        joined = _pairs(bands) if len(bands) > 1 else {}
        if up:
            labels = {code: dict(instrument.areas.get(code).names) for code in set(up.values())}
            yield Recoding(instrument.area, "areas to the level above", up, labels)
        if joined:
            labels = {band: {language: _said(band, language) for language in LANGUAGES} for band in joined.values()}
            yield Recoding(instrument.age, "age bands joined in pairs", joined, labels)
        if not up and not joined:
            return
        areas, bands = {up.get(code, code) for code in areas}, list(dict.fromkeys(joined.get(b, b) for b in bands))


def _up(areas: AreaList, codes: set[str]) -> dict[str, str]:
    """Code -> the area above. An area at the top stays, so that in the end all are one."""
    found = {code: areas.get(code).parent for code in codes}
    return {code: above for code, above in sorted(found.items()) if above is not None}


def _pairs(bands: list[str]) -> dict[str, str]:
    """Each band -> the band that it and its neighbour make, from the youngest; an odd one joins the last pair."""
    cuts = list(range(0, len(bands) - 1, 2))
    found: dict[str, str] = {}
    for start in cuts:
        end = len(bands) if start == cuts[-1] else start + 2
        low, high = _BAND.fullmatch(bands[start]), _BAND.fullmatch(bands[end - 1])
        assert low is not None
        assert high is not None
        name = f"{low['low']}-{high['high']}" if high["high"] else f"{low['low']}+"
        found |= dict.fromkeys(bands[start:end], name)
    return found


def _low(band: str) -> int:
    found = _BAND.fullmatch(band)
    return int(found["low"]) if found else 0


def _said(band: str, language: str) -> str:
    written = band.replace("-", "–")
    return f"{_LEFT_TO_RIGHT}{written}{_POP}" if language == "ar" else written
