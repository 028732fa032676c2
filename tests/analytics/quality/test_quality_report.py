"""The quality report: what it counts, and that nobody can be found in it."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from analytics.figures import Computed, figures
from analytics.indicators.quality import unhurried
from analytics.lattice import lattice_cells
from analytics.publish import weighted
from analytics.quality_report import FEWEST_CASES, quality
from analytics.release import CONFIDENTIAL, LEVEL, PUBLISHED, UNAVAILABLE
from survey_app.instrument import Instrument
from tests.analytics.analyses.people import waves_of
from tests.analytics.indicators.test_wave_weights import frame_of

AREA = "06.141.01.53"
SMALL = ("bribe", "trust")
N = 600


@pytest.fixture(scope="module")
def small(instrument: Instrument) -> Instrument:
    """The bundled instrument with two indicators, one of them asked of some."""
    return replace(instrument, indicators=tuple(i for i in instrument.indicators if i.id in SMALL))


def report_of(frame: pd.DataFrame, instrument: Instrument, **more: Any) -> Mapping[str, Any]:
    kept = unhurried(frame)
    names = tuple(sorted(frame["wave"].unique()))
    waves, found = waves_of(instrument, names), weighted(kept, instrument, 1)
    computed: Computed = more.pop("computed", None) or figures(
        kept, found.design, instrument, {wave.id: wave.opens for wave in waves}
    )
    return quality(frame, instrument, waves, found, computed, **more)


def people(instrument: Instrument, waves: tuple[str, ...] = ("w3",), n: int = N) -> pd.DataFrame:
    """People of whom some did not know and some refused, and a third had to do with the police."""
    frame = frame_of(instrument, waves, n)
    random = np.random.default_rng(3)
    size = len(frame)
    frame["trust_police"] = random.choice(["0", "3", "dk", "refused"], size, p=[0.45, 0.4, 0.08, 0.07])
    frame["contact12"] = np.where(random.random(size) < 0.4, "yes", "no").astype(object)
    asked = random.choice(["neither", "paid", "dk", "refused"], size, p=[0.6, 0.2, 0.1, 0.1])
    frame["bribe"] = pd.Series(asked, dtype=object).where(frame["contact12"] == "yes", None)
    frame["language"] = random.choice(["ar", "fr"], size)
    return frame.astype(object)


def row(report: Mapping[str, Any], indicator: str = "trust", wave: str = "w3") -> Any:
    return next(each for each in report["nonresponse"] if (each["indicator"], each["wave"]) == (indicator, wave))


def numbers(value: object) -> Iterator[float]:
    """Every number of a report."""
    if isinstance(value, Mapping):
        for each in value.values():
            yield from numbers(each)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from numbers(each)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield value


def test_fault_68_each_kind_of_no_answer_has_its_share_among_those_who_were_asked(small: Instrument) -> None:
    frame = people(small)
    report = report_of(frame, small)
    trust, bribe = row(report), row(report, "bribe")
    assert trust["asked"] == [500, 999]
    assert bribe["asked"] == [200, 499]
    for answer, kind in (("dk", "dont_know"), ("refused", "refused")):
        assert trust[kind]["status"] == PUBLISHED
        assert trust[kind]["share"] == pytest.approx((frame["trust_police"] == answer).mean(), abs=0.03)
        assert trust[kind]["low"] <= trust[kind]["share"] <= trust[kind]["high"]
        asked = frame[frame["contact12"] == "yes"]
        assert bribe[kind]["share"] == pytest.approx((asked["bribe"] == answer).mean(), abs=0.05)


def test_fault_56_three_refusals_in_an_area_are_nowhere_in_the_report(small: Instrument) -> None:
    frame = people(small)
    frame["trust_police"] = frame["trust_police"].replace("refused", "0")
    without = report_of(frame, small)
    there = np.flatnonzero(frame[small.area] == AREA)[:3]
    frame.loc[there, "trust_police"] = "refused"
    report = report_of(frame, small)
    assert row(without)["refused"] == {"status": PUBLISHED, "share": 0.0, "low": 0.0, "high": 0.01}
    assert row(report)["refused"]["status"] == row(report)["dont_know"]["status"] == CONFIDENTIAL
    assert row(report)["refused"]["share"] is row(report)["dont_know"]["share"] is None
    assert AREA not in json.dumps(report["nonresponse"])


def test_a_kind_that_is_withheld_alone_takes_the_others_along(small: Instrument) -> None:
    frame = people(small)
    frame["trust_police"] = frame["trust_police"].replace("dk", "3")
    few = np.flatnonzero(frame["trust_police"] == "3")[:2]
    frame.loc[few, "trust_police"] = "dk"
    found = row(report_of(frame, small))
    assert {found[kind]["status"] for kind in ("dont_know", "refused")} == {CONFIDENTIAL}


def test_a_small_base_has_no_share(small: Instrument) -> None:
    frame = people(small)
    few = np.flatnonzero(frame["contact12"] == "yes")[25:]
    frame.loc[few, "contact12"], frame.loc[few, "bribe"] = "no", None
    found = row(report_of(frame, small), "bribe")
    assert found["asked"] == [20, 29]
    assert {found[kind]["status"] for kind in ("dont_know", "refused", "passed_over") if kind in found} <= {
        CONFIDENTIAL,
        "unreliable",
    }


def test_two_indicators_of_one_question_have_its_shares_each_and_a_form_without_it_none(small: Instrument) -> None:
    trust = next(each for each in small.indicators if each.id == "trust")
    twice = replace(small, indicators=(trust, replace(trust, id="distrust", positive=frozenset({"0"}))))
    frame = people(twice, ("w2", "w3"))
    form = twice.questionnaire
    shorter = replace(form, items=tuple(item for item in form.items if item.name != "trust_police"))
    frame.loc[frame["wave"] == "w2", "trust_police"] = None
    kept, waves = unhurried(frame), waves_of(twice, ("w2", "w3"))
    waves = (replace(waves[0], questionnaire=shorter), waves[1])
    nothing = Computed(lattice_cells(twice, (), (), sexes=True), (), ())
    report: Mapping[str, Any] = quality(frame, twice, waves, weighted(kept, twice, 1), nothing)
    one, other = row(report), row(report, "distrust")
    assert {name: one[name] for name in one if name != "indicator"} == {n: other[n] for n in other if n != "indicator"}
    assert {each["wave"] for each in report["nonresponse"]} == {"w3"}


def test_small_counts_are_withheld_and_never_one_alone(small: Instrument) -> None:
    frame = people(small)
    frame.loc[:3, "mode"] = "assisted"
    frame.loc[4:60, "mode"] = "sms"
    frame.loc[:1, "language"] = "en"
    (wave,) = report_of(frame, small)["waves"]
    assert wave["modes"] == {"assisted": None, "sms": None, "web": N - 61}
    assert list(wave["languages"].values()).count(None) == 2
    assert wave["languages"]["en"] is None


@pytest.mark.parametrize(("count", "told"), [(0, 0), (9, None), (10, 10)])
def test_hurried_interviews_are_counted_from_k_on(small: Instrument, count: int, told: int | None) -> None:
    frame = people(small)
    frame.loc[: count - 1, "hurried"] = True
    (wave,) = report_of(frame, small)["waves"]
    assert (wave["hurried"], wave["interviews"]) == (told, N - count)


def test_what_was_reached_is_set_against_the_census(small: Instrument) -> None:
    frame = people(small)
    frame.loc[frame.index[:20], small.sex] = "refused"
    area, sex_age = report_of(frame, small)["coverage"]
    assert (area["margin"], sex_age["margin"]) == ("area", "sex_age")
    shares = frame[small.area].value_counts()
    for cell in area["cells"]:
        n = shares.get(cell["area"], 0)
        if n < 10:
            assert cell["achieved"] is None
        elif cell["achieved"] is not None:
            assert cell["achieved"] == pytest.approx(n / N, abs=0.0051)
    assert sum(cell["achieved"] is None for cell in area["cells"]) != 1
    assert sum(cell["census"] for cell in sex_age["cells"]) == pytest.approx(1, abs=0.05)
    assert sex_age["did_not_say"] == pytest.approx(20 / N, abs=0.0051)
    assert area["did_not_say"] == 0


def test_outcome_rates_that_would_tell_a_small_category_are_withheld(small: Instrument) -> None:
    frame = people(small)
    cases = {("completed", "delivered"): 300, ("invited", "delivered"): 700}
    (open_,) = report_of(frame, small, cases={"w3": cases})["outcomes"]
    assert (open_["status"], open_["rates"]["RR1"]) == (PUBLISHED, 0.3)
    assert open_["rates"]["REF1"] == 0.0
    (few,) = report_of(frame, small, cases={"w3": cases | {("refused", "delivered"): 3}})["outcomes"]
    assert few["rates"]["RR1"] == 0.3
    assert {name for name, rate in few["rates"].items() if rate is None} >= {"REF1", "REF2", "REF3", "COOP1", "COOP3"}
    (none,) = report_of(frame, small, cases={"w3": {("completed", "delivered"): FEWEST_CASES - 1}})["outcomes"]
    (absent,) = report_of(frame, small)["outcomes"]
    assert none == absent == {"wave": "w3", "status": UNAVAILABLE, "rates": {}}


def test_figures_are_counted_by_status_and_never_by_why(small: Instrument) -> None:
    frame = people(small, ("w2", "w3"))
    kept = unhurried(frame)
    waves = waves_of(small, ("w2", "w3"))
    computed = figures(kept, weighted(kept, small, 1).design, small, {wave.id: wave.opens for wave in waves})
    report = report_of(frame, small, computed=computed)
    statuses = ("published", "unreliable", "confidential", "unavailable")
    assert sum(each[status] for each in report["figures"] for status in statuses) == len(computed.figures)
    whole = next(e for e in report["figures"] if (e["kind"], e["span"], e["contrast"]) == ("whole", 1, False))
    assert whole["published"] == sum(
        f.status == PUBLISHED and not f.area and not f.sex and f.contrast == LEVEL and f.span == 1
        for f in computed.figures
    )
    text = json.dumps(report)
    assert not any(word in text for word in ("complementary", "revealing", "fewer_than_k", "small_area", "few_new"))


def test_fault_69_the_report_is_the_same_for_rows_in_any_order_and_holds_no_fine_share(small: Instrument) -> None:
    frame = people(small)
    kept = unhurried(frame)
    waves = waves_of(small, ("w3",))
    computed = figures(kept, weighted(kept, small, 1).design, small, {wave.id: wave.opens for wave in waves})
    report = report_of(frame, small, computed=computed)
    turned = frame.iloc[::-1].reset_index(drop=True)
    assert json.dumps(report, sort_keys=True) == json.dumps(report_of(turned, small, computed=computed), sort_keys=True)
    fine = [each for each in numbers([report["nonresponse"], report["coverage"]]) if each != round(each, 2)]
    assert fine == []
    assert all(np.isfinite(each) for each in numbers(report))
