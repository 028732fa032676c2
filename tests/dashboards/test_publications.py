"""The chain of releases as oversight is given it: acts with their reasons, and whatever is wrong, never an error."""

import ast
import re
import shutil
from pathlib import Path

import pytest

from analytics.release.chain import CHAIN
from analytics.release_words import fault
from dashboards.publications import KEPT_FOR, CheckedChain
from tests.analytics.release.made import KEYS, REASON, history
from translations.languages import LANGUAGES, translator

PLACE = re.compile(r"%\(\w+\)[sd]")


def _missing(directory: Path, first: str, *_: str) -> None:
    shutil.rmtree(directory / first)


def _changed(directory: Path, first: str, *_: str) -> None:
    (directory / first / "areas.json").write_text("[]")


def _unsigned(directory: Path, first: str, *_: str) -> None:
    (directory / first / "manifest.sig").unlink()


def _beside(directory: Path, first: str, *_: str) -> None:
    (directory / first / "more.csv").write_text("1")


def _torn(directory: Path, first: str, *_: str) -> None:
    (directory / first / "manifest.json").unlink()


def _rewritten(directory: Path, first: str, *_: str) -> None:
    (directory / first / "manifest.json").write_bytes((directory / first / "manifest.json").read_bytes() + b" ")


def _astray(directory: Path, first: str, *_: str) -> None:
    (directory / "latest").write_text(first)


def _unpointed(directory: Path, *_: str) -> None:
    (directory / "latest").unlink()


def _scrambled(directory: Path, *_: str) -> None:
    (directory / CHAIN).write_text("x\n")


def _cut(directory: Path, *_: str) -> None:
    (directory / CHAIN).write_text("".join((directory / CHAIN).read_text().splitlines(keepends=True)[1:]))


WRONGS = (_missing, _changed, _unsigned, _beside, _torn, _rewritten, _astray, _unpointed, _scrambled, _cut)


def test_acts_are_those_of_the_chain_with_their_reasons(tmp_path: Path) -> None:
    first, second, third = history(tmp_path)
    found = CheckedChain(tmp_path)()
    assert [(act.act, act.release) for act in found.acts] == [
        ("published", first),
        ("published", second),
        ("published", third),
        ("withdrawn", third),
    ]
    assert found.acts[-1].reason == REASON
    assert found.is_kept
    assert found.head
    assert found.faults == ()


def test_a_changed_file_is_told_once_the_result_is_no_longer_fresh(tmp_path: Path) -> None:
    first, _, _ = history(tmp_path)
    now = [0.0]
    chain = CheckedChain(tmp_path, clock=lambda: now[0])
    assert chain().faults == ()
    (tmp_path / first / "quality.json").write_text("{}")
    assert chain().faults == ()
    now[0] = KEPT_FOR
    assert list(map(str, chain().faults)) == [f"{first}/quality.json is not what the manifest says"]


def test_a_chain_that_cannot_be_followed_is_a_fault_and_no_error(tmp_path: Path) -> None:
    history(tmp_path)
    (tmp_path / "chain.jsonl").write_text("x\n")
    found = CheckedChain(tmp_path)()
    assert found.acts == ()
    assert found.faults


def test_a_directory_that_cannot_be_read_is_a_fault_and_no_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object) -> None:
        raise PermissionError

    history(tmp_path)
    monkeypatch.setattr("dashboards.publications.verify_all", refused)
    assert list(map(str, CheckedChain(tmp_path)().faults)) == ["the directory of releases cannot be read"]


def sentences() -> set[str]:
    """Every sentence that a check of a release can say: the literals that its modules make a fault of."""
    found = set()
    for path in Path("analytics/release").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("_", "Fault"):
                first = node.args[0]
                if isinstance(first, ast.Constant):
                    found.add(str(first.value))
                else:
                    assert node.func.id == "Fault", ast.unparse(node)
    return found


@pytest.mark.parametrize("language", [language for language in LANGUAGES if language != "en"])
def test_every_sentence_of_what_is_wrong_has_a_translation_with_the_same_places(language: str) -> None:
    assert len(sentences()) > 20
    for sentence in sentences():
        said = translator(language)(sentence)
        assert said != sentence
        assert sorted(PLACE.findall(said)) == sorted(PLACE.findall(sentence)), sentence


def test_whatever_is_wrong_with_a_release_is_told_in_the_readers_language(tmp_path: Path) -> None:
    found: set[str] = set()
    for wrong in WRONGS:
        directory = tmp_path / str(len(list(tmp_path.iterdir())))
        names = history(directory)
        wrong(directory, *names)
        faults = CheckedChain(directory, [KEYS.public])().faults
        assert faults
        for each in faults:
            said = fault(each, "ar")
            assert said != str(each)
            assert all(str(part) in said for part in each.about.values())
            found.add(each.sentence)
    assert len(found) >= len(WRONGS)
    assert found <= sentences()


def test_a_chain_that_was_taken_away_is_a_fault(tmp_path: Path) -> None:
    history(tmp_path)
    (tmp_path / "chain.jsonl").unlink()
    assert CheckedChain(tmp_path)().faults
