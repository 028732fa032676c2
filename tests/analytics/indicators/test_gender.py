"""The gender lens: both sexes in every table, the gap with its sign, its changes with the covariance of both waves."""

import numpy as np
import pandas as pd
import pytest

from analytics.indicators.gender import MEN_HIGHER, NO_DIFFERENCE, WOMEN_HIGHER, Roles, lens
from analytics.survey.design import Design, survey_design
from analytics.survey.estimates.means import mean
from analytics.survey.variables import EstimationError
from tests.analytics.r.cases import GOLDEN, expected, frame, taylor_design

TRUST = Roles(sex="sex", women="F", men="M", wave="wave", area="neighbourhood")


def trust() -> Design:
    """The synthetic survey of the R cases: three waves with shared PSUs, sexes F, M and X."""
    case = next(case for case in expected(GOLDEN)["cases"] if case["id"] == "trust.fdr.gap_by_hood")
    return taylor_design(case["design"], {})


def made(women: list[int], men: list[int], area: str = "a") -> pd.DataFrame:
    """So many women and men of an area and of two waves, the first of whom say yes."""
    rows = []
    for wave, yes_women, yes_men in zip(("w1", "w2"), women, men, strict=True):
        for sex, yes in (("woman", yes_women), ("man", yes_men)):
            rows += [(wave, area, sex, float(number < yes)) for number in range(200)]
    return pd.DataFrame(rows, columns=["wave", "area", "sex", "y"])


def test_the_gap_is_women_minus_men_in_points_with_its_interval_and_its_end() -> None:
    found = lens(survey_design(made([120, 60], [80, 100]), weights=np.ones(800)), "y", name="trust")
    table = found.table()
    whole = table[table["area"] == ""].reset_index(drop=True)
    assert whole["women"].tolist() == pytest.approx([60, 30])
    assert whole["men"].tolist() == pytest.approx([40, 50])
    assert whole["gap"].tolist() == pytest.approx([20, -20])
    assert whole["verdict"].tolist() == [WOMEN_HIGHER, MEN_HIGHER]
    # By hand: the variance of a share among 200 is p(1-p)/199, up to the mean of the whole sample.
    half = (whole["high"] - whole["low"]) / 2
    assert half[0] == pytest.approx(100 * 1.963 * (2 * 0.24 / 199) ** 0.5, rel=5e-3)
    changes = found.changes()
    assert changes["change"].tolist() == pytest.approx([-40, -40])
    assert (changes["high"] < 0).all()
    assert "women minus men" in str(found)


def test_neither_sex_is_the_reference() -> None:
    data = made([120, 60], [80, 100])
    swapped = data.assign(sex=data["sex"].map({"woman": "man", "man": "woman"}))
    one, other = (lens(survey_design(each, weights=np.ones(800)), "y").table() for each in (data, swapped))
    assert one["gap"].to_numpy() == pytest.approx(-other["gap"].to_numpy())
    assert one["low"].to_numpy() == pytest.approx(-other["high"].to_numpy())
    assert one["women"].to_numpy() == pytest.approx(other["men"].to_numpy())
    assert {"women", "men"} <= set(one.columns)


def test_gaps_and_their_changes_are_those_of_r_with_the_psus_that_waves_share() -> None:
    design = trust()
    found = lens(design, "q1", roles=TRUST)
    levels = mean(design, "q1", by=["wave", "sex"], where=design.data["sex"].isin(["F", "M"]).to_numpy())
    change = levels.contrast({"did": {"3:F": 1, "3:M": -1, "2:F": -1, "2:M": 1}})
    at = found.whole.changes.keys.index[found.whole.changes.keys["wave"] == 3][0]
    assert found.whole.changes.value[at] == pytest.approx(change.value[0], rel=1e-12)
    assert found.whole.changes.se[at] == pytest.approx(change.se[0], rel=1e-12)
    apart = np.sqrt(found.whole.gaps.se[1] ** 2 + found.whole.gaps.se[2] ** 2)
    assert abs(found.whole.changes.se[at] / apart - 1) > 0.001
    r = next(case for case in expected(GOLDEN)["cases"] if case["id"] == "trust.fdr.gap_by_hood")["expect"]
    one_wave = design.data.assign(wave="all")
    pooled = survey_design(one_wave, weights="base_weight", strata="stratum", psu="psu")
    areas = lens(pooled, "q1", roles=TRUST, control="bh")
    assert areas.areas is not None
    assert areas.family is not None
    assert areas.areas.gaps.value == pytest.approx(-np.array(r["gap"]), rel=1e-8)
    assert areas.family.q == pytest.approx(r["BH"], rel=1e-8)


def test_who_is_neither_is_in_the_design_and_on_no_side() -> None:
    design = trust()
    found = lens(design, "trust_high", roles=TRUST)
    n = design.data[design.data["sex"].isin(["F", "M"]) & design.data["trust_high"].notna()].groupby("wave").size()
    whole = found.table()
    whole = whole[whole["neighbourhood"] == ""]
    assert (whole["n_women"] + whole["n_men"]).tolist() == n.tolist()
    assert found.whole.gaps.df == design.df
    assert found.share
    assert not lens(design, "q1", roles=TRUST).share
    assert len(frame("trust")) == design.n


def test_an_area_without_men_has_a_row_and_a_reason_and_no_number() -> None:
    both, alone = made([120, 60], [80, 100]), made([120, 60], [80, 100], area="b")
    data = pd.concat([both, alone[alone["sex"] == "woman"]], ignore_index=True)
    table = lens(survey_design(data, weights=np.ones(len(data))), "y").table()
    row = table[(table["area"] == "b") & (table["wave"] == "w1")].iloc[0]
    assert np.isnan([row["gap"], row["low"], row["women"]]).all()
    assert (row["n_men"], row["verdict"], row["reason"]) == (0, "", "no_base")


def test_a_side_that_is_too_small_to_be_relied_on_is_not_shown_in_the_gap_either() -> None:
    data = made([120, 60], [80, 100])
    few = pd.DataFrame({"wave": "w2", "area": "c", "sex": ["woman"] * 25 + ["man"] * 100, "y": [1.0, 0.0] * 62 + [1.0]})
    data = pd.concat([data, few], ignore_index=True)
    found = lens(survey_design(data, weights=np.ones(len(data))), "y")
    table = found.table()
    row = table[(table["area"] == "c") & (table["wave"] == "w2")].to_dict("records")[0]
    assert row["flag"] == "suppress"
    assert np.isnan(row["gap"])
    assert row["reason"] == "n_below_30"
    changes = found.changes()
    change = changes[changes["area"] == "c"].to_dict("records")[0]
    assert np.isnan(change["change"])
    assert change["reason"] in ("n_below_30", "no_base")


def test_women_and_men_who_answer_alike_cannot_be_told_apart() -> None:
    found = lens(survey_design(made([100, 100], [100, 100]), weights=np.ones(800)), "y").table()
    assert set(found["verdict"]) == {NO_DIFFERENCE}
    alike = lens(survey_design(made([200, 200], [200, 200]), weights=np.ones(800)), "y").table()
    assert set(alike["reason"]) == {"zero_variance"}
    assert set(alike["verdict"]) == {""}


@pytest.mark.parametrize(
    ("roles", "message"), [(Roles(sex="gender"), "needs a column 'gender'"), (Roles(women="f", men="m"), "No row")]
)
def test_what_the_columns_do_not_say_is_asked_for(roles: Roles, message: str) -> None:
    with pytest.raises(EstimationError, match=message):
        lens(survey_design(made([1, 2], [3, 4]), weights=np.ones(800)), "y", roles=roles)
