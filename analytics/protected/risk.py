"""What protection left of the risk, and what it did to the figures.

Individual risk: the chance that somebody who finds a person's key values in the file has found that person, when the
population's count of such people is as the weights say (Benedetti and Franconi 1998; the approximations of Franconi and
Polettini 2004 that sdcMicro's `indivRisk` uses).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from analytics.survey.design import Design, survey_design
from analytics.survey.estimates.means import mean
from analytics.survey.results import Estimates
from survey_app.instrument import Instrument

from .protection import Protected, key_rows
from .weights import indicator_answers

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Risk:
    """Of n rows: those alone with their keys in a wave, those alone in the population as far as weights tell, the rows
    that an attacker who looks everybody up would hit on average, and the highest chance of one row.
    """

    n: int
    alone: int
    alone_in_population: float
    expected: float
    highest: float


@dataclass(frozen=True, slots=True)
class Change:
    """A share of a wave before and after protection, 0 to 1, with standard errors: as released, after, and as a program
    without the calibration gives it of the file; None where there is none.
    """

    indicator: str
    wave: str
    before: float
    se: float | None
    after: float
    se_after: float | None


def individual_risk(counts: npt.NDArray[np.int64], population: Floats) -> Floats:
    """float64[n]: the risk of rows whose key values `counts` rows share, and `population` people as weights say."""
    f = counts.astype(float)
    p = np.clip(f / np.maximum(population, f), 1e-12, 1.0)
    q = 1 - p
    with np.errstate(divide="ignore", invalid="ignore"):
        one = np.where(q > 0, p / q * np.log(1 / p), 1.0)
        two = np.where(q > 0, (p * np.log(p) + q) * p / q**2, 0.5)
    return np.select([f == 1, f == 2], [one, two], p / (f - q))


def risk(groups: npt.NDArray[np.int64], weights: Floats) -> Risk:
    """The risk of rows in groups (int64[n]) that share their key values."""
    table = pd.DataFrame({"group": groups, "weight": weights})
    held = table.groupby("group")["weight"]
    counts = held.transform("size").to_numpy(np.int64)
    found = individual_risk(counts, held.transform("sum").to_numpy(float))
    alone = counts == 1
    # Of a sample unique, the chance that nobody else in the population is like it: p of the negative binomial.
    chance = np.minimum(1 / np.maximum(weights[alone], 1), 1)
    return Risk(len(table), int(alone.sum()), float(chance.sum()), float(found.sum()), float(found.max()))


def risks(frame: pd.DataFrame, design: Design, protected: Protected) -> tuple[Risk, Risk]:
    """Before protection, by the keys as they were answered, and after."""
    rows = key_rows(frame.assign(**{name: frame[name].astype(object) for name in protected.keys}), protected.keys)
    pairs = pd.Series(list(zip(frame["wave"], rows, strict=True)), dtype=object)
    before = risk(pd.factorize(pairs)[0].astype(np.int64), design.weights)
    return before, risk(protected.classes, design.weights[protected.source])


def plain_design(protected: Protected) -> Design:
    """The design that the set-up lines declare: strata, PSUs and weights of the file, no calibration."""
    return survey_design(
        protected.data[["wave"]], weights=protected.data["weight"].to_numpy(float), strata=protected.data["stratum"],
        psu=protected.data["psu"], single_psu="adjust",
    )  # fmt: skip


def changes(frame: pd.DataFrame, design: Design, protected: Protected, instrument: Instrument) -> tuple[Change, ...]:
    """Each indicator in each wave where it was asked, before and after."""
    names = [name for name in protected.variables if name in frame]
    given = frame.iloc[protected.source]
    y = indicator_answers(protected.data[names], given, instrument)
    asked = [i.id for i in instrument.indicators if i.item in names and frame[i.item].notna().any()]
    if not asked:
        return ()
    whole = indicator_answers(frame[names], frame, instrument)[asked]
    of_all = replace(design, data=whole.assign(wave=frame["wave"].astype(str).to_numpy()))
    plain = plain_design(protected)
    after = replace(plain, data=y[asked].assign(wave=plain.data["wave"].to_numpy()))
    first = _by_key(mean(of_all, asked, by="wave"), asked)
    second = _by_key(mean(after, asked, by="wave"), asked)
    return tuple(
        Change(*key, value, se, second[key][0], second[key][1])
        for key, (value, se) in first.items()
        if np.isfinite(value) and key in second and np.isfinite(second[key][0])
    )


def _by_key(found: Estimates, names: Sequence[str]) -> dict[tuple[str, str], tuple[float, float | None]]:
    """(indicator, wave) -> estimate and error. The keys of a single variable do not name it."""
    of = found.keys["variable"].astype(str) if "variable" in found.keys else [names[0]] * len(found.keys)
    rows = zip(of, found.keys["wave"].astype(str), found.value, found.se, strict=True)
    return {(name, wave): (float(value), float(se) if np.isfinite(se) else None) for name, wave, value, se in rows}
