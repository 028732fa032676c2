"""`thiqa field`: a wave is put in the field, may be prolonged, and is not opened again once it is closed."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import Engine

from analytics.custody import close_wave, new_keys
from deploy.command import main
from survey_app import fieldwork
from survey_app.fieldwork import OPEN, Wave
from survey_app.storage.database import reading


@pytest.fixture(autouse=True)
def owner(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("THIQA_ENV_FILE", raising=False)
    monkeypatch.setenv("THIQA_DATABASE_URL", engine.url.render_as_string(hide_password=False))


def run(*words: str | Path) -> Result:
    return CliRunner().invoke(main, ["field", *map(str, words)])


def found(engine: Engine) -> Wave | None:
    with reading(engine) as session:
        return fieldwork.wave(session, "2027-q1")


def test_a_wave_is_put_in_the_field_and_prolonged(engine: Engine) -> None:
    for last in ("2027-03-31", "2027-04-15"):
        result = run("2027-q1", "--opens", "2027-01-01", "--closes", last)
        assert result.exit_code == 0, result.output
        assert f"in the field until {last}" in result.output
        wave = found(engine)
        assert wave
        assert (wave.state, str(wave.closes)) == (OPEN, last)


def test_a_wave_that_was_closed_is_not_opened_again(engine: Engine) -> None:
    run("2027-q1", "--opens", "2027-01-01", "--closes", "2027-03-31")
    wave = found(engine)
    assert wave
    close_wave(engine, new_keys().private, "2027-q1", wave.closes)
    result = run("2027-q1", "--opens", "2027-01-01", "--closes", "2027-05-31")
    assert result.exit_code == 1
    assert "was closed and is not opened again" in result.output


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("2027-q1", "--opens", "2027-03-31", "--closes", "2027-01-01"), "The last day is before the first."),
        (("../etc", "--opens", "2027-01-01", "--closes", "2027-03-31"), "A wave is named by letters"),
        (("2027-q1", "--opens", "tomorrow", "--closes", "2027-03-31"), "'tomorrow' does not match the format"),
    ],
)
def test_a_mistake_is_a_sentence(engine: Engine, words: tuple[str, ...], sentence: str) -> None:
    result = run(*words)
    assert result.exit_code in (1, 2)
    assert sentence in result.output
    assert found(engine) is None
