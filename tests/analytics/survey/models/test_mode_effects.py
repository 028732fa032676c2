"""Mode effects and constant mixes against R, by hand, and in words."""

import numpy as np
import pytest

from analytics.survey.design import survey_design
from analytics.survey.estimates.means import mean
from analytics.survey.models.mode_effects import ADJUSTED, RANDOMISED, constant_mix, mode_effect
from analytics.survey.variables import EstimationError
from analytics.survey.weights.resampling import replicate
from tests.analytics.r.cases import frame

from ..people import people, sampled

DATA = people()
TRUST = survey_design(frame("trust"), weights="base_weight", strata="stratum", psu="psu")
ALL = np.ones(len(DATA), dtype=bool)


def test_adjusted_differences_are_r_s_and_are_called_what_they_are() -> None:
    # R survey 4.1-1: svyglm(q1 ~ mode + sex + age_group + education + wavef, d), case trust.mode_effect
    found = mode_effect(TRUST, ["q1", "q2"], "mode", adjust=["sex", "age_group", "education", "wavef"])
    assert found.effects.value[:2] == pytest.approx([0.048309131092340536, 0.04335832663222232], rel=1e-9)
    assert found.effects.se[:2] == pytest.approx([0.07211308259176967, 0.07707827683372705], rel=1e-9)
    assert found.p[:2] == pytest.approx([0.5093111886532569, 0.5625233 + 0.0164537], abs=2e-6)
    assert found.label == ADJUSTED
    assert str(found).startswith("adjusted mode difference (selection and measurement)")
    assert found.effects.keys["item"].tolist() == ["q1", "q1", "q2", "q2"]


def test_items_of_the_same_people_covary() -> None:
    found = mode_effect(sampled(DATA.assign(twice=2 * DATA["q"])), ["q", "twice"], "mode", adjust=["age"])
    assert found.effects.covariance[:2, 2:] == pytest.approx(2 * found.effects.covariance[:2, :2])


def test_randomised_arms_are_compared_as_they_are() -> None:
    found = mode_effect(sampled(DATA), "yes", "mode", arms=ALL, reference="text")
    gaps = mean(sampled(DATA), "yes", by="mode").contrast({"sms": [1, -1, 0], "web": [0, -1, 1]})
    assert found.label == RANDOMISED
    assert found.effects.keys["to"].tolist() == ["sms", "web"]
    assert found.effects.value == pytest.approx(gaps.value)
    assert found.effects.se == pytest.approx(gaps.se)


def test_q_is_at_least_p_and_is_over_all_items() -> None:
    found = mode_effect(sampled(DATA), ["q", "yes", "count"], "mode", adjust=["sex", "age"])
    assert (found.q >= found.p).all()
    assert list(found.table().columns[-2:]) == ["p", "q"]


def test_without_lot_or_adjustment_there_is_no_mode_effect() -> None:
    with pytest.raises(EstimationError, match="People choose their mode"):
        mode_effect(sampled(DATA), "q", "mode")
    with pytest.raises(EstimationError, match="reference must be one of"):
        mode_effect(sampled(DATA), "q", "mode", arms=ALL, reference="phone")
    with pytest.raises(EstimationError, match="needs two"):
        mode_effect(sampled(DATA), "q", "mode", arms=(DATA["mode"] == "web").to_numpy())


def test_a_constant_mix_is_r_s() -> None:
    # R survey 4.1-1: svymean(~q1, subset(svystandardize(d, ~mode, ~wave, c(.2, .3, .5), ~q1), wave == k))
    found = constant_mix(TRUST, "q1", "mode", "wave", mix={"f2f": 0.2, "sms": 0.3, "web": 0.5})
    assert found.value == pytest.approx([2.9066787193890655, 2.9659659839410448, 3.0130113159211551], rel=1e-12)
    assert found.se == pytest.approx([0.077720218156984641, 0.056823403073358092, 0.069116409146399577], rel=1e-10)


def test_the_mix_of_the_domain_has_an_error_of_its_own() -> None:
    by_lines = constant_mix(sampled(DATA), ["q", "yes"], "mode", "wave")
    by_jackknife = constant_mix(replicate(sampled(DATA), "JKn"), ["q", "yes"], "mode", "wave")
    assert by_jackknife.value == pytest.approx(by_lines.value)
    assert by_jackknife.se == pytest.approx(by_lines.se, rel=0.15)
    shares = mean(sampled(DATA), "mode").value
    given = constant_mix(
        sampled(DATA), "yes", "mode", "wave", mix=dict(zip(["sms", "text", "web"], shares, strict=True))
    )
    assert given.value == pytest.approx(by_lines.value[3:])
    assert not np.allclose(given.se, by_lines.se[3:], rtol=1e-6)


def test_a_mix_that_cannot_be_held_is_refused() -> None:
    gone = ~((DATA["mode"] == "web") & (DATA["wave"] == 2)).to_numpy()
    with pytest.raises(EstimationError, match="nobody answered by web in wave 2"):
        constant_mix(sampled(DATA), "q", "mode", "wave", where=gone)
    with pytest.raises(EstimationError, match="sum to 1"):
        constant_mix(sampled(DATA), "q", "mode", "wave", mix={"sms": 0.5, "text": 0.5, "web": 0.5})
    with pytest.raises(EstimationError, match="sum to 1"):
        constant_mix(sampled(DATA), "q", "mode", "wave", mix={"sms": 1.0})
