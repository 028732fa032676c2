"""Weights that tell nothing: one for k people at least who show the same keys, and figures nearly as they were.

A raked weight is nearly a name: in a simple sample it is a function of area, sex and age alone, and gives away each of
them that was withheld. The mean of a class tells no more than the class; but means alone move figures where people of
an area differ by what its weights differ by, so they are then balanced to the figures that were there before.
"""

import numpy as np
import numpy.typing as npt
import pandas as pd

from analytics.indicators.coding import coded
from survey_app.engine import codebook
from survey_app.instrument import Instrument

from .answers import Gap

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
DIGITS = 3
LEAST, MOST = 1 / 3, 3.0  # what balancing may multiply a weight by
_DAMPING = (0.0, *(10 ** (step / 2) for step in range(-14, 5)))  # of the mean of a diagonal; at last hardly any change


def weight_groups(weights: Floats, classes: Ints, k: int) -> Ints:
    """int64[n]: each class cut, in the order of weight, into as many groups as hold k rows (microaggregation).

    Whoever knows a weight and the keys of a person still finds k rows; a class of fewer than 2k stays whole.
    """
    found = np.empty(len(weights), dtype=np.int64)
    count = 0
    for name in np.unique(classes):
        members = np.flatnonzero(classes == name)
        for part in np.array_split(members[np.argsort(weights[members], kind="stable")], max(len(members) // k, 1)):
            found[part] = count
            count += 1
    return found


def group_weights(weights: Floats, groups: Ints, columns: Floats, totals: Floats) -> Floats:
    """float64[n]: one weight a group: its mean, changed as little as gives `columns` their totals.

    columns: [n, p] on comparable scales; totals: [p]. The change is the smallest in the sum of n w (change)^2 (Deville
    and Sarndal 1992, the linear case); where it would leave LEAST..MOST it is damped, and totals are met in part.
    Rounded to DIGITS significant digits.
    """
    _, at, sizes = np.unique(groups, return_inverse=True, return_counts=True)
    means = np.bincount(at, weights) / sizes
    change = np.zeros(len(sizes))
    if columns.shape[1]:
        roots = np.sqrt(sizes * means)
        held = np.array([np.bincount(at, column, len(sizes)) for column in columns.T]) * means
        scaled, gap = held / roots, totals - held.sum(axis=1)
        inner = scaled @ scaled.T
        for damping in _DAMPING:
            damped = inner + damping * np.trace(inner) / len(inner) * np.eye(len(inner))
            tried = scaled.T @ np.linalg.lstsq(damped, gap, rcond=1e-12)[0] / roots
            if tried.min() >= LEAST - 1 and tried.max() <= MOST - 1:
                change = tried
                break
    return np.array([float(f"{value:.{DIGITS}g}") for value in (means * (1 + change))[at]], dtype=float)


def indicator_answers(data: pd.DataFrame, frame: pd.DataFrame, instrument: Instrument) -> pd.DataFrame:
    """Each indicator whose item is in `data` by its id: 1, 0, NaN outside of its base, where a Gap is no answer.

    frame: the same rows of the microdata, for what a filter names and the files do not hold.
    """
    book = codebook(instrument.questionnaire)
    blank = {n: pd.Series([None if isinstance(v, Gap) else v for v in data[n]], dtype=object) for n in data}
    rest = {n: frame[n].reset_index(drop=True) for n in frame.columns if n not in data}
    both = pd.DataFrame(blank | rest)
    return pd.DataFrame({i.id: coded(i, book[i.item], both) for i in instrument.indicators if i.item in data})


def protected_weights(
    weights: Floats,
    groups: Ints,
    before: pd.DataFrame,
    after: pd.DataFrame,
    waves: npt.NDArray[np.str_],
    shown: pd.DataFrame,
) -> Floats:
    """float64[n]: the weights of the files, wave by wave.

    weights, waves: [n] as before; before, after: the indicators of the same rows, as answered and as shown; shown: the
    keys as shown, whose weighted counts stay. Balanced to the indicators' shares of the whole wave.
    """
    found = np.empty(len(weights))
    for wave in np.unique(waves):
        rows = np.flatnonzero(waves == wave)
        w, old = weights[rows], before[after.columns].to_numpy(float)[rows]
        based = ~np.isnan(old)
        with np.errstate(invalid="ignore", divide="ignore"):
            share = (w[:, None] * np.nan_to_num(old)).sum(axis=0) / (w[:, None] * based).sum(axis=0)
        new = after.to_numpy(float)[rows] - share
        usable = np.isfinite(share) & np.isfinite(new).any(axis=0)
        new = np.nan_to_num(new[:, usable])
        texts = shown.iloc[rows].astype(str)
        keys = np.column_stack([texts[n] == value for n in texts for value in sorted(set(texts[n]))]).astype(float)
        columns = np.column_stack([new / w.sum(), keys / w.sum()])
        totals = np.concatenate([np.zeros(new.shape[1]), w @ keys / w.sum()])
        found[rows] = group_weights(w, groups[rows], columns, totals)
    return found
