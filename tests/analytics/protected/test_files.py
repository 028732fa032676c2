"""The files say what the table says, in three languages, and each reason for no answer is a code of its own."""

import csv
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pyreadstat
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.protected import files
from analytics.protected.answers import Gap, with_gaps
from analytics.protected.codebook_labels import Column, Table, table
from analytics.protected.protection import Protected
from analytics.protected.short_words import MAX_NAME, short_name, shortened
from survey_app.engine import Choice, Kind, Missing
from survey_app.instrument import Instrument
from translations.languages import LANGUAGES

from .people import Field, field_of


@pytest.fixture(scope="module")
def field(instrument: Instrument) -> Field:
    return field_of(instrument, 200)


@pytest.fixture(scope="module")
def done(field: Field) -> Protected:
    return field.protected()


def written(folder: Path, made: Table) -> None:
    files.write_sav(folder / files.SAV, made, "title")
    files.write_dta(folder / files.DTA, made, "title")
    files.write_parquet(folder / files.PARQUET, made, "title")
    files.write_csv(folder / files.CSV, made)
    files.write_codebook(folder / files.CODEBOOK, made)


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_read_back_is_what_was_written(tmp_path: Path, field: Field, done: Protected, language: str) -> None:
    made = table(done, field.instrument, field.forms, language)
    written(tmp_path, made)
    files.check_read_back(tmp_path, made)
    data, about = pyreadstat.read_sav(tmp_path / files.SAV, user_missing=True)
    assert about.file_encoding == "UTF-8"
    label = field.instrument.questionnaire.by_name["trust_police"].label[language]
    assert about.column_names_to_labels["trust_police"] == label
    assert (
        about.variable_value_labels["sex"][1.0]
        == field.instrument.questionnaire.by_name["sex"].choices[0].label[language]
    )
    measures = about.variable_measure
    assert (measures["trust_police"], measures["sex"], measures["weight"]) == ("ordinal", "nominal", "scale")
    assert all(name.isascii() and len(name) <= MAX_NAME for name in data.columns)
    assert len(data) == len(done.data)


def test_fault_68_reasons_for_no_answer_are_different_codes_in_every_file(
    tmp_path: Path, field: Field, done: Protected
) -> None:
    made = table(done, field.instrument, field.forms, "en")
    written(tmp_path, made)
    source = done.data["good_job_local"]
    sav, _ = pyreadstat.read_sav(tmp_path / files.SAV, user_missing=True)
    blank, _ = pyreadstat.read_sav(tmp_path / files.SAV)
    dta, _ = pyreadstat.read_dta(tmp_path / files.DTA, user_missing=True)
    parquet = pq.read_table(tmp_path / files.PARQUET).to_pandas()
    plain = pd.read_csv(tmp_path / files.CSV)
    for value, number, letter in (("dk", -8, "b"), ("refused", -9, "c"), (Gap.PASSED_OVER, -6, "d"), ("4", 4, 4)):
        rows = np.array([each == value for each in source])
        assert rows.any()
        assert set(sav["good_job_local"][rows]) == {number}
        assert set(parquet["good_job_local"][rows]) == set(plain["good_job_local"][rows]) == {number}
        assert set(dta["good_job_local"][rows]) == {letter}
        assert blank["good_job_local"][rows].isna().all() == (number < 0)
    texts = np.array([value is Gap.NOT_ASKED for value in done.data["excess_force"]])
    assert set(plain["excess_force"][texts]) == {-7}
    hidden = np.array([value is Gap.WITHHELD for value in done.data["education"]])
    assert hidden.any()
    assert set(plain["education"][hidden]) == {-5}
    assert set(dta["education"][hidden]) == {"e"}


def test_several_choices_are_a_column_each(field: Field, done: Protected) -> None:
    made = table(done, field.instrument, field.forms, "en")
    for answers, theft, drugs in zip(
        done.data["top_problem"], made.numbers["top_problem_theft"], made.numbers["top_problem_drugs"], strict=True
    ):
        if answers == ("theft",):
            assert (theft, drugs) == (1, 0)
        elif answers == ("theft", "drugs"):
            assert (theft, drugs) == (1, 1)
        elif answers == ("dk",):
            assert (theft, drugs) == (-8, -8)
        else:
            assert theft == drugs < 0


def test_a_tampered_file_is_not_given_away(tmp_path: Path, field: Field, done: Protected) -> None:
    made = table(done, field.instrument, field.forms, "en")
    written(tmp_path, made)
    numbers = made.numbers.copy()
    numbers["sex"] = np.where(numbers.index == 0, 3 - numbers["sex"], numbers["sex"])
    files.write_csv(tmp_path / files.CSV, replace(made, numbers=numbers))
    with pytest.raises(files.ReadBackError, match=r"microdata\.csv"):
        files.check_read_back(tmp_path, made)
    files.write_csv(tmp_path / files.CSV, made)
    columns = tuple(replace(c, label="another") if c.name == "sex" else c for c in made.columns)
    with pytest.raises(files.ReadBackError, match="labels for sex"):
        files.check_read_back(tmp_path, replace(made, columns=columns))


def test_the_codebook_has_every_code_of_every_column(tmp_path: Path, field: Field, done: Protected) -> None:
    made = table(done, field.instrument, field.forms, "ar")
    files.write_codebook(tmp_path / files.CODEBOOK, made)
    with (tmp_path / files.CODEBOOK).open(encoding="utf-8-sig", newline="") as file:
        lines = list(csv.DictReader(file))
    for column in made.columns:
        own = [line for line in lines if line["column"] == column.name]
        assert {line["number"] for line in own if line["number"]} == {
            str(number) for number in [*column.values, *(m.number for m in column.missing)]
        }
        if column.name not in ("wave", "stratum", "psu", "weight"):
            told = set(made.numbers[column.name])
            assert (
                column.measure == "scale"
                or told <= {float(line["number"]) for line in own if line["number"]}
                or not column.values
            )


def test_a_wave_that_did_not_ask_an_item_has_not_asked(field: Field) -> None:
    form = field.instrument.questionnaire
    older = replace(form, items=tuple(item for item in form.items if item.name != "good_job_local"))
    found = with_gaps(field.frame, {"w1": older, "w2": form}, ["good_job_local"])["good_job_local"]
    blank = field.frame["good_job_local"].isna().to_numpy()
    first = (field.frame["wave"] == "w1").to_numpy()
    assert {found[at] for at in np.flatnonzero(blank & first)} == {Gap.NOT_ASKED}
    assert {found[at] for at in np.flatnonzero(blank & ~first)} == {Gap.PASSED_OVER}


def test_two_listed_codes_of_one_kind_and_numbers_below_zero_keep_apart(field: Field, done: Protected) -> None:
    form = field.instrument.questionnaire
    more = Choice("never", {"en": "Would never say"}, Missing.REFUSED)
    items = tuple(
        replace(item, choices=(*item.choices, more)) if item.name == "trust_police" else
        replace(item, kind=Kind.INTEGER) if item.name == "effect_prevent" else item
        for item in form.items
    )  # fmt: skip
    instrument = replace(field.instrument, questionnaire=replace(form, items=items))
    data = done.data.copy()
    data.loc[0, "trust_police"], data.loc[1, "trust_police"] = "never", "refused"
    data["effect_prevent"] = pd.Series([-8, Missing.DONT_KNOW, *data["effect_prevent"][2:]], dtype=object)
    made = table(
        replace(done, data=data), instrument, {"w1": instrument.questionnaire, "w2": instrument.questionnaire}, "en"
    )
    assert made.numbers["trust_police"][:2].tolist() == [-19, -9]
    assert made.numbers["effect_prevent"][:2].tolist() == [-8, -1_000_000_008]
    column = next(c for c in made.columns if c.name == "trust_police")
    assert len({m.letter for m in column.missing}) == len({m.number for m in column.missing}) == len(column.missing)


words = st.text(st.sampled_from("abcé ثقةالشرطةً\u0301\u0651\u2068\u2069 "), max_size=200)


@given(words, st.integers(12, 90), st.booleans())
def test_a_label_is_cut_between_words_and_fits(text: str, limit: int, in_bytes: bool) -> None:
    cut = shortened(text, limit, in_bytes=in_bytes)
    opened = text.count("\u2068") - text.count("\u2069")
    assert len(cut.encode() if in_bytes else cut) <= limit or opened > 0
    if cut.endswith("…"):
        kept = cut[:-1].rstrip("\u2069")
        assert " ".join(text.split()).startswith(kept.rstrip("\u2069")) or text.startswith(kept)
    else:
        assert cut.startswith(text)
    assert shortened(cut, limit, in_bytes=in_bytes) == cut


def test_marks_stay_on_their_letters_and_isolates_are_closed() -> None:
    assert shortened("ق\u0651" * 50, 12) == "ق\u0651" * 5 + "…"
    assert shortened("\u2068" + "كلمة " * 30 + "\u2069", 30).count("\u2069") == 1


@given(st.lists(st.text(max_size=50), max_size=30))
def test_names_are_ascii_short_and_each_its_own(names: list[str]) -> None:
    taken: set[str] = set()
    found = [short_name(name, taken) for name in names]
    assert len({name.lower() for name in found}) == len(names)
    assert all(name.isascii() and name.isidentifier() and len(name) <= MAX_NAME for name in found)


def test_words_of_stata_and_spss_are_no_names() -> None:
    taken: set[str] = set()
    assert [short_name(name, taken) for name in ("if", "ALL", "str8", "ثقة", "trust", "Trust")] == [
        "v_if", "v_ALL", "v_str8", "v_", "trust", "Trust_2",
    ]  # fmt: skip


marks = st.text(st.sampled_from("شرطة\u064b\u0651\u200f\u2068\u2069é\u0301 x"), min_size=1, max_size=40).filter(
    str.strip
)


@settings(max_examples=12)
@given(marks, marks)
def test_combining_and_bidi_characters_survive(
    tmp_path_factory: pytest.TempPathFactory, label: str, value: str
) -> None:
    folder = tmp_path_factory.mktemp("bidi")
    label, value = label.strip(), value.strip()
    columns = tuple(Column(name, name, label) for name in ("wave", "stratum", "psu", "weight"))
    made = Table(
        (*columns, Column("x", "x", label, {1: value})),
        pd.DataFrame(np.ones((2, 5)), columns=["wave", "stratum", "psu", "weight", "x"]),
        {},
        "ar",
    )
    written(folder, made)
    files.check_read_back(folder, made)
