"""Gaps, changes and other contrasts of a cube's figures, item by item, with the covariance of shared PSUs."""

from collections.abc import Mapping, Sequence
from typing import Any, cast

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.sparse import csr_array

from ..results import Estimates
from ..variables import EstimationError
from .cube import CODES, Cube

_ROW = "row of the cube"
_MOST = 4000  # estimates of which the whole covariance is given


def difference(cube: Cube, by: str, plus: object, minus: object) -> Cube:
    """One level of `by` minus another, wherever both are: the gap by area, the change between waves.

    A difference of differences is a change: `difference(difference(cube, "sex", "F", "M"), "wave", 3, 1)`. PSUs in both
    make the two covary, and count so. Raises EstimationError on a level that is not there.
    """
    if by not in cube.keys:
        raise EstimationError(
            f"difference: {by!r} is not among what the figures are by: {', '.join(map(str, cube.keys))}."
        )
    rest = [name for name in cube.keys if name != by]
    sides = []
    for level in (plus, minus):
        rows = np.flatnonzero((cube.keys[by] == level).to_numpy())
        if not len(rows):
            there = ", ".join(map(str, cube.keys[by].unique()[:12]))
            raise EstimationError(f"difference: {by} is nowhere {level!r}; it is {there}.")
        sides.append(cube.keys.iloc[rows][rest].assign(**{_ROW: rows}))
    pairs = sides[0].merge(sides[1], on=rest) if rest else sides[0].merge(sides[1], how="cross")
    k = np.arange(len(pairs))
    combination = csr_array(
        (np.repeat([1.0, -1.0], len(k)), (np.tile(k, 2), np.concatenate([pairs[f"{_ROW}_x"], pairs[f"{_ROW}_y"]]))),
        shape=(len(k), len(cube.keys)),
    )
    return _combined(cube, combination, pairs[rest].assign(**{f"{by}: difference": f"{plus} - {minus}"}))


def contrast(cube: Cube, coefficients: Mapping[str, Mapping[str, float]]) -> Cube:
    """Linear combinations of domains by name, of each item (R `svycontrast`): coefficients by label.

    Raises EstimationError on a label that is not there.
    """
    places = {label: k for k, label in enumerate(cube.labels)}
    unknown = [label for given in coefficients.values() for label in given if label not in places]
    if unknown:
        raise EstimationError(f"There is no domain {unknown[0]!r}; there are {', '.join(cube.labels[:12])}.")
    entries = [
        (row, places[label], float(coefficient))
        for row, given in enumerate(coefficients.values())
        for label, coefficient in given.items()
    ]
    if not entries:
        raise EstimationError('A contrast needs coefficients: {"gap": {"F": 1, "M": -1}}.')
    rows, columns, values = (np.array(part) for part in zip(*entries, strict=True))
    if not np.isfinite(values).all():
        raise EstimationError("The coefficients of a contrast must be finite.")
    combination = csr_array((values, (rows, columns)), shape=(len(coefficients), len(cube.keys)))
    return _combined(cube, combination, pd.DataFrame({"contrast": list(coefficients)}))


def joint(cube: Cube, items: Sequence[str] | None = None, rows: npt.ArrayLike | None = None) -> Estimates:
    """Some figures with their joint covariance, item by item: any contrast or test of `Estimates` takes them.

    rows: bool[K], which domains. Raises EstimationError past 4,000 figures, whose covariance has 16 million numbers.
    """
    names = {variable for variable, _ in cube.items}
    if items is not None and (unknown := [item for item in items if item not in names]):
        raise EstimationError(f"There is no item {unknown[0]!r}; there are {', '.join(sorted(names)[:12])}.")
    js = [j for j, (variable, _) in enumerate(cube.items) if items is None or variable in items]
    ks = np.arange(len(cube.keys)) if rows is None else np.flatnonzero(np.asarray(rows, dtype=bool))
    if len(js) * len(ks) > _MOST:
        raise EstimationError(
            f"The joint covariance of {len(js) * len(ks)} figures is too large; choose items and rows, at most {_MOST} "
            "figures, or take the contrasts first, which need none."
        )
    found = cube.source.joint(js, ks)
    at = np.ix_(np.array(js), ks)
    k = len(ks)
    on_diagonal = np.arange(len(found))
    found[on_diagonal, on_diagonal] = cube.variance[at].ravel()
    keys = pd.concat(
        [cube.keys.iloc[ks].assign(variable=cube.items[j][0], level=cube.items[j][1]) for j in js], ignore_index=True
    )
    shown = [
        name for name in ("variable", "level", *cube.keys.columns) if name in cube.keys or keys[name].nunique() > 1
    ]
    return Estimates(
        keys=keys[shown] if shown else keys[["variable"]],
        value=cube.value[at].ravel(),
        covariance=found,
        n=cube.n[at].ravel(),
        df=cube.df,
        domain_df=cube.domain_df[at].ravel(),
        srs=cube.srs[at].ravel(),
        drawn=cube.drawn[at].ravel(),
        unavailable=tuple(cube.unavailable[at].ravel().tolist()) if k else (),
        method=cube.method,
        probability=cube.probability,
    )


def _combined(cube: Cube, combination: csr_array, keys: pd.DataFrame) -> Cube:
    source = cube.source.combined(combination)
    variance = source.variance()
    used: Any = cast(Any, combination).tocsr()
    used.eliminate_zeros()
    used.sort_indices()
    shape = (len(cube.items), len(keys))
    most = np.iinfo(np.int64).max
    n, psus, domain_df = (np.full(shape, most) for _ in range(3))
    value, reason = np.zeros(shape), np.zeros(shape, np.int8)
    lengths = np.diff(used.indptr)
    for place in range(int(lengths.max(initial=0))):
        rows = np.flatnonzero(lengths > place)
        at = used.indices[used.indptr[rows] + place]
        value[:, rows] += cube.value[:, at] * used.data[used.indptr[rows] + place]
        for least, of_cube in ((n, cube.n), (psus, cube.psus), (domain_df, cube.domain_df)):
            least[:, rows] = np.minimum(least[:, rows], of_cube[:, at])
        reason[:, rows] = np.where(reason[:, rows] == 0, cube.reason[:, at], reason[:, rows])
    reason[(reason == 0) & (variance <= 0)] = CODES.index("zero_variance")
    return Cube(
        items=cube.items,
        keys=keys.reset_index(drop=True),
        value=value,
        variance=variance,
        n=np.where(n == most, 0, n),
        psus=np.where(psus == most, 0, psus),
        df=cube.df,
        domain_df=np.where(domain_df == most, 0, domain_df),
        srs=np.full(shape, np.nan),
        drawn=np.zeros(shape),
        reason=reason,
        source=source,
        method=cube.method if cube.source.is_contrast else f"contrast of {cube.method}",
        probability=cube.probability,
    )
