"""Forms from the field (getodk/web-forms, humind.data, xlsform2lstsv), from the folder THIQA_FORMS: each is imported
with the number of questions counted in its sheet, and every row that is not asked is accounted for.
"""

import os
import re
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyxform.xls2xform import convert

from survey_app.xlsform import export_markdown, import_form
from survey_app.xlsform.findings import Report
from survey_app.xlsform.headings import table
from survey_app.xlsform.sheets import read_book

# file: items, languages, faults by code, repairs by code
EXPECTED: dict[str, tuple[int, tuple[str, ...], dict[str, int], dict[str, int]]] = {
    "all-question-types.xlsx": (
        61,
        ("en",),
        {"list_in_another_file": 1},
        {
            "acknowledge_as_choice": 1, "asked_as_text": 1, "battery_heading": 2, "identifying_dropped": 5,
            "not_askable_dropped": 16, "scale_as_number": 1, "time_of_day_dropped": 2,
        },
    ),
    "ifrc-site-assessment.xlsx": (
        75,
        ("en", "fr"),
        {"unknown_function": 1},
        {
            "acknowledge_as_choice": 3, "duplicate_name": 28, "identifying_dropped": 8, "not_askable_dropped": 12,
            "unknown_language": 4,
        },
    ),
    "mitwirken.xlsx": (42, ("de",), {}, {}),
    "msna-2024.xlsx": (
        269,
        ("en", "fr"),
        {"unknown_function": 18},
        {"identifying_dropped": 6, "missing_language": 1, "repeat_asked_once": 4},
    ),
    "socio-economic-survey.xlsx": (
        17,
        ("en", "fr"),
        {"unreadable": 1},
        {"repeat_asked_once": 1, "shown_calculation": 1},
    ),
    "who-verbal-autopsy.xlsx": (527, ("en",), {"unknown_function": 4}, {"identifying_dropped": 3}),
}  # fmt: skip


@pytest.fixture
def folder() -> Path:
    """The folder with the forms."""
    if not os.environ.get("THIQA_FORMS"):
        pytest.skip("THIQA_FORMS names no folder with forms from the field")
    return Path(os.environ["THIQA_FORMS"])


@pytest.mark.parametrize("name", EXPECTED)
def test_a_real_form_is_imported_whole_with_a_report(folder: Path, tmp_path: Path, name: str) -> None:
    items, languages, faults, repairs = EXPECTED[name]
    result = import_form(folder / name)
    form = result.questionnaire
    assert form is not None
    assert len(form.items) == items
    assert form.languages == languages
    assert Counter(found.code for found in result.faults) == faults
    assert Counter(found.code for found in result.findings if found.severity == "repair") == repairs
    left_out = {"battery_heading", "identifying_dropped", "not_askable_dropped", "list_in_another_file"}
    types = [row.get("type") for row in table("survey", read_book(folder / name).grids["survey"], Report()).rows]
    edges = [kind for kind in types if re.match(r"(begin|end)[ _]", kind)]
    dropped = [found for found in result.findings if found.code in left_out]
    assert len([kind for kind in types if kind]) == items + len(edges) + len(dropped)
    assert all(found.row > 0 for found in result.findings if found.severity != "note")
    (tmp_path / "form.md").write_text(export_markdown(form), encoding="utf-8")
    assert convert(str(tmp_path / "form.md"), warnings=[]).xform.startswith("<?xml")
    assert import_form(tmp_path / "form.md").questionnaire == form


@pytest.mark.parametrize("name", EXPECTED)
@settings(max_examples=25)
@given(data=st.data())
def test_a_real_form_with_bytes_changed_is_a_form_or_a_report(
    folder: Path, tmp_path: Path, name: str, data: st.DataObject
) -> None:
    changed = bytearray((folder / name).read_bytes())
    for _ in range(data.draw(st.integers(1, 40))):
        changed[data.draw(st.integers(0, len(changed) - 1))] = data.draw(st.integers(0, 255))
    (tmp_path / name).write_bytes(changed)
    result = import_form(tmp_path / name)
    assert result.questionnaire is not None or result.faults
