"""Targets of an instrument: what is written is read, and what is wrong is refused with what to do."""

from datetime import date
from pathlib import Path

import pytest

from survey_app.instrument import BUNDLED, FIRST, Instrument, InstrumentError, Target, read_instrument

from .test_instrument import copied

TRUST = '[[targets]]\nindicator = "trust"\n'
MILESTONES = "[[2026-06-30, 0.48], [2027-12-31, 0.55], [2029-12-31, 0.60]]"


def test_the_bundled_targets_are_of_headline_indicators_and_are_said_to_be_examples(instrument: Instrument) -> None:
    named = {target.indicator for target in instrument.targets}
    assert {indicator.id for indicator in instrument.indicators if indicator.headline} <= named
    trust = next(target for target in instrument.targets if target.indicator == "trust")
    days = (date(2026, 6, 30), date(2027, 12, 31), date(2029, 12, 31))
    assert trust == Target("trust", FIRST, tuple(zip(days, (0.48, 0.55, 0.60), strict=True)))
    assert "no authority has adopted them" in BUNDLED.read_text(encoding="utf-8")


def test_an_instrument_without_targets_has_none() -> None:
    assert read_instrument(BUNDLED.with_name("post-contact.toml")).targets == ()


def test_the_baseline_is_the_first_wave_unless_one_is_named(tmp_path: Path) -> None:
    file = copied(tmp_path, f'{TRUST}baseline = "first"', f'{TRUST}baseline = "2025-q4"')
    assert read_instrument(file).targets[0].baseline == "2025-q4"
    file = copied(tmp_path, f'{TRUST}baseline = "first"', TRUST)
    assert read_instrument(file).targets[0].baseline == FIRST


@pytest.mark.parametrize(
    ("milestones", "message"),
    [
        ("[]", "at least one milestone"),
        ("[[2026-06-30, 48]]", "write 60 per cent as 0.6"),
        ("[[2026-06-30, -0.1]]", "from 0 to 1"),
        ("[[2026-06-30, nan]]", "from 0 to 1"),
        ("[[2027-06-30, 0.4], [2026-06-30, 0.5]]", "in the order of their days"),
        ("[[2026-06-30, 0.4], [2026-06-30, 0.5]]", "each day once"),
        ("[[2026-06-30, 0.5], [2027-06-30, 0.4]]", "higher_is_better says which way"),
        ('[["2026-06-30", 0.5]]', "without quotes"),
        ("[[2026-06-30T10:00:00, 0.5]]", "a day and a share"),
        ("[[2026-06-30, true]]", "a day and a share"),
        ("[[2026-06-30]]", "a day and a share"),
        ("[7]", "a day and a share"),
        ("7", "unreadable"),
    ],
)
def test_milestones_that_cannot_be_meant_are_refused(tmp_path: Path, milestones: str, message: str) -> None:
    with pytest.raises(InstrumentError, match=message):
        read_instrument(copied(tmp_path, MILESTONES, milestones))


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (TRUST, '[[targets]]\nindicator = "nobody"\n', "name one of"),
        (TRUST, '[[targets]]\nindicator = "respect"\n', "it stands twice"),
        (TRUST, "[[targets]]\n", "lacks a part"),
        (f'{TRUST}baseline = "first"', f'{TRUST}baseline = ""', "the baseline is the id of a wave"),
    ],
)
def test_a_target_that_does_not_fit_is_refused(tmp_path: Path, old: str, new: str, message: str) -> None:
    with pytest.raises(InstrumentError, match=message):
        read_instrument(copied(tmp_path, old, new))
