"""Faults 56 and 57 end to end: from answers to the figures of a release, and the attacker who has all of them."""

import numpy as np
import pandas as pd
import pytest

from analytics.disclosure.attacker import audit
from analytics.disclosure.exposure import HEAVIEST
from analytics.disclosure.insight import RefusedError, audit_before_release, insight_of
from analytics.disclosure.linked_table import LinkedTable, Rule
from analytics.release import CONFIDENTIAL, LEVEL, PROTECTED, PUBLISHED
from survey_app.instrument import Instrument

from .published import WAVES, answered, made, one_indicator

K = 10


@pytest.fixture
def trust(instrument: Instrument) -> Instrument:
    return one_indicator(instrument)


def members(frame: pd.DataFrame, instrument: Instrument, area: str, sex: str, waves: list[str]) -> pd.DataFrame:
    """Who is in a cell, found by filtering."""
    held = frame[frame["wave"].isin(waves)]
    if area:
        within = {each.code for each in instrument.areas.areas if area in _path(instrument, each.code)}
        held = held[held[instrument.area].isin(within)]
    return held[held[instrument.sex] == sex] if sex else held


def _path(instrument: Instrument, code: str) -> list[str]:
    return [code, *(above.code for above in instrument.areas.ancestors(code))]


def test_fault_56_no_cell_of_fewer_than_k_or_of_a_few_heavy_people_has_a_number(trust: Instrument) -> None:
    frame = answered(trust, seed=56)
    release, _ = made(frame, trust)
    names = list(WAVES)
    exposed = 0
    for figure in release.figures:
        if figure.contrast != LEVEL:
            continue
        last = names.index(figure.wave)
        held = members(frame, trust, figure.area, figure.sex, names[last - figure.span + 1 : last + 1])
        yes = held["trust_police"].isin(["2", "3"])
        sides = [float(held.loc[side, "weight"].sum()) for side in (yes, ~yes)]
        if len(held) < K or min(sides) < held["weight"].nlargest(HEAVIEST).sum() * (1 - 1e-9):
            assert (figure.status, figure.reason) == (CONFIDENTIAL, PROTECTED)
            numbers = (
                figure.n,
                figure.n_to,
                figure.estimate,
                figure.se,
                figure.low,
                figure.high,
                figure.df,
                figure.deff,
            )
            assert numbers == (None,) * len(numbers)
            exposed += 1
    assert exposed > 50


def test_fault_56_no_gap_or_change_has_a_number_where_a_side_has_none(trust: Instrument) -> None:
    release, _ = made(answered(trust, seed=56), trust)
    for figure in release.figures:
        if figure.status == PUBLISHED and figure.contrast == "women_minus_men":
            sides = [
                release.figure("trust", figure.wave, figure.area, sex, span=figure.span) for sex in ("woman", "man")
            ]
            assert all(side is not None and side.status == PUBLISHED for side in sides)
        if figure.status == PUBLISHED and figure.contrast == "since_previous":
            earlier = list(WAVES)[list(WAVES).index(figure.wave) - 1]
            side = release.figure("trust", earlier, figure.area, figure.sex)
            assert side is not None
            assert side.status == PUBLISHED


def primary_only(table: LinkedTable, rule: Rule) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    return table.primary.copy()


def one_sibling(table: LinkedTable, rule: Rule) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Of a sum in which one cell is withheld, the smallest other one is withheld too: a common heuristic."""
    hidden = table.primary.copy()
    changed = True
    while changed:
        changed = False
        for row in range(table.sums.shape[0]):
            cells = table.sums.indices[table.sums.indptr[row] : table.sums.indptr[row + 1]]
            cells = cells[~table.known[cells]]
            if hidden[cells].sum() == 1 and len(cells) > 1:
                others = cells[~hidden[cells]]
                hidden[others[np.argmin(table.n[others])]] = changed = True
    return hidden


def everything(table: LinkedTable, rule: Rule) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    return ~table.known


def test_fault_57_a_release_that_withholds_no_more_than_what_is_exposed_is_refused(
    trust: Instrument, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("analytics.figures.withheld", primary_only)
    release, computed = made(answered(trust, seed=57), trust)
    with pytest.raises(RefusedError) as caught:
        audit_before_release(release, computed)
    found = caught.value.recovered
    assert len(found) > 0.3 * insight_of(computed).own.sum()  # unreliable neighbours go with them, and hide some
    assert sum(reach.n[0] == reach.n[1] for reach in found) > 0.3 * len(found)  # known to the last respondent
    first = found[0]
    assert f"{len(found)} withheld cells follow" in str(caught.value)
    assert f"{first.indicator} {first.wave} {first.area} {first.sex}".strip() in str(caught.value)
    assert audit([release]).recovered  # and by whoever reads the files alone


def test_fault_57_a_release_that_withholds_a_sibling_with_each_is_refused_as_well(
    trust: Instrument, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("analytics.figures.withheld", one_sibling)
    release, computed = made(answered(trust, seed=57), trust)
    with pytest.raises(RefusedError) as caught:
        audit_before_release(release, computed)
    # Most of these nobody can work out exactly: they are known too narrowly, which counting equations does not show.
    assert sum(reach.n[1] - reach.n[0] > 1e-6 for reach in caught.value.recovered) > 0.2 * len(caught.value.recovered)


def test_fault_57_a_release_that_withholds_everything_passes(
    trust: Instrument, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("analytics.figures.withheld", everything)
    found = audit_before_release(*made(answered(trust, seed=57), trust))
    assert len(found.reaches) > 50


def test_fault_57_what_the_release_before_showed_is_no_secret_now(
    trust: Instrument, monkeypatch: pytest.MonkeyPatch
) -> None:
    frame = answered(trust, seed=57)
    monkeypatch.setattr("analytics.figures.withheld", primary_only)
    before, _ = made(frame, trust)
    monkeypatch.setattr("analytics.figures.withheld", everything)
    now, computed = made(frame, trust)
    audit_before_release(now, computed)
    with pytest.raises(RefusedError):
        audit_before_release(now, computed, [before])


def test_fault_57_the_rows_of_a_release_are_the_same_whatever_was_answered(trust: Instrument) -> None:
    one, other = (made(answered(trust, seed), trust)[0] for seed in (1, 2))
    assert [figure.key for figure in one.figures] == [figure.key for figure in other.figures]
