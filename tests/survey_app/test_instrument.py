"""The instrument: its parts fit together, and one that does not is refused with what is wrong."""

from pathlib import Path

import pytest

from survey_app.engine import Missing, codebook
from survey_app.instrument import BUNDLED, Instrument, InstrumentError, read_instrument

LANGUAGES = {"ar", "fr", "en"}


def copied(tmp_path: Path, old: str, new: str) -> Path:
    for file in BUNDLED.parent.iterdir():
        if file.is_file() and file.suffix != ".py":
            (tmp_path / file.name).write_bytes(file.read_bytes())
    content = BUNDLED.read_text(encoding="utf-8")
    assert old in content
    (tmp_path / BUNDLED.name).write_text(content.replace(old, new, 1), encoding="utf-8")
    return tmp_path / BUNDLED.name


def test_each_indicator_is_described_in_three_languages(instrument: Instrument) -> None:
    assert [indicator.id for indicator in instrument.indicators] == ["trust", "safe_dark", "respect"]
    for indicator in instrument.indicators:
        assert set(indicator.name) == set(indicator.definition) == set(indicator.base) == LANGUAGES


def test_the_base_rule_is_the_indicators_own(instrument: Instrument) -> None:
    """SDG 16.1.4 keeps "don't know" in its base; the ESS item drops it."""
    rules = {indicator.id: indicator.base_includes for indicator in instrument.indicators}
    assert Missing.DONT_KNOW in rules["safe_dark"]
    assert Missing.DONT_KNOW not in rules["respect"]


def test_fault_68_the_kinds_of_missing_are_different_codes(instrument: Instrument) -> None:
    trust = codebook(instrument.questionnaire)["trust_police"]
    assert trust.missing(Missing.DONT_KNOW) == {"dk"}
    assert trust.missing(Missing.REFUSED) == {"refused"}
    assert trust.substantive == {"0", "1", "2", "3"}


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('item = "trust_police"', 'item = "nowhere"', "indicator trust does not fit"),
        ('positive = ["2", "3"]', 'positive = ["2", "dk"]', "indicator trust does not fit"),
        ('sex = "sex"', 'sex = "age"', "choices of sex"),
        ('sample = "probability"', 'sample = "opinion"', "sample must be one of"),
        ("[title]", "[titel]", "lacks a part"),
        ('census = "casablanca-census.csv"', "census = ", "unreadable"),
    ],
)
def test_an_instrument_whose_parts_do_not_fit_is_refused(tmp_path: Path, old: str, new: str, message: str) -> None:
    with pytest.raises(InstrumentError, match=message):
        read_instrument(copied(tmp_path, old, new))
