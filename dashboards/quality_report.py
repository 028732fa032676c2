"""The quality report that lies in a release, as far as a wave: what a page may say of it, and what it says without one.

A report withholds what is small; where a release has none, only what every release says of its waves is there.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from analytics.quality_tables import Table, quality_tables
from analytics.release import PUBLISHED, Release, Wave
from dashboards.view import in_time

REFUSED, DONT_KNOW, PASSED_OVER = "refused", "dont_know", "passed_over"


@dataclass(frozen=True, slots=True)
class WaveQuality:
    """What is known of a wave's interviews. Shares are 0..1; None is withheld or not known.

    modes: interviews by mode. largest_distance: between the census and the weighted sample, over the margins.
    """

    wave: Wave
    interviews: int
    modes: Mapping[str, int | None]
    hurried: int | None
    straight: int | None
    drawn: float | None = None
    kish_effect: float | None = None
    mean_design_effect: float | None = None
    largest_design_effect: float | None = None
    largest_distance: float | None = None


@dataclass(frozen=True, slots=True)
class Rate:
    """The share of those asked that gave no answer of substance, with its interval."""

    share: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Reached:
    """A cell of the census: its code (or codes of sex and age), the share of those who answered, and of the census."""

    codes: tuple[str, ...]
    achieved: float | None
    census: float


def has_report(release: Release) -> bool:
    """Whether a quality report lies in the release."""
    return bool(_list(release.quality.get("waves")))


def waves(release: Release) -> tuple[WaveQuality, ...]:
    """Each wave, oldest first, by the report where there is one."""
    told = {row["wave"]: row for row in _list(release.quality.get("waves"))}
    return tuple(_wave(wave, told.get(wave.id)) for wave in in_time(release.waves))


def _wave(wave: Wave, row: Mapping[str, Any] | None) -> WaveQuality:
    if row is None:
        return WaveQuality(wave, wave.n, wave.modes, wave.hurried, wave.straight)
    return WaveQuality(
        wave,
        row["interviews"],
        row["modes"],
        row["hurried"],
        row["straight"],
        row["drawn"],
        row["kish_effect"],
        row["mean_design_effect"],
        row["largest_design_effect"],
        row["margin_error"],
    )


def unanswered(release: Release, wave: str, kind: str) -> Mapping[str, Rate]:
    """Indicator -> the published share of those asked in a wave who gave this kind of no answer."""
    found = {}
    for row in _list(release.quality.get("nonresponse")):
        rate = row.get(kind)
        if row["wave"] == wave and rate and rate["status"] == PUBLISHED:
            found[row["indicator"]] = Rate(rate["share"], rate["low"], rate["high"])
    return found


def response_rate(release: Release, wave: str) -> float | None:
    """The lowest response rate of a wave by AAPOR (RR1: finished interviews among all who may be eligible).

    None where it is withheld, or where too few people were invited to speak of one.
    """
    rows = [row for row in _list(release.quality.get("outcomes")) if row["wave"] == wave and row["status"] == PUBLISHED]
    rate = rows[0]["rates"].get("RR1") if rows else None
    return float(rate) if rate is not None else None


def reached(release: Release, wave: str, margin: str) -> tuple[Reached, ...]:
    """The cells of a margin of the census ("area" or "sex_age") in a wave; none where there is no census."""
    parts = ("area",) if margin == "area" else ("sex", "age")
    return tuple(
        Reached(tuple(cell[part] for part in parts), cell["achieved"], cell["census"])
        for row in _list(release.quality.get("coverage"))
        if row["wave"] == wave and row["margin"] == margin
        for cell in row["cells"]
    )


def labels(release: Release, role: str, language: str) -> Mapping[str, str]:
    """Code -> label of the sexes or ages."""
    told = release.quality.get("labels")
    names = told.get(role, {}) if isinstance(told, Mapping) else {}
    return {code: text.get(language, code) for code, text in names.items()}


def tables(release: Release, wave: Wave, language: str) -> tuple[Table, ...]:
    """The tables of the report as it stood when the wave was the newest."""
    known = in_time(release.waves)
    until = {each.id for each in known[: known.index(wave) + 1]}
    parts = {
        name: [row for row in _list(release.quality.get(name)) if row["wave"] in until]
        for name in ("waves", "nonresponse", "coverage", "outcomes")
    }
    return quality_tables(replace(release, quality={**release.quality, **parts}), language)


def _list(found: object) -> Sequence[Any]:
    return found if isinstance(found, list) else ()
