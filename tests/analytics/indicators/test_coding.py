"""Each indicator in its own base: the worked examples of the SDG metadata, and what no base may ever mix."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from analytics.indicators.coding import coded
from analytics.indicators.composites import average
from analytics.survey.design import survey_design
from analytics.survey.estimates.means import mean
from analytics.survey.variables import EstimationError
from survey_app.engine import Choice, Item, Kind, Missing, Questionnaire, checked, codebook
from survey_app.instrument import DIRECTIONS, Indicator, Instrument

LANGUAGES = ("ar", "fr", "en")
CODES = ("none", "little", "some", "lot", "great_deal")  # 1 to 5 of SDG 16.7.2


def words(text: str) -> dict[str, str]:
    return dict.fromkeys(LANGUAGES, text)


def question(name: str) -> Item:
    scale = tuple(Choice(code, words(code)) for code in CODES)
    other = (Choice("dk", words("dk"), Missing.DONT_KNOW), Choice("refused", words("refused"), Missing.REFUSED))
    return Item(name, Kind.SINGLE, words(name), choices=(*scale, *other))


FORM = checked(Questionnaire("16.7.2", words("16.7.2"), LANGUAGES, (question("have_say"), question("influence"))))
INDICATOR = Indicator(
    id="say", item="have_say", positive=frozenset(CODES[2:]), base_includes=frozenset(), name=words("a"),
    definition=words("b"), base=words("c"), source="SDG 16.7.2",
)  # fmt: skip


def people(**counts: dict[str, int]) -> pd.DataFrame:
    """A column for each item, with so many of each code in it."""
    columns = {name: [code for code, n in codes.items() for _ in range(n)] for name, codes in counts.items()}
    return pd.DataFrame(columns, dtype=object)


def shares_of(frame: pd.DataFrame) -> dict[str, np.ndarray[tuple[int], np.dtype[np.float64]]]:
    book = codebook(FORM)
    return {name: coded(replace(INDICATOR, item=name), book[name], frame) for name in ("have_say", "influence")}


def test_sdg_16_7_2_is_the_average_of_70_and_54_per_cent_62() -> None:
    """The example of the metadata: each question's share of 3, 4 and 5, then their simple average."""
    frame = people(
        have_say={"none": 20, "little": 10, "some": 30, "lot": 25, "great_deal": 15},
        influence={"none": 26, "little": 20, "some": 24, "lot": 20, "great_deal": 10},
    )
    shares = shares_of(frame)
    assert [float(np.nanmean(each)) for each in shares.values()] == [0.70, 0.54]
    found = average(survey_design(frame, weights=np.ones(100)), shares)
    assert found.value[0] == pytest.approx(0.62)
    both = mean(survey_design(frame, weights=np.ones(100)), (shares["have_say"] + shares["influence"]) / 2)
    assert found.se[0] == pytest.approx(both.se[0])  # with the covariance of who answered both
    assert found.n[0] == 100


def test_sdg_16_7_2_leaves_65_of_1000_who_do_not_know_out_of_a_base_of_935() -> None:
    frame = people(
        have_say={"none": 300, "lot": 635, "dk": 50, "refused": 15},
        influence={"none": 500, "lot": 500},
    )
    shares = shares_of(frame)
    assert np.isfinite(shares["have_say"]).sum() == 935
    found = average(survey_design(frame, weights=np.ones(1_000)), shares)
    assert found.value[0] == pytest.approx((635 / 935 + 0.5) / 2)
    assert found.n[0] == 935
    with pytest.raises(EstimationError, match="two shares"):
        average(survey_design(frame, weights=np.ones(1_000)), {"one": shares["influence"]})


def test_an_average_comes_by_domain_and_has_a_reason_where_a_share_has_no_base() -> None:
    frame = people(have_say={"lot": 50, "none": 50, "dk": 50}, influence={"lot": 75, "none": 75})
    frame["area"] = ["a"] * 50 + ["b"] * 50 + ["c"] * 50
    frame.loc[:24, "have_say"] = "none"
    frame.loc[60:80, "have_say"] = "lot"
    frame["influence"] = ["lot", "none"] * 75
    found = average(survey_design(frame, weights=np.ones(150)), shares_of(frame), by=["area"])
    assert found.keys["area"].tolist() == ["a", "b", "c"]
    assert found.value[:2] == pytest.approx([0.5, (21 / 50 + 0.5) / 2])
    assert found.unavailable == ("", "", "no_base")


def safe_dark(instrument: Instrument, *answers: str | None) -> list[float]:
    indicator = next(each for each in instrument.indicators if each.id == "safe_dark")
    variable = codebook(instrument.questionnaire)["safe_dark"]
    return list(coded(indicator, variable, pd.DataFrame({"safe_dark": answers}, dtype=object)))


def test_sdg_16_1_4_keeps_who_never_goes_out_and_who_does_not_know_in_its_base(instrument: Instrument) -> None:
    variable = codebook(instrument.questionnaire)["safe_dark"]
    (never,) = variable.missing(Missing.NOT_APPLICABLE)
    (unsure,), (refused,) = variable.missing(Missing.DONT_KNOW), variable.missing(Missing.REFUSED)
    found = safe_dark(instrument, *["1"] * 30, *["2"] * 30, *["3"] * 20, *["4"] * 5, *[never] * 10, *[unsure] * 5)
    assert np.mean(found) == 0.60
    assert not np.isnan(found).any()
    assert np.isnan(safe_dark(instrument, refused, None)).all()


def test_sdg_16_5_1_counts_asked_and_paid_among_those_in_contact(instrument: Instrument) -> None:
    indicator = next(each for each in instrument.indicators if each.id == "bribe")
    variable = codebook(instrument.questionnaire)["bribe"]
    contact = ["yes"] * 200 + ["no"] * 800
    bribe = ["asked"] * 12 + ["paid"] * 8 + ["neither"] * 160 + ["refused"] * 20 + [None] * 800
    found = coded(indicator, variable, pd.DataFrame({"contact12": contact, "bribe": bribe}, dtype=object))
    assert np.isfinite(found).sum() == 180
    assert np.nanmean(found) == pytest.approx(20 / 180)
    assert indicator.direction == "lower_is_better"


def test_every_indicator_says_which_way_is_better(instrument: Instrument) -> None:
    assert {each.direction for each in instrument.indicators} == set(DIRECTIONS)
    worse = {each.id for each in instrument.indicators if each.direction == "lower_is_better"}
    assert {"bribe", "corrupt_perc", "excess_force"} <= worse


def test_fault_68_refused_unsure_and_not_asked_are_apart_in_every_base(instrument: Instrument) -> None:
    """A refusal is in no indicator's base, who was not asked is in none; "don't know" by the indicator's own rule."""
    book = codebook(instrument.questionnaire)
    for indicator in instrument.indicators:
        variable = book[indicator.item]
        unsure, refused = variable.missing(Missing.DONT_KNOW), variable.missing(Missing.REFUSED)
        assert refused
        assert not unsure & refused
        answers = [*unsure, *refused, None]
        contact = {name: ["yes"] * len(answers) for name in (indicator.filter.references if indicator.filter else ())}
        found = coded(indicator, variable, pd.DataFrame({indicator.item: answers, **contact}, dtype=object))
        kept = Missing.DONT_KNOW in indicator.base_includes
        assert np.isfinite(found).tolist() == [kept] * len(unsure) + [False] * (len(refused) + 1)
        assert indicator.base["en"]
