"""Differences between the rows of one table of estimates, named by what they are between.

All rows come from one design with one covariance, so that people and places who stand on both sides count once.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from analytics.survey.results import Estimates

Key = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Wanted:
    """A linear combination: its own key, and a coefficient for each row of the table by that row's key."""

    key: Key
    parts: Mapping[Key, float]


def differences(levels: Estimates, wanted: Sequence[Wanted], names: Sequence[str]) -> Estimates:
    """The combinations with their joint covariance, keys in columns of these names.

    One that asks for a row that the table lacks has the reason "no_base": a domain in which nobody stands is no row.
    """
    places = {key: row for row, key in enumerate(levels.keys.itertuples(index=False, name=None))}
    rows = np.zeros((len(wanted), len(levels)))
    absent = np.zeros(len(wanted), dtype=bool)
    for number, each in enumerate(wanted):
        if all(key in places for key in each.parts):
            for key, coefficient in each.parts.items():
                rows[number, places[key]] = coefficient
        else:
            absent[number] = True
    found = levels.contrast({str(number): row for number, row in enumerate(rows.tolist())})
    reasons = tuple("no_base" if out else why for out, why in zip(absent, found.unavailable, strict=True))
    keys = pd.DataFrame([each.key for each in wanted], columns=list(names))
    return replace(found, keys=keys, value=np.where(absent, np.nan, found.value), unavailable=reasons)
