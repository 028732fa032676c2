"""The figures of a release: each declared cell estimated on the full design, judged for precision and for exposure.

The lattice is fixed: every indicator, by wave, for everyone, by sex, and by area at each level; the gap between women
and men, and the change since the wave before. A cell that may not be shown has no number at all.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pandas as pd

from survey_app.engine import codebook
from survey_app.instrument import Indicator, Instrument

from .design import Design
from .disclosure import COMPLEMENTARY, DEFAULT_K, exposure, withheld_areas, withheld_sexes
from .estimates import Estimate, contrast, proportion_from
from .indicators.coding import coded
from .indicators.reliability import nchs_proportion
from .linearisation import Linearised, linearise
from .release import CHANGE, CONFIDENTIAL, GAP, LEVEL, PUBLISHED, UNAVAILABLE, UNRELIABLE, Figure

WOMAN, MAN = "woman", "man"
SEXES = (WOMAN, MAN)
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class _Coded:
    """One indicator on all rows: 1 and 0 in the base, NaN outside."""

    indicator: Indicator
    y: npt.NDArray[np.float64]

    @property
    def base(self) -> Mask:
        return ~np.isnan(self.y)


def figures(
    frame: pd.DataFrame, design: Design, instrument: Instrument, waves: Sequence[str], k: int = DEFAULT_K
) -> tuple[Figure, ...]:
    """All figures of the lattice for these waves, oldest first: a change is against the one before in this order."""
    book = codebook(instrument.questionnaire)
    domains = _Domains(frame, instrument)
    found: list[Figure] = []
    for indicator in instrument.indicators:
        cells = _Cells(domains, design, _Coded(indicator, coded(indicator, book[indicator.item], frame)), k)
        before: dict[tuple[str, str], Figure] = {}
        for wave in waves:
            now = _levels(cells, wave)
            found += [*now.values(), *_contrasts(cells, now, before)]
            before = now
    return tuple(found)


@dataclass(frozen=True, eq=False)
class _Domains:
    """Which rows a wave, an area and a sex are; each is found once."""

    frame: pd.DataFrame
    instrument: Instrument
    found: dict[tuple[str, str, str], Mask] = field(default_factory=dict)

    @property
    def sexes(self) -> tuple[str, ...]:
        """Women and men, or none where the survey did not ask."""
        return SEXES if self.instrument.sex in self.frame else ()

    def where(self, wave: str, area: str = "", sex: str = "") -> Mask:
        if (wave, area, sex) not in self.found:
            mask: Mask = self.frame["wave"].to_numpy() == wave
            if area:
                mask = mask & self.frame[self.instrument.area].isin(_within(self.instrument, area)).to_numpy()
            if sex:
                mask = mask & (self.frame[self.instrument.sex].to_numpy() == sex)
            self.found[wave, area, sex] = mask
        return self.found[wave, area, sex]


@dataclass(frozen=True, eq=False)
class _Cells:
    """The cells of one indicator: what each would expose, which are withheld, and their ratios, linearised once."""

    domains: _Domains
    design: Design
    coded: _Coded
    k: int
    linearised: dict[tuple[str, str, str], Linearised] = field(default_factory=dict)

    def exposure(self, wave: str, area: str = "", sex: str = "") -> str:
        inside = self.domains.where(wave, area, sex) & self.coded.base
        return exposure(self.coded.y[inside], self.design.weights[inside], self.k)

    def withheld(self, wave: str) -> dict[tuple[str, str], str]:
        """(area, sex) -> reason, for the cells of a wave that may not be shown."""
        instrument, sexes = self.domains.instrument, self.domains.sexes
        areas = {code: self.exposure(wave, code) for code in _reported(instrument)}
        by_area = withheld_areas(areas, instrument.areas)
        # What is above all areas is the whole survey; an only child can be had from it.
        above = next((why for code, why in by_area.items() if code not in areas), "")
        hidden = {(code, ""): why for code, why in by_area.items() if code in areas}
        by_sex = withheld_sexes({sex: self.exposure(wave, sex=sex) for sex in sexes})
        hidden |= {("", sex): why for sex, why in by_sex.items()}
        if whole := self.exposure(wave) or above:
            parts = [*((code, "") for code in areas), *(("", sex) for sex in sexes)]
            hidden = dict.fromkeys(parts, COMPLEMENTARY) | hidden | {("", ""): whole}
        return hidden

    def linear(self, wave: str, area: str = "", sex: str = "") -> Linearised:
        if (wave, area, sex) not in self.linearised:
            where = self.domains.where(wave, area, sex)
            self.linearised[wave, area, sex] = linearise(self.design, self.coded.y, where=where)
        return self.linearised[wave, area, sex]


def _levels(cells: _Cells, wave: str) -> dict[tuple[str, str], Figure]:
    """The levels of a wave by (area, sex)."""
    hidden = cells.withheld(wave)
    areas = _reported(cells.domains.instrument)
    keys = [("", ""), *(("", sex) for sex in cells.domains.sexes), *((code, "") for code in areas)]
    return {key: _level(cells, wave, *key, hidden.get(key, "")) for key in keys}


def _contrasts(
    cells: _Cells, now: dict[tuple[str, str], Figure], before: dict[tuple[str, str], Figure]
) -> Iterator[Figure]:
    """The gap between women and men in a wave, and each cell's change since the wave before."""
    if cells.domains.sexes:
        yield _difference(cells, GAP, now["", ""], now["", WOMAN], now["", MAN])
    for key, earlier in before.items():
        yield _difference(cells, CHANGE, now[key], now[key], earlier)


def _level(cells: _Cells, wave: str, area: str, sex: str, withheld: str) -> Figure:
    key = (cells.coded.indicator.id, wave, area, sex, LEVEL)
    if withheld:
        return Figure(*key, CONFIDENTIAL, withheld)
    estimate = proportion_from(cells.linear(wave, area, sex))
    judged = nchs_proportion(estimate)
    if estimate.unavailable is not None and estimate.low is None:
        return Figure(*key, UNAVAILABLE, estimate.unavailable)
    if judged.flag == "suppress":
        return Figure(*key, UNRELIABLE, judged.reason)
    return _published(key, estimate, "review" if judged.flag == "review" else "", judged.reason)


def _difference(cells: _Cells, contrast_name: str, about: Figure, first: Figure, second: Figure) -> Figure:
    """The first figure minus the second, where both are published; else the reason of the one that is not."""
    key = (about.indicator, about.wave, about.area, about.sex, contrast_name)
    for figure in (first, second):
        if figure.status != PUBLISHED:
            return Figure(*key, figure.status, figure.reason)
    estimate = contrast([cells.linear(figure.wave, figure.area, figure.sex) for figure in (first, second)], [1, -1])
    if estimate.unavailable is not None:
        return Figure(*key, UNAVAILABLE, estimate.unavailable)
    return _published(key, estimate, "", "")


def _published(key: tuple[str, str, str, str, str], estimate: Estimate, flag: str, reason: str) -> Figure:
    return Figure(
        *key,
        PUBLISHED,
        reason if flag else "",
        flag,
        n=estimate.n,
        estimate=estimate.estimate,
        se=estimate.se,
        low=estimate.low,
        high=estimate.high,
        df=float(estimate.df),
        deff=estimate.deff,
        method=estimate.method,
    )


def _reported(instrument: Instrument) -> list[str]:
    """The areas that have figures: all that have a parent, since the top is the whole survey."""
    return [area.code for area in instrument.areas.areas if area.parent is not None]


def _within(instrument: Instrument, code: str) -> list[str]:
    """The area codes of answers that lie in an area."""
    inside = [
        area.code
        for area in instrument.areas.areas
        if code in {above.code for above in instrument.areas.ancestors(area.code)}
    ]
    return [code, *inside]
