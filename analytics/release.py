"""The release: one immutable directory with every published figure, its labels, its geography and its checksums.

Written once, atomically; read by the dashboards, which see nothing else of the survey. This module must not be able to
reach an answer: it imports the standard library and nothing of ours.
"""

import csv
import hashlib
import io
import json
import os
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from functools import cached_property
from pathlib import Path

FORMAT = 1
MANIFEST = "manifest.json"
LATEST = "latest"
PUBLISHED, UNRELIABLE, CONFIDENTIAL, UNAVAILABLE = "published", "unreliable", "confidential", "unavailable"
LEVEL, GAP, CHANGE = "", "women_minus_men", "since_previous"

Text = Mapping[str, str]


class ReleaseError(Exception):
    """A release that is absent, incomplete or not what its manifest says. The message names the file."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure or the place where one is withheld. Shares are 0..1; a contrast is a difference of shares.

    `area` "" is the whole survey, `sex` "" both, `contrast` "" a level. `status` says whether it is published and
    `reason` why not; then every number is None. `flag` is "review" where a statistician should look first.
    """

    indicator: str
    wave: str
    area: str
    sex: str
    contrast: str
    status: str
    reason: str = ""
    flag: str = ""
    n: int | None = None
    estimate: float | None = None
    se: float | None = None
    low: float | None = None
    high: float | None = None
    df: float | None = None
    deff: float | None = None
    method: str = ""

    @property
    def key(self) -> tuple[str, str, str, str, str]:
        """What the figure is about."""
        return self.indicator, self.wave, self.area, self.sex, self.contrast


@dataclass(frozen=True, slots=True)
class Wave:
    """A fieldwork period: ISO dates, interviews behind the figures, and how many of them by each mode.

    `hurried` more were set aside for having come faster than anybody reads; `straight` of `n` are alike down a battery.
    """

    id: str
    opens: str
    closes: str
    n: int
    modes: Mapping[str, int]
    hurried: int = 0
    straight: int = 0


@dataclass(frozen=True, slots=True)
class IndicatorCard:
    """What an indicator is, in three languages: name, definition, base, the question as it was asked, source.

    A headline indicator is among the few that a reader sees first.
    """

    id: str
    name: Text
    definition: Text
    base: Text
    question: Text
    source: str
    headline: bool = False


@dataclass(frozen=True, slots=True)
class AreaCard:
    """An area's code, level, parent and names."""

    code: str
    level: str
    parent: str | None
    name: Text


@dataclass(frozen=True)
class Release:
    """Everything that is published of one survey at one time.

    `sample` is "probability" or "non_probability"; `synthetic` is true where no resident was asked. `parameters` names
    every choice that the figures depend on. `id` is empty until the release is written.
    """

    survey: Text
    created: str
    sample: str
    synthetic: bool
    parameters: Mapping[str, str | int | float]
    questionnaires: tuple[str, ...]
    software: str
    waves: tuple[Wave, ...]
    indicators: tuple[IndicatorCard, ...]
    areas: tuple[AreaCard, ...]
    geometry: Mapping[str, object]
    figures: tuple[Figure, ...]
    id: str = field(default="", compare=False)

    @cached_property
    def _by_key(self) -> Mapping[tuple[str, str, str, str, str], Figure]:
        return {figure.key: figure for figure in self.figures}

    def figure(self, indicator: str, wave: str, area: str = "", sex: str = "", contrast: str = LEVEL) -> Figure | None:
        """The figure about this, or None where the release has no such cell."""
        return self._by_key.get((indicator, wave, area, sex, contrast))


def write(directory: Path, release: Release) -> Path:
    """Write a release below `directory` and make it the latest. The same content gives the same bytes and name.

    All files are written aside and the directory is renamed into place, so a reader sees a whole release or none.
    """
    directory.mkdir(parents=True, exist_ok=True)
    files = {
        "figures.csv": _figures_csv(release.figures),
        "indicators.json": _json([asdict(card) for card in release.indicators]),
        "areas.json": _json([asdict(card) for card in release.areas]),
        "areas.geojson": _json(release.geometry),
    }
    manifest = {
        "format": FORMAT,
        "survey": dict(release.survey),
        "created": release.created,
        "sample": release.sample,
        "synthetic": release.synthetic,
        "parameters": dict(release.parameters),
        "questionnaires": list(release.questionnaires),
        "software": release.software,
        "waves": [asdict(wave) for wave in release.waves],
        "files": {name: hashlib.sha256(content).hexdigest() for name, content in files.items()},
    }
    files[MANIFEST] = _json(manifest)
    name = f"{release.created}-{hashlib.sha256(files[MANIFEST]).hexdigest()[:12]}"
    final = directory / name
    if not final.exists():
        aside = Path(tempfile.mkdtemp(prefix=".writing-", dir=directory))
        try:
            for file, content in files.items():
                (aside / file).write_bytes(content)
            aside.chmod(0o755)
            aside.rename(final)
        except BaseException:
            shutil.rmtree(aside, ignore_errors=True)
            raise
    pointer = directory / f".{LATEST}-{os.getpid()}"
    pointer.write_text(name, encoding="ascii")
    pointer.replace(directory / LATEST)
    return final


def latest(directory: Path) -> Path:
    """The directory of the latest release. Raises ReleaseError when none was published."""
    try:
        name = (directory / LATEST).read_text(encoding="ascii").strip()
    except (OSError, UnicodeError) as error:
        raise ReleaseError(f"no release has been published below {directory}") from error
    found = directory / Path(name).name
    if not name or not found.is_dir():
        raise ReleaseError(f"{directory / LATEST} names a release that is not there")
    return found


def read(path: Path) -> Release:
    """Read a release and check every file against the manifest. Raises ReleaseError naming the file at fault."""
    try:
        manifest_bytes = (path / MANIFEST).read_bytes()
        manifest = json.loads(manifest_bytes)
        files = {name: (path / Path(name).name).read_bytes() for name in manifest["files"]}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ReleaseError(f"{path.name} is incomplete or unreadable: {error}") from error
    for name, content in files.items():
        if hashlib.sha256(content).hexdigest() != manifest["files"][name]:
            raise ReleaseError(f"{path.name}/{name} is not what the manifest says")
    if not path.name.endswith(hashlib.sha256(manifest_bytes).hexdigest()[:12]):
        raise ReleaseError(f"{path.name}/{MANIFEST} was changed after it was published")
    if manifest["format"] != FORMAT:
        raise ReleaseError(f"{path.name} has format {manifest['format']}; this version reads {FORMAT}")
    return Release(
        survey=manifest["survey"],
        created=manifest["created"],
        sample=manifest["sample"],
        synthetic=manifest["synthetic"],
        parameters=manifest["parameters"],
        questionnaires=tuple(manifest["questionnaires"]),
        software=manifest["software"],
        waves=tuple(Wave(**wave) for wave in manifest["waves"]),
        indicators=tuple(IndicatorCard(**card) for card in json.loads(files["indicators.json"])),
        areas=tuple(AreaCard(**card) for card in json.loads(files["areas.json"])),
        geometry=json.loads(files["areas.geojson"]),
        figures=_figures(files["figures.csv"]),
        id=path.name,
    )


_TEXT_COLUMNS = {"indicator", "wave", "area", "sex", "contrast", "status", "reason", "flag", "method"}
_COLUMNS = [column.name for column in fields(Figure)]
_FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r", "\n", "'")


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode() + b"\n"


def _figures_csv(figures: tuple[Figure, ...]) -> bytes:
    lines = io.StringIO(newline="")
    writer = csv.writer(lines, lineterminator="\r\n")  # as RFC 4180 has it; a return in a text is quoted only then
    writer.writerow(_COLUMNS)
    for figure in sorted(figures, key=lambda figure: figure.key):
        writer.writerow([_written(getattr(figure, column)) for column in _COLUMNS])
    return lines.getvalue().encode()


def _written(value: object) -> str:
    """A cell. A text that a spreadsheet would take for a formula gets an apostrophe, which reading takes off again."""
    if isinstance(value, str):
        return f"'{value}" if value.startswith(_FORMULA) else value
    return "" if value is None else f"{value:.6f}" if isinstance(value, float) else str(value)


def _figures(content: bytes) -> tuple[Figure, ...]:
    rows = csv.DictReader(io.StringIO(content.decode(), newline=""))
    return tuple(Figure(**{column: _cell(column, row[column]) for column in _COLUMNS}) for row in rows)  # type: ignore[arg-type]  # columns are typed by name


def _cell(column: str, value: str) -> str | int | float | None:
    if column in _TEXT_COLUMNS:
        return value.removeprefix("'") if value[1:].startswith(_FORMULA) else value
    if value == "":
        return None
    return int(value) if column == "n" else float(value)
