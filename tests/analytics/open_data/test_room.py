"""Open data are made of the content of a release and nothing else of ours."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import analytics.open_data

HERE = Path(analytics.open_data.__file__).parent
CONTENT = {"analytics.release.content", "translations.languages"}
OURS = {*CONTENT, "analytics.release.note", "analytics.release_words"}
NOTE, WORDS = HERE.parent / "release" / "note.py", HERE.parent / "release_words.py"
THEIRS = {"babel", "jinja2", "markupsafe"}


@pytest.mark.parametrize(
    ("paths", "ours"),
    [(sorted(HERE.glob("*.py")), OURS), ([WORDS], CONTENT), ([NOTE], set())],
    ids=["room", "words", "note"],
)
def test_nothing_is_imported_but_the_content_of_a_release_its_words_and_languages(
    paths: list[Path], ours: set[str]
) -> None:
    found = set()
    for path in paths:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                found |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and not node.level:
                found.add(str(node.module))
    outside = {name for name in found if name.split(".")[0] not in sys.stdlib_module_names}
    assert {name for name in outside if name.split(".")[0] not in THEIRS} == ours


def test_no_answer_can_be_reached_from_here() -> None:
    """In a process of its own: what importing the room brings with it."""
    code = "import sys, analytics.open_data; print(*{name.split('.')[0] for name in sys.modules})"
    run = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True, cwd=HERE.parents[1])
    assert not {"survey_app", "sms", "dashboards", "sqlalchemy", "sqlmodel", "nacl"} & set(run.stdout.split())
