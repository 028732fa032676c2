"""How many PSUs and degrees of freedom each domain has, counted for all domains at once and for each alone."""

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.survey.design import Design, survey_design
from analytics.survey.linearisation import Sample
from analytics.survey.weights.resampling import replicate


def sampled(seed: int) -> Design:
    random = np.random.default_rng(seed)
    n = int(random.integers(12, 60))
    psu = np.append(np.arange(8), random.integers(0, 8, n - 8))
    return survey_design(
        pd.DataFrame({"psu": psu, "stratum": psu % 3}), weights=random.uniform(1, 3, n), psu="psu", strata="stratum"
    )


@pytest.mark.parametrize(
    "made", [lambda design: design, lambda design: replicate(design, "JKn")], ids=["design", "jackknife"]
)
@given(seed=st.integers(0, 10_000))
@settings(max_examples=25, deadline=None)
def test_all_domains_at_once_are_each_alone(made: Callable[[Design], Sample], seed: int) -> None:
    design = made(sampled(seed))
    domain = np.random.default_rng(seed).integers(-1, 5, design.n)
    rows = np.flatnonzero(domain >= 0)
    psus, df = design.held_by(rows, domain[rows], 6)
    assert psus.tolist() == [design.psus_of(domain == k) for k in range(6)]
    assert df.tolist() == [design.df_of(domain == k) for k in range(6)]
    assert (psus[5], df[5]) == (0, 0)


def test_a_row_may_be_in_several_domains() -> None:
    design = sampled(1)
    rows = np.tile(np.arange(design.n), 2)
    psus, df = design.held_by(rows, np.repeat([0, 1], design.n), 2)
    assert psus.tolist() == [8, 8]
    assert df.tolist() == [design.df] * 2
