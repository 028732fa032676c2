"""Fault 68: refused, "don't know" and not asked stay different codes from the interview to the figure's denominator.

Residents answer by web and by text messages; envelopes are opened by the custodian; nothing on the way is made by hand.
"""

from collections import Counter
from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest
from sqlalchemy import Engine

from analytics.custody import KeyPair, Opening, close_wave
from analytics.indicators.coding import coded, gave
from analytics.microdata import read_microdata
from analytics.publish import Parameters, compute
from analytics.release import PUBLISHED, Release
from survey_app.engine import Missing, Mode, Questionnaire, answer, begin, codebook, complete, current
from survey_app.fieldwork import field, waves
from survey_app.instrument import Instrument
from survey_app.intake import Ticket, withheld
from survey_app.intake import complete as seal
from survey_app.storage.database import connect, migrate, reading, writing

DAY = date(2026, 10, 1)
YES, NO, UNKNOWN, REFUSED, NEITHER = "3", "0", "dk", "refused", "neither"
BASICS = {"area": "06.141.01.53", "age": "25-34", "language": "fr"}
# mode, contact with the police, trust in it, bribe -> how many; the question on bribes is not asked by text.
PEOPLE = {
    (Mode.WEB, "yes", YES, "asked"): 20,
    (Mode.WEB, "yes", NO, NEITHER): 20,
    (Mode.WEB, "yes", UNKNOWN, UNKNOWN): 4,
    (Mode.WEB, "yes", REFUSED, REFUSED): 3,
    (Mode.WEB, "yes", YES, ""): 2,
    (Mode.WEB, "no", NO, ""): 5,
    (Mode.SMS, "yes", YES, ""): 6,
    (Mode.SMS, "yes", UNKNOWN, ""): 3,
    (Mode.SMS, "no", REFUSED, ""): 2,
}
TRUST = {YES: 28, NO: 25, UNKNOWN: 7, REFUSED: 5}


def interviewed(form: Questionnaire, engine: Engine, keys: KeyPair) -> None:
    number = 0
    for (mode, contact, trust, bribe), people in PEOPLE.items():
        for _ in range(people):
            number += 1
            sex = ("woman", "man")[number % 2]
            said = BASICS | {"sex": sex, "contact12": contact, "trust_police": trust, "bribe": bribe}
            held = begin(form, mode, "fr").interview
            while (item := current(form, held)) is not None:
                held = answer(form, held, said.get(item.name, "")).interview
            done = withheld(form, complete(form, held).interview, keys.public, "w1")
            with writing(engine) as session:
                seal(session, form, done, "w1", Ticket.new(), keys.public)


@pytest.fixture(scope="module")
def asked(instrument: Instrument) -> Instrument:
    """The bundled instrument with two indicators and no census, so that every person has the same weight."""
    kept = tuple(each for each in instrument.indicators if each.id in ("trust", "bribe"))
    return replace(instrument, indicators=kept, census=())


@pytest.fixture(scope="module")
def opened(asked: Instrument, keys: KeyPair, tmp_path_factory: pytest.TempPathFactory) -> tuple[pd.DataFrame, Release]:
    engine = connect(f"sqlite:///{tmp_path_factory.mktemp('denominators')}/t.sqlite3")
    migrate(engine)
    form = asked.questionnaire
    with writing(engine) as session:
        field(session, form, "w1", DAY, DAY)
    interviewed(form, engine, keys)
    assert close_wave(engine, keys.private, "w1", DAY) == Opening(sum(PEOPLE.values()))
    with reading(engine) as session:
        frame, periods = read_microdata(session, {"w1": form}), list(waves(session))
    engine.dispose()
    return frame, compute(frame, asked, periods, Parameters(created=DAY, synthetic=True, rule_set="dhs")).release


def test_fault_68_each_kind_of_missing_answer_has_a_code_of_its_own_in_the_microdata(
    opened: tuple[pd.DataFrame, Release], asked: Instrument
) -> None:
    frame, _ = opened
    assert Counter(frame["trust_police"]) == TRUST
    item, variable = asked.questionnaire.by_name["bribe"], codebook(asked.questionnaire)["bribe"]
    told = {kind: gave(kind, item, variable, frame) for kind in (None, Missing.DONT_KNOW, Missing.REFUSED)}
    assert {kind: int(np.nansum(column)) for kind, column in told.items()} == {
        None: 2,
        Missing.DONT_KNOW: 4,
        Missing.REFUSED: 3,
    }
    for column in told.values():  # five had no contact and eleven were asked by text: they are in no rate's base
        assert int(np.isnan(column).sum()) == 5 + 11


def test_fault_68_an_indicators_base_has_the_missing_answers_that_it_names_and_no_other(
    opened: tuple[pd.DataFrame, Release], asked: Instrument
) -> None:
    frame, _ = opened
    book = codebook(asked.questionnaire)
    bases = {each.id: int(np.isfinite(coded(each, book[each.item], frame)).sum()) for each in asked.indicators}
    assert bases == {"trust": 28 + 25 + 7, "bribe": 20 + 20}
    without = [replace(each, base_includes=frozenset()) for each in asked.indicators]
    assert int(np.isfinite(coded(without[0], book["trust_police"], frame)).sum()) == 28 + 25


def test_fault_68_the_figure_states_the_denominator_that_its_card_describes(
    opened: tuple[pd.DataFrame, Release],
) -> None:
    frame, release = opened
    for card in release.indicators:
        based = {one.code for one in card.answers if one.based}
        kinds = {one.code: one.missing for one in card.answers if one.missing}
        assert kinds == {UNKNOWN: "dont_know", REFUSED: "refused"}
        assert (UNKNOWN in based) == (card.id == "trust")
        assert REFUSED not in based
        figure = release.figure(card.id, "w1")
        assert figure is not None
        assert figure.status == PUBLISHED
        assert figure.n == figure.n_to == int(frame[card.item].isin(based).sum())
        assert card.base["en"]


def test_fault_68_the_share_is_of_the_stated_denominator(opened: tuple[pd.DataFrame, Release]) -> None:
    _, release = opened
    figure = release.figure("trust", "w1")
    assert figure is not None
    assert figure.estimate == pytest.approx(28 / 60, abs=0.006)  # rounded to its interval
    assert abs(28 / 53 - 28 / 60) > 0.05, "another base would show"
