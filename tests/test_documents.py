"""The documents say what the code does: settings, verbs and files that they name are there."""

import re
from pathlib import Path

import click
import pytest
from pydantic_settings import BaseSettings

from analytics.free_text.settings import TextSettings
from analytics.settings import CustodianSettings, ReleaseSettings
from dashboards.accounts.settings import StaffSettings
from dashboards.settings import DashboardSettings
from deploy.command import main
from sms.settings import ChannelSettings
from survey_app.engine.functions import FUNCTIONS
from survey_app.settings import CollectorSettings, PrintSettings, RetentionSettings

ROOT = Path(__file__).parents[1]
MADE = {"tests/browser/screenshots"}  # by the tests of the browser, when they run
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")])


def test_every_setting_is_documented_with_its_default() -> None:
    rooms: tuple[type[BaseSettings], ...] = (
        CollectorSettings,
        PrintSettings,
        ChannelSettings,
        CustodianSettings,
        ReleaseSettings,
        RetentionSettings,
        TextSettings,
        DashboardSettings,
        StaffSettings,
    )
    fields = {f"THIQA_{name.upper()}": field for room in rooms for name, field in room.model_fields.items()}
    text = (ROOT / "docs" / "configuration.md").read_text()
    rows = {row[0]: row[2] for row in re.findall(r"^\| (THIQA_\w+) \| ([^|]+) \| ([^|]+) \|", text, re.MULTILINE)}
    assert set(rows) == set(fields)
    for name, field in fields.items():
        default = field.get_default(call_default_factory=True)
        value = default.get_secret_value() if hasattr(default, "get_secret_value") else default
        plain = rows[name].strip().strip("`")
        nothing = field.is_required() or value in (None, (), {}, "")
        assert plain == ("none" if nothing else str(value).lower() if isinstance(value, bool) else str(value)), name


def test_every_function_of_expressions_is_documented() -> None:
    text = (ROOT / "docs" / "questionnaires.md").read_text()
    assert {name for name in FUNCTIONS if f"`{name}`" not in text} == set()


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_the_commands_and_files_that_a_document_names_exist(document: Path) -> None:
    text = document.read_text()
    for verb in re.findall(r"`thiqa ([a-z-]+)", text):
        assert main.get_command(click.Context(main), verb), verb
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    for target in re.findall(r"`make ([a-z-]+)`", text):
        assert target in targets, target
    for path in re.findall(r"\]\((?!https?:)([^)#]+)\)", text):
        assert (document.parent / path).exists(), path
    for path in re.findall(
        r"`((?:survey_app|sms|analytics|dashboards|translations|deploy|docs|tests|benchmarks)/[\w./-]+)`", text
    ):
        assert path in MADE or (ROOT / path).exists(), path
    for test in re.findall(r"`(test_\w+)`", text):
        assert any(f"def {test}" in file.read_text() for file in (ROOT / "tests").rglob("test_*.py")), test


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_no_document_has_a_lone_word_where_a_table_is_to_come(document: Path) -> None:
    assert re.findall(r"^[A-Z]{3,}$", document.read_text(), re.MULTILINE) == []
