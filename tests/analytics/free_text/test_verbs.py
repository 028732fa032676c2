"""The `thiqa text` verbs: what two readers see and decide, and what a role gets."""

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import Engine

from analytics.free_text.settings import TextSettings
from analytics.free_text.verbs import text
from survey_app.engine import Questionnaire
from survey_app.fieldwork import field
from survey_app.settings import SettingsError, read_settings
from survey_app.storage.database import connect, migrate, writing

from .test_quarantine import put

Run = Callable[..., Result]


@pytest.fixture
def engine(tmp_path: Path, short_form: Questionnaire) -> Engine:
    found = connect(f"sqlite:///{tmp_path}/t.sqlite3")
    migrate(found)
    with writing(found) as session:
        field(session, short_form, "w1", date(2026, 10, 1), date(2026, 10, 2))
    return found


@pytest.fixture
def run(tmp_path: Path, engine: Engine, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setenv("THIQA_DATABASE_URL", f"sqlite:///{tmp_path}/t.sqlite3")
    monkeypatch.setenv("THIQA_TEXT_ROLES", '{"comment": ["oversight"]}')

    def invoke(*arguments: str, typed: str = "") -> Result:
        return CliRunner().invoke(text, arguments, input=typed)

    keys = [invoke("keygen", "--out", str(tmp_path / name)).output.strip() for name in ("first", "second", "stranger")]
    monkeypatch.setenv("THIQA_TEXT_READERS", ",".join(keys[:2]))
    return invoke


def test_two_readers_let_texts_out_and_the_role_gets_them(run: Run, engine: Engine, tmp_path: Path) -> None:
    put(engine, [f"phrase {'a' * n} de Karim" for n in range(1, 12)])
    seen = run("read", "--key", str(tmp_path / "first"), "--language", "fr", typed="a\n" * 11)
    assert seen.exit_code == 0, seen.output
    assert "Karim" not in seen.output
    assert "There is no more to read." in seen.output
    assert run("export", "--role", "oversight", "--out", str(tmp_path / "none")).exit_code == 0
    assert json.loads((tmp_path / "none").read_text()) == []
    run("read", "--key", str(tmp_path / "second"), typed="a\n" * 10 + "x\n")
    assert "10" in run("status").output
    done = run("export", "--role", "oversight", "--out", str(tmp_path / "out"), "--language", "fr")
    assert "phrase" not in done.output
    (told,) = json.loads((tmp_path / "out").read_text())
    assert set(told) == {"wave", "item", "texts"}
    assert len(told["texts"]) == 10
    assert "Karim" not in json.dumps(told)
    assert (tmp_path / "out").stat().st_mode & 0o77 == 0
    assert run("read", "--key", str(tmp_path / "first")).output == "There is no more to read.\n"


def test_a_reader_takes_words_out_and_the_other_sees_the_rest(run: Run, engine: Engine, tmp_path: Path) -> None:
    put(engine, ["le grand avec la cicatrice est violent"])
    first = run("read", "--key", str(tmp_path / "first"), typed="r\nle grand avec la cicatrice\n\n")
    assert "Now: [removed] est violent" in first.output
    assert run("read", "--key", str(tmp_path / "first")).output == "There is no more to read.\n"
    second = run("read", "--key", str(tmp_path / "second"), typed="s\n")
    assert "[removed] est violent" in second.output
    assert "cicatrice" not in second.output


def test_words_that_are_not_there_change_nothing(run: Run, engine: Engine, tmp_path: Path) -> None:
    put(engine, ["rien"])
    said = run("read", "--key", str(tmp_path / "first"), typed="r\nautre chose\n\nq\n").output
    assert "nothing was changed" in said


@pytest.mark.parametrize("key", ["stranger", "t.sqlite3"])
def test_who_is_no_reader_sees_nothing(run: Run, engine: Engine, tmp_path: Path, key: str) -> None:
    put(engine, ["canary"])
    said = run("read", "--key", str(tmp_path / key))
    assert said.exit_code == 1
    assert "canary" not in said.output


def test_fault_62_a_role_gets_no_item_that_is_not_its_own(run: Run, tmp_path: Path) -> None:
    assert run("export", "--role", "analyst", "--out", str(tmp_path / "out")).exit_code == 1
    assert run("export", "--role", "officer", "--out", str(tmp_path / "out")).exit_code == 2
    assert run("export", "--role", "oversight", "--out", str(tmp_path / "out"), "--smallest", "9").exit_code == 2
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("THIQA_TEXT_READERS", "aa"),
        ("THIQA_TEXT_READERS", f"{'ab' * 32},{'AB' * 32}"),
        ("THIQA_TEXT_ROLES", '{"comment": ["community_officer"]}'),
    ],
)
def test_fault_62_settings_that_would_let_too_much_out_are_refused(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError, match=name):
        read_settings(TextSettings)


def test_with_one_reader_status_says_that_nothing_can_leave(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("THIQA_TEXT_READERS", "ab" * 32)
    assert "fewer than 2 readers" in run("status").output
