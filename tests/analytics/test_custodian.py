"""The `thiqa custody` verbs, as the custodian and the holders of her key use them."""

import re
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import Engine

from analytics.custody import KeyPair, new_keys
from analytics.holders import split
from deploy.command import main
from survey_app.engine import Questionnaire
from survey_app.fieldwork import OPEN, field
from survey_app.storage.database import writing

from .test_custody import DAY, content, put, state


@pytest.fixture
def wave(engine: Engine, short_form: Questionnaire, keys: KeyPair, monkeypatch: pytest.MonkeyPatch) -> Engine:
    """A wave with 12 envelopes, batches of at least 5, and no key but what a test sets."""
    with writing(engine) as session:
        field(session, short_form, "w1", DAY, DAY, OPEN)
    put(engine, keys, [content(short_form)] * 12)
    monkeypatch.delenv("THIQA_ENV_FILE", raising=False)
    monkeypatch.delenv("THIQA_CUSTODIAN_PRIVATE_KEY", raising=False)
    monkeypatch.setenv("THIQA_DATABASE_URL", engine.url.render_as_string(hide_password=False))
    monkeypatch.setenv("THIQA_BATCH", "5")
    return engine


def run(*words: str | Path, typed: str | None = None) -> Result:
    return CliRunner().invoke(main, ["custody", *map(str, words)], input=typed)


def head(said: str) -> str:
    found = re.search(r"Note this hash: ([0-9a-f]{64})", said)
    assert found
    return found[1]


def test_a_key_for_three_holders_is_written_in_shares_and_nowhere_else(wave: Engine, tmp_path: Path) -> None:
    made = run("keygen", "--holders", "3", "--needed", "2", "--out", tmp_path / "shares")
    assert made.exit_code == 0, made.output
    assert "PRIVATE" not in made.output
    files = sorted((tmp_path / "shares").iterdir())
    assert [file.name for file in files] == ["holder-1.txt", "holder-2.txt", "holder-3.txt"]
    assert {file.stat().st_mode & 0o777 for file in files} == {0o600}
    again = run("keygen", "--holders", "3", "--needed", "2", "--out", tmp_path / "shares")
    assert again.exit_code == 1
    assert "holder-1.txt cannot be written (File exists)" in again.output


def test_shares_of_a_key_are_written_all_or_none(wave: Engine, tmp_path: Path) -> None:
    (tmp_path / "holder-2.txt").write_text("another's")
    refused = run("keygen", "--holders", "3", "--needed", "2", "--out", tmp_path)
    assert refused.exit_code == 1
    assert "PUBLIC_KEY" not in refused.output
    assert [file.name for file in tmp_path.glob("holder-*")] == ["holder-2.txt"]
    assert (tmp_path / "holder-2.txt").read_text() == "another's"


def test_a_file_that_holds_no_share_is_named_as_it_is_written(wave: Engine, tmp_path: Path) -> None:
    (tmp_path / "Share-A.txt").write_bytes(b"\xff")
    assert "Share-A.txt cannot be read" in run("close-wave", "w1", "--few", "--share", tmp_path / "Share-A.txt").output


def test_two_of_three_holders_open_and_close_a_wave_and_the_trail_is_whole(
    wave: Engine, short_form: Questionnaire, tmp_path: Path
) -> None:
    made = run("keygen", "--holders", "3", "--needed", "2", "--out", tmp_path)
    public = re.search(r"THIQA_CUSTODIAN_PUBLIC_KEY=([0-9a-f]{64})", made.output)
    assert public
    with wave.begin() as connection:
        connection.exec_driver_sql("DELETE FROM envelope")
    put(wave, KeyPair(public[1], ""), [content(short_form)] * 12)
    alone = run("open", "--share", tmp_path / "holder-1.txt")
    assert alone.exit_code == 1
    assert "2 different shares are needed, and 1 were given" in alone.output
    opened = run("open", "--share", tmp_path / "holder-1.txt", "--share", tmp_path / "holder-3.txt")
    assert opened.exit_code == 0, opened.output
    assert state(wave) == (5, 7)
    closed = run(
        "close-wave", "w1", "--few", "--share", tmp_path / "holder-3.txt", "--share", tmp_path / "holder-2.txt"
    )
    assert closed.exit_code == 0, closed.output
    assert state(wave) == (0, 12)
    checked = run("trail", "--noted", head(opened.output))
    assert checked.exit_code == 0
    assert head(checked.output) == head(closed.output)
    assert "The chain is whole" in checked.output


def test_holders_who_come_with_paper_type_their_words_unseen(wave: Engine, keys: KeyPair) -> None:
    first, _, third = split(keys.private, 3, 2)
    opened = run("open", typed=f"{first}\n{third}\n")
    assert opened.exit_code == 0, opened.output
    assert state(wave) == (5, 7)
    assert not set(first.split()) & set(opened.output.split())


def test_few_who_are_left_are_opened_only_if_somebody_says_so(
    wave: Engine, keys: KeyPair, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("THIQA_CUSTODIAN_PRIVATE_KEY", keys.private)
    monkeypatch.setenv("THIQA_BATCH", "wave")
    refused = run("close-wave", "w1")
    assert refused.exit_code == 1
    assert "Only 12 are left" in refused.output
    assert state(wave) == (12, 0)
    assert run("close-wave", "w1", "--few").exit_code == 0
    assert state(wave) == (0, 12)


def test_nobody_is_asked_for_a_key_where_nothing_may_be_opened(wave: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    for batch, sentence in (("50", "no wave is closed or has 100 envelopes waiting."), ("wave", "no wave is closed.")):
        monkeypatch.setenv("THIQA_BATCH", batch)
        result = run("open")
        assert (result.exit_code, sentence in result.output) == (0, True)


def test_status_says_how_many_wait_and_when_they_open(
    wave: Engine, keys: KeyPair, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert re.search(r"w1\s+│ open\s+│ 12\s+│ from 10, all but 5", run("status").output)
    monkeypatch.setenv("THIQA_BATCH", "wave")
    assert re.search(r"w1\s+│ open\s+│ 12\s+│ when it is closed", run("status").output)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("open",), "Not one of the envelopes that wait opens with this key; nothing was changed."),
        (("close-wave", "w1", "--few"), "Not one of the envelopes that wait opens with this key; nothing was changed."),
        (("close-wave", "nowhere"), "There is no wave nowhere."),
        (("keygen", "--holders", "3"), "Name all three"),
        (("keygen", "--holders", "3", "--needed", "4", "--out", "x"), "there must be 2 to 16 holders"),
        (("trail", "--noted", "0" * 63 + "1"), "the hash that was noted is not in the trail"),
    ],
)
def test_a_mistake_is_a_sentence_and_changes_nothing(
    wave: Engine, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], sentence: str
) -> None:
    monkeypatch.setenv("THIQA_CUSTODIAN_PRIVATE_KEY", new_keys().private)
    result = run(*words)
    assert result.exit_code in (1, 2)
    assert sentence in " ".join(result.output.split())
    assert "Traceback" not in result.output
    assert state(wave) == (12, 0)


@pytest.mark.parametrize("batch", ["1", "0", "-3", "many", ""])
def test_a_batch_that_mixes_nothing_is_refused(wave: Engine, monkeypatch: pytest.MonkeyPatch, batch: str) -> None:
    monkeypatch.setenv("THIQA_BATCH", batch)
    result = run("status")
    assert result.exit_code == 1
    assert "THIQA_BATCH must be the word wave, or a number of at least 2" in result.output
