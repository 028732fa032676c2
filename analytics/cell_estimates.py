"""Every cell of the lattice estimated on the full design, by kind of cell: everyone, sexes, areas, sexes of areas.

A cell is a domain, never a filtered table. Pooled waves are domains of several waves: their sums add up.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from survey_app.areas import SEXES, AreaList
from survey_app.instrument import Instrument

from .disclosure.exposure import by_weight, exposures
from .lattice import WHOLE, LatticeCells, Place
from .survey.cube.contrasts import contrast
from .survey.cube.cube import Cube, means
from .survey.cube.summary import CalibrationSums, Summary, gathered, rollup, spread
from .survey.cube.tally import summarise
from .survey.design import Design
from .survey.variables import domains

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Contrast = tuple[str, Place]


@dataclass(frozen=True, eq=False)
class Shown:
    """A cube's figures by item and row, each looked up many times."""

    cube: Cube
    se: Floats
    deff: Floats
    low: Floats
    high: Floats
    unavailable: npt.NDArray[np.str_]

    @classmethod
    def of(cls, cube: Cube, bounds: tuple[Floats, Floats]) -> "Shown":
        """Of a cube and its intervals."""
        return cls(cube, cube.se, cube.deff, *bounds, cube.unavailable)


@dataclass(frozen=True, eq=False)
class Part:
    """Cells of one kind and span: their figures, and what each would expose.

    rows: the place of each cell in the cube. exposed, cases, weight, positive: by item and row; cases are respondents
    who said yes, positive their weight. moves: gaps and changes, by their row in `differences`.
    """

    shares: Shown
    rows: Mapping[Place, int]
    exposed: Sequence[Sequence[str]]
    cases: Ints
    weight: Floats
    positive: Floats
    moves: Mapping[Contrast, int]
    differences: Shown | None


def parts(answers: pd.DataFrame, places: pd.DataFrame, design: Design, lattice: LatticeCells, k: int) -> Iterator[Part]:
    """The cells of every kind and span. answers: a column of 1, 0 and NaN an item; places: `where_people_are`."""
    ids = list(answers.columns)
    sums = summarise(replace(design, data=answers.join(places)), ids, list(places.columns))
    depths = [name for name in places.columns if name.startswith("area")]
    kinds: list[list[str]] = [[]]
    kinds += [["sex"]] if "sex" in lattice.tables else []
    kinds += [[name] for name in depths] if "area" in lattice.tables else []
    kinds += [[name, "sex"] for name in depths] if "area_sex" in lattice.tables else []
    for by in kinds:
        of_kind = rollup(sums, ["wave", *by])
        for span in lattice.spans:
            if span <= len(lattice.waves):
                yield _part(
                    _pooled(of_kind, lattice.waves, span), by, span, answers, places, design.weights, lattice, k
                )


def where_people_are(frame: pd.DataFrame, instrument: Instrument) -> pd.DataFrame:
    """The wave of each row, its sex where the survey asked, and its area at each depth below the top; "" is none."""
    paths = {area.code: _path(instrument.areas, area.code) for area in instrument.areas.areas if area.parent}
    given = [paths.get(code, ()) for code in frame[instrument.area]] if instrument.area in frame else [()] * len(frame)
    found = {"wave": frame["wave"].astype(str)}
    if instrument.sex in frame:
        found["sex"] = frame[instrument.sex].where(frame[instrument.sex].isin(SEXES), "").astype(str)
    for depth in range(max(map(len, paths.values()), default=0)):
        found[f"area {depth}"] = pd.Series([path[depth] if depth < len(path) else "" for path in given], frame.index)
    return pd.DataFrame(found)


def _path(areas: AreaList, code: str) -> tuple[str, ...]:
    """An area's codes from below the top down to itself."""
    return (*(above.code for above in areas.ancestors(code)[-2::-1]), code)


def _part(
    sums: Summary,
    by: list[str],
    span: int,
    answers: pd.DataFrame,
    places: pd.DataFrame,
    weights: Floats,
    lattice: LatticeCells,
    k: int,
) -> Part:
    cube = means(sums)
    size = len(cube.keys)
    told = [tuple(map(str, key)) for key in cube.keys.itertuples(index=False)]
    rows = {_place(by, key, span): at for at, key in enumerate(told) if "" not in key}  # "" gave no area or sex
    people, cell = _people(places, ["wave", *by], told, lattice.waves, span)
    weights, order = weights[people], by_weight(weights[people], cell)
    columns = [answers[name].to_numpy()[people] for name, _ in cube.items]
    w, y, _ = spread(sums.w, sums.y, sums.within, sums.domain, size)
    pairs = {
        (kind, place): (plus, minus) for kind, place, plus, minus in lattice.contrasts if plus in rows and minus in rows
    }
    labels = cube.labels
    coefficients = {
        str(at): {labels[rows[plus]]: 1.0, labels[rows[minus]]: -1.0} for at, (plus, minus) in enumerate(pairs.values())
    }
    moved = contrast(cube, coefficients) if coefficients else None
    return Part(
        shares=Shown.of(cube, cube.share_interval()),
        rows=rows,
        exposed=[exposures(values, weights, cell, size, k, order) for values in columns],
        cases=np.array([np.bincount(cell, np.nan_to_num(values), minlength=size) for values in columns]).astype(int),
        weight=w,
        positive=y,
        moves={name: at for at, name in enumerate(pairs)},
        differences=Shown.of(moved, moved.interval()) if moved else None,
    )


def _place(by: list[str], key: tuple[str, ...], span: int) -> Place:
    wave, *rest = key
    named = dict(zip(by, rest, strict=True))
    sex = named.pop("sex", WHOLE)
    return Place(wave, next(iter(named.values()), WHOLE), sex, span)


def _people(
    places: pd.DataFrame, keep: list[str], told: Sequence[tuple[str, ...]], waves: Sequence[str], span: int
) -> tuple[Ints, Ints]:
    """Rows of the frame and the cell that each is in, once for every window that holds her wave."""
    code = {key: at for at, key in enumerate(told)}
    number = {wave: at for at, wave in enumerate(waves)}
    grouped = places.groupby(keep, sort=True)
    of_row = grouped.ngroup().to_numpy()
    keys = [key if isinstance(key, tuple) else (key,) for key in grouped.size().index]
    people, cells = [], []
    for later in range(span):
        to = np.full(len(keys), -1)
        for at, (wave, *rest) in enumerate(keys):
            last = number.get(str(wave), -span) + later
            if span - 1 <= last < len(waves):
                to[at] = code.get((waves[last], *map(str, rest)), -1)
        cell = to[of_row]
        rows = np.flatnonzero(cell >= 0)
        people.append(rows)
        cells.append(cell[rows])
    return np.concatenate(people).astype(np.int64), np.concatenate(cells).astype(np.int64)


def _pooled(summary: Summary, waves: Sequence[str], span: int) -> Summary:
    """The summary by the last of each `span` waves in a row: every cell counts in each window that holds its wave."""
    if span == 1:
        return summary
    number = summary.keys["wave"].map({wave: at for at, wave in enumerate(waves)}).to_numpy()
    keys, sources = [], []
    for later in range(span):
        last = number + later
        kept = np.flatnonzero((last >= span - 1) & (last < len(waves)))
        keys.append(summary.keys.iloc[kept].assign(wave=[waves[at] for at in last[kept].astype(int)]))
        sources.append(kept)
    of_key, windows = domains(pd.concat(keys, ignore_index=True), list(summary.keys.columns))
    codes, taken = [], []
    start = 0
    for kept in sources:
        of_domain = np.full(len(summary.keys), -1)
        of_domain[kept] = of_key[start : start + len(kept)]
        start += len(kept)
        cells = np.flatnonzero(of_domain[summary.domain] >= 0)
        taken.append((of_domain, cells))
        codes.append(of_domain[summary.domain[cells]])
    cells = np.concatenate([cells for _, cells in taken])
    repeated = replace(
        summary,
        keys=windows,
        psu=summary.psu[cells],
        domain=np.concatenate(codes),
        n=summary.n[:, cells],
        w=summary.w[:, cells],
        y=summary.y[:, cells],
        within=summary.within[:, cells],
        calibration=_pooled_columns(summary.calibration, [of_domain for of_domain, _ in taken]),
    )
    return gathered(repeated, windows, np.arange(len(windows)))


def _pooled_columns(calibration: CalibrationSums | None, windows: Sequence[Ints]) -> CalibrationSums | None:
    if calibration is None:
        return None
    at = [np.flatnonzero(of_domain[calibration.domain] >= 0) for of_domain in windows]
    entries = np.concatenate(at)
    domain = np.concatenate([of_domain[calibration.domain[rows]] for of_domain, rows in zip(windows, at, strict=True)])
    return replace(
        calibration,
        column=calibration.column[entries],
        domain=domain,
        w=calibration.w[:, entries],
        y=calibration.y[:, entries],
    )
