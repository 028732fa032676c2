"""Sums by PSU and domain add up: parts to the whole, in any order, and corrections away again."""

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.survey.cube.cube import means
from analytics.survey.cube.plain_table import from_columns, to_columns
from analytics.survey.cube.sampling_frame import Frame, frame
from analytics.survey.cube.summary import Summary, merge, only, rollup, subtract
from analytics.survey.cube.tally import summarise
from analytics.survey.design import Design, calibration_of, survey_design, with_weights
from analytics.survey.estimates import means as estimates
from analytics.survey.variables import DesignError, EstimationError
from tests.analytics.r.cases import GOLDEN

ITEMS = ["q1", "q4", "index", "trust_high", "one"]
BY = ["neighbourhood", "sex"]
TRUST = pd.read_csv(GOLDEN / "trust.csv")


def design_of(rows: pd.DataFrame) -> Design:
    return survey_design(
        rows, weights="base_weight", strata="stratum", psu="psu", fpc="n_psu_pop", single_psu="certainty"
    )


def plan() -> Frame:
    drawn = TRUST[["stratum", "psu", "n_psu_pop"]].drop_duplicates()
    return frame(drawn, psu="psu", strata="stratum", population="n_psu_pop", single_psu="certainty")


def assert_equal(found: Summary, wanted: Summary) -> None:
    assert found.items == wanted.items
    pd.testing.assert_frame_equal(found.keys, wanted.keys)
    np.testing.assert_array_equal(found.psu, wanted.psu)
    np.testing.assert_array_equal(found.domain, wanted.domain)
    np.testing.assert_array_equal(found.n, wanted.n)
    for name in ("w", "y", "within"):
        np.testing.assert_allclose(getattr(found, name), getattr(wanted, name), rtol=1e-11, atol=1e-9, err_msg=name)
    assert found.frame.table().equals(wanted.frame.table())


@given(st.data())
def test_parts_in_any_order_are_the_whole(data: Any) -> None:
    parts = data.draw(st.integers(1, 5))
    seed = data.draw(st.integers(0, 2**32 - 1))
    of_row = np.random.default_rng(seed).integers(0, parts, len(TRUST))
    summaries = [
        summarise(design_of(TRUST[of_row == part]), ITEMS, BY, frame=plan())
        for part in data.draw(st.permutations(range(parts)))
        if (of_row == part).any()
    ]
    whole = summarise(design_of(TRUST), ITEMS, BY, frame=plan())
    assert_equal(merge(*summaries), whole)
    first, *others = summaries
    if others:
        assert_equal(merge(merge(*others), first), whole)


@given(st.integers(0, 2**32 - 1), st.floats(0.01, 0.99))
def test_what_is_subtracted_leaves_the_rest(seed: int, share: float) -> None:
    leave = np.random.default_rng(seed).random(len(TRUST)) < share
    if leave.all() or not leave.any():
        return
    whole = summarise(design_of(TRUST), ITEMS, BY, frame=plan())
    rest = summarise(design_of(TRUST[~leave]), ITEMS, BY, frame=plan())
    left = subtract(whole, summarise(design_of(TRUST[leave]), ITEMS, BY, frame=plan()))
    # Domains of which all left stay among the keys, empty; PSUs where all left were held.
    found, wanted = means(left), means(rest)
    there = found.keys.merge(rest.keys.assign(at=range(len(rest.keys))), how="left")["at"].notna().to_numpy()
    assert (found.n[:, ~there] == 0).all()
    np.testing.assert_allclose(found.value[:, there], wanted.value, rtol=1e-9)
    np.testing.assert_array_equal(found.reason[:, there] == 0, wanted.reason == 0)
    np.testing.assert_allclose(found.se[:, there], wanted.se, rtol=1e-7, atol=1e-9)


def test_waves_that_were_summed_apart_covary_as_the_whole_does() -> None:
    apart = merge(*(summarise(design_of(TRUST[TRUST["wave"] == wave]), ITEMS, "wave") for wave in (2, 3, 1)))
    assert_equal(apart, summarise(design_of(TRUST), ITEMS, "wave"))


@pytest.mark.parametrize("keep", [[], ["sex"], ["neighbourhood"], ["sex", "neighbourhood"]])
def test_domains_roll_up_to_what_they_would_have_been(keep: list[str]) -> None:
    design = design_of(TRUST)
    found = means(rollup(summarise(design, ITEMS, [*BY, "wave"]), keep))
    wanted = means(summarise(design, ITEMS, keep))
    assert found.keys.to_numpy().tolist() == wanted.keys.to_numpy().tolist()
    for name in ("value", "se", "deff", "n", "psus", "domain_df"):
        np.testing.assert_allclose(getattr(found, name), getattr(wanted, name), rtol=1e-11, err_msg=name)


def test_a_table_of_cells_is_the_summary_again() -> None:
    whole = summarise(design_of(TRUST), ITEMS, BY, frame=plan())
    table, places = to_columns(whole), whole.frame.table()
    again = frame(places, psu="psu", strata="stratum", population="population", single_psu="certainty")
    assert_equal(from_columns(table.sample(frac=1, random_state=1), again, whole.items, BY), whole)


def test_only_some_items() -> None:
    whole = summarise(design_of(TRUST), [*ITEMS, "mode"], BY)
    assert only(whole, ["mode", "q4"]).items == (("mode", "f2f"), ("mode", "sms"), ("mode", "web"), ("q4", ""))
    np.testing.assert_array_equal(means(only(whole, ["q4"])).value[0], means(whole).value[1])
    with pytest.raises(EstimationError, match="no item 'q9'"):
        only(whole, ["q9"])


@pytest.mark.parametrize("kind", ["int8", "Int8", "float64", "Float64", "int64", "uint8", "object", "boolean", "bool"])
def test_every_kind_of_column_sums_alike(kind: Any) -> None:
    random = np.random.default_rng(3)
    answers = random.integers(0, 2, 400) if "bool" in kind else random.integers(1, 6, 400)
    given = pd.Series(answers).astype(kind)
    missing = kind in ("Int8", "float64", "Float64", "object", "boolean")
    if missing:
        given[random.random(400) < 0.1] = pd.NA if kind[0] in "IFb" else np.nan
    rows = pd.DataFrame({"y": given, "psu": np.arange(400) // 5, "g": np.arange(400) % 3, "w": random.random(400) + 1})
    design = survey_design(rows, weights="w", psu="psu")
    found, wanted = means(summarise(design, ["y"], "g")), estimates.mean(design, "y", by="g")
    np.testing.assert_allclose(found.value[0], wanted.value, rtol=1e-13)
    np.testing.assert_allclose(found.se[0], wanted.se, rtol=1e-12)
    np.testing.assert_allclose(found.deff[0], wanted.deff, rtol=1e-12)


def test_the_largest_number_of_its_kind_may_be_an_answer() -> None:
    rows = pd.DataFrame({"y": pd.array([127, 126, None, 125, 127, None], dtype="Int8"), "psu": [1, 2, 3, 1, 2, 3]})
    design = survey_design(rows, weights=np.ones(6), psu="psu")
    found, wanted = means(summarise(design, ["y"])), estimates.mean(design, "y")
    assert found.n[0, 0] == 4
    np.testing.assert_allclose(found.se[0], wanted.se, rtol=1e-12)


def test_nobody_answered() -> None:
    rows = pd.DataFrame({"y": pd.array([None] * 4, dtype="Int8"), "z": [np.nan] * 4, "psu": [1, 2, 3, 4]})
    found = means(summarise(survey_design(rows, weights=np.ones(4), psu="psu"), ["y", "z"]))
    assert found.unavailable.tolist() == [["no_base"], ["no_base"]]
    assert np.isnan(found.value).all()


def test_a_domain_of_nobody() -> None:
    nobody = np.zeros(len(TRUST), dtype=bool)
    found = means(summarise(design_of(TRUST), [*ITEMS, "mode"], BY, nobody))
    assert (found.unavailable == "no_base").all()
    assert (found.n == 0).all()
    whole = summarise(design_of(TRUST), ITEMS, BY)
    assert_equal(merge(whole, summarise(design_of(TRUST), ITEMS, BY, nobody)), whole)


def test_what_is_not_in_sums_is_refused_with_what_to_do() -> None:
    two_stages = survey_design(
        TRUST.assign(n=50, m=9999), strata="stratum", psu=["psu", "resp_id"], fpc=["n", "m"], nest=True
    )
    with pytest.raises(EstimationError, match="first stage alone"):
        summarise(two_stages, ITEMS)
    with pytest.raises(EstimationError, match="use mean"):
        summarise(replace(design_of(TRUST), adjust_domains=True), ITEMS)
    with pytest.raises(EstimationError, match="list of names"):
        summarise(design_of(TRUST), "q1")
    with pytest.raises(EstimationError, match="no column 'q99'"):
        summarise(design_of(TRUST), ["q99"])
    with pytest.raises(EstimationError, match="no column 'area'"):
        summarise(design_of(TRUST), ITEMS, "area")


def test_summaries_that_contradict_each_other_are_refused() -> None:
    whole = summarise(design_of(TRUST), ITEMS, BY, frame=plan())
    with pytest.raises(EstimationError, match="item by item"):
        merge(whole, summarise(design_of(TRUST), ["q1"], BY))
    with pytest.raises(EstimationError, match="roll the finer one up"):
        merge(whole, rollup(whole, ["sex"]))
    with pytest.raises(EstimationError, match="never counted"):
        subtract(summarise(design_of(TRUST[:100]), ITEMS, BY, frame=plan()), whole)
    with pytest.raises(DesignError, match="not in the frame"):
        summarise(design_of(TRUST.assign(psu=TRUST["psu"] + 1000)), ITEMS, frame=plan())
    with pytest.raises(DesignError, match="one population"):
        merge(whole, summarise(design_of(TRUST.assign(n_psu_pop=77)), ITEMS, BY))
    rows = survey_design(TRUST, weights="base_weight")
    with pytest.raises(EstimationError, match="no names to find"):
        summarise(rows, ITEMS, frame=plan())
    with pytest.raises(DesignError, match="no names"):
        merge(summarise(rows, ITEMS), summarise(survey_design(TRUST[:50], weights="base_weight"), ITEMS))


def test_a_frame_is_checked() -> None:
    table = pd.DataFrame({"psu": [1, 2, 3], "stratum": ["a", "a", "b"], "population": [5, 5, np.inf]})
    found = frame(table, psu="psu", strata="stratum", population="population")
    assert found.stage.fraction.tolist() == [0.4, 0.0]
    assert found.df == 0  # nobody has answered yet
    for wrong, words in ((table.assign(psu=1), "twice"), (table.assign(population=[5, 6, 7]), "one number")):
        with pytest.raises(DesignError, match=words):
            frame(wrong, psu="psu", strata="stratum", population="population")
    with pytest.raises(DesignError, match="counts PSUs"):
        frame(table.assign(population=1), psu="psu", strata="stratum", population="population")


def test_calibrated_waves_merge_as_each_was_calibrated() -> None:
    waves = []
    for wave in (1, 2, 3):
        design = design_of(TRUST[TRUST["wave"] == wave])
        x = pd.get_dummies(design.data["sex"]).to_numpy(float)
        factors = 1 + 0.1 * x @ [1.0, -1.0, 0.5]
        waves.append(with_weights(design, design.weights * factors, calibration_of(x, design.weights)))
    whole = design_of(TRUST)
    x = np.column_stack([(TRUST["wave"] == wave) & (TRUST["sex"] == sex) for wave in (1, 2, 3) for sex in "FMX"])
    factors = 1 + 0.1 * pd.get_dummies(TRUST["sex"]).to_numpy(float) @ [1.0, -1.0, 0.5]
    whole = with_weights(whole, whole.weights * factors, calibration_of(x.astype(float), whole.weights))
    found = means(merge(*(summarise(design, ITEMS, [*BY, "wave"]) for design in waves)))
    wanted = estimates.mean(whole, ITEMS, by=[*BY, "wave"])
    np.testing.assert_allclose(found.se.ravel(), wanted.se, rtol=1e-9)
    parts = [summarise(whole, ITEMS, BY, TRUST["wave"] == wave) for wave in (1, 2, 3)]
    np.testing.assert_allclose(means(merge(*parts)).se, means(summarise(whole, ITEMS, BY)).se, rtol=1e-9)
    with pytest.raises(EstimationError, match="calibrate anew"):
        subtract(parts[0], parts[0])
    with pytest.raises(EstimationError, match="keep the weights"):
        to_columns(parts[0])
