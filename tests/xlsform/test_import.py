"""What the importer owes a form: every spelling of the field is read, every loss is listed, nothing is half imported."""

# ruff: noqa: E501 (a row of a sheet is a line)

from pathlib import Path

import pytest

from survey_app.engine import Kind, Missing
from survey_app.xlsform import FormError, read_form

from .sheets import codes, form, found, imported, item

YN = """
list_name | name | label
yn | yes | Yes
yn | no | No
"""
BASE = form(
    """
    type | name | label::Arabic (ar) | label::French (fr) | relevant | x_offers
    select_one yn | a | سؤال | Question | |
    integer | b | كم | Combien | ${a} = '1' | refused dont_know
    """,
    """
    list_name | name | label::Arabic (ar) | label::French (fr) | x_missing
    yn | 1 | نعم | Oui |
    yn | 8 | لا أعرف | Ne sait pas | dont_know
    """,
    """
    form_id | default_language
    small | Arabic (ar)
    """,
)


@pytest.mark.parametrize(
    ("old", "new", "finding"),
    [
        ("select_one yn", "select_one nothing", ("fault", "unknown_list", "survey", 3, "type")),
        ("integer", "matrix", ("fault", "unsupported_type", "survey", 4, "type")),
        ("integer", "select_one_from_file places.csv", ("fault", "list_in_another_file", "survey", 4, "type")),
        ("| b |", "| 2 b |", ("fault", "unusable_name", "survey", 4, "name")),
        ("| b |", "| |", ("fault", "no_name", "survey", 4, "name")),
        ("${a} = '1'", "pulldata('x')", ("fault", "unknown_function", "survey", 4, "relevant")),
        ("${a} = '1'", "today() > 1", ("fault", "unknown_function", "survey", 4, "relevant")),
        ("${a} = '1'", "${c} = '1'", ("fault", "unknown_reference", "survey", 4, "relevant")),
        ("${a} = '1'", "${b} = '1'", ("fault", "later_reference", "survey", 4, "relevant")),
        ("${a} = '1'", "${a} = ", ("fault", "unexpected", "survey", 4, "relevant")),
        ("${a} = '1'", "(" * 1_000 + "1" + ")" * 1_000, ("fault", "too_deep", "survey", 4, "relevant")),
        ("${a} = '1'", "1 = 1 and " * 400 + "1 = 1", ("fault", "too_long", "survey", 4, "relevant")),
        ("Combien", "Combien, ${c} ?", ("fault", "unknown_reference", "survey", 4, "label")),
        ("| b |", "| a |", ("repair", "duplicate_name", "survey", 4, "name")),
        ("| Combien |", "| |", ("repair", "missing_language", "survey", 4, "label")),
        ("dont_know |\n| settings", "perhaps |\n| settings", ("fault", "unknown_missing_code", "choices", 8, "x_missing")),
        ("refused dont_know", "never", ("fault", "unknown_missing_code", "survey", 4, "x_offers")),
        ("| 8 | لا أعرف |", "| 1 | لا أعرف |", ("repair", "duplicate_choice", "choices", 8, "name")),
        ("| 8 | لا أعرف |", "| | لا أعرف |", ("repair", "choice_without_name", "choices", 8, "name")),
        ("label::French (fr) | relevant", "label::Klingon | relevant", ("repair", "unknown_language", "survey", 2, "label::Klingon")),
        ("label::French (fr) | relevant", "label::Arabic | relevant", ("fault", "duplicate_column", "survey", 2, "label::Arabic")),
        ("integer", "begin_group", ("fault", "not_closed", "survey", 4, "type")),
        ("integer", "end_group", ("fault", "end_without_begin", "survey", 4, "type")),
        ("integer", "range", ("fault", "unusable_scale", "survey", 4, "parameters")),
    ],
)  # fmt: skip
def test_fault_27_a_fault_is_named_with_its_row(
    tmp_path: Path, old: str, new: str, finding: tuple[str, str, str, int, str]
) -> None:
    text = BASE.replace(old, new, 1)
    if new == "range":
        text = text.replace("x_offers", "parameters").replace("refused dont_know", "start=0 end=0")
    result = imported(tmp_path, text)
    assert finding in found(result)
    assert result.questionnaire is not None
    assert set(result.questionnaire.languages) <= {"ar", "fr"}
    if finding[0] == "fault":
        with pytest.raises(FormError, match=finding[1].replace("_", " ")):
            read_form(tmp_path / "form.md")
    else:
        assert read_form(tmp_path / "form.md") == result.questionnaire


def test_the_logic_of_a_faulty_question_is_off_and_the_question_stays(tmp_path: Path) -> None:
    result = imported(tmp_path, BASE.replace("${a} = '1'", "${c} = '1'"))
    assert item(result, "b").relevant is None
    assert item(result, "b").offers == (Missing.REFUSED, Missing.DONT_KNOW)


def test_headers_and_types_are_known_in_every_spelling(tmp_path: Path) -> None:
    result = imported(
        tmp_path,
        form(
            """
            Command | TAG | caption: Arabic | Label::Français | hint :: English | Relevance | Required | ConstrainT | constraining_message | media::audio:: Arabic (ar) | bind::calculate
            select one from yn | a | أ | A | | | TRUE | | | a.mp3 |
            select all that apply from yn | b | ب | B | Hint | | true() | | | |
            select1 yn | c | ت | C | | ${b} = “yes”\u00a0 | T | | | |
            add integer prompt | d | ث | D | | | oui | .>=0 | Positive | |
            string | e | ج | E | | | نعم | | | |
            calculate | f | | | | | no | | | | 1 + 1
            rank yn | g | ح | G | | | | | | |
            """,
            "list name | value | label::Arabic | label::French\nyn | yes | نعم | Oui\nyn | no | لا | Non",
            "set_form_id | default language\nspelt | arabe",
        ),
    )
    assert not result.faults
    assert result.questionnaire is not None
    assert result.questionnaire.form_id == "spelt"
    assert result.questionnaire.languages == ("ar", "fr")
    kinds = [Kind.SINGLE, Kind.MULTIPLE, Kind.SINGLE, Kind.INTEGER, Kind.TEXT, Kind.CALCULATED, Kind.RANKING]
    assert [entry.kind for entry in result.questionnaire.items] == kinds
    assert [entry.required for entry in result.questionnaire.items] == [True] * 5 + [False] * 2
    assert item(result, "a").audio == {"ar": "a.mp3"}
    assert item(result, "c").relevant.source == '${b} = "yes"'  # type: ignore[union-attr]  # it is there, or the test fails
    assert item(result, "d").constraint_message == {"ar": "Positive"}
    assert {choice.label["fr"] for choice in item(result, "a").choices} == {"Oui", "Non"}


def test_conditions_of_groups_are_pushed_down_with_and(tmp_path: Path) -> None:
    result = imported(
        tmp_path,
        form(
            """
            type | name | label | relevant | appearance
            integer | n | N | |
            begin group | outer | Outer | ${n} > 1 or ${n} = 0 |
            begin_group | page | | ${n} < 9 | field-list
            text | a | A | ${n} != 5 |
            text | b | B | |
            end group | | | |
            text | c | C | |
            end_group | | | |
            begin repeat | r | Repeated | |
            text | d | D | |
            end repeat | | | |
            """
        ),
    )
    assert not result.faults
    sources = {name: entry.relevant.source for name in "abc" if (entry := item(result, name)).relevant}
    assert sources == {
        "a": "(${n} > 1 or ${n} = 0) and (${n} < 9) and (${n} != 5)",
        "b": "(${n} > 1 or ${n} = 0) and (${n} < 9)",
        "c": "${n} > 1 or ${n} = 0",
    }
    assert [item(result, name).page for name in "abcd"] == ["page", "page", "", ""]
    assert item(result, "a").groups == ("outer", "page")
    assert ("repair", "repeat_asked_once", "survey", 11, "type") in found(result)


def test_batteries_become_stems(tmp_path: Path) -> None:
    result = imported(
        tmp_path,
        form(
            """
            type | name | label | appearance
            begin_group | t | How much do you trust? | table-list
            select_one yn | police | Police |
            end_group | | |
            begin_group | g | | field-list
            select_one yn | head | Do you agree? | label
            select_one yn | fair | They are fair | list-nolabel
            end_group | | |
            """,
            YN,
        ),
    )
    assert item(result, "police").stem == {"en": "How much do you trust?"}
    assert item(result, "fair").stem == {"en": "Do you agree?"}
    assert result.questionnaire is not None
    assert "head" not in result.questionnaire.by_name
    assert ("repair", "battery_heading", "survey", 7, "appearance") in found(result)


def test_every_kind_of_question_has_its_own_way_in(tmp_path: Path) -> None:
    result = imported(
        tmp_path,
        form(
            """
            type | name | label | appearance | parameters | calculation | default | read_only | x_arms | x_low_en | x_area_level | x_page | x_screen_out
            range | scale | S | | start=0;end=10,step=2 | | | | | bad | | |
            range | half | H | | start=0 end=1 step=0.5 | | | | | | | |
            date | month | M | month-year no-calendar | | | | | | | | |
            date | year | Y | year | | | | | | | | |
            dateTime | when | W | | | | | | | | | |
            text | long | L | multiline | | | | | | | | p |
            calculate | twice | | | | ${scale} * 2 | | | | | | |
            hidden | channel | | | | | it's "x" | | | | | |
            calculate | group | | | | once(random()) | | | arms | | | |
            select_one yn or_other | sel | S | | randomize=true | | | | | | | |
            select_one yn | where | W | | | | | | | | arrondissement | | . = 'no'
            text | fixed | F | | | | | yes | | | | |
            note | shown | Shown | | | ${scale} + 1 | | | | | | |
            acknowledge | ok | OK? | | | | | | | | | |
            """,
            YN + "arms | x | \narms | y | ",
        ),
    )
    assert not result.faults
    scale = item(result, "scale")
    assert (scale.kind, scale.low, scale.high, scale.step, scale.low_label) == (Kind.SCALE, 0, 10, 2, {"en": "bad"})
    half = item(result, "half")
    assert (half.kind, half.constraint and half.constraint.source) == (Kind.DECIMAL, ". >= 0 and . <= 1")
    assert [item(result, name).precision for name in ("month", "year", "when")] == ["month", "year", "day"]
    assert (item(result, "long").long, item(result, "long").page) == (True, "p")
    assert item(result, "channel").calculation.value({}) == 'it\'s "x"'  # type: ignore[union-attr]  # it is there, or the test fails
    assert (item(result, "group").kind, len(item(result, "group").choices)) == (Kind.ARM, 2)
    assert [choice.code for choice in item(result, "sel").choices] == ["yes", "no", "other"]
    assert item(result, "sel").random_choices
    other = item(result, "sel_other")
    assert (other.kind, other.relevant and other.relevant.source) == (Kind.TEXT, "selected(${sel}, 'other')")
    where = item(result, "where")
    assert (where.kind, where.area_level, where.screen_out is not None) == (Kind.AREA, "arrondissement", True)
    assert (item(result, "fixed").kind, item(result, "shown").kind) == (Kind.NOTE, Kind.CALCULATED)
    assert [choice.code for choice in item(result, "ok").choices] == ["OK"]
    repairs = {"scale_as_number", "time_of_day_dropped", "other_asked_apart", "read_only_as_note", "shown_calculation"}
    assert repairs | {"acknowledge_as_choice"} <= codes(result)


def test_cascading_lists_are_filtered_by_their_columns(tmp_path: Path) -> None:
    result = imported(
        tmp_path,
        form(
            """
            type | name | label | choice_filter
            select_one region | r | Region |
            select_one_external town | t | Town | Region = ${r}
            select_multiple town | u | Towns | name != ${t}
            """,
            """
            list_name | name | label | Region
            region | n | North |
            region | s | South |
            town | a | A | n
            town | other | Other | n
            town | other | Other | s
            """,
        ),
    )
    assert not result.faults
    assert [choice.code for choice in item(result, "t").choices] == ["a", "other", "other_2"]
    assert item(result, "t").choices[2].attributes == {"Region": "s"}
    assert item(result, "u").choices[0].attributes == {"Region": "n", "name": "a"}
    assert item(result, "t").choice_filter.references == {"r"}  # type: ignore[union-attr]  # it is there, or the test fails


def test_what_identifies_a_person_or_cannot_be_asked_is_dropped_and_listed(tmp_path: Path) -> None:
    dropped = ["deviceid", "phonenumber", "start", "end", "today", "audit", "geopoint", "username", "email", "imei"]
    unaskable = ["image", "audio", "video", "file", "barcode"]
    rows = "\n".join(f"{kind} | {kind}_1 | X |" for kind in [*dropped, *unaskable])
    result = imported(tmp_path, form(f"type | name | label | relevant\n{rows}\ntext | a | A | ${{today_1}} = 1"))
    assert result.questionnaire is not None
    assert [entry.name for entry in result.questionnaire.items] == ["a"]
    listed = {f.item: f.code for f in result.findings}
    assert [listed[f"{kind}_1"] for kind in dropped] == ["identifying_dropped"] * len(dropped)
    assert [listed[f"{kind}_1"] for kind in unaskable] == ["not_askable_dropped"] * len(unaskable)
    assert [(f.code, f.row) for f in result.faults] == [("dropped_reference", 18)]


def test_a_gap_in_a_language_shows_the_default_and_is_counted(tmp_path: Path) -> None:
    result = imported(tmp_path, BASE.replace("| Combien |", "| |").replace("| Oui |", "| |"))
    assert item(result, "b").label == {"ar": "كم", "fr": "كم"}
    assert result.coverage == {"ar": 1.0, "fr": 0.5}
    assert read_form(tmp_path / "form.md").languages == ("ar", "fr")


@pytest.mark.parametrize(
    ("headers", "setting", "languages"),
    [
        ("label", "", ("en",)),
        ("label", "French (fr)", ("fr",)),
        ("label | label::French (fr)", "", ("en", "fr")),
        ("label::Français | label::العربية", "", ("fr", "ar")),
        ("label::fr | label::ar", "ar", ("ar", "fr")),
        ("label::French (fr-TN) | label : English", "English", ("en", "fr")),
        ("label::Klingon", "", ("en",)),
    ],
)
def test_languages_come_from_columns_and_settings(
    tmp_path: Path, headers: str, setting: str, languages: tuple[str, ...]
) -> None:
    words = " | ".join("word" for _ in headers.split(" | "))
    settings = f"form_id | default_language\nspoken | {setting}"
    result = imported(tmp_path, form(f"type | name | {headers}\ntext | a | {words}", "", settings))
    assert not result.faults
    assert result.questionnaire is not None
    assert result.questionnaire.languages == languages


def test_a_reversed_reference_in_a_label_is_a_reference(tmp_path: Path) -> None:
    result = imported(tmp_path, form("type | name | label\ntext | a | A\ntext | b | {a}$ \u200f؟\ntext | c | {z}$"))
    assert [(f.code, f.row, f.detail) for f in result.faults] == [("unknown_reference", 5, "z")]
    assert item(result, "b").label == {"en": "{a}$ \u200f؟"}
    assert item(result, "c").label == {"en": "…"}


def test_within_a_module_in_random_order_nothing_may_depend_on_a_neighbour(tmp_path: Path) -> None:
    rows = """
        type | name | label | relevant | x_random
        begin_group | g | G | | yes
        text | a | A | |
        text | b | B | ${a} = 'x' |
        end_group | | | |
    """
    result = imported(tmp_path, form(rows))
    assert [(f.code, f.row, f.detail) for f in result.faults] == [("reference_inside_random_group", 5, "a in g")]
    assert item(result, "b").relevant is None


def test_duplicate_choices_merge_when_they_agree_and_are_renamed_when_not(tmp_path: Path) -> None:
    result = imported(
        tmp_path, form("type | name | label\nselect_one yn | a | A", YN + "yn | no | No\nyn | no | Never")
    )
    assert [(choice.code, choice.label["en"]) for choice in item(result, "a").choices] == [
        ("yes", "Yes"),
        ("no", "No"),
        ("no_2", "Never"),
    ]
    details = [f.detail for f in result.findings if f.code == "duplicate_choice"]
    assert details == ["yn: no merged", "yn: no renamed no_2"]


def test_duplicate_names_are_suffixed_past_the_names_that_are_taken(tmp_path: Path) -> None:
    result = imported(tmp_path, form("type | name | label\ntext | a | A\ntext | a | B\ntext | a_2 | C\nnote | | D"))
    assert result.questionnaire is not None
    assert [entry.name for entry in result.questionnaire.items] == ["a", "a_3", "a_2", "note_6"]


def test_authors_are_told_of_what_is_never_asked_or_offered(tmp_path: Path) -> None:
    result = imported(
        tmp_path,
        form(
            """
            type | name | label | relevant | choice_filter
            select_one yn | a | A | |
            text | b | B | ${a} = 'maybe' |
            text | c | C | ${b} != '' and ${b} = 'x' |
            text | d | D | ${a} = 'yes' and ${a} = 'no' |
            text | e | E | not(selected(${a}, 'never') or false()) |
            select_one place | f | F | | region = ${a}
            text | g | G | ${a} = 'yes' or ${a} = 'maybe' |
            """,
            """
            list_name | name | label | region
            yn | yes | Yes |
            yn | no | Don't know |
            place | x | X | yes
            place | y | Y | maybe
            unused | z | Z |
            """,
        ),
    )
    assert not result.faults
    notes = {(f.code, f.item, f.detail) for f in result.findings}
    assert {name for code, name, _ in notes if code == "never_asked"} == {"b", "c", "d"}
    assert {name for code, name, _ in notes if code == "unknown_code"} == {"b", "e", "g"}
    assert ("never_offered", "f", "never y") in notes
    assert ("list_not_used", "", "unused") in notes
    assert ("perhaps_missing", "a", "no of 1 questions: dont_know?") in notes
