"""Tests on plain counts, against published figures and R."""

import numpy as np
import pandas as pd
import pytest

from analytics.survey.hypotheses.plain_counts import common_odds, trend_in_shares
from analytics.survey.variables import EstimationError

from ...r.cases import frame
from ..extras import close, expect


def test_common_odds_of_admissions_as_r() -> None:
    expected = expect("mantelhaen.ucb")
    found = common_odds(np.reshape(expected["table"], expected["dim"], order="F"))
    close(
        [found.odds_ratio, found.low, found.high, found.statistic, found.p],
        [expected["common_or"], *expected["ci"], expected["statistic"], expected["p_value"]],
    )
    corrected = common_odds(np.reshape(expected["table"], expected["dim"], order="F"), correct=True)
    close([corrected.statistic, corrected.p], [1.426946229, 0.2322634628])


def test_common_odds_of_trust_as_r() -> None:
    data, expected = frame("trust").dropna(subset=["sex_fm", "trust_high"]), expect("mantelhaen.trust")
    crossed = pd.crosstab([data["wave"], data["trust_high"]], data["sex_fm"]).to_numpy()
    found = common_odds(crossed.reshape(3, 2, 2).transpose(1, 2, 0))
    close(
        [found.odds_ratio, found.low, found.high, found.statistic, found.p],
        [expected["common_or"], *expected["ci"], expected["statistic"], expected["p_value"]],
    )


def test_trend_of_trust_as_r() -> None:
    waves = frame("trust").dropna(subset=["trust_high"]).groupby("wave")["trust_high"]
    found, expected = trend_in_shares(waves.sum(), waves.count()), expect("cochran_armitage.trust")
    close([found.statistic, found.p], [expected["statistic"], expected["p_value"]])
    scored = trend_in_shares(waves.sum(), waves.count(), [10, 20, 30])
    close(scored.statistic, found.statistic)
    close(scored.slope * 10, found.slope)


@pytest.mark.parametrize(
    ("hits", "n", "message"),
    [([0, 0], [5, 5], "hits and misses"), ([6, 1], [5, 5], "more hits"), ([1], [5, 5], "one of each")],
)
def test_trends_that_cannot_be(hits: list[int], n: list[int], message: str) -> None:
    with pytest.raises(EstimationError, match=message):
        trend_in_shares(hits, n)


def test_odds_that_cannot_be() -> None:
    with pytest.raises(EstimationError, match="2 by 2"):
        common_odds(np.ones((2, 3, 2)))
    with pytest.raises(EstimationError, match="no odds ratio"):
        common_odds(np.array([[[5], [0]], [[0], [0]]]))
