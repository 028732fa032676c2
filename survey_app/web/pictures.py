"""A small drawing beside each point of an answer scale, for those who read little: a face, or a bar that fills up.

Pure: an item and one of its answers in, SVG out. Both drawings are the same in a mirror, so that they say the same in
every direction of writing. They have no colour of their own; strokes are for the style sheet.
"""

from collections.abc import Sequence

from markupsafe import Markup

from ..engine import Item, Kind
from . import fields


def drawing(item: Item, value: str | int) -> Markup:
    """The drawing for a code or a point of the item; empty where none is switched on or the answer is missing."""
    at = place(item, value) if item.pictures else None
    if at is None:
        return Markup()
    kind, _, turned = item.pictures.partition("-")
    at = 1 - at if turned else at
    drawn = _face(at) if kind == "faces" else _bar(at)
    return Markup('<svg viewBox="0 0 20 20" aria-hidden="true" focusable="false">%s</svg>') % drawn


def place(item: Item, value: str | int) -> float | None:
    """Where an answer stands from the first (0) to the last (1) as authored; None if it is no point of a scale."""
    points: Sequence[str | int] = [choice.code for choice in item.choices if choice.missing is None]
    if item.kind is Kind.SCALE:
        points = fields.points(item)
    return points.index(value) / (len(points) - 1) if len(points) > 1 and value in points else None


def _face(at: float) -> Markup:
    bend = 12 * at - 6  # of the mouth: sad above 0, happy below
    mouth = f"M5.5 {14 - bend / 4:.4g}q4.5 {bend:.3g} 9 0"
    return Markup('<path d="M10 1a9 9 0 1 0 .1 0M7 7v1M13 7v1%s"/>') % mouth


def _bar(at: float) -> Markup:
    filling = Markup('<path d="M10 19v%s"/>') % f"{-18 * at:.3g}" if at else ""
    return Markup('<path d="M5 1h10v18H5z"/>%s') % filling
