"""`thiqa staff`: links are printed, acts are in the trail, and what is wrong is a sentence."""

import secrets
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import Engine
from sqlmodel import col, select, update

from analytics.release import Release, write
from dashboards.accounts import attempts, store
from dashboards.accounts.tables import AttemptRow, LookRow
from deploy.command import main


@pytest.fixture
def url(tmp_path: Path, release: Release, monkeypatch: pytest.MonkeyPatch) -> str:
    write(tmp_path / "releases", release)
    made = f"sqlite:///{tmp_path}/staff.sqlite3"
    monkeypatch.delenv("THIQA_ENV_FILE", raising=False)
    monkeypatch.setenv("THIQA_STAFF_DATABASE_URL", made)
    monkeypatch.setenv("THIQA_STAFF_KEY", secrets.token_hex(32))
    monkeypatch.setenv("THIQA_RELEASES", str(tmp_path / "releases"))
    monkeypatch.setenv("THIQA_STAFF_URL", "https://staff.example.org")
    return made


def staff(*words: str) -> Result:
    return CliRunner().invoke(main, ["staff", *words])


def test_an_invitation_is_printed_as_a_link(url: str) -> None:
    said = staff("invite", "A@b.example", "--role", "officer", "--area", "a1", "--area", "a2").output
    assert said.startswith("https://staff.example.org/account/invited/")
    listed = staff("list").output
    assert "a@b.example" in listed
    assert "a1 a2" in listed
    assert "invited" in listed


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("invite", "a@b.example", "--role", "officer"), "at least one area"),
        (("invite", "a@b.example", "--role", "officer", "--area", "zz"), "no area zz"),
        (("invite", "nobody", "--role", "analyst"), "e-mail address"),
        (("invite", "a@b.example", "--role", "public"), "public"),
        (("end", "a@b.example"), "no such account"),
        (("trail", "--noted", "f" * 64), "not in the trail"),
    ],
)
def test_what_cannot_be_is_a_sentence(url: str, words: tuple[str, ...], said: str) -> None:
    result = staff(*words)
    assert result.exit_code != 0
    assert said in result.output
    assert "Traceback" not in result.output


def test_the_trail_says_its_head_and_what_does_not_hold(url: str) -> None:
    staff("invite", "a@b.example", "--role", "analyst")
    assert staff("end", "a@b.example").exit_code == 0
    good = staff("trail")
    assert "2 records. Head: " in good.output
    head = good.output.split("Head: ")[1].split()[0]
    assert staff("trail", "--noted", head).exit_code == 0
    engine = store.connect(url)
    with store.changing(engine) as session:
        session.exec(update(LookRow).where(col(LookRow.number) == 1).values(account="somebody else"))
    engine.dispose()
    bad = staff("trail")
    assert bad.exit_code != 0
    assert "does not hold at 1" in bad.output


def test_without_a_key_a_sentence_says_what_to_set(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("THIQA_STAFF_KEY")
    assert "THIQA_STAFF_KEY is not set" in staff("list").output
    monkeypatch.setenv("THIQA_STAFF_KEY", "0" * 64)
    result = staff("list")
    assert "THIQA_STAFF_KEY must be 32 random bytes" in result.output


@pytest.mark.parametrize(("words", "bad"), [
    (("list",), "postgresql+psycopg://canary:canary@127.0.0.1:1/canary"), (("trail",), "canary://canary"),
    (("end", "a@b.example"), "postgresql+psycopg://canary:canary#@127.0.0.1:1/canary"),
])  # fmt: skip
def test_a_store_that_cannot_be_used_is_named(
    url: str, words: tuple[str, ...], bad: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("THIQA_STAFF_DATABASE_URL", bad)
    result = staff(*words)
    assert result.exit_code == 1
    assert "The database of THIQA_STAFF_DATABASE_URL cannot be used" in result.output
    assert "canary" not in result.output


def test_areas_are_those_of_a_release_that_can_be_shown(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that none of the pinned keys signed, or that is broken, says nothing about areas."""
    words = ("invite", "a@b.example", "--role", "officer", "--area", "zz")
    monkeypatch.setenv("THIQA_RELEASE_PUBLIC_KEY", "ab" * 32)
    assert staff(*words).output.startswith("https://staff.example.org/")
    monkeypatch.delenv("THIQA_RELEASE_PUBLIC_KEY")
    assert "no area zz" in staff(*words).output
    monkeypatch.setattr("dashboards.source.read", lambda *_: dict[str, str]()["waves"])
    assert staff(*words).output.startswith("https://staff.example.org/")


@pytest.mark.parametrize("setting", [("THIQA_STAFF_KEY", "00"), ("THIQA_STAFF_DATABASE_URL", "postgresql://[")])
def test_what_was_deleted_is_told_even_where_the_staffs_store_cannot_be_used(
    url: str, setting: tuple[str, str], engine: Engine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("THIQA_DATABASE_URL", engine.url.render_as_string(hide_password=False))
    monkeypatch.setenv("THIQA_WAVE_KEYS", str(tmp_path / "keys"))
    monkeypatch.setenv(*setting)
    result = CliRunner().invoke(main, ["purge"])
    assert result.exit_code == 1
    assert "failed sign ins" in result.output
    assert setting[0] in result.output


def test_failed_attempts_to_sign_in_go_where_the_staffs_site_is_set_up(
    engine: Engine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    url, key, now = f"sqlite:///{tmp_path}/staff.sqlite3", bytes(range(32)), datetime.now(UTC)
    staff = store.connect(url)
    for name, moment in (("late@x.org", now), ("over@x.org", now - timedelta(hours=1))):
        assert attempts.begin(staff, key, name, moment)
    monkeypatch.delenv("THIQA_ENV_FILE", raising=False)
    monkeypatch.setenv("THIQA_DATABASE_URL", engine.url.render_as_string(hide_password=False))
    monkeypatch.setenv("THIQA_WAVE_KEYS", str(tmp_path / "keys"))
    monkeypatch.setenv("THIQA_STAFF_DATABASE_URL", url)
    counts = []
    for staff_key, only in (("", "rows"), (key.hex(), "keys"), (key.hex(), "rows")):
        monkeypatch.setenv("THIQA_STAFF_KEY", staff_key)
        assert CliRunner().invoke(main, ["purge", "--only", only]).exit_code == 0
        with store.reading(staff) as session:
            counts.append([row.digest for row in session.exec(select(AttemptRow)).all()])
    staff.dispose()
    assert [len(left) for left in counts] == [2, 2, 1]
    assert counts[-1] == [attempts.digest(key, "late@x.org")]
