"""`thiqa poster`: writes what it is asked for, replaces nothing unasked, and says each fault in one sentence."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from deploy.command import main
from survey_app.instrument import BUNDLED, Instrument
from survey_app.paper.typeface import Typeface

from .pictures import drawn, read_codes

AREA = "06.141.01.81"
SITE = "https://survey.example.org"


@pytest.fixture(autouse=True)
def _site(monkeypatch: pytest.MonkeyPatch) -> None:
    """An address, and neither a key nor a database that could be opened."""
    for name in ("THIQA_ENV_FILE", "THIQA_CUSTODIAN_PUBLIC_KEY", "THIQA_DEMO"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("THIQA_PUBLIC_URL", SITE)
    monkeypatch.setenv("THIQA_DATABASE_URL", "no database")


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, ["poster", *map(str, arguments)])


def refused(result: Result) -> str:
    assert result.exit_code == 1
    assert "Traceback" not in result.output
    assert len(result.output.strip().splitlines()) == 1
    return result.output


def test_a_poster_is_written_for_one_area(tmp_path: Path, typeface: Typeface) -> None:
    out = tmp_path / "new" / "poster.pdf"
    result = run("--area", AREA, "--out", out, "--contact", "05 22 00 11 22", "--font", typeface.arabic.regular)
    assert result.exit_code == 0, result.output
    assert f"Posters written: 1. Each opens {SITE}/a/" in result.output
    assert [code.text for code in read_codes(drawn(out.read_bytes()))] == [f"{SITE}/a/{AREA}"]
    assert list(tmp_path.rglob("*.*")) == [out]


def test_a_poster_is_written_for_every_area_that_the_survey_asks_about(tmp_path: Path, instrument: Instrument) -> None:
    result = run("--all", tmp_path, "--format", "svg")
    assert result.exit_code == 0, result.output
    asked = {area.code for area in instrument.areas.areas if area.level == instrument.level}
    assert {path.name for path in tmp_path.iterdir()} == {f"{code}.svg" for code in asked}


def test_no_poster_is_replaced_unasked_and_then_none_is_written(tmp_path: Path) -> None:
    there = tmp_path / f"{AREA}.svg"
    there.write_text("kept")
    assert "--overwrite replaces it" in refused(run("--all", tmp_path, "--format", "svg"))
    assert [path.read_text() for path in tmp_path.iterdir()] == ["kept"]
    assert run("--all", tmp_path, "--format", "svg", "--overwrite").exit_code == 0
    assert there.read_text().startswith("<?xml")


def test_an_address_of_this_machine_is_pointed_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("THIQA_PUBLIC_URL", "http://127.0.0.1:8000")
    result = run("--area", AREA, "--out", tmp_path / "poster.svg")
    assert result.exit_code == 0
    assert "this machine only" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--area", "06.141", "--out", "x.svg"], "06.141 is not an area of this survey at its level, arrondissement."),
        (["--area", "../..", "--out", "x.svg"], "is not an area of this survey"),
        (["--area", AREA, "--out", "x.png"], "x.png must end in .pdf or .svg."),
        (["--area", AREA, "--out", "x"], "x must end in .pdf or .svg."),
        (["--area", AREA, "--out", "file/x.svg"], "cannot be written"),
        (["--area", AREA, "--out", "file/x.svg", "--overwrite"], "cannot be written"),
        (["--area", AREA, "--out", "x.svg", "--contact", "word " * 90], "too long for the sheet"),
        (["--area", AREA, "--out", "x.svg", "--instrument", BUNDLED.with_name("post-contact.toml")], "has no areas"),
        (["--area", AREA, "--out", "x.svg", "--instrument", "file"], "unreadable"),
    ],
)
def test_each_fault_is_one_sentence_and_writes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str | Path], sentence: str
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("file").write_text("= a file")
    assert sentence in refused(run(*arguments))
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


@pytest.mark.parametrize("address", ["survey.example.org", "https://a.example/?x=1", "https://me:secret@a.example"])
def test_a_site_that_cannot_be_printed_is_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    monkeypatch.setenv("THIQA_PUBLIC_URL", address)
    assert "THIQA_PUBLIC_URL" in refused(run("--area", AREA, "--out", tmp_path / "poster.svg"))


@pytest.mark.parametrize("arguments", [[], ["--area", AREA], ["--out", "x.svg"], ["--all", ".", "--area", AREA]])
def test_half_a_request_is_refused_with_what_to_name(arguments: list[str]) -> None:
    result = run(*arguments)
    assert result.exit_code == 2
    assert "Name either --area CODE with --out FILE, or --all FOLDER." in result.output
