"""How good the answers are, as figures of their own: non-response, leaving, desks, and whom the sample reached."""

from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest
from sqlalchemy import Engine
from sqlmodel import Session

from analytics.indicators.coding import asked, gave
from analytics.indicators.coverage import Representativity, census_coverage, representativity
from analytics.indicators.desks import desk_effect
from analytics.indicators.nonresponse import ANY, PASSED, nonresponse, told
from analytics.indicators.outcomes import Leaving, break_offs, leaving, outcomes
from analytics.indicators.quality import batteries, straight_lined
from analytics.survey.design import Design, survey_design
from analytics.survey.estimates.means import mean
from analytics.survey.intervals import clopper_pearson, of_one
from analytics.survey.variables import EstimationError
from survey_app.engine import Missing, Questionnaire, codebook
from survey_app.fieldwork import CLOSED, field
from survey_app.instrument import Instrument
from survey_app.storage.tables import BreakOffRow

SHROUT_FLEISS = [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]]


def microdata(form: Questionnaire, n: int = 400, **columns: object) -> pd.DataFrame:
    """n people of one wave who passed everything over, but for these columns."""
    blank: dict[str, object] = {item.name: [None] * n for item in form.items}
    fixed: dict[str, object] = {"wave": "w1", "mode": "web", "hurried": False, "entry": "open"}
    return pd.DataFrame({**fixed, **blank, **columns}, dtype=object)


def weighted(frame: pd.DataFrame) -> Design:
    return survey_design(frame, weights=np.ones(len(frame)))


def test_fault_68_each_kind_of_no_answer_has_its_own_rate(questionnaire: Questionnaire) -> None:
    answers = ["3"] * 200 + ["dk"] * 100 + ["refused"] * 60 + [None] * 40
    found = nonresponse(weighted(microdata(questionnaire, trust_police=answers)), questionnaire, ["trust_police"])
    rates = {each.kind: (float(each.estimates.value[0]), int(each.estimates.n[0])) for each in found}
    assert rates == {"dont_know": (0.25, 400), "refused": (0.15, 400), PASSED: (0.1, 400), ANY: (0.5, 400)}
    table = told(found).set_index("kind")
    assert table["n"].tolist() == [400] * 4
    assert table["low"]["refused"] < 0.15 < table["high"]["refused"]


def test_fault_68_who_was_not_asked_is_in_no_base(questionnaire: Questionnaire) -> None:
    contact = ["yes"] * 100 + ["no"] * 300
    satisfied = ["4"] * 80 + ["refused"] * 15 + [None] * 5 + [None] * 300
    frame = microdata(questionnaire, contact12=contact, contact_sat=satisfied)
    found = {each.kind: each for each in nonresponse(weighted(frame), questionnaire, ["contact_sat"])}
    assert found["refused"].estimates.n[0] == 100
    assert found["refused"].estimates.value[0] == pytest.approx(0.15)
    assert found[PASSED].estimates.value[0] == pytest.approx(0.05)


def test_what_never_goes_by_text_is_not_asked_by_text(questionnaire: Questionnaire) -> None:
    frame = microdata(questionnaire, n=4, mode=["web", "sms", "whatsapp", "assisted"], contact12="yes")
    assert asked(questionnaire.by_name["bribe"], frame).tolist() == [True, False, False, True]
    assert asked(questionnaire.by_name["trust_police"], frame).all()


def test_an_answer_of_several_codes_may_be_a_refusal(questionnaire: Questionnaire) -> None:
    variable = codebook(questionnaire)["top_problem"]
    refused = next(iter(variable.missing(Missing.REFUSED)))
    several = [(refused,), ("theft", "drugs"), None]
    found = gave(
        Missing.REFUSED,
        questionnaire.by_name["top_problem"],
        variable,
        microdata(questionnaire, 3, top_problem=several),
    )
    assert found.tolist() == [1.0, 0.0, 0.0]


def test_rates_come_by_area_and_a_rate_of_nought_has_an_interval(
    questionnaire: Questionnaire, instrument: Instrument
) -> None:
    areas = sorted({cell.area for cell in instrument.census})[:2]
    answers = ["3"] * 200 + ["3"] * 150 + ["refused"] * 50
    frame = microdata(questionnaire, trust_police=answers, area=[areas[0]] * 200 + [areas[1]] * 200)
    found = nonresponse(weighted(frame), questionnaire, ["trust_police"], by=["wave", "area"])
    table = told([each for each in found if each.kind == "refused"])
    assert table["rate"].tolist() == pytest.approx([0, 0.25])
    assert (table["low"][0], table["high"][0]) == clopper_pearson(0, 200, 0.95)
    assert table["flag"].tolist() == ["review", "present"]
    assert told([]).empty


def test_every_item_that_is_asked_has_its_rates(questionnaire: Questionnaire) -> None:
    frame = microdata(questionnaire, n=40, trust_police="3", contact12="no", victim12="no")
    found = nonresponse(weighted(frame), questionnaire)
    assert {"trust_police", "safe_dark", "age"} <= {each.item for each in found}
    assert "bribe" not in {each.item for each in found}
    assert "consent_note" not in {each.item for each in found}


def test_straight_lining_and_speed_are_indicators_too(questionnaire: Questionnaire) -> None:
    names = next(names for names in batteries(questionnaire) if "trust_customs" in names)
    frame = microdata(questionnaire)
    for name in names:
        frame[name] = ["2"] * 100 + ["2", "3"] * 100 + [None] * 100
    frame[names[0]] = ["2"] * 100 + ["1"] * 200 + [None] * 100
    found = straight_lined(frame, questionnaire)
    assert np.isnan(found).sum() == 100
    assert np.nansum(found) == 100
    estimates = mean(weighted(frame), found, by="wave")
    assert estimates.value[0] == pytest.approx(1 / 3)
    assert estimates.n[0] == 300


def test_people_leave_at_the_point_where_the_next_question_stops_them() -> None:
    found = leaving({0: 20, 5: 30, 12: 0, 20: 50}, completed=100)
    assert found[0] == Leaving(0, 20, 200, 0.1, *of_one(clopper_pearson(0.1, 200, 0.95)))
    assert [(each.answered, each.left, each.reached) for each in found] == [(0, 20, 200), (5, 30, 180), (20, 50, 150)]
    assert leaving({}, 10) == ()
    with pytest.raises(ValueError, match="negative"):
        leaving({1: -1}, 10)


def test_break_offs_are_read_from_their_counts(engine: Engine, questionnaire: Questionnaire) -> None:
    with Session(engine) as session:
        field(session, questionnaire, "w1", date(2026, 1, 1), date(2026, 1, 20), CLOSED)
        session.add(BreakOffRow(wave="w1", answered=3, interviews=7))
        session.flush()
        assert break_offs(session, "w1") == {3: 7}
        assert break_offs(session, "w2") == {}
        session.rollback()


def test_outcome_rates_are_aapors() -> None:
    cases = {("completed", "delivered"): 30, ("open", "delivered"): 5, ("stopped", "delivered"): 10}
    cases |= {("invited", "delivered"): 40, ("invited", "unreachable"): 10, ("invited", "landline"): 5}
    found = outcomes(cases)
    assert found.counts.complete == 30
    assert found.rates["RR1"] == pytest.approx(30 / 95)
    assert found.rates["RR5"] == pytest.approx(30 / 45)
    assert found.rates["COOP1"] == pytest.approx(30 / 45)
    assert found.rates["REF1"] == pytest.approx(15 / 95)
    assert set(found.rates) >= {f"RR{number}" for number in range(1, 7)} | {"COOP4", "REF3", "CON3"}
    assert outcomes({}).rates["RR1"] is None


def test_the_effect_of_desks_is_the_intraclass_correlation_of_shrout_and_fleiss() -> None:
    """Shrout and Fleiss 1979, table 2 and 4: ICC(1,1) = .17, F(5, 18) = 1.79; the interval as R `psych::ICC` has it."""
    y = np.ravel(SHROUT_FLEISS)
    found = desk_effect(y, np.repeat(np.arange(6), 4))
    assert found.icc == pytest.approx(0.1657418, abs=1e-6)
    assert (found.low, found.high) == pytest.approx((-0.1329323, 0.7225601), abs=1e-6)
    assert found.p == pytest.approx(0.1647688, abs=1e-6)
    assert found.deff == pytest.approx(1 + 3 * 0.1657418, abs=1e-6)
    assert (found.n, found.desks) == (24, 6)


def test_desks_that_do_nothing_have_no_effect_and_who_stood_at_none_is_left_out() -> None:
    random = np.random.default_rng(5)
    desks = np.array(["a", "b", "c", "d", None] * 100, dtype=object)
    y = random.normal(size=500)
    found = desk_effect(y, desks)
    assert found.n == 400
    assert found.low < 0 < found.high
    assert found.deff >= 1
    moved = y + np.array([0.0, 2.0, -2.0, 1.0, 0.0] * 100)
    assert desk_effect(moved, desks).low > 0.1
    assert desk_effect(moved, desks).p < 1e-6


@pytest.mark.parametrize(
    ("y", "desk", "message"),
    [
        ([1.0, 2.0], ["a", "a"], "two desks"),
        ([1.0, 2.0], ["a", "b"], "more people than desks"),
        ([1.0, 1.0, 2.0, 2.0], ["a", "a", "b", "b"], "no spread"),
        ([1.0], ["a", "b"], "as many rows"),
    ],
)
def test_a_desk_effect_that_cannot_be_had_says_why(y: list[float], desk: list[str], message: str) -> None:
    with pytest.raises(EstimationError, match=message):
        desk_effect(y, desk)


def people_like(instrument: Instrument, n: int, seed: int = 1) -> pd.DataFrame:
    shares = np.array([cell.population for cell in instrument.census], dtype=float)
    drawn = np.random.default_rng(seed).choice(len(shares), n, p=shares / shares.sum())
    keys = [instrument.census[at].key for at in drawn]
    return pd.DataFrame(keys, columns=[instrument.area, instrument.sex, instrument.age])


def test_a_random_sample_covers_as_chance_would_and_a_sample_of_men_does_not(instrument: Instrument) -> None:
    drawn = people_like(instrument, 2_000)
    found = {each.margin: each for each in census_coverage(drawn, instrument)}
    assert set(found) == {"area", "sex", "age", "area x sex x age"}
    for each in found.values():
        assert each.dissimilarity < 3 * each.by_chance
        assert each.table["achieved"].sum() == pytest.approx(1)
    men = {each.margin: each for each in census_coverage(drawn[drawn[instrument.sex] == "man"], instrument)}
    women = sum(cell.population for cell in instrument.census if cell.sex == "woman")
    everybody = sum(cell.population for cell in instrument.census)
    assert men["sex"].dissimilarity == pytest.approx(women / everybody)
    assert men["sex"].dissimilarity > 10 * men["sex"].by_chance


def test_by_chance_is_what_random_samples_are_off_on_average(instrument: Instrument) -> None:
    found = [census_coverage(people_like(instrument, 500, seed), instrument)[0] for seed in range(200)]
    assert np.mean([each.dissimilarity for each in found]) == pytest.approx(found[0].by_chance, rel=0.05)


def test_who_withheld_sex_is_counted_as_unknown_and_no_census_gives_no_coverage(instrument: Instrument) -> None:
    drawn = people_like(instrument, 100)
    drawn.loc[:9, instrument.sex] = "refused"
    found = {each.margin: each for each in census_coverage(drawn, instrument)}
    assert found["sex"].unknown == pytest.approx(0.1)
    assert found["sex"].n == 90
    assert census_coverage(drawn, replace(instrument, census=())) == ()


def test_base_weights_take_off_what_the_plan_meant(instrument: Instrument) -> None:
    drawn = people_like(instrument, 3_000)
    more = pd.concat([drawn, drawn[drawn[instrument.sex] == "woman"]], ignore_index=True)
    w = np.where(more[instrument.sex] == "woman", 0.5, 1.0)
    found = {each.margin: each for each in census_coverage(more, instrument, w)}
    assert found["sex"].dissimilarity < 0.03
    assert {each.margin: each for each in census_coverage(more, instrument)}["sex"].dissimilarity > 0.1


def test_the_r_indicator_by_hand() -> None:
    """Two halves of 500 that answer at .2 and .4: S = .1, so R is .8 but for what chance adds."""
    found = representativity({"a": 500, "b": 500}, {"a": 100, "b": 200})
    assert isinstance(found, Representativity)
    chance = 0.25 * (0.2 * 0.8 + 0.4 * 0.6) / 499
    assert found.indicator == pytest.approx(1 - 2 * (0.01 - chance) ** 0.5)
    assert found.rate == pytest.approx(0.3)
    assert found.largest_bias == pytest.approx((1 - found.indicator) / 0.6)
    assert found.cells["part"].tolist() == pytest.approx([-0.1 * 0.5**0.5, 0.1 * 0.5**0.5])
    alike = representativity({"a": 500, "b": 500}, {"a": 150, "b": 150})
    assert isinstance(alike, Representativity)
    assert (alike.indicator, alike.se) == (1.0, None)


def test_the_error_of_the_r_indicator_is_what_repeated_samples_show() -> None:
    random = np.random.default_rng(9)
    invited = {"a": 1_000, "b": 2_000, "c": 1_000}
    made = []
    for _ in range(400):
        came = {
            cell: int(random.binomial(n, p)) for (cell, n), p in zip(invited.items(), (0.2, 0.3, 0.45), strict=True)
        }
        found = representativity(invited, came)
        assert isinstance(found, Representativity)
        made.append((found.indicator, found.se))
    indicators, errors = np.array(made, dtype=float).T
    mean_p = (0.2 + 2 * 0.3 + 0.45) / 4
    true = 1 - 2 * np.sqrt(((0.2 - mean_p) ** 2 + 2 * (0.3 - mean_p) ** 2 + (0.45 - mean_p) ** 2) / 4)
    assert indicators.mean() == pytest.approx(true, abs=0.003)
    assert errors.mean() == pytest.approx(indicators.std(), rel=0.1)


def test_where_there_is_no_frame_there_is_a_reason() -> None:
    assert representativity({}, {}) == "fewer than two cells with invited people: nothing to compare"
    assert representativity({"a": 5, "b": 5}, {}) == "nobody answered"
    with pytest.raises(ValueError, match="More answered"):
        representativity({"a": 5}, {"a": 6})
