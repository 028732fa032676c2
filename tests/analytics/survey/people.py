"""A small made-up sample in strata and clusters for tests of models: overlapping PSUs, three waves, missing answers."""

import numpy as np
import pandas as pd

from analytics.survey.design import Design, survey_design


def people(seed: int = 1, n: int = 240) -> pd.DataFrame:
    """n rows in 4 strata of 5 PSUs; q 1..4 with a few missing, yes 0/1, count, sex, mode, age, wave, w."""
    draw = np.random.default_rng(seed)
    psu = draw.integers(0, 20, n)
    age = draw.uniform(18, 80, n).round()
    sex = draw.choice(["F", "M"], n)
    pull = 0.02 * (age - 50) + 0.4 * (sex == "M") + draw.normal(size=20)[psu] * 0.4
    q = np.digitize(pull + draw.logistic(size=n), [-1.0, 0.0, 1.2]) + 1.0
    return pd.DataFrame(
        {
            "psu": psu,
            "stratum": psu % 4,
            "w": draw.uniform(0.5, 3, n),
            "wave": draw.integers(1, 4, n),
            "sex": sex,
            "mode": draw.choice(["sms", "text", "web"], n),
            "age": age,
            "q": np.where(draw.uniform(size=n) < 0.05, np.nan, q),
            "yes": (pull + draw.logistic(size=n) > 0).astype(float),
            "count": draw.poisson(np.exp(pull)).astype(float),
        }
    )


def sampled(data: pd.DataFrame) -> Design:
    """The design of `people`."""
    return survey_design(data, weights="w", strata="stratum", psu="psu")
