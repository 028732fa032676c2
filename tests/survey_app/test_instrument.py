"""The instrument: its parts fit together, and one that does not is refused with what is wrong."""

from pathlib import Path

import pytest

from survey_app.engine import Kind, Missing, codebook
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
    assert {"trust", "safe_dark", "respect", "bribe"} <= {indicator.id for indicator in instrument.indicators}
    assert 2 <= sum(indicator.headline for indicator in instrument.indicators) <= 4
    for indicator in instrument.indicators:
        assert set(indicator.name) == set(indicator.definition) == set(indicator.base) == LANGUAGES


def test_the_base_rule_is_the_indicators_own(instrument: Instrument) -> None:
    """SDG 16.1.4 keeps "don't know" in its base; the ESS item drops it."""
    rules = {indicator.id: indicator.base_includes for indicator in instrument.indicators}
    assert Missing.DONT_KNOW in rules["safe_dark"]
    assert Missing.DONT_KNOW not in rules["respect"]


def test_what_is_sensitive_never_goes_by_text_message(instrument: Instrument) -> None:
    sensitive = [indicator for indicator in instrument.indicators if indicator.sensitive]
    assert {"bribe", "gbv_serious", "excess_force", "complaint_conf"} <= {indicator.id for indicator in sensitive}
    assert not any(instrument.questionnaire.by_name[indicator.item].by_text for indicator in sensitive)
    by_text = [item for item in instrument.questionnaire.items if item.by_text and item.kind is not Kind.NOTE]
    assert len(by_text) - len({"area", "sex", "age"}) <= 8


@pytest.mark.parametrize("name", ["post-contact", "staff-climate"])
def test_the_other_surveys_have_their_own_instrument(name: str) -> None:
    other = read_instrument(BUNDLED.with_name(f"{name}.toml"))
    assert other.sample == "non_probability"
    assert set(other.questionnaire.languages) == LANGUAGES
    assert len(other.indicators) >= 8


@pytest.mark.parametrize(
    ("name", "heavy", "light"),
    [
        (
            "core",
            "excess_force top_problem contact12 bribe victim12 gbv_serious comment",
            "area trust_police accountable",
        ),
        ("post-contact", "wait respect voice bribe overall_sat", "consent age sex"),
        ("staff-climate", "safe_report harassment_climate integrity_pressure", "consent merit pride rank"),
    ],
)
def test_help_stands_beside_what_may_weigh_on_a_person(name: str, heavy: str, light: str) -> None:
    form = read_instrument(BUNDLED.with_name(f"{name}.toml")).questionnaire
    marked = {item.name for item in form.items if form.help_groups.intersection(item.groups)}
    assert set(heavy.split()) <= marked
    assert not set(light.split()) & marked


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
        ("sensitive = false", "sensitive = true", "is sensitive and must not go by text"),
        ('direction = "higher_is_better"', 'direction = "up"', "direction of trust must be one of"),
        ('sex = "sex"', 'sex = "age"', "choices of sex"),
        ('sample = "probability"', 'sample = "opinion"', "sample must be one of"),
        ("[title]", "[titel]", "lacks a part"),
        ('census = "casablanca-census.csv"', "census = ", "unreadable"),
    ],
)
def test_an_instrument_whose_parts_do_not_fit_is_refused(tmp_path: Path, old: str, new: str, message: str) -> None:
    with pytest.raises(InstrumentError, match=message):
        read_instrument(copied(tmp_path, old, new))
