"""`thiqa analyse` as the statistician uses it, and the choice of rules: tables, or a sentence and exit code 1."""

import json
import re
import uuid
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner, Result
from sqlalchemy import Engine

from analytics.analyst import TOPICS
from analytics.publish import Parameters, compute
from analytics.release import UNRELIABLE
from deploy.command import main
from survey_app.engine import codebook, encode
from survey_app.fieldwork import CLOSED, field
from survey_app.instrument import Instrument
from survey_app.storage.database import connect, migrate, writing
from survey_app.storage.tables import BreakOffRow, DispositionRow, ResponseRow
from tests.analytics.indicators.test_wave_weights import frame_of

from .people import DAYS, share, waves_of

ROOT = Path(__file__).parents[3]
SECRET = "06.141.01.53"


def answers_of(frame: pd.DataFrame) -> dict[str, Any]:
    random, n = np.random.default_rng(3), len(frame)
    said = share(0.5, random, n)
    good = random.random(n) < 0.5
    shown = {
        name: np.where(random.random(n) < 0.8, np.where(good, high, "1"), np.where(good, "1", high))
        for name, high in (("pj_respect", "4"), ("pj_fair", "4"), ("pj_explain", "4"), ("listen_local", "5"))
    }
    return shown | {
        "trust_police": np.where(frame["area"] == SECRET, "3", said),
        "safe_dark": random.choice(["1", "3"], n),
        "mode": random.choice(["web", "sms"], n),
    }


@pytest.fixture(scope="module")
def field_data(tmp_path_factory: pytest.TempPathFactory, instrument: Instrument) -> str:
    """A database with two closed waves; its URL."""
    url = f"sqlite:///{tmp_path_factory.mktemp('waves')}/thiqa.sqlite3"
    engine = connect(url)
    migrate(engine)
    frame = frame_of(instrument, ("w2", "w3"), 900)
    fill(engine, instrument, frame.assign(**answers_of(frame)), ("w2", "w3"))
    engine.dispose()
    return url


def fill(engine: Engine, instrument: Instrument, frame: pd.DataFrame, waves: tuple[str, ...]) -> None:
    names = [name for name in codebook(instrument.questionnaire) if name in frame]
    with writing(engine) as session:
        for wave in waves:
            field(session, instrument.questionnaire, wave, *DAYS[wave], CLOSED)
        for row in frame.to_dict("records"):
            given = {str(name): encode(row[name]) for name in names if row[name] is not None}
            kept: dict[str, Any] = {name: str(row[name]) for name in ("wave", "mode", "language", "entry")}
            session.add(ResponseRow(id=uuid.uuid4(), answers=given, hurried=bool(row["hurried"]), **kept))
        session.add(BreakOffRow(wave=waves[-1], answered=4, interviews=25))
        session.add(DispositionRow(wave=waves[-1], state="completed", delivery="delivered", cases=40))
        session.add(DispositionRow(wave=waves[-1], state="completed", delivery="", cases=999))  # began by herself


@pytest.fixture
def analyse(field_data: str, monkeypatch: pytest.MonkeyPatch) -> Any:
    return runner(field_data, monkeypatch)


def runner(url: str, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.delenv("THIQA_ENV_FILE", raising=False)
    monkeypatch.setenv("THIQA_DATABASE_URL", url)

    def run(*words: str) -> Result:
        return CliRunner().invoke(main, ["analyse", *words])

    return run


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("gaps",), "Women and men, wave w3"),
        (("indices",), "Whether an index means the same"),
        (("gaps", "--indicator", "trust"), "names in the order of the alphabet"),
        (("changes",), "Change from w2 to w3"),
        (("areas", "--indicator", "trust"), "model: a mean of the direct figure"),
        (("modes",), "Text messages against the web"),
        (("drivers",), "What goes with: Trust in the police"),
        (("quality",), "RR1"),
    ],
)
def test_every_topic_prints_its_tables(analyse: Any, words: tuple[str, ...], says: str) -> None:
    found = analyse(*words)
    assert found.exit_code == 0, found.output
    assert says in found.output
    assert "nan" not in found.output.lower().split()
    assert "Traceback" not in found.output


DOCUMENTED = re.findall(r"^    thiqa analyse (.+)$", (ROOT / "docs" / "analyses.md").read_text(), re.MULTILINE)


def test_every_topic_is_documented() -> None:
    assert {words.split()[0] for words in DOCUMENTED} == set(TOPICS)


@pytest.mark.parametrize("words", DOCUMENTED)
def test_a_documented_command_runs(analyse: Any, words: str) -> None:
    found = analyse(*words.split())
    assert found.exit_code == 0, found.output


def test_an_area_where_all_agree_is_not_in_the_output(analyse: Any) -> None:
    out = analyse("areas", "--indicator", "trust").output
    line = next(line for line in out.splitlines() if line.strip().startswith("Sidi Moumen"))
    assert re.match(r"\s*Sidi Moumen\s+c\s+c\s+c\s+c ", line), line
    assert "c: withheld, since it could expose somebody" in out


def test_people_who_began_by_themselves_are_no_cases(analyse: Any) -> None:
    assert re.search(r"How the invited cases ended, wave w3; n = 40\b", analyse("quality").output)


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("weather",), "There is no topic 'weather'; there are gaps, changes"),
        (("areas",), "name it with --indicator"),
        (("gaps", "--indicator", "weather"), "There is no indicator 'weather'"),
        (("quality", "--indicator", "trust"), "quality is not of one indicator"),
        (("indices", "--indicator", "trust"), "indices is not of one indicator"),
        (("gaps", "--rules", "nchs_counts"), "no rules 'nchs_counts' for shares"),
        (("gaps", "--rules", "mine"), "there are nchs_proportions"),
    ],
)
def test_what_cannot_be_had_is_a_sentence(analyse: Any, words: tuple[str, ...], says: str) -> None:
    found = analyse(*words)
    assert (found.exit_code, found.output.startswith("Error: ")) == (1, True), found.output
    assert says in found.output
    assert "This should not happen" not in found.output


def test_no_wave_and_one_wave_are_sentences(
    tmp_path: Path, instrument: Instrument, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = f"sqlite:///{tmp_path}/thiqa.sqlite3"
    engine = connect(url)
    migrate(engine)
    run = runner(url, monkeypatch)
    empty = run("gaps")
    assert (empty.exit_code, empty.output) == (1, "Error: No wave has 100 responses yet.\n")
    frame = frame_of(instrument, ("w3",), 300)
    fill(engine, instrument, frame.assign(**answers_of(frame)), ("w3",))
    engine.dispose()
    one = run("changes")
    assert (one.exit_code, one.output) == (1, "Error: There is one wave only, w3; a change needs two.\n")
    assert "There is one wave only, so no change." in run("gaps").output


def test_the_rules_of_a_release_are_chosen_and_written_down(
    field_data: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("THIQA_ENV_FILE", raising=False)
    monkeypatch.setenv("THIQA_DATABASE_URL", field_data)
    monkeypatch.setenv("THIQA_RELEASES", str(tmp_path))
    built = CliRunner().invoke(main, ["release", "build", "--rules", "dhs"])
    assert built.exit_code == 0, built.output
    (folder,) = (path for path in tmp_path.iterdir() if path.is_dir())
    said = [json.loads(file.read_text()) for file in folder.glob("*.json")]
    assert any("dhs" in json.dumps(each) for each in said)
    assert CliRunner().invoke(main, ["release", "build", "--rules", "nchs_counts"]).exit_code == 1


def test_sterner_rules_withhold_more(instrument: Instrument) -> None:
    frame = frame_of(instrument, ("w1",), 600)

    def unsure(rules: Any) -> int:
        parameters = Parameters(created=date(2026, 11, 26), rule_set=rules)
        found = compute(frame, instrument, list(waves_of(instrument, ("w1",))), parameters).release
        assert found.parameters["rule_set"] == rules
        return sum(figure.status == UNRELIABLE for figure in found.figures)

    assert unsure("eclac_2020") > unsure("dhs")
