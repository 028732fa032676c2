"""A simulated survey to protect: two waves, some of it by text, with keys, sensitive answers and filters."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from analytics.indicators.wave_weights import weight_to_census
from analytics.protected.protection import Protected, Rule, protect
from analytics.survey.design import Design
from survey_app.engine import Questionnaire
from survey_app.instrument import Instrument
from tests.analytics.indicators.test_wave_weights import frame_of

WAVES = ("w1", "w2")


@dataclass(frozen=True, eq=False)
class Field:
    """What the custodian has."""

    frame: pd.DataFrame
    design: Design
    instrument: Instrument
    forms: dict[str, Questionnaire]

    def protected(self, rule: Rule | None = None, seed: int = 1) -> Protected:
        """The same as an analyst may have it."""
        random = np.random.default_rng(seed)
        return protect(self.frame, self.design, self.instrument, self.forms, rule or Rule(), random)


def field_of(instrument: Instrument, n: int = 360, **columns: Any) -> Field:
    """n people a wave."""
    random = np.random.default_rng(68)
    size = n * len(WAVES)
    web = random.random(size) < 0.7
    contact, victim = random.choice(["yes", "no", "dk"], size), random.choice(["yes", "no", "refused"], size)
    reported = _where(victim == "yes", random.choice(["yes", "no"], size))
    given: dict[str, Any] = {
        "mode": np.where(web, "web", "sms"),
        "good_job_local": _where(random.random(size) < 0.85, random.choice(["5", "4", "3", "dk", "refused"], size)),
        "education": random.choice(["none", "primary", "secondary", "higher", "refused"], size),
        "effect_prevent": pd.Series([int(v) for v in random.integers(0, 11, size)], dtype=object),
        "excess_force": random.choice(["1", "2", "3", "4", "5", "dk"], size),
        "gbv_serious": random.choice(["1", "2", "3", "4", "refused"], size),
        "contact12": contact,
        "bribe": _where(contact == "yes", random.choice(["asked", "paid", "neither"], size)),
        "victim12": victim,
        "reported": reported,
        "why_not": _where(reported == "no", random.choice(["minor", "mistrust"], size)),
        "top_problem": pd.Series(
            [(("theft",), ("theft", "drugs"), ("dk",), None)[at] for at in random.integers(0, 4, size)], dtype=object
        ),
        "comment": "my name is nobody",
    }
    for name, answers in given.items():
        item = instrument.questionnaire.by_name.get(name)
        if item is not None and not item.by_text:
            given[name] = pd.Series(answers, dtype=object, index=range(size)).where(web, None)
    frame = frame_of(instrument, WAVES, n, **(given | columns))
    frame = pd.DataFrame({name: pd.Series(map(_plain, frame[name]), dtype=object) for name in frame})
    design = weight_to_census(frame, instrument, 1).design
    return Field(frame, design, instrument, dict.fromkeys(WAVES, instrument.questionnaire))


def _where(rows: Any, answers: Any) -> Any:
    return pd.Series(answers, dtype=object).where(pd.Series(rows), None).to_numpy()


def _plain(value: Any) -> Any:
    return value if isinstance(value, tuple) or pd.notna(value) else None
