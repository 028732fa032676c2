"""Segments at their exact boundaries (fault 42). Limits: 3GPP TS 23.038 and TS 23.040."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sms.segments import BASIC, EXTENSION, GSM7, UCS2, segments


@pytest.mark.parametrize(
    ("text", "encoding", "units", "parts"),
    [
        ("", GSM7, 0, 0),
        ("a", GSM7, 1, 1),
        ("a" * 160, GSM7, 160, 1),
        ("a" * 161, GSM7, 161, 2),
        ("a" * 306, GSM7, 306, 2),
        ("a" * 307, GSM7, 307, 3),
        ("a" * 158 + "€", GSM7, 160, 1),
        ("a" * 159 + "€", GSM7, 161, 2),
        # 152 septets, then a two-septet sign that does not fit the 153rd: the part ends one septet short
        ("a" * 152 + "€" + "a" * 151, GSM7, 305, 2),
        ("a" * 152 + "€" + "a" * 152, GSM7, 306, 3),
        ("€" * 80, GSM7, 160, 1),
        ("€" * 81, GSM7, 162, 2),
        ("€" * 152, GSM7, 304, 2),
        ("€" * 153, GSM7, 306, 3),
        ("م" * 70, UCS2, 70, 1),
        ("م" * 71, UCS2, 71, 2),
        ("م" * 134, UCS2, 134, 2),
        ("م" * 135, UCS2, 135, 3),
        ("م" * 68 + "🙂", UCS2, 70, 1),
        ("م" * 69 + "🙂", UCS2, 71, 2),
        # a pair at units 67 and 68 moves to the second part as a whole
        ("م" * 66 + "🙂" + "م" * 65, UCS2, 133, 2),
        ("م" * 66 + "🙂" + "م" * 66, UCS2, 134, 3),
        ("Réponse à la question : où ?", GSM7, 28, 1),
        ("Français", UCS2, 8, 1),
        ("être", UCS2, 4, 1),
        ("€" + "م" * 69, UCS2, 70, 1),
    ],
)
def test_a_text_is_counted_as_the_carrier_counts_it(text: str, encoding: str, units: int, parts: int) -> None:
    counted = segments(text)
    assert (counted.encoding, counted.units, counted.parts) == (encoding, units, parts)


def test_the_alphabet_has_the_characters_of_the_standard() -> None:
    assert len(BASIC) == 127  # 128 places less the escape
    assert len(EXTENSION) == 10


@given(st.text(max_size=700))
def test_the_parts_hold_the_units_and_no_part_more_is_charged_than_splitting_costs(text: str) -> None:
    counted = segments(text)
    single, part = (160, 153) if counted.encoding == GSM7 else (70, 67)
    if counted.units <= single:
        assert counted.parts == bool(text)
    else:
        assert -(-counted.units // part) <= counted.parts <= -(-counted.units // (part - 1))
