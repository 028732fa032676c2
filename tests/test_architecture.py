"""What each room may load: a fresh interpreter that imports it has not loaded what it must not have."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
MAX_LINES = 400


def loaded(module: str) -> set[str]:
    """The top-level modules that importing a module loads, in a fresh interpreter."""
    code = f"import sys, {module}; print(*{{name.partition('.')[0] for name in sys.modules}})"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    return set(result.stdout.split())


@pytest.mark.parametrize(
    ("module", "forbidden"),
    [
        ("survey_app.engine", {"flask", "sqlalchemy", "babel", "pydantic", "nacl", "click", "rich", "openpyxl"}),
        ("survey_app.web.application", {"pandas", "numpy", "statsmodels", "scipy", "dash", "plotly", "twilio"}),
        ("sms.webhook", {"pandas", "numpy", "statsmodels", "scipy", "dash", "plotly"}),
        ("dashboards.application", {"sqlalchemy", "sqlmodel", "psycopg", "nacl", "survey_app", "sms", "pandas"}),
        ("analytics.release", {"sqlalchemy", "sqlmodel", "psycopg", "nacl", "survey_app", "pandas", "scipy"}),
        ("translations.languages", {"flask", "survey_app", "analytics"}),
    ],
)
def test_a_room_loads_only_what_it_may(module: str, forbidden: set[str]) -> None:
    assert loaded(module) & forbidden == set()


def test_the_web_worker_never_loads_the_carriers_client() -> None:
    code = "import sys, sms.webhook; print('twilio.rest' in sys.modules)"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert result.stdout.strip() == "False"


def test_no_file_is_past_its_size() -> None:
    sources = [path for path in ROOT.rglob("*") if path.suffix in {".py", ".css", ".html"}]
    ours = [path for path in sources if not {".venv", "var"} & set(path.relative_to(ROOT).parts)]
    long = {str(path.relative_to(ROOT)): n for path in ours if (n := len(path.read_text().splitlines())) > MAX_LINES}
    assert long == {}


def test_the_top_of_the_tree_is_what_it_says() -> None:
    listed = subprocess.run(["git", "ls-files"], capture_output=True, text=True, check=True, cwd=ROOT).stdout.split()
    folders = {path.split("/")[0] for path in listed if "/" in path}
    assert folders == {
        "survey_app", "analytics", "dashboards", "translations", "sms", "tests", "docs", "deploy", "benchmarks", ".ci",
    }  # fmt: skip


def test_every_dependency_has_its_line() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    names = [
        *project["project"]["dependencies"],
        *project["dependency-groups"]["dev"],
        *project["dependency-groups"]["build"],
    ]
    documented = (ROOT / "docs" / "dependencies.md").read_text()
    plain = {name.split(">")[0].split("[")[0].strip() for name in names}
    assert {name for name in plain if f"| {name} |" not in documented} == set()


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock"])
def test_a_lock_names_no_host_and_pins_by_hash(lock: str) -> None:
    content = (ROOT / lock).read_text()
    assert "://" not in content
    pins = [line for line in content.splitlines() if "==" in line and not line.startswith(" ")]
    assert len(pins) > 50
    assert content.count("--hash=sha256:") >= len(pins)


def test_both_locks_pin_the_same_versions() -> None:
    pins = [
        dict(re.findall(r"^([\w.-]+)(?:\[\w+\])?==([\w.]+)", (ROOT / lock).read_text(), re.MULTILINE))
        for lock in ("requirements.lock", "requirements-dev.lock")
    ]
    assert {name: version for name, version in pins[0].items() if pins[1].get(name) != version} == {}
