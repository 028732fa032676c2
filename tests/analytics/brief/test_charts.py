"""Drawings: a mark stands where its number says, turned where reading starts at the right."""

import re
from dataclasses import replace
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from analytics.brief.charts import ACCENT, Mark, Scale, runs, strip, trend, up
from analytics.brief.content import leadership
from analytics.brief.judgement import Shown, shown
from analytics.brief.page import leadership_page
from analytics.brief.tables import widest
from analytics.release import GAP, Release

from .releases import LAST, WAVES, published, release, with_figure

RELEASE = release()
CIRCLE = re.compile(r'<circle cx="([\d.]+)" cy="([\d.]+)"')


def figure(estimate: float, half: float = 0.05) -> Shown:
    found = shown(published(("trust", LAST, "", "", "", 1), estimate, half, half, 100))
    assert found is not None
    return found


@given(st.integers(0, 1000).map(lambda value: value / 1000))
def test_a_dot_stands_at_its_share(share: float) -> None:
    drawn = strip([Mark(figure(share))], Scale(0, 1, 42, margin=1), 6, "en", "it")
    x, y = CIRCLE.findall(drawn)[0]
    assert abs(float(x) - (1 + 40 * share)) < 0.006
    assert float(y) == 3


def test_a_whisker_reaches_as_far_as_the_interval() -> None:
    drawn = strip([Mark(figure(0.5, 0.25))], Scale(0, 1, 42, margin=1), 6, "en", "it")
    assert '<path d="M11 3L31 3"' in drawn


def test_a_drawing_holds_no_letters_and_is_turned_whole_from_right_to_left(small: Release) -> None:
    for language, turned in (("ar", True), ("en", False)):
        html = leadership_page(leadership(small, language))
        drawings = re.findall(r"<svg.*?</svg>", html)
        assert len(drawings) > 10
        charts = [each for each in drawings if 'class="lock"' not in each]
        assert all(("scale(-1 1)" in each) == turned for each in charts)
        assert all(re.search(r"<title>[^<]+</title>", each) for each in drawings)
        assert not any("<text" in each for each in drawings)


@given(st.lists(st.booleans(), max_size=12))
def test_a_line_is_never_drawn_across_a_wave_without_a_figure(there: list[bool]) -> None:
    found = runs([figure(0.5) if each else None for each in there])
    assert [at for run in found for at in run] == [at for at, each in enumerate(there) if each]
    assert all(run == list(range(run[0], run[-1] + 1)) for run in found)
    assert all(one[-1] + 1 < other[0] for one, other in pairwise(found))


def test_waves_stand_at_their_dates_and_a_missing_one_breaks_the_line() -> None:
    series = [(wave, figure(0.4) if wave.id != "w3" else None) for wave in WAVES]
    drawn = trend(series, (100, 40), "en", "it", target=0.6)
    assert list(drawn.along) == sorted(drawn.along)
    assert drawn.down[2] is None
    assert len(CIRCLE.findall(drawn.picture)) == 4
    assert drawn.picture.count('stroke-width="0.6"') == 2
    assert f"M0 {up(0.6, 40):g}L100 {up(0.6, 40):g}" in drawn.picture
    assert len(trend(series[:1], (100, 40), "en", "it").along) == 1


def test_what_is_to_be_read_with_caution_is_an_open_dot() -> None:
    careful = shown(replace(figure(0.5).figure, flag="review"))
    assert careful is not None
    series = [(WAVES[0], careful), (WAVES[1], figure(0.5))]
    picture = trend(series, (100, 40), "en", "it").picture
    assert picture.count('fill="#fff"') == 1
    assert picture.count(f'fill="{ACCENT}"') == 1


def test_women_and_men_differ_in_shape_and_zero_stands_in_the_middle_of_the_gap(small: Release) -> None:
    html = leadership_page(leadership(small, "en"))
    assert html.count('fill="#6A3D9A"') == 4
    assert html.count('fill="#fff" stroke="#B35806"') == 4
    assert Scale(-0.3, 0.3, 36).at(0) == 18


@given(st.integers(-900, 900).map(lambda value: value / 1000), st.integers(1, 90).map(lambda value: value / 1000))
def test_the_scale_of_gaps_holds_every_interval(value: float, half: float) -> None:
    said = leadership(with_figure(RELEASE, published(("safe", LAST, "", "", GAP, 1), value, half, half, 9)), "en")
    end = widest(said.sexes)
    assert end >= max(abs(value - half), abs(value + half)) - 1e-9
    assert end >= 0.2
    assert abs(end * 10 - round(end * 10)) < 1e-9
