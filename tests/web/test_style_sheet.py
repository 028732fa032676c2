"""The style sheet: contrast of what axe cannot see, no side that is not logical, nothing that moves, no fixed text."""

import re
from pathlib import Path

import pytest

import survey_app.web

CSS = (Path(survey_app.web.__file__).parent / "static" / "survey.css").read_text()
TOKENS = dict(re.findall(r"--(\w+):(#[0-9A-F]{6})", CSS))
RING = "#F5B800"


def luminance(colour: str) -> float:
    """Relative luminance after WCAG 2.2."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """The ratio of contrast, from 1 to 21."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_the_ratio_is_that_of_the_standard() -> None:
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21)
    assert contrast("#777777", "#FFFFFF") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize(
    ("what", "colour", "ground", "least"),
    [
        ("border of an option", "line", "#FFFFFF", 3),
        ("border of a box", "quiet", "#FFFFFF", 3),
        ("border of a chosen option", "accent", "#FFFFFF", 3),
        ("border of a chosen option against its ground", "accent", "soft", 3),
        ("border of a box with a fault", "fault", "#FFFFFF", 3),
        ("the mark beside a fault", "fault", "#FCEDEB", 3),
        ("what was done of the way", "accent", "#DCE3E8", 3),
        ("drawings", "ink", "soft", 3),
        ("the ring against the page", "ink", "#FFFFFF", 3),
        ("the two colours of the ring", "ink", RING, 3),
        ("the ring against the button", "accent", RING, 3),
        ("text", "ink", "#FFFFFF", 7),
        ("quiet text", "quiet", "#FFFFFF", 4.5),
        ("links", "accent", "#FFFFFF", 4.5),
        ("a chosen option's text", "ink", "soft", 7),
        ("faults", "fault", "#FCEDEB", 4.5),
        ("the line of the demonstration", "ink", "#FFF1C7", 4.5),
    ],
)
def test_contrast_is_enough(what: str, colour: str, ground: str, least: float) -> None:
    if ground.startswith("#"):
        assert ground in CSS or ground == "#FFFFFF", what
    assert contrast(TOKENS[colour], TOKENS.get(ground, ground)) >= least, what
    assert RING in CSS


def test_sides_are_logical() -> None:
    assert re.findall(r"[\w-]*(?:left|right)\b[\w-]*", CSS) == []
    assert re.findall(r"(?:margin|padding):[^;}]*", CSS) == [
        it for it in re.findall(r"(?:margin|padding):[^;}]*", CSS) if len(it.split(":")[1].split()) <= 3
    ]


def test_text_grows_with_the_readers_own_size_and_nothing_moves_or_asks_to_be_turned() -> None:
    assert re.findall(r"font(?:-size)?:[^;}]*\dpx", CSS) == []
    assert re.findall(r"transition|animation|@keyframes|scroll-behavior|orientation", CSS) == []


def test_a_fault_is_never_told_by_colour_alone() -> None:
    assert "[aria-invalid]{border:2px" in CSS  # every other box has one of 1px
    assert ".summary{border-inline-start:5px" in CSS
