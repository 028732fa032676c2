"""Sampling frames as they come out of spreadsheets: what is read, what is refused, and by which row."""

import csv
import io
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sms.campaign import frame as frames
from sms.campaign.frame import Case, Expected, Fault, Frame, FrameError, Reason, number, read_frame
from sms.carriers import E164

EXPECTED = Expected("MA", ("ar", "fr", "en"), frozenset({"06.141", "04.421"}))
Read = Callable[[str | bytes], Frame]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    def reading(content: str | bytes) -> Frame:
        file = tmp_path / "frame.csv"
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
        return read_frame(file, EXPECTED)

    return reading


@pytest.mark.parametrize("bom", ["", "\ufeff"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize(
    "header",
    [
        ("weight", "telephone", "language", "area", "stratum", "psu"),
        ("Poids", "Numéro de téléphone", "Langue", "Zone", "Strate", "Grappe"),
        ("الوزن", "رقم الهاتف", "اللغة", "المنطقة", "الطبقة", "العنقود"),
    ],
)
def test_a_frame_is_read_however_a_spreadsheet_wrote_it(
    read: Read, bom: str, delimiter: str, end: str, header: tuple[str, ...]
) -> None:
    lines = [header, ("1.5", "0612345678", "ar", "06.141", "urban", "12"), ("", "0612345679", "", "", "", "")]
    content = bom + "".join(delimiter.join(line) + end for line in lines)
    assert read(content) == Frame(
        (Case("+212612345678", "ar", "06.141", "urban", "12", 1.5), Case("+212612345679")), ()
    )


@pytest.mark.parametrize(
    "typed",
    [
        "0612345678",
        "06 12 34 56 78",
        "06.12.34.56.78",
        "06-12-34-56-78",
        "+212612345678",
        "00212 612 345 678",
        "٠٦١٢٣٤٥٦٧٨",
        "٠٠٢١٢٦١٢٣٤٥٦٧٨",
        "۰۶۱۲۳۴۵۶۷۸",
        "612345678",
        "212612345678",
        " (06) 12345678\u200f",
        "+212\u00a0612\u00a0345\u00a0678",
    ],
)
def test_a_number_is_brought_to_one_form(typed: str) -> None:
    assert number(typed, "MA") == "+212612345678"


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ("", Reason.MISSING),
        (" \u200f", Reason.MISSING),
        ("0522223344", Reason.LANDLINE),
        ("0801000200", Reason.SPECIAL),
        ("+33612345678", Reason.ABROAD),
        ("061234567", Reason.INVALID),
        ("6.12E+08", Reason.INVALID),
        ("0612345678 x12", Reason.INVALID),
        ("19", Reason.INVALID),
        ("2020", Reason.INVALID),
        ("+999999999999", Reason.INVALID),
        ("+", Reason.INVALID),
        ("=1+1", Reason.INVALID),
        ("THIQA", Reason.INVALID),
    ],
)
def test_fault_37_a_number_that_takes_no_texts_has_a_reason(typed: str, reason: Reason) -> None:
    assert number(typed, "MA") is reason


@given(st.text(max_size=30) | st.text("0123456789+ ٠١٢٣٤٥٦٧٨٩()-./", max_size=20), st.sampled_from(["MA", "FR", "US"]))
def test_any_text_is_a_number_or_a_reason_and_reading_it_again_changes_nothing(typed: str, region: str) -> None:
    found = number(typed, region)
    if not isinstance(found, Reason):
        assert E164.fullmatch(found)
        assert number(found, region) == found


def test_each_fault_has_its_row_as_in_a_spreadsheet_and_the_others_are_kept(read: Read) -> None:
    found = read(
        "telephone,language,area,weight\n"
        "0612345678,fr,06.141,1\n"
        "\n"
        "0522223344,,,\n"
        "0612345678,,,\n"
        "0612345679,Deutsch,,\n"
        "0612345670,,99,\n"
        "0612345671,,,0\n"
        "0612345672,,,-1\n"
        "0612345673,,,much\n"
        "0612345674,,,nan\n"
        "0612345675\n"
        '"06\n12",,,\n'
        ",,,1\n"
        f"0612345676,{'x' * 81},,\n"
        "00212612345677,العربية,04.421,٢٫٥\n"
    )
    assert found.faults == (
        Fault(4, Reason.LANDLINE),
        Fault(5, Reason.DUPLICATE),
        Fault(6, Reason.LANGUAGE),
        Fault(7, Reason.AREA),
        Fault(8, Reason.WEIGHT),
        Fault(9, Reason.WEIGHT),
        Fault(10, Reason.WEIGHT),
        Fault(11, Reason.WEIGHT),
        Fault(12, Reason.SHAPE),
        Fault(13, Reason.LONG),
        Fault(14, Reason.MISSING),
        Fault(15, Reason.LONG),
    )
    assert found.cases == (
        Case("+212612345678", "fr", "06.141", weight=1.0),
        Case("+212612345677", "ar", "04.421", weight=2.5),
    )
    assert found.rows == 14
    assert found.reasons[Reason.WEIGHT] == 4


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "must name the columns"),
        ("\n\n", "must name the columns"),
        ("0612345678\n0612345679\n", "must name the columns"),
        ("area\n06.141\n", "must name the columns"),
        ("telephone,name\n0612345678,Amina\n", "column 2 has a name that is not known"),
        ("telephone,\n0612345678,\n", "column 2 has a name that is not known"),
        ("telephone,phone\n0612345678,\n", "column 2 is telephone a second time"),
        (b"PK\x03\x04\x14\x00\x06\x00binary\x00", "is no line of a table"),
        (b"telephone\n\xff\xfe0", "is not UTF-8"),
        ("telephone\n061\n".encode("utf-16"), "is not UTF-8"),
        ("téléphone\n0612345678\n".encode("cp1252"), "is not UTF-8"),
        ("telephone\n" + "0" * 200_000, "line 2 is no line of a table"),
        ("telephone" + "," * 200_000, "line 1 is no line of a table"),
        ('telephone\n"0612345678\n0612345679\n', "a quotation mark"),
        ('telephone\n"' + "0612345678\n" * 20_000, "a quotation mark"),
        ('telephone\n0612345678\n"06"12\n', "after row 2 a quotation mark"),
    ],
)
def test_a_file_that_is_no_frame_gives_nothing_and_quotes_nothing(read: Read, content: str | bytes, said: str) -> None:
    with pytest.raises(FrameError, match=said) as caught:
        read(content)
    assert "061234" not in str(caught.value)
    assert "Amina" not in str(caught.value)
    assert caught.value.__cause__ is None


@pytest.mark.parametrize(
    ("typed", "weight"),
    [("1.234567890123456", 1.234567890123456), ('"0,25"', 0.25), ("1.2e3", 1200.0), ("0.0", None), ("1e-99", 1e-99)],
)
def test_a_weight_keeps_all_the_decimals_of_a_statistics_package(read: Read, typed: str, weight: float | None) -> None:
    found = read(f"telephone,weight\n0612345678,{typed}\n")
    assert [case.weight for case in found.cases] == ([weight] if weight else [])


def test_a_file_that_is_not_there_and_a_country_that_is_none_are_named(tmp_path: Path) -> None:
    with pytest.raises(FrameError, match="No such file"):
        read_frame(tmp_path / "none.csv", EXPECTED)
    with pytest.raises(FrameError, match="XX is not a country"):
        read_frame(tmp_path / "none.csv", Expected("XX", ("ar",), frozenset()))


def test_more_rows_than_may_be_are_refused_and_as_many_as_may_be_are_not(
    read: Read, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(frames, "MAX_ROWS", 3)
    content = "telephone\n0612345671\n0612345672\n0612345673\n"
    assert len(read(content).cases) == 3
    with pytest.raises(FrameError, match="more than 3 rows"):
        read(content + "0612345674\n")


cells = st.text(max_size=12) | st.sampled_from(["0612345678", "0622345678", "0522223344", "fr", "06.141", "1,5"])


@given(st.lists(st.lists(cells, min_size=1, max_size=4), max_size=12), st.sampled_from([",", ";", "\t"]))
def test_any_table_is_read_and_no_number_is_kept_twice(tmp_path: Path, table: list[list[str]], delimiter: str) -> None:
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=delimiter)
    writer.writerows([["telephone", "language", "area", "weight"], *table])
    file = tmp_path / "any.csv"
    file.write_bytes(text.getvalue().encode("utf-8", "replace"))
    try:
        found = read_frame(file, EXPECTED)
    except FrameError:
        assert "\0" in text.getvalue()
        return
    numbers = [case.telephone for case in found.cases]
    assert len(numbers) == len(set(numbers))
    assert found.rows == sum(any(row) for row in table)


@given(st.binary(max_size=300))
def test_any_bytes_are_a_frame_or_an_error_in_words(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "any.csv"
    file.write_bytes(b"telephone\n" + content)
    try:
        found = read_frame(file, EXPECTED)
    except FrameError:
        return
    assert all(E164.fullmatch(case.telephone) for case in found.cases)


def test_no_number_shows_in_a_case_that_is_printed() -> None:
    assert "0612" not in repr(Case("+212612345678"))
