"""Data quality flags: who is set aside, who is only counted."""

import pandas as pd
import pytest

from analytics.indicators.quality import Flags, batteries, flags, unhurried
from survey_app.engine import Questionnaire

GRID = ("trust_national_guard", "trust_customs", "trust_border_guard", "trust_coast_guard")


def people(questionnaire: Questionnaire, *grids: tuple[bool, str]) -> pd.DataFrame:
    names = next(names for names in batteries(questionnaire) if GRID[0] in names)
    rows = []
    for hurried, answers in grids:
        given = (answers * len(names))[: len(names)]
        blank: dict[str, object] = {item.name: None for item in questionnaire.items}
        rows.append({"hurried": hurried, **blank, **dict(zip(names, given, strict=True))})
    return pd.DataFrame(rows, dtype=object)


def test_the_bundled_form_has_its_batteries(questionnaire: Questionnaire) -> None:
    found = batteries(questionnaire)
    assert any(set(GRID) <= set(names) for names in found)
    assert all(len(names) >= 4 for names in found)
    assert all(questionnaire.by_name[name].stem for names in found for name in names)


@pytest.mark.parametrize(
    ("grids", "expected"),
    [
        (((False, "2"), (False, "3")), Flags(0, 2)),
        (((False, "23"),), Flags(0, 0)),
        (((True, "2"), (False, "23")), Flags(1, 0)),
        ((), Flags(0, 0)),
    ],
)
def test_hurried_answers_are_set_aside_and_alike_ones_counted(
    questionnaire: Questionnaire, grids: tuple[tuple[bool, str], ...], expected: Flags
) -> None:
    frame = people(questionnaire, *grids) if grids else people(questionnaire, (False, "2")).iloc[:0]
    assert flags(frame, questionnaire) == expected
    assert len(unhurried(frame)) == len(frame) - expected.hurried


def test_a_battery_that_was_not_asked_is_not_alike(questionnaire: Questionnaire) -> None:
    frame = people(questionnaire, (False, "2"))
    frame[list(GRID)] = None
    assert flags(frame, questionnaire) == Flags(0, 0)
