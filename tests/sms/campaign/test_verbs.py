"""The verbs of a campaign: what they print, what they refuse, and that no number is in any of it."""

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from nacl.public import PrivateKey
from sqlmodel import select

from deploy.command import main
from sms.campaign import shown
from sms.campaign.progress import Heard, Progress
from survey_app.engine import Questionnaire
from survey_app.fieldwork import field
from survey_app.storage.database import connect, migrate, reading, writing
from survey_app.storage.tables import ConversationRow, OutboxRow

CHANNELS = """
[[channel]]
name = "maroc"
adapter = "twilio"
sender = "+212600009999"
price = "0.05"
currency = "MAD"

[[channel]]
name = "bulk"
adapter = "twilio"
sender = "THIQA"
two_way = false
price = "0.01"
"""
FRAME = "telephone;language;weight\n0612345678;ar;1\n0622345678;fr;2\n0522223344;;1\n0612345678;ar;1\n0632345678;;0\n"
NUMBERS = ("12345678", "22345678", "22223344", "32345678")


@pytest.fixture
def wave(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, questionnaire: Questionnaire) -> str:
    """A wave of the bundled questionnaire in the field now, and the settings of the text channel."""
    url = f"sqlite:///{tmp_path}/thiqa.sqlite3"
    engine, today = connect(url), datetime.now(UTC).date()
    migrate(engine)
    with writing(engine) as session:
        field(session, questionnaire, "w1", today, today + timedelta(days=30))
    engine.dispose()
    (tmp_path / "channels.toml").write_text(CHANNELS)
    monkeypatch.delenv("THIQA_ENV_FILE", raising=False)
    for name, value in (
        ("DATABASE_URL", url),
        ("PUBLIC_URL", "https://survey.example"),
        ("CUSTODIAN_PUBLIC_KEY", bytes(PrivateKey.generate().public_key).hex()),
        ("CHANNEL_KEY", bytes(range(32)).hex()),
        ("TWILIO_AUTH_TOKENS", "a-token"),
        ("WAVE_KEYS", str(tmp_path / "keys")),
        ("CHANNELS", str(tmp_path / "channels.toml")),
    ):
        monkeypatch.setenv(f"THIQA_{name}", value)
    return url


@pytest.fixture
def frame(tmp_path: Path) -> Path:
    file = tmp_path / "frame.csv"
    file.write_text(FRAME)
    return file


def run(*words: str | Path) -> Result:
    return CliRunner().invoke(main, ["sms", *map(str, words)])


def kept(url: str) -> tuple[int, int]:
    engine = connect(url)
    with reading(engine) as session:
        found = len(session.exec(select(ConversationRow)).all()), len(session.exec(select(OutboxRow)).all())
    engine.dispose()
    return found


def cells(output: str) -> dict[str, str]:
    """The rows of the tables that were printed, by their first cell."""
    lines = [[cell.strip() for cell in line.strip("│").split("│")] for line in output.splitlines() if "│" in line]
    return {line[0]: line[1] for line in lines if len(line) > 1}


def test_a_dry_run_says_what_would_be_and_writes_nothing_not_even_a_key(wave: str, frame: Path, tmp_path: Path) -> None:
    result = run("invite", "w1", "--frame", frame, "--channel", "maroc", "--dry-run")
    assert result.exit_code == 0, result.output
    found = cells(result.output)
    assert (found["rows of the frame"], found["to be invited"], found["a landline"]) == ("5", "2", "1")
    assert "cost, MAD" in found
    assert "Left out, a landline: row 4" in result.output
    assert result.output.splitlines()[-1].endswith("the same without --dry-run")
    assert kept(wave) == (0, 0)
    assert not (tmp_path / "keys").exists()


def test_people_are_invited_and_the_last_line_says_what_comes_next(wave: str, frame: Path) -> None:
    result = run("invite", "w1", "--frame", frame, "--channel", "maroc", "--first", "1")
    assert cells(result.output)["invited"] == "1", result.output
    assert result.output.splitlines()[-1] == (
        "Next: thiqa sms send --forever, and to watch: thiqa sms progress w1. "
        "The same again invites the next of the 1 who are left."
    )
    again = json.loads(run("invite", "w1", "--frame", frame, "--channel", "maroc", "--json").output)
    assert (again["invited"], again["already"], again["rows"], again["dry_run"]) == (1, 1, 5, False)
    assert again["left_out"] == {"landline": [4], "duplicate": [5], "weight": [6]}
    assert again["reminders"] == 2
    assert kept(wave) == (2, 2 + 2 * 2), "with two reminders each"
    shown = json.loads(run("progress", "w1", "--json").output)
    assert (shown["cases"]["invited"], shown["cases"]["invitations queued"]) == (2, 2)
    assert shown["counts"]["unknown_number"] == 2
    table = run("progress", "w1").output
    assert cells(table)["RR1"] == "0.0%"
    assert table.splitlines()[-1] == "No channel is silent."


def test_no_number_is_printed_by_any_verb_whatever_goes_wrong(wave: str, frame: Path, tmp_path: Path) -> None:
    bare = tmp_path / "bare.csv"
    bare.write_text("0612345678\n0622345678\n")
    said = ""
    for words in (
        ("invite", "w1", "--frame", frame, "--channel", "maroc", "--dry-run", "--json"),
        ("invite", "w1", "--frame", bare, "--channel", "maroc"),
        ("invite", "w1", "--frame", frame, "--channel", "maroc"),
        ("invite", "w1", "--frame", frame, "--channel", "maroc", "--json"),
        ("progress", "w1"),
        ("progress", "w1", "--json"),
    ):
        said += run(*words).output
    assert "must name the columns" in said
    assert not any(number in said for number in NUMBERS)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("invite", "w2", "--channel", "maroc"), "There is no wave w2"),
        (("invite", "w1", "--channel", "none"), "There is no channel none; declared are maroc, bulk."),
        (("invite", "w1", "--channel", "bulk"), "name a list of codes for links"),
        (("invite", "w1", "--channel", "maroc", "--codes", "{frame}"), "needs no list of codes"),
        (("invite", "w1", "--channel", "bulk", "--codes", "{frame}"), "frame.csv is no list of codes"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_sentence(wave: str, frame: Path, words: tuple[str, ...], said: str) -> None:
    result = run(*(word.format(frame=frame) for word in words), "--frame", frame)
    assert result.exit_code == 1
    assert said in result.output
    assert kept(wave) == (0, 0)


def test_codes_are_made_and_sent_as_links(
    wave: str, frame: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("THIQA_SITE_KEY", bytes(range(32)).hex())
    out = tmp_path / "codes.csv"
    made = CliRunner().invoke(main, ["invitations", "make", "w1", str(out), "--count", "3"])
    assert made.exit_code == 0, made.output
    result = run("invite", "w1", "--frame", frame, "--channel", "bulk", "--codes", out)
    assert cells(result.output)["invited"] == "2", result.output
    assert len(out.read_text().splitlines()) == 2


def test_a_campaign_is_planned_without_a_secret_or_a_database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "channels.toml"
    file.write_text(CHANNELS)
    monkeypatch.setenv("THIQA_CHANNELS", str(file))
    monkeypatch.delenv("THIQA_ENV_FILE", raising=False)
    result = run("plan", "--channel", "maroc", "--people", "1000")
    assert result.exit_code == 0, result.output
    assert cells(result.output)["invitation"] == "1000"
    last = result.output.splitlines()[-1]
    assert last.startswith("At most ")
    assert "MAD, if all 1000 read it in ar" in last
    found = json.loads(run("plan", "--channel", "maroc", "--people", "1000", "--json").output)
    assert f"At most {float(found['cost']['ar']):.2f} MAD" in last
    assert {line["what"] for line in found["lines"]} >= {"invitation", "trust_police", "thanks", "reminder"}


def test_a_plan_counts_as_many_reminders_as_will_be_queued(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def reminders(*words: str) -> int:
        said = run("plan", "--channel", "maroc", "--people", "100", "--share-answering", "0", "--json", *words).output
        return next(int(line["times"]) for line in json.loads(said)["lines"] if line["what"] == "reminder")

    (tmp_path / "channels.toml").write_text(CHANNELS)
    (tmp_path / "settings.env").write_text(f"THIQA_CHANNELS={tmp_path}/channels.toml\nTHIQA_REMINDERS=1\n")
    monkeypatch.setenv("THIQA_ENV_FILE", str(tmp_path / "settings.env"))
    assert (reminders(), reminders("--reminders", "2")) == (100, 200)
    monkeypatch.setenv("THIQA_REMINDERS", "0")
    assert reminders() == 0
    monkeypatch.setenv("THIQA_CHANNELS", str(tmp_path / "none.toml"))
    result = run("plan", "--channel", "maroc", "--people", "100")
    assert result.exit_code == 1
    assert "THIQA_CHANNELS none.toml: cannot be read" in result.output


def test_a_plan_of_a_wave_is_of_its_questionnaire(wave: str) -> None:
    by_wave, bundled = (run("plan", *which, "--channel", "bulk", "--people", "10").output for which in (["w1"], []))
    assert by_wave == bundled


def test_a_silent_channel_is_an_alarm_in_the_last_line_and_spending_stands_against_the_budget() -> None:
    heard = Heard("maroc", None, datetime(2026, 3, 1, 9, tzinfo=UTC), silent=True)
    found = Progress("w1", {}, {}, {}, (), (heard,))
    assert shown.alarm(found).startswith("ALARM: nothing comes back from maroc.")
    assert date(2026, 3, 1).isoformat() in str(list(list(shown.progress(found, {}, None))[-1].columns[2].cells))
