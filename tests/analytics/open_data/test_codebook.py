"""The DDI codebook: valid, in three languages, about questions and not about persons."""

import os
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest
import xmlschema
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.open_data import files
from analytics.release import Release
from translations.languages import LANGUAGES

PROFILE = xmlschema.XMLSchema(Path(__file__).parents[2] / "golden" / "ddi" / "profile.xsd")
DDI = {"d": "ddi:codebook:2_5"}
LANG = "{http://www.w3.org/XML/1998/namespace}lang"


@pytest.fixture
def book(made: dict[str, bytes]) -> ElementTree.Element:
    """The codebook of the small release."""
    return ElementTree.fromstring(made["open/ddi.xml"])


def test_the_codebook_keeps_to_our_part_of_the_standard(made: dict[str, bytes]) -> None:
    PROFILE.validate(made["open/ddi.xml"].decode())


def test_the_codebook_is_valid_by_the_schema_of_the_ddi_alliance(made: dict[str, bytes]) -> None:
    """THIQA_DDI: the path of codebook.xsd, DDI-Codebook 2.5, with the schemas that it imports beside it."""
    path = os.environ.get("THIQA_DDI")
    if not path:
        pytest.skip("set THIQA_DDI to codebook.xsd of DDI-Codebook 2.5: it is not ours to hand on")
    xmlschema.XMLSchema(path).validate(made["open/ddi.xml"].decode())


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("<stdyDscr>", "<stdyDscr><method/>"),
        ("<titl ", "<title "),
        ('missing="Y"', 'missing="yes"'),
        ('ID="V_q_5f._trust"', 'ID="1"'),
        ('date="2026-06-15"', 'date="15 June"'),
        ('event="start"', 'event="begin"'),
        ("<catValu>", "<catValue>"),
    ],
)
def test_the_profile_finds_a_fault(made: dict[str, bytes], old: str, new: str) -> None:
    text = made["open/ddi.xml"].decode().replace("V_q_5f.trust", "V_q_5f._trust")
    assert old in text
    closing = old.replace("<", "</").strip() if old.startswith(("<titl", "<catV")) else "\0"
    broken = text.replace(old, new).replace(closing.rstrip(">") + ">", new.replace("<", "</").strip().rstrip(">") + ">")
    assert not PROFILE.is_valid(broken)


def test_there_is_a_variable_for_every_question_in_three_languages(book: ElementTree.Element, release: Release) -> None:
    variables = book.findall("d:dataDscr/d:var", DDI)
    assert {variable.get("name") for variable in variables} == {card.item for card in release.indicators}
    for variable in variables:
        for path in ("d:labl", "d:qstn/d:qstnLit", "d:universe", "d:txt", "d:catgry[1]/d:labl"):
            assert {text.get(LANG) for text in variable.findall(path, DDI)} == set(LANGUAGES), path
        missing = variable.findall("d:catgry[@missing='Y']", DDI)
        assert [category.findtext("d:catValu", namespaces=DDI) for category in missing] == ["ref"]
        assert [category.get("missType") for category in missing] == ["refused"]


def test_the_study_says_when_where_whom_and_how(book: ElementTree.Element) -> None:
    study = book.find("d:stdyDscr", DDI)
    assert study is not None
    assert study.findtext("d:citation/d:titlStmt/d:titl", namespaces=DDI) == "Trust barometer"
    beside = study.findall("d:citation/d:titlStmt/d:parTitl", DDI)
    assert {title.get(LANG): title.text for title in beside} == {
        "ar": "مقياس الثقة", "fr": "Baromètre de la confiance"
    }  # fmt: skip
    dates = [(day.get("cycle"), day.get("event"), day.get("date")) for day in study.iterfind(".//d:collDate", DDI)]
    assert dates == [
        ("w1", "start", "2026-01-05"), ("w1", "end", "2026-03-20"),
        ("w2", "start", "2026-04-01"), ("w2", "end", "2026-06-30"),
    ]  # fmt: skip
    assert {unit.text for unit in study.iterfind(".//d:geogUnit", DDI)} == {"prefecture", "arrondissement"}
    for name in ("abstract", "universe", "sampProc", "collMode", "timeMeth", "weight", "EstSmpErr", "conditions"):
        assert study.find(f".//d:{name}", DDI) is not None, name
    assert "Synthetic data: no resident was asked" in {note.text for note in study.iterfind(".//d:notes", DDI)}


def test_the_file_that_it_names_has_as_many_rows_and_columns_as_it_says(
    book: ElementTree.Element, made: dict[str, bytes]
) -> None:
    lines = made["open/figures.csv"].decode("utf-8-sig").splitlines()
    assert book.findtext(".//d:caseQnty", namespaces=DDI) == str(len(lines) - 1)
    assert book.findtext(".//d:varQnty", namespaces=DDI) == str(len(lines[0].split(",")))


@settings(max_examples=25)
@given(text=st.text(st.characters() | st.sampled_from("\x00\x0b<>&\"']]>\ufffe"), min_size=1, max_size=8))
def test_fault_18_no_text_whatever_makes_the_codebook_invalid(release: Release, text: str) -> None:
    clean = text.encode(errors="replace").decode()
    card = replace(release.indicators[0], id=clean, item=clean, name={"ar": clean, "fr": clean, "en": clean})
    hostile = replace(release, survey=dict.fromkeys(LANGUAGES, clean), indicators=(card,), figures=())
    PROFILE.validate(files(hostile)["open/ddi.xml"].decode())
