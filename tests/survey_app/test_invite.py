"""The verbs that make invitations: what they print, what they refuse, and what is left behind."""

import csv
import io
import stat
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from nacl.public import PrivateKey
from sqlmodel import select

from survey_app.codes import read_code
from survey_app.engine import Questionnaire
from survey_app.fieldwork import field
from survey_app.invitations import look
from survey_app.invite import invitations
from survey_app.storage.database import connect, migrate, reading, writing
from survey_app.storage.tables import InvitationRow
from tests.conftest import unavailable

KEY = bytes(range(32))
AREA = "06.141.01.81"


@pytest.fixture
def url(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, questionnaire: Questionnaire) -> str:
    url = f"sqlite:///{tmp_path}/thiqa.sqlite3"
    engine = connect(url)
    migrate(engine)
    with writing(engine) as session:
        field(session, questionnaire, "w1", date(2026, 1, 1), date(2026, 3, 31))
    engine.dispose()
    for name, value in (
        ("DATABASE_URL", url),
        ("PUBLIC_URL", "https://survey.example"),
        ("CUSTODIAN_PUBLIC_KEY", bytes(PrivateKey.generate().public_key).hex()),
        ("SITE_KEY", KEY.hex()),
    ):
        monkeypatch.setenv(f"THIQA_{name}", value)
    return url


def run(*words: str) -> Result:
    return CliRunner().invoke(invitations, words)


def rows(url: str) -> list[InvitationRow]:
    engine = connect(url)
    with reading(engine) as session:
        found = list(session.exec(select(InvitationRow)))
    engine.dispose()
    return found


def test_a_list_holds_codes_that_open_the_wave_and_is_its_owners_alone(url: str, tmp_path: Path) -> None:
    out = tmp_path / "codes.csv"
    assert run("make", "w1", str(out), "--count", "20", "--area", AREA).exit_code == 0
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    lines = list(csv.DictReader(io.StringIO(out.read_text())))
    codes = [read_code(line["code"]) for line in lines]
    assert len(set(codes)) == 20
    engine = connect(url)
    with reading(engine) as session:
        for code, line in zip(codes, lines, strict=True):
            assert code
            assert line["address"] == f"https://survey.example/i/{code}"
            found = look(session, KEY, code, "w1")
            assert found
            assert found.area == AREA
    engine.dispose()
    kept = rows(url)
    assert [row.starts for row in kept] == [2] * 20
    assert not any(code in row.id.upper() for row in kept for code in codes if code)


def test_cards_are_a_pdf(url: str, tmp_path: Path) -> None:
    out = tmp_path / "cards.pdf"
    result = run("make", "w1", str(out), "--count", "3")
    if result.exit_code != 0 and "font" in result.output:
        unavailable("no font with Arabic letters on this machine: install one to print cards")
    assert result.exit_code == 0
    assert out.read_bytes().startswith(b"%PDF")


def test_an_assistance_code_is_shown_once(url: str) -> None:
    result = run("assist", "w1", "--starts", "7")
    code = read_code(result.output.split()[0])
    assert code
    assert f"https://survey.example/i/{code}" in result.output
    (row,) = rows(url)
    assert (row.entry, row.starts) == ("assisted", 7)


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("w2", "codes.csv", "--count", "1"), "no wave w2"),
        (("w1", "codes.txt", "--count", "1"), "must end in .csv or .pdf"),
        (("w1", "codes.csv", "--count", "1", "--area", "mars"), "no area mars"),
        (("w1", "nowhere/codes.csv", "--count", "1"), "cannot be written"),
        (("w1", "there.csv", "--count", "1"), "cannot be written"),
        (("w1", "codes.csv", "--count", "0"), "not in the range"),
    ],
)
def test_what_cannot_be_made_is_one_sentence_and_leaves_nothing(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], says: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "there.csv").write_text("kept")
    result = run("make", *words)
    assert result.exit_code != 0
    assert says in result.output
    assert "Traceback" not in result.output
    assert not (tmp_path / "codes.csv").exists()
    assert (tmp_path / "there.csv").read_text() == "kept"
    assert rows(url) == []


def test_without_a_site_key_there_are_no_invitations(url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("THIQA_SITE_KEY")
    result = run("make", "w1", str(tmp_path / "codes.csv"), "--count", "1")
    assert "THIQA_SITE_KEY is not set" in result.output
    assert rows(url) == []
