"""In three languages: what rose, fell, or is higher among women or men is said if and only if the interval says so."""

import re
from dataclasses import replace

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from analytics.release import (
    CHANGE,
    CONFIDENTIAL,
    GAP,
    PUBLISHED,
    UNAVAILABLE,
    UNRELIABLE,
    YEAR,
    Figure,
    Release,
    Wave,
)
from analytics.release_words import points
from dashboards import sentences
from dashboards.access import Page
from dashboards.differences import Subject, in_words
from dashboards.judgement import shown
from dashboards.pages import area_words
from dashboards.spoken import since_year, spoken
from tests.dashboards.conftest import published
from tests.dashboards.pages.scenes import scene
from tests.dashboards.staff import lone
from translations.languages import LANGUAGES

ROSE = {"en": r"\bup\b|\brose\b", "fr": "hausse|augmenté", "ar": "زيادة"}
FELL = {"en": r"\bdown\b|\bfell\b", "fr": "baiss", "ar": "انخفاض"}
HIGHER = {"en": "higher|above", "fr": "élevé|plus haut|au-dessus", "ar": "أعلى"}
WOMEN = {"en": r"\bwomen\b", "fr": "femmes", "ar": "النساء"}
MEN = {"en": r"\bmen\b", "fr": "hommes", "ar": "الرجال"}
SMALL = {"en": "less than 1 point", "fr": "moins de 1 point", "ar": "أقل من نقطة واحدة"}
THOUSANDTHS = st.integers(-300, 300).map(lambda value: value / 1000)


@st.composite
def contrasts(draw: st.DrawFn) -> Figure:
    """A change or a gap with any interval, of any status; one that is withheld should hold no number, and does."""
    low, estimate, high = sorted(draw(THOUSANDTHS) for _ in range(3))
    kind = draw(st.sampled_from([CHANGE, YEAR, GAP]))
    found = replace(published("trust", "w3", estimate, 0.1, contrast=kind), low=low, high=high)
    return replace(found, status=draw(st.sampled_from([PUBLISHED] * 4 + [UNRELIABLE, CONFIDENTIAL, UNAVAILABLE])))


def said(figure: Figure, language: str) -> list[str]:
    """Every sentence of the pages on a change or a gap, each by itself."""
    before = Wave("w2", "2025-09-01", "2025-09-30", 900, {"web": 900})
    one = lone(figure, published("trust", "w3", 0.5, 0.03))
    release: Release = replace(one, waves=(before, *one.waves))
    view = scene(release, Page.LEADERSHIP, f"?lang={language}&wave=w3").view
    found = shown(figure)
    told = [in_words(release, view, Subject("trust", "", ""), figure.contrast)]
    if figure.contrast == GAP:
        told += [sentences.gap(release, view), spoken(release, view)[1]]
        return told + ([area_words.gap("X", found, language)] if found else [])
    if figure.contrast == YEAR:
        year = since_year(release, view, view.indicator)
        assert year is not None
        return [*told, year[1], *([area_words.year(found, language)] if found else [])]
    told += [sentences.headline(release, view), spoken(release, view)[0]]
    return [*told, sentences.change(found, False, language), area_words.since(view, release, found)]


def place(word: str, text: str) -> int:
    """Where a word stands first: who is higher is named before who is not, if he is named at all."""
    found = re.search(word, text)
    return found.start() if found else len(text)


@settings(max_examples=200)
@given(contrasts(), st.sampled_from(LANGUAGES))
@example(replace(published("trust", "w3", 0.04, 0.04, contrast=CHANGE), low=0.0), "ar")
@example(replace(published("trust", "w3", -0.04, 0.04, contrast=GAP), high=0.0), "fr")
def test_a_direction_is_said_if_and_only_if_the_interval_leaves_out_zero(figure: Figure, language: str) -> None:
    assert figure.low is not None
    assert figure.high is not None
    up, down = (figure.status == PUBLISHED and beyond for beyond in (figure.low > 0, figure.high < 0))
    for text in (each.lower() for each in said(figure, language)):
        assert not re.search(r"%\(|none|nan\b", text)
        if figure.contrast == GAP:
            assert bool(re.search(HIGHER[language], text)) == (up or down), text
            if up or down:
                assert (place(WOMEN[language], text) < place(MEN[language], text)) == up, text
        else:
            assert bool(re.search(ROSE[language], text)) == up, text
            assert bool(re.search(FELL[language], text)) == down, text


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_direction_smaller_than_a_point_is_said_without_a_number_of_points(language: str) -> None:
    found = replace(published("trust", "w3", 0.004, 0.003, contrast=CHANGE))
    for text in said(found, language):
        assert SMALL[language] in text


@pytest.mark.parametrize(
    ("size", "text"),
    [
        (0, "أقل من نقطة واحدة"),
        (1, "نقطة واحدة"),
        (2, "نقطتان"),
        (3, "3 نقاط"),
        (10, "10 نقاط"),
        (11, "11 نقطة"),
        (99, "99 نقطة"),
        (100, "100 نقطة"),
    ],
)
def test_points_are_counted_as_arabic_counts(size: int, text: str) -> None:
    assert points(size / 100, "ar") == points(-size / 100, "ar") == text


@pytest.mark.parametrize(
    ("size", "french", "english"),
    [(0, "moins de 1 point", "less than 1 point"), (1, "1 point", "1 point"), (2, "2 points", "2 points")],
)
def test_points_are_counted_as_french_and_english_count(size: int, french: str, english: str) -> None:
    assert (points(size / 100, "fr"), points(size / 100, "en")) == (french, english)
