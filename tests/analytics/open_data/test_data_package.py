"""The data package as a stranger has it: validated row by row, with keys, and a fault of each kind is found."""

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from frictionless import Package, Schema
from frictionless.resources import TableResource

from analytics.release import Release
from translations.languages import LANGUAGES


@pytest.fixture
def folder(tmp_path: Path, made: dict[str, bytes]) -> Path:
    """The files on a disk."""
    for name, content in made.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content)
    return tmp_path / "open"


def faults(folder: Path) -> list[tuple[str, str]]:
    """What frictionless finds: resource and kind of error.

    The rows of figures.json are given to it as data, under the same schema: its reader of JSON files is an extra that
    the project does without.
    """
    described = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))
    (as_json,) = (resource for resource in described["resources"] if resource["format"] == "json")
    described["resources"].remove(as_json)
    rows = json.loads((folder / as_json["path"]).read_text(encoding="utf-8"))
    reports = (
        Package.from_descriptor(described, basepath=str(folder)).validate(),
        TableResource(name=as_json["name"], data=rows, schema=Schema.from_descriptor(as_json["schema"])).validate(),
    )
    assert sum(len(report.tasks) for report in reports) == 6
    found = [("", error.type) for report in reports for error in report.errors]
    return found + [(task.name, error.type) for report in reports for task in report.tasks for error in task.errors]


def rewritten(folder: Path, name: str, change: Callable[[str], str]) -> None:
    """Change a file, and its length and hash in the description, so that the rows alone are at fault."""
    path = folder / name
    before = path.read_bytes().decode("utf-8-sig")
    after = change(before)
    assert after != before
    path.write_bytes(after.encode("utf-8-sig"))
    described = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))
    for resource in described["resources"]:
        if resource["path"] == name:
            resource.pop("bytes")
            resource.pop("hash")
    (folder / "datapackage.json").write_text(json.dumps(described), encoding="utf-8")


def test_a_stranger_finds_no_fault(folder: Path) -> None:
    assert faults(folder) == []


@pytest.mark.parametrize(
    ("name", "change", "fault"),
    [
        ("figures.csv", lambda text: text.replace("trust,w1", "unheard,w1"), "foreign-key"),
        ("figures.csv", lambda text: text.replace(",a1,", ",a9,"), "foreign-key"),
        ("figures.csv", lambda text: text + text.splitlines()[-1] + "\r\n", "primary-key"),
        ("figures.csv", lambda text: text.replace("confidential", "hidden"), "constraint-error"),
        ("figures.csv", lambda text: text.replace(",0.54,", ",5.4,"), "constraint-error"),
        ("figures.csv", lambda text: text.replace(",1234,", ",many,"), "type-error"),
        ("figures.csv", lambda text: text.replace("estimate", "guess"), "incorrect-label"),
        ("areas.csv", lambda text: text.replace("a1,arrondissement,top", "a1,arrondissement,sky"), "foreign-key"),
        ("waves.csv", lambda text: text.replace("2026-03-20", "20 March"), "type-error"),
        ("sdg.csv", lambda text: text.replace(",21.5,", ",215,"), "constraint-error"),
    ],
)
def test_a_broken_row_is_found(folder: Path, name: str, change: Callable[[str], str], fault: str) -> None:
    rewritten(folder, name, change)
    assert (name.removesuffix(".csv"), fault) in faults(folder)


@pytest.mark.parametrize("name", ["figures.csv", "sdg.csv"])
def test_one_byte_that_was_changed_is_found_by_the_hash(folder: Path, name: str) -> None:
    path = folder / name
    path.write_bytes(path.read_bytes().replace(b"published", b"Published", 1).replace(b",PT,", b",PC,", 1))
    assert (name.removesuffix(".csv"), "hash-count") in faults(folder)


def test_everything_has_a_name_in_three_languages(made: dict[str, bytes], release: Release) -> None:
    described: dict[str, Any] = json.loads(made["open/datapackage.json"])
    assert described["profile"] == "tabular-data-package"
    assert described["titles"] == release.survey
    assert described["licenses"][0]["name"] == "CC-BY-4.0"
    assert {"title": "An office of statistics, CC BY 4.0"} in described["sources"]
    for resource in described["resources"]:
        assert set(resource["titles"]) == set(LANGUAGES)
        for field in resource["schema"]["fields"]:
            if resource["name"] != "sdg":  # its columns have the names that SDMX gives them
                assert all(field["titles"][language] for language in LANGUAGES), field["name"]
    signs = {status["status"]: status["symbol"] for status in described["statuses"]}
    assert signs == {"published": "", "unreliable": ":", "confidential": "c", "unavailable": ".."}
    assert len({status["meaning"]["ar"] for status in described["statuses"]}) == 4
    assert {reason["reason"] for reason in described["reasons"]} == {
        figure.reason for figure in release.figures if figure.reason
    }


def test_every_file_has_its_length_and_its_hash(made: dict[str, bytes]) -> None:
    described = json.loads(made["open/datapackage.json"])
    given = {
        item["path"]: (item["bytes"], item["hash"])
        for item in (*described["resources"], *described["documents"])
        if "hash" in item
    }
    assert given == {
        name: (len(content), f"sha256:{hashlib.sha256(content).hexdigest()}")
        for path, content in made.items()
        if (name := path.removeprefix("open/")) != "datapackage.json" and not name.endswith(".html")
    }
