"""Response rates by AAPOR's formulas, against numbers computed by hand."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey_app import dispositions
from survey_app.dispositions import RATES, Counts, counted, disposition
from survey_app.storage import tables

# 1,000 numbers: 300 complete, 50 partial, 100 refused, 40 never met, 10 other, 350 of which nothing is known, 150 not
# eligible. Known eligible 500 of 650, so e = 10/13 and e x 350 = 269.230769...
SAMPLE = Counts(300, 50, 100, 40, 10, 200, 150, 150)
BY_HAND = {
    "RR1": 300 / 850,
    "RR2": 350 / 850,
    "RR3": 0.39,  # 300 / 769.230769 = 300 x 13 / 10,000
    "RR4": 0.455,
    "RR5": 0.6,
    "RR6": 0.7,
    "COOP1": 300 / 460,
    "COOP2": 350 / 460,
    "COOP3": 300 / 450,
    "COOP4": 350 / 450,
    "REF1": 100 / 850,
    "REF2": 0.13,
    "REF3": 0.2,
    "CON1": 460 / 850,
    "CON2": 0.598,
    "CON3": 0.92,
}


@pytest.mark.parametrize("name", BY_HAND)
def test_each_rate_is_what_the_formula_gives_by_hand(name: str) -> None:
    assert RATES[name](SAMPLE) == pytest.approx(BY_HAND[name], abs=1e-12)


def test_the_table_of_rates_holds_each_once() -> None:
    assert set(RATES) == set(BY_HAND)


def test_the_share_of_eligible_is_estimated_or_given() -> None:
    assert SAMPLE.e == pytest.approx(10 / 13)
    assert dispositions.rr3(SAMPLE, 1) == dispositions.rr1(SAMPLE)
    assert dispositions.rr4(SAMPLE, 0) == dispositions.rr6(SAMPLE)
    assert dispositions.ref2(SAMPLE, 0.5) == pytest.approx(100 / 675)
    assert dispositions.con2(SAMPLE, 0.5) == pytest.approx(460 / 675)
    with pytest.raises(ValueError, match="share"):
        dispositions.rr3(SAMPLE, 1.5)


@pytest.mark.parametrize("counts", [Counts(), Counts(unknown_number=7)])
def test_a_rate_without_a_denominator_is_none_and_no_error(counts: Counts) -> None:
    assert RATES["RR3"](counts) is None
    assert RATES["RR5"](counts) is None
    assert RATES["COOP3"](counts) is None


@given(st.lists(st.integers(0, 10_000), min_size=8, max_size=8))
def test_rates_are_shares_and_stand_in_their_order(numbers: list[int]) -> None:
    counts = Counts(*numbers)
    found = {name: rate(counts) for name, rate in RATES.items()}
    assert all(rate is None or 0 <= rate <= 1 for rate in found.values())
    for low, middle, high in (("RR1", "RR3", "RR5"), ("RR2", "RR4", "RR6"), ("REF1", "REF2", "REF3")):
        rates = [found[name] for name in (low, middle, high)]
        if None not in rates:
            assert rates == sorted(rates, key=lambda rate: round(rate or 0, 12))


def test_every_state_and_delivery_that_the_table_allows_has_a_disposition() -> None:
    """The words of the check constraints themselves, so that a new one cannot be forgotten here."""
    rows = tables.table(tables.ConversationRow)
    checks = [str(found.sqltext) for found in rows.constraints if hasattr(found, "sqltext")]
    allowed = {check.partition(" ")[0]: re.findall(r"'(\w+)'", check) for check in checks}
    assert {"state", "delivery"} <= set(allowed)
    for state in allowed["state"]:
        for delivery in (None, "", *allowed["delivery"]):
            assert disposition(state, delivery).category in Counts.__dataclass_fields__


@pytest.mark.parametrize(
    ("state", "delivery", "code"),
    [
        ("completed", "delivered", "1.1"),
        ("completed", "invalid", "1.1"),
        ("partial", "sent", "1.2"),
        ("refused", "delivered", "2.11"),
        ("stopped", None, "2.11"),
        ("open", "delivered", "2.12"),
        ("invited", None, "3.11"),
        ("invited", "unreachable", "3.13"),
        ("invited", "delivered", "3.2"),
        ("invited", "invalid", "4.3"),
        ("invited", "landline", "4.4"),
        ("invited", "opted_out", "2.11"),
        ("screened_out", "delivered", "4.7"),
        ("quota_full", "delivered", "4.8"),
    ],
)
def test_a_case_has_the_code_of_the_standard(state: str, delivery: str | None, code: str) -> None:
    assert disposition(state, delivery).code == code


def test_cases_are_counted_by_category() -> None:
    cases = {("completed", "delivered"): 3, ("invited", "delivered"): 5, ("invited", ""): 2, ("invited", "invalid"): 1}
    assert counted(cases) == Counts(complete=3, unknown_person=5, unknown_number=2, not_eligible=1)
