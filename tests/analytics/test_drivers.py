"""What goes together with trust: effects that are there are found, and what may not be told has no card."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from analytics.analyses.sample import Survey
from analytics.drivers import METHOD, POOLED, driver_cards
from analytics.indicators.quality import unhurried
from analytics.publish import Parameters, compute, weighted
from analytics.release import DriverCard, read, write
from survey_app.fieldwork import CLOSED, Wave
from survey_app.instrument import BUNDLED, Instrument, InstrumentError, read_instrument
from tests.analytics.analyses.people import survey_of, waves_of
from tests.analytics.indicators.test_wave_weights import frame_of

NAMED = ("respect", "safe_dark", "know_officer", "contact_sat")


@pytest.fixture
def named(instrument: Instrument) -> Instrument:
    """The bundled instrument with four drivers."""
    return replace(instrument, drivers=NAMED)


def driven(frame: pd.DataFrame, random: np.random.Generator) -> dict[str, Any]:
    """Trust that goes with respect by 30 points and with satisfaction after a contact by 30, and with nothing else."""
    n = len(frame)
    respect, contact, satisfied = random.random(n) < 0.5, random.random(n) < 0.3, random.random(n) < 0.5
    p = 0.35 + 0.3 * respect + np.where(contact, 0.3 * satisfied - 0.15, 0)
    return {
        "pj_respect": np.where(respect, "4", "1"),
        "safe_dark": random.choice(["1", "3"], n),
        "know_officer": np.where(random.random(n) < 0.5, "yes", "no"),
        "contact12": np.where(contact, "yes", "no"),
        "contact_sat": np.where(contact, np.where(satisfied, "5", "1"), "").astype(object),
        "trust_police": np.where(random.random(n) < p, "3", "0"),
    }


def found(survey: Survey) -> dict[str, DriverCard]:
    return {card.indicator: card for card in driver_cards(survey)}


def test_an_effect_that_is_there_lies_in_its_interval_and_one_that_is_not_covers_zero(named: Instrument) -> None:
    cards = found(survey_of(named, planted=driven, n=2_000))
    assert tuple(cards) == NAMED
    assert cards["respect"].low < 0.3 < cards["respect"].high
    assert cards["contact_sat"].low < 0.3 < cards["contact_sat"].high
    assert all(cards[name].low < 0 < cards[name].high for name in ("safe_dark", "know_officer"))
    assert all(card.low <= card.effect <= card.high and card.method == METHOD for card in cards.values())
    assert {card.outcome for card in cards.values()} == {"trust"}


def test_with_nothing_held_alike_the_effect_is_the_difference_of_two_weighted_shares(named: Instrument) -> None:
    survey = survey_of(named, planted=driven, n=2_000)
    bare = replace(named, drivers=("respect",), sex="", age="", area="")
    card = found(replace(survey, instrument=bare))["respect"]
    trust, respect, weights = survey.coded["trust"], survey.coded["respect"], survey.design.weights
    yes, no = (np.average(trust[respect == side], weights=weights[respect == side]) for side in (1, 0))
    assert card.effect == pytest.approx(yes - no, abs=0.005 + 1e-9)


def test_what_few_were_asked_has_a_model_among_them_and_takes_nobody_from_the_others(named: Instrument) -> None:
    cards = found(survey_of(named, planted=driven, n=2_000))
    assert {cards[name].n for name in NAMED[:3]} == {2_000}
    assert 500 < cards["contact_sat"].n < 700
    assert cards["contact_sat"].n % 10 == 0


def test_people_who_differ_in_sex_are_compared_within_it(named: Instrument) -> None:
    def by_sex(frame: pd.DataFrame, random: np.random.Generator) -> dict[str, Any]:
        woman, n = (frame[named.sex] == "woman").to_numpy(), len(frame)
        return {
            "pj_respect": np.where(random.random(n) < np.where(woman, 0.8, 0.2), "4", "1"),
            "trust_police": np.where(random.random(n) < np.where(woman, 0.75, 0.25), "3", "0"),
        }

    card = found(survey_of(named, planted=by_sex, n=2_000))["respect"]
    assert abs(card.effect) < 0.1  # without sex in the model it is near 0.3


UNTOLD: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    "respect foretells trust": lambda given: {"trust_police": np.where(given["pj_respect"] == "4", "3", "0")},
    "hardly anybody was treated with respect": lambda _: {"pj_respect": np.where(np.arange(2_000) < 29, "4", "1")},
    "hardly anybody trusts": lambda _: {"trust_police": np.where(np.arange(2_000) % 70 == 0, "3", "0")},
}


@pytest.mark.parametrize("name", UNTOLD)
def test_what_may_not_be_told_has_no_card(named: Instrument, name: str) -> None:
    def planted(frame: pd.DataFrame, random: np.random.Generator) -> dict[str, Any]:
        given = driven(frame, random)
        return given | UNTOLD[name](given)

    assert "respect" not in found(survey_of(named, planted=planted, n=2_000))


def test_a_side_on_which_a_few_weigh_more_than_the_others_has_no_card(named: Instrument) -> None:
    survey = survey_of(named, planted=driven, n=2_000)
    side = np.flatnonzero((survey.frame["pj_respect"] == "4").to_numpy() & (survey.frame["trust_police"] == "0"))
    weights = survey.design.weights.copy()
    weights[side[:3]] = weights.sum()
    cards = found(replace(survey, design=replace(survey.design, weights=weights)))
    assert "respect" not in cards


def test_two_that_say_the_same_are_not_both_told(named: Instrument) -> None:
    def twins(frame: pd.DataFrame, random: np.random.Generator) -> dict[str, Any]:
        given = driven(frame, random)
        other = (given["pj_respect"] == "4") ^ (random.random(len(frame)) < 0.02)
        return given | {"pj_fair": np.where(other, "4", "1")}

    cards = found(survey_of(replace(named, drivers=("respect", "pj_fair")), planted=twins, n=2_000))
    assert len(cards) == 1


def test_the_newest_waves_alone_are_pooled(named: Instrument) -> None:
    names = tuple(f"w{number}" for number in range(POOLED + 1))
    waves = tuple(
        Wave(name, date(2025, 1 + number, 1), date(2025, 1 + number, 28), CLOSED, named.questionnaire)
        for number, name in enumerate(names)
    )
    frame = frame_of(named, names, 500)
    frame = frame.assign(**driven(frame, np.random.default_rng(3))).astype(object)
    oldest = frame["wave"] == "w0"
    frame.loc[oldest, "trust_police"] = np.where(frame.loc[oldest, "pj_respect"] == "4", "0", "3")
    kept = unhurried(frame)
    cards = found(Survey(kept, frame, weighted(kept, named, 1).design, named, waves))
    assert cards["respect"].waves == names[1:]
    assert cards["respect"].n == POOLED * 500
    assert cards["respect"].low < 0.3 < cards["respect"].high


def test_nothing_is_told_where_nothing_is_named_or_nobody_was_asked(instrument: Instrument) -> None:
    survey = survey_of(instrument, planted=driven)
    assert driver_cards(replace(survey, instrument=replace(instrument, drivers=()))) == ()
    assert driver_cards(survey_of(replace(instrument, drivers=("pj_fair",)))) == ()
    untrusting = replace(instrument, indicators=tuple(i for i in instrument.indicators if i.id != "trust"))
    assert {card.outcome for card in driver_cards(replace(survey, instrument=untrusting))} == {"respect"}


def test_a_driver_that_is_no_indicator_is_said_when_the_instrument_is_read(tmp_path: Path) -> None:
    for file in BUNDLED.parent.glob("c*"):
        (tmp_path / file.name).write_bytes(file.read_bytes())
    content = (tmp_path / "core.toml").read_text(encoding="utf-8")
    (tmp_path / "core.toml").write_text(content.replace("drivers = [", 'drivers = ["nobody", '), "utf-8")
    with pytest.raises(InstrumentError, match="drivers names an indicator that is not there"):
        read_instrument(tmp_path / "core.toml")


def test_a_release_carries_them_and_one_from_before_reads_as_having_none(named: Instrument, tmp_path: Path) -> None:
    few = replace(named, drivers=("respect",), lattice=replace(named.lattice, tables=(), spans=(1,)))
    few = replace(few, indicators=tuple(i for i in few.indicators if i.id in ("trust", "respect")))
    frame = survey_of(few, planted=driven).all_
    release = compute(frame, few, list(waves_of(few, ("w3",))), Parameters(created=date(2026, 11, 26))).release
    assert [card.indicator for card in release.drivers] == ["respect"]
    path = write(tmp_path, release)
    assert read(path).drivers == release.drivers
    manifest = json.loads((path / "manifest.json").read_bytes())
    del manifest["files"]["drivers.json"]
    before = json.dumps(manifest, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    (path / "manifest.json").write_bytes(before)
    old = path.rename(tmp_path / f"2026-01-01-{hashlib.sha256(before).hexdigest()[:12]}")
    assert read(old).drivers == ()
