"""Columns of our own in a form: modules with help, options with drawings."""

from pathlib import Path

import pytest

from .sheets import form, found, imported, item

YN = """
list_name | name | label
yn | yes | Yes
yn | no | No
"""


def test_a_module_marked_with_help_says_so_for_what_is_inside_it(tmp_path: Path) -> None:
    rows = """
        type | name | label | x_help
        begin_group | g | G | yes
        begin_group | h | H |
        text | a | A |
        end_group | | |
        end_group | | |
        begin_group | i | I | no
        text | b | B |
        end_group | | |
    """
    result = imported(tmp_path, form(rows))
    assert result.questionnaire is not None
    assert result.questionnaire.help_groups == {"g"}
    assert item(result, "a").groups == ("g", "h")


@pytest.mark.parametrize(
    ("kind", "pictures", "code"),
    [
        ("select_one yn", "smileys", "unknown_pictures"),
        ("select_one yn", "faces reversed", "unknown_pictures"),
        ("select_multiple yn", "faces", "pictures_without_points"),
        ("rank yn", "bars", "pictures_without_points"),
        ("integer", "bars-reversed", "pictures_without_points"),
        ("note", "faces", "pictures_without_points"),
    ],
)
def test_drawings_that_cannot_be_are_a_fault_with_their_place(
    tmp_path: Path, kind: str, pictures: str, code: str
) -> None:
    result = imported(tmp_path, form(f"type | name | label | x_pictures\n{kind} | a | A | {pictures}", YN))
    assert result.questionnaire is None
    assert ("fault", code, "survey", 3, "x_pictures") in found(result)


@pytest.mark.parametrize("pictures", ["faces", "Faces-Reversed", "bars", "bars-reversed"])
@pytest.mark.parametrize("kind", ["select_one yn", "range"])
def test_drawings_are_switched_on_by_their_column(tmp_path: Path, kind: str, pictures: str) -> None:
    result = imported(tmp_path, form(f"type | name | label | x_pictures\n{kind} | a | A | {pictures}", YN))
    assert result.faults == ()
    assert item(result, "a").pictures == pictures.lower()
