"""A survey of the bundled instrument with one indicator, its figures, and the release that would be made of them."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd

from analytics.figures import Computed, figures
from analytics.indicators.wave_weights import weight_given
from analytics.release import AreaCard, IndicatorCard, Release, Wave
from survey_app.instrument import Instrument

WAVES = {"w1": date(2026, 1, 1), "w2": date(2026, 4, 1), "w3": date(2026, 7, 1), "w4": date(2026, 10, 1)}


def one_indicator(instrument: Instrument) -> Instrument:
    """The bundled instrument with trust in the police alone."""
    return replace(instrument, indicators=tuple(i for i in instrument.indicators if i.id == "trust"))


def answered(instrument: Instrument, seed: int, each: int = 90) -> pd.DataFrame:
    """Waves of some `each` people an area, few in some areas, alike in others; some tell no area, some no sex."""
    random = np.random.default_rng(seed)
    above = {area.parent for area in instrument.areas.areas}
    leaves = [area.code for area in instrument.areas.areas if area.code not in above]
    rows = []
    for wave in WAVES:
        for code in leaves:
            number = int(random.choice([6, each, each, each, 2 * each]))
            alike = random.random() < 0.1
            for _ in range(number):
                sex = random.choice(["woman", "man", "refused"], p=[0.48, 0.49, 0.03])
                area = code if random.random() > 0.02 else "refused"
                answer = "0" if alike and area == code else random.choice(["0", "1", "2", "3"])
                rows.append((wave, area, sex, answer, random.uniform(0.5, 2)))
    names = ["wave", instrument.area, instrument.sex, "trust_police", "weight"]
    return pd.DataFrame(rows, columns=names).assign(stratum=None, psu=None)


def made(frame: pd.DataFrame, instrument: Instrument, before: Sequence[Release] = ()) -> tuple[Release, Computed]:
    """The release of this table, and what it was computed from."""
    found = figures(frame, weight_given(frame).design, instrument, WAVES, before=before)
    sizes = frame["wave"].value_counts()
    release = Release(
        survey={},
        created="2026-11-26",
        sample="probability",
        synthetic=True,
        parameters={"k": 10, "rule_set": "nchs_proportions"},
        questionnaires=(),
        software="",
        waves=tuple(Wave(w, day.isoformat(), day.isoformat(), int(sizes[w]), {}) for w, day in WAVES.items()),
        indicators=tuple(IndicatorCard(i.id, {}, {}, {}, {}, "", item=i.item) for i in instrument.indicators),
        areas=tuple(AreaCard(a.code, a.level, a.parent, {}, a.population) for a in instrument.areas.areas),
        geometry={},
        figures=found.figures,
    )
    return release, found
