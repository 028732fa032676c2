"""The page for whoever runs a campaign: each command works as written, with the channels of the page on channels."""

import json
import re
import shlex
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from nacl.public import PrivateKey
from sqlalchemy import func
from sqlmodel import select

from deploy.command import main
from sms.campaign.frame import HEADERS, Case, Expected, read_frame
from survey_app.engine import Questionnaire
from survey_app.fieldwork import field
from survey_app.storage.database import connected, migrate, reading, writing
from survey_app.storage.tables import OutboxRow

from ..carriers.gateways import examples

DOCS = Path(__file__).parents[3] / "docs"
PAGE = (DOCS / "campaigns.md").read_text(encoding="utf-8")
BLOCKS = [block.split("\n") for block in re.findall(r"(?:^    thiqa .+\n)+", PAGE, re.MULTILINE)]
COMMANDS = [[line.strip() for line in block if line] for block in BLOCKS]
PEOPLE = 230
Run = Callable[[str], Result]


@pytest.fixture
def newcomer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, questionnaire: Questionnaire) -> Run:
    """Somebody with a wave in the field, a frame, and the settings that the page asks for, who types a command."""
    url, today = f"sqlite:///{tmp_path}/thiqa.sqlite3", datetime.now(UTC).date()
    with connected(url) as engine:
        migrate(engine)
        with writing(engine) as session:
            field(session, questionnaire, "2026-q4", today, today + timedelta(days=30))
    (tmp_path / "channels.toml").write_text("\n".join(examples()), encoding="utf-8")
    rows = (f"06{number:08};{('ar', 'fr', '')[number % 3]};1,5\n" for number in range(61000000, 61000000 + PEOPLE))
    (tmp_path / "frame.csv").write_text("téléphone;langue;poids\n" + "".join(rows), encoding="utf-8")
    monkeypatch.delenv("THIQA_ENV_FILE", raising=False)
    for name, value in (
        ("DATABASE_URL", url),
        ("PUBLIC_URL", "https://survey.example"),
        ("CUSTODIAN_PUBLIC_KEY", bytes(PrivateKey.generate().public_key).hex()),
        ("CHANNEL_KEY", bytes(range(32)).hex()),
        ("SITE_KEY", bytes(range(32)).hex()),
        ("TWILIO_AUTH_TOKENS", "a-token"),
        ("TWILIO_ACCOUNT_SID", "AC" + "0" * 32),
        ("WAVE_KEYS", str(tmp_path / "keys")),
        ("CHANNELS", str(tmp_path / "channels.toml")),
        ("BUDGET_WAVE", "1000"),
    ):
        monkeypatch.setenv(f"THIQA_{name}", value)
    monkeypatch.chdir(tmp_path)

    def run(line: str) -> Result:
        return CliRunner().invoke(main, shlex.split(line)[1:])

    return run


def queued(tmp_path: Path) -> dict[str, int]:
    with connected(f"sqlite:///{tmp_path}/thiqa.sqlite3") as engine, reading(engine) as session:
        found = session.exec(select(OutboxRow.kind, func.count()).group_by(OutboxRow.kind))
        return dict(iter(found))


def test_the_page_has_the_commands_that_are_tried_here() -> None:
    assert [len(block) for block in COMMANDS] == [2, 3, 2, 3]
    assert PAGE.count("    thiqa ") == 10


@pytest.mark.parametrize("block", COMMANDS, ids=lambda block: block[0].removeprefix("thiqa "))
def test_each_command_of_the_page_does_what_it_says(
    newcomer: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, block: list[str]
) -> None:
    def interrupted(_: float) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(time, "sleep", interrupted)
    for line in block:
        result = newcomer(line)
        assert result.exit_code == (1 if "--every" in line else 0), (line, result.output)
        assert "061" not in result.output
        if "--dry-run" in line:
            assert queued(tmp_path) == {}
        if "--first 200" in line:
            assert queued(tmp_path) == {"invitation": 200, "reminder": 400}
        if "--a-day" in line:
            assert queued(tmp_path) == {"invitation": PEOPLE, "reminder": 2 * PEOPLE}
        if "--codes" in line:
            assert queued(tmp_path) == {"invitation": PEOPLE}
            assert len((tmp_path / "codes.csv").read_text().splitlines()) == 1 + 500 - PEOPLE


def test_the_commands_of_the_page_on_channels_say_what_is_wrong_with_them(
    newcomer: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan, send = re.findall(r"^    (thiqa .+)$", (DOCS / "channels.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert "channel kannel needs its secret" in newcomer(send).output
    for name in ("KANNEL", "KANNEL_INBOUND", "PHONE", "PHONE_INBOUND"):
        monkeypatch.setenv(f"THIQA_SECRET_{name}", "a-secret")
    planned, sent = newcomer(plan), newcomer(send)
    assert (planned.exit_code, sent.exit_code) == (0, 0), sent.output + repr(sent.exception)
    assert "if all 1 read it in" in planned.output
    monkeypatch.delenv("THIQA_TWILIO_ACCOUNT_SID")
    assert "THIQA_TWILIO_ACCOUNT_SID" in newcomer(send).output
    written = (tmp_path / "channels.toml").read_text(encoding="utf-8")
    (tmp_path / "channels.toml").write_text(written.replace('sender = "Survey"', "sender = 12"), encoding="utf-8")
    assert "channel 2 sender Input should be a valid string" in newcomer(plan).output


def test_each_example_is_there_for_what_the_page_says_it_is_for(newcomer: Run) -> None:
    invite = "thiqa sms invite 2026-q4 --frame frame.csv --dry-run --json --channel "
    for name in ("sms", "kannel", "phone", "whatsapp"):
        result = newcomer(invite + name)
        assert result.exit_code == 0, result.output
        said = json.loads(result.output)
        assert said["invited"] == PEOPLE
        assert 0 < said["reminders"] < 2 * PEOPLE if name == "whatsapp" else said["reminders"] == 2 * PEOPLE
    assert "cannot be answered" in newcomer(invite + "invite").output


def test_a_plan_needs_no_secret_and_no_database(newcomer: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DATABASE_URL", "CUSTODIAN_PUBLIC_KEY", "CHANNEL_KEY", "SITE_KEY", "TWILIO_AUTH_TOKENS", "WAVE_KEYS"):
        monkeypatch.delenv(f"THIQA_{name}")
    result = newcomer(COMMANDS[0][0])
    assert result.exit_code == 0, result.output
    assert "At most " in result.output


def test_each_name_of_a_column_on_the_page_is_one_and_holds_what_it_says(tmp_path: Path) -> None:
    rows = re.findall(r"^\| (\w+) \| ([^|]+) \|", PAGE.partition("## Inviting")[0], re.MULTILINE)
    names = {name: [name, *also.split(", ")] for name, also in (row for row in rows if row[0] in HEADERS)}
    assert set(names) == set(HEADERS)
    cells = {"language": "ar", "area": "06.141", "stratum": "urban", "psu": "12", "weight": "1.5"}
    for column, words in names.items():
        for word in map(str.strip, words):
            head, row = (
                (word, "0612345678") if column == "telephone" else (f"gsm;{word}", f"0612345678;{cells[column]}")
            )
            (tmp_path / "frame.csv").write_text(f"{head}\n{row}\n", encoding="utf-8")
            found = read_frame(tmp_path / "frame.csv", Expected("MA", ("ar", "fr", "en"), frozenset({"06.141"})))
            given = {} if column == "telephone" else {column: 1.5 if column == "weight" else cells[column]}
            assert found.cases == (Case("+212612345678", **given),), word  # type: ignore[arg-type]  # a row
