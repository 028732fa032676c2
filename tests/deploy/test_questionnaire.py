"""What an author sees: whether a form may be fielded, what its texts cost, and how it is to be asked."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from deploy.command import main
from sms.campaign.sizes import messages
from survey_app.engine import Choice, Item, Kind, Questionnaire, checked
from survey_app.xlsform import export_markdown, import_form

from ..engine.generated import texts
from ..sms.kinds import every_kind

FORM = """\
| survey | | | | | | | |
| | type | name | label::Arabic (ar) | label::French (fr) | label::English (en) | required | relevant |
| | select_one yn | met | هل التقيتم الشرطة؟ | Avez-vous rencontré la police ? | Met the police? | yes | |
| | integer | times | كم مرة؟ | Combien de fois, en fenêtre ? | How many times? | | ${met} = 'yes' |
| | note | gone | لا أحد | Personne | Nobody | | ${met} = 'maybe' |

| choices | | | | | |
| | list_name | name | label::Arabic (ar) | label::French (fr) | label::English (en) |
| | yn | yes | نعم | Oui | Yes |
| | yn | no | لا | Non | No |

| settings | | |
| | form_title | form_id |
| | Short | short |
"""


def run(*arguments: str | Path, typed: str = "") -> Result:
    return CliRunner().invoke(main, ["questionnaire", *map(str, arguments)], input=typed)


@pytest.fixture
def form(tmp_path: Path) -> Path:
    file = tmp_path / "short.md"
    file.write_text(FORM, encoding="utf-8")
    return file


@pytest.fixture
def faulty(tmp_path: Path) -> Path:
    file = tmp_path / "faulty.md"
    file.write_text(FORM.replace("${met} = 'yes'", "pulldata('a', 'b') = 1"), encoding="utf-8")
    return file


@pytest.fixture
def kinds(tmp_path: Path) -> Path:
    file = tmp_path / "kinds.md"
    file.write_text(export_markdown(every_kind()), encoding="utf-8")
    return file


def test_a_sound_form_may_be_fielded_and_the_last_line_says_so(form: Path) -> None:
    result = run("check", form)
    assert result.exit_code == 0
    version = import_form(form).questionnaire
    assert version is not None
    last = result.output.splitlines()[-1]
    assert last == f"short.md may be fielded: 3 items in ar, fr, en; version {version.version[:12]}."


def test_a_form_with_a_fault_may_not_and_the_fault_has_its_place(faulty: Path) -> None:
    result = run("check", faulty)
    assert result.exit_code == 1
    assert result.output.splitlines()[-1] == "faulty.md cannot be fielded: 1 fault."
    (fault,) = json.loads(run("check", faulty, "--json").output)["findings"][:1]
    assert (fault["severity"], fault["sheet"], fault["column"]) == ("fault", "survey", "relevant")
    assert fault["row"] == 4


def test_logic_that_can_never_fire_has_its_own_table(form: Path) -> None:
    output = run("check", form).output
    assert "Logic that can never fire" in output
    assert "never asked" in output.split("Logic that can never fire")[1]
    assert "never asked" not in output.split("Logic that can never fire")[0]


def noted(form: Path, *options: str | Path) -> list[tuple[str, str, str, str]]:
    """The notes of a check that concern recordings and pictures."""
    findings = json.loads(run("check", form, "--json", *options).output)["findings"]
    return [(f["severity"], f["code"], f["sheet"], f["detail"]) for f in findings if f["code"].startswith("media")]


def test_recordings_and_pictures_that_would_be_shown_nowhere_are_notes(
    form: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = FORM.replace(
        "label::English (en) |\n| | yn | yes | نعم | Oui | Yes |",
        "label::English (en) | image |\n| | yn | yes | نعم | Oui | Yes | yes.png |",
    ).replace("| No |", "| No | no.svg |")
    text = text.replace("| relevant |", "| relevant | media::audio::Arabic (ar) |")
    text = text.replace("| yes | |", "| yes | | met.mp3 |").replace("= 'yes' |", "= 'yes' | ../times.mp3 |")
    form.write_text(text, encoding="utf-8")
    unusable = [
        ("note", "media_unusable", "choices", "met: no.svg"),
        ("note", "media_unusable", "survey", "times: ../times.mp3"),
    ]
    assert sorted(noted(form)) == unusable
    folder = tmp_path / "media"
    folder.mkdir()
    (folder / "yes.png").write_bytes(b"x")
    missing = ("note", "media_missing", "survey", "met: met.mp3")
    assert sorted(noted(form, "--media", folder)) == sorted([*unusable, missing])
    monkeypatch.setenv("THIQA_MEDIA", str(folder))
    assert missing in noted(form)
    (folder / "met.mp3").write_bytes(b"x")
    assert sorted(noted(form)) == unusable
    assert run("check", form).exit_code == 0


def test_the_segments_name_the_letter_that_makes_a_text_dear_and_the_price(form: Path) -> None:
    content = json.loads(run("check", form, "--json", "--price", "0.05").output)
    sizes = {(m["item"], m["language"]): m for m in content["messages"]}
    assert (sizes["times", "fr"]["dear"], sizes["times", "fr"]["encoding"]) == ("ê", "UCS-2")
    assert (sizes["met", "fr"]["dear"], sizes["met", "fr"]["encoding"]) == ("", "GSM-7")
    assert sizes["times", "ar"]["dear"] == ""
    assert all(m["cost"] == m["segments"] * 0.05 for m in sizes.values())
    table = run("check", form, "--price", "0.05").output
    assert "1 ê" in table
    assert "cost fr" in table
    assert "cost" not in run("check", form).output


def test_the_dearest_message_of_a_filtered_item_has_all_its_options() -> None:
    arabic = next(m for m in messages(every_kind("region", "area")) if (m.item, m.language) == ("area", "ar"))
    assert arabic.size.units == len("1/1 المدينة؟\n1 طنجة\n2 أكادير\n3 كلميم")


def test_a_message_beyond_what_a_carrier_takes_is_named() -> None:
    many = tuple(Choice(str(code), texts(f"an option with a longish name {code}")) for code in range(60))
    item = Item("q", Kind.SINGLE, texts("question"), choices=many)
    form = checked(Questionnaire("long", texts("title"), ("ar", "fr", "en"), (item,)))
    assert all(message.too_long for message in messages(form))


@pytest.mark.parametrize("name", ["nothing.md", "nothing.xlsx"])
def test_bytes_that_are_no_form_are_refused_in_a_sentence(tmp_path: Path, name: str) -> None:
    file = tmp_path / name
    file.write_bytes(b"\x00\xff[/red] no form")
    result = run("check", file)
    assert result.exit_code == 1
    assert result.output.splitlines()[-1].startswith(f"{name} cannot be fielded")
    assert result.exception is None or isinstance(result.exception, SystemExit)
    assert run("show", file).exit_code == 1


def test_an_interview_is_held_by_text_with_the_channels_own_words(form: Path) -> None:
    result = run("show", form, "--language", "en", "--as", "text", typed="1\nyes\nback\n2\n")
    assert result.exit_code == 0
    assert "STOP ends it at any time." in result.output
    assert "1/1 Met the police?\n1 Yes\n2 No\n" in result.output
    assert "· Accepted met" in result.output
    assert result.output.splitlines()[-1] == '{"met":"no"}'


def test_an_interview_is_held_as_on_the_web_by_codes(form: Path) -> None:
    result = run("show", form, "--language", "fr", "--as", "web", typed="maybe\nyes\n٣\n")
    assert "1/1 Avez-vous rencontré la police ?\n  [yes] Oui\n  [no] Non\n" in result.output
    assert "· Refused met not_a_choice" in result.output
    assert result.output.splitlines()[-1] == '{"met":"yes","times":3}'


BY_TEXT = ["1", "2", "1 3", "2 1 3", "2", "don't know", "30", "2", "1", "4", "2.5"]
BY_TEXT += ["3/5/2024", "5/2024", "2024", "Bir Rami", "1", "1", "2", "1"]
BY_WEB = ["over18", "theft traffic", "drugs theft traffic", "{second}", "dont_know", "30", "s", "s1", "4", "2.5"]
BY_WEB += ["3/5/2024", "5/2024", "2024", "Bir Rami", "1", "1", "0", "1"]


def test_every_kind_can_be_rehearsed_on_both_channels_with_the_same_answers(kinds: Path) -> None:
    by_text = run("show", kinds, "--language", "en", "--seed", "5", typed="\n".join(BY_TEXT) + "\n")
    last = by_text.output.splitlines()[-1]
    answers = json.loads(last)
    web_lines = "\n".join(BY_WEB).format(second=answers["shuffled.order"][1])
    by_web = run("show", kinds, "--language", "ar", "--as", "web", "--seed", "5", typed=web_lines + "\n")
    assert by_web.output.splitlines()[-1] == last
    assert answers["worries"] == ["theft", "traffic"]
    assert answers["scale"] == {"missing": "dont_know"}


@pytest.mark.parametrize(
    ("channel", "typed"), [("text", "1\nstop\n"), ("web", "yes\nتوقف\n"), ("web", ""), ("text", "")]
)
def test_an_interview_that_is_left_has_no_answers(form: Path, channel: str, typed: str) -> None:
    result = run("show", form, "--as", channel, typed=typed)
    assert result.exit_code == 0
    assert result.output.splitlines()[-1] == "No answers: the interview was not completed."


def test_a_language_that_the_form_does_not_have_is_named(tmp_path: Path) -> None:
    file = tmp_path / "french.md"
    file.write_text("| survey | | | |\n| | type | name | label::French (fr) |\n| | integer | n | Combien ? |\n")
    result = run("show", file, "--language", "en")
    assert result.exit_code == 1
    assert "is not written in en, but in fr" in result.output


@pytest.mark.parametrize("suffix", [".md", ".xlsx"])
def test_what_is_exported_is_the_same_questionnaire(kinds: Path, tmp_path: Path, suffix: str) -> None:
    out = tmp_path / f"out{suffix}"
    assert run("export", kinds, out).exit_code == 0
    made, first = import_form(out).questionnaire, import_form(kinds).questionnaire
    assert made is not None
    assert first is not None
    assert made.version == first.version
    before = out.read_bytes()
    refused = run("export", kinds, out)
    assert refused.exit_code == 1
    assert "--overwrite" in refused.output
    assert out.read_bytes() == before
    assert run("export", kinds, out, "--overwrite").exit_code == 0


def test_a_form_with_faults_or_an_unknown_ending_is_not_exported(form: Path, faulty: Path, tmp_path: Path) -> None:
    assert run("export", faulty, tmp_path / "a.md").exit_code == 1
    assert run("export", form, tmp_path / "a.csv").exit_code == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == ["faulty.md", "short.md"]
