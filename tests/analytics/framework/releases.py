"""A release by hand: four quarters of two indicators, one of which is better when lower."""

from dataclasses import replace
from typing import Any

from analytics.release import (
    CHANGE,
    PUBLISHED,
    YEAR,
    Figure,
    IndicatorCard,
    Release,
    TargetCard,
    Wave,
)

TEXT = {"ar": "نص", "fr": "texte", "en": "text"}
WAVES = (
    Wave("q1", "2025-01-01", "2025-03-31", 400, {"web": 400}),
    Wave("q2", "2025-04-01", "2025-06-30", 400, {"web": 400}),
    Wave("q3", "2025-07-01", "2025-09-30", 400, {"web": 400}),
    Wave("q4", "2025-10-01", "2025-12-31", 400, {"web": 300, "sms": 100}),
    Wave("q5", "2026-01-01", "2026-03-31", 400, {"web": 400}),
)
TRUST = IndicatorCard("trust", TEXT, TEXT, TEXT, TEXT, "source", headline=True, direction="higher_is_better")
BRIBE = IndicatorCard("bribe", TEXT, TEXT, TEXT, TEXT, "source", direction="lower_is_better")


def level(indicator: str, wave: str, estimate: float, low: float, high: float, se: float = 0.02, **more: Any) -> Figure:
    """A published figure of everybody."""
    figure = Figure(
        indicator, wave, "", "", "", PUBLISHED, "", "", 400, estimate, se, low, high, 399.0, 1.5, "korn_graubard", 400
    )
    return replace(figure, **more)


def difference(kind: str, wave: str, estimate: float, low: float, high: float) -> Figure:
    """A published change in trust."""
    return Figure(
        "trust", wave, "", "", kind, PUBLISHED, "", "", 400, estimate, 0.028, low, high, 399.0, None, "t", 400
    )


def release(*figures: Figure, targets: tuple[TargetCard, ...] = (), **more: Any) -> Release:
    """A release of these figures; `targets` are trust's unless given."""
    plain = TargetCard("trust", "q1", (("2025-06-30", 0.5), ("2025-12-31", 0.6)))
    content = Release(
        survey=TEXT,
        created="2026-05-01",
        sample="probability",
        synthetic=True,
        parameters={"k": 10, "level": 0.95, "rule_set": "nchs_proportions"},
        questionnaires=("v1",),
        software="thiqa 0",
        waves=WAVES,
        indicators=(TRUST, BRIBE),
        areas=(),
        geometry={},
        figures=figures,
        targets=targets or (plain,),
    )
    return replace(content, **more)


def five_waves() -> Release:
    """Trust from 40 to 56 per cent, with the release's own changes since the last wave and the year."""
    points = [(0.40, 0.36, 0.44), (0.46, 0.42, 0.50), (0.50, 0.46, 0.54), (0.54, 0.50, 0.58), (0.56, 0.51, 0.60)]
    levels = [level("trust", wave.id, *point) for wave, point in zip(WAVES, points, strict=True)]
    return release(*levels, difference(CHANGE, "q2", 0.06, 0.01, 0.11), difference(YEAR, "q5", 0.16, 0.11, 0.21))
