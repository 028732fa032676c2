"""The page of the leadership: it says what the intervals say and nothing beyond, and shows who may not be compared."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import plotly.graph_objects as go
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.release import (
    CHANGE,
    CONFIDENTIAL,
    GAP,
    UNRELIABLE,
    YEAR,
    DriverCard,
    Figure,
    Release,
    TargetCard,
    write,
)
from analytics.verdict import against
from dashboards.access import Page, Role, Viewer
from dashboards.application import Staff, create_dashboards
from dashboards.area_map import centre
from dashboards.judgement import shown
from dashboards.pages.leadership import page
from dashboards.scene import Scene
from dashboards.settings import DashboardSettings
from dashboards.spoken import spoken
from dashboards.targets import Standing, standing
from dashboards.trend import breaks, trend
from dashboards.view import read_view
from tests.dashboards.conftest import WAVES, call, hidden, published, with_figures
from tests.dashboards.staff import NoRecords
from translations.languages import LANGUAGES

TARGET = TargetCard("trust", "w1", (("2025-12-31", 0.45), ("2026-12-31", 0.60)))
DRIVERS = (
    DriverCard("safety", "trust", 0.11, 0.05, 0.17, 2_000, ("w2", "w3"), "marginal_logit"),
    DriverCard("bribes", "trust", -0.02, -0.08, 0.04, 310, ("w2", "w3"), "marginal_logit"),
)


def scene(release: Release, language: str = "en", **asked: str) -> Scene:
    query = "&".join(f"{name}={value}" for name, value in asked.items())
    view = read_view(f"?lang={language}&{query}", [], release, Page.LEADERSHIP)
    return Scene(release, view, Viewer(Role.LEADERSHIP), "/dashboards/", NoRecords())


def served(release: Release, language: str = "en", **asked: str) -> Any:
    """The page as it goes over the wire."""
    parts = page(scene(release, language, **asked))
    return json.loads(json.dumps(parts, default=lambda part: part.to_plotly_json()))


def words(part: Any) -> Iterator[str]:
    """Every text of a page, those of its charts too."""
    if isinstance(part, str):
        yield part
    for inner in part.values() if isinstance(part, dict) else part if isinstance(part, list) else ():
        yield from words(inner)


def charts(part: Any) -> dict[str, Any]:
    """The plotly figures of a page by their exhibit's name."""
    if isinstance(part, dict) and part.get("type") == "Graph":
        return {part["props"]["id"].removesuffix("-chart"): part["props"]["figure"]}
    inner = part.values() if isinstance(part, dict) else part if isinstance(part, list) else ()
    return {name: chart for each in inner for name, chart in charts(each).items()}


def said(release: Release, language: str = "en", **asked: str) -> str:
    where = scene(release, language, **asked)
    return " ".join(spoken(where.release, where.view))


def test_the_headline_is_what_a_person_would_say(release: Release) -> None:
    assert said(release) == (
        "Trust in the police rose by 4 points since the last wave, more than chance explains. "
        "Men are 8 points above women, more than chance explains."
    )
    wide = with_figures(release, published("trust", "w3", 0.09, 0.05, contrast=GAP))
    assert said(wide).endswith("Women are 9 points above men, more than chance explains.")
    assert said(release, indicator="safety").startswith("Safety at night fell by 6 points since the last wave")
    assert said(release, wave="w2") == (
        "Trust in the police cannot be told apart from the last wave. The gap between women and men cannot be shown."
    )


def test_a_first_wave_a_withheld_change_and_a_withheld_figure_have_words_of_their_own(release: Release) -> None:
    first = "Trust in the police: 47% in the first wave; there is no earlier one to compare it with."
    assert said(release, wave="w1") == first + " The answers of women and men cannot be told apart."
    withheld = with_figures(release, hidden("trust", "w3", UNRELIABLE, "one_psu", contrast=CHANGE))
    assert said(withheld).startswith("Trust in the police: 54%; the change since the last wave cannot be shown.")
    assert said(release, indicator="bribes").startswith("Bribes: no figure can be shown for this wave.")


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_verdict_has_its_own_sentence_in_every_language(release: Release, language: str) -> None:
    found = set()
    for estimate in (-0.2, 0.0, 0.2):
        for contrast in (CHANGE, GAP):
            found.add(
                (
                    contrast,
                    said(with_figures(release, published("trust", "w3", estimate, 0.1, contrast=contrast)), language),
                )
            )
    assert len(found) == 6
    assert all("%(" not in sentence for _contrast, sentence in found)


def at(low: float, high: float, wave: str = "w3") -> Figure:
    return replace(published("trust", wave, (low + high) / 2, 0.1), low=low, high=high)


@pytest.mark.parametrize(
    ("low", "high", "milestones", "expected"),
    [
        (0.45, 0.55, TARGET.milestones, Standing("2025-12-31", 0.45, "on_track")),
        (0.449, 0.55, TARGET.milestones, Standing("2025-12-31", 0.45, "cannot_tell")),
        (0.30, 0.449, TARGET.milestones, Standing("2025-12-31", 0.45, "behind")),
        (0.60, 0.70, TARGET.milestones, Standing("2026-12-31", 0.60, "met")),
        (0.45, 0.55, (("2026-06-01", 0.4), ("2027-01-01", 0.6)), Standing("2026-06-01", 0.4, "not_due")),
        (0.30, 0.90, (("2026-05-31", 0.4),), Standing("2026-05-31", 0.4, "cannot_tell")),
    ],
)
def test_a_word_of_success_needs_the_whole_interval(
    release: Release, low: float, high: float, milestones: tuple[tuple[str, float], ...], expected: Standing
) -> None:
    wanted = replace(with_figures(release, at(low, high)), targets=(replace(TARGET, milestones=milestones),))
    card, wave = wanted.indicators[0], wanted.waves[-1]
    assert standing(wanted, card, wave) == expected
    # Where less is better, the same holds of the mirrored shares.
    mirrored = tuple((day, round(1 - share, 6)) for day, share in milestones)
    turned = replace(with_figures(release, at(1 - high, 1 - low)), targets=(replace(TARGET, milestones=mirrored),))
    found = standing(turned, replace(card, direction="lower_is_better"), wave)
    assert found is not None
    assert found.status == expected.status


def test_a_target_without_a_figure_or_an_indicator_without_a_target_claims_nothing(release: Release) -> None:
    wanted = replace(with_figures(release, hidden("trust", "w3", UNRELIABLE, "one_psu")), targets=(TARGET,))
    found = standing(wanted, wanted.indicators[0], wanted.waves[-1])
    assert found is not None
    assert found.status == "no_figure"
    assert standing(release, release.indicators[0], release.waves[-1]) is None


def test_tiles_say_the_year_and_the_target_beside_the_last_wave(release: Release) -> None:
    year = published("trust", "w3", 0.07, 0.04, contrast=YEAR)
    text = " ".join(words(served(replace(with_figures(release, year), targets=(TARGET,)))))
    assert "Up 4 points (+1 to +7), more than chance explains" in text
    assert "Since a year before: up 7 points (+3 to +11), more than chance" in text
    assert "on track" in text
    assert "Target for 31 December 2025: 45%. The whole interval is at it or better." in text
    assert "The targets are examples; no authority has adopted them." in text
    assert "Since a year before" not in " ".join(words(served(release)))
    assert "The targets are examples" not in " ".join(words(served(release)))


def test_the_trend_holds_level_lines_up_to_each_day_that_is_agreed(release: Release) -> None:
    chart = charts(served(replace(release, targets=(TARGET,))))["trend"]
    dashed = [trace for trace in chart["data"] if trace["line"].get("dash") == "dash"]
    assert [trace["y"] for trace in dashed] == [[45, 45], [60, 60]]
    assert dashed[0]["x"] == ["2025-03-16", "2025-12-31"]
    assert dashed[1]["x"][0] == "2025-12-31"
    # The target's own day is not reached yet: the line goes on to the edge, and no day is marked.
    assert [trace["marker"]["size"] for trace in dashed] == [[0, 9], [0, 0]]
    assert not any(trace["line"].get("dash") for trace in charts(served(release))["trend"]["data"])


def test_the_line_breaks_where_people_could_answer_in_other_ways(release: Release) -> None:
    assert breaks(WAVES) == ()
    changed = (WAVES[0], WAVES[1], replace(WAVES[2], modes={"web": 1_000, "sms": 200, "whatsapp": 34}))
    assert breaks(changed) == (2,)
    assert breaks((WAVES[0], replace(WAVES[1], modes={**WAVES[1].modes, "assisted": 0}))) == ()
    other = replace(release, waves=changed)
    lines = [trace for trace in charts(served(other))["trend"]["data"] if trace["mode"] == "lines+markers"]
    assert [len(trace["x"]) for trace in lines] == [2, 1]
    dotted = charts(served(other))["trend"]["layout"]["shapes"]
    assert [shape["x0"] for shape in dotted] == ["2026-01-14"]
    assert any("answer in other ways" in text for text in words(served(other)))
    assert not any("answer in other ways" in text for text in words(served(release)))
    assert trend(other, scene(other).view).chart is not None
    warning = "People could answer in other ways than in the last wave"
    assert any(text.startswith(warning) for text in words(served(other)))
    assert not any(text.startswith(warning) for text in words(served(other, wave="w2")))


def institutions_of(release: Release) -> Release:
    """Trust in the police and in five others, one withheld."""
    cards = {"trust_z": "Zouaves", "trust_a": "army", "trust_e": "École", "trust_c": "Courts", "trust_h": "Hidden"}
    card = release.indicators[0]
    return replace(
        with_figures(
            release,
            published("trust_z", "w3", 0.70, 0.05),
            published("trust_a", "w3", 0.70, 0.05),
            published("trust_e", "w3", 0.60, 0.03),
            published("trust_c", "w3", 0.40, 0.03),
            hidden("trust_h", "w3", CONFIDENTIAL, "protected"),
        ),
        indicators=(
            replace(card, headline=True),
            *(replace(card, id=name, name={"ar": text, "fr": text, "en": text}) for name, text in cards.items()),
        ),
    )


def test_institutions_stand_in_groups_that_no_interval_mixes_and_by_name_inside(release: Release) -> None:
    chart = charts(served(institutions_of(release)))["institutions"]
    heads = {
        note["text"].removeprefix("<b>").removesuffix("</b>"): note["y"] for note in chart["layout"]["annotations"]
    }
    rows = dict(zip(chart["layout"]["yaxis"]["ticktext"], chart["layout"]["yaxis"]["tickvals"], strict=True))
    order = [name for name, _ in sorted((heads | rows).items(), key=lambda item: item[1])]
    assert order == [
        "Compared with", "Trust in the police", "Higher", "army", "Zouaves", "Cannot be told apart", "École", "Lower",
        "Courts",
    ]  # fmt: skip
    band, line = chart["layout"]["shapes"]
    assert (band["x0"], band["x1"], line["x0"]) == (pytest.approx(51), pytest.approx(57), pytest.approx(54))
    text = " ".join(words(served(institutions_of(release))))
    assert "2 institutions higher, 1 cannot be told apart, 1 institution lower." in text


def test_one_institution_is_compared_with_nothing(release: Release) -> None:
    assert "institutions" not in charts(served(release))


def test_without_a_figure_of_the_police_nobody_is_higher_or_lower(release: Release) -> None:
    without = with_figures(institutions_of(release), hidden("trust", "w3", UNRELIABLE, "one_psu"))
    heads = {note["text"] for note in charts(served(without))["institutions"]["layout"]["annotations"]}
    assert heads == {"<b>Nothing to compare with</b>"}


def test_what_goes_together_is_grouped_by_its_interval_and_claims_no_cause(release: Release) -> None:
    found = served(replace(release, drivers=DRIVERS))
    chart = charts(found)["drivers"]
    assert [note["text"] for note in chart["layout"]["annotations"]] == [
        "<b>Goes together with more of it</b>",
        "<b>Cannot be told apart from no difference</b>",
    ]
    assert chart["data"][0]["x"] == pytest.approx([11, -2])
    low, high = chart["layout"]["xaxis"]["range"]
    assert low < -8 < 0 < 17 < high
    text = re.sub(r"\b(exhibit-)?drivers(-\w+)?\b", "", " ".join(words(found)))  # names of elements
    assert "no table of answers can show that one causes the other" in text
    text = text.replace("Average marginal effects of", "")  # the method by its name
    assert not re.search(r"\b(drives?|drivers?|because|leads? to|due to|effects?|raises?)\b", text, re.IGNORECASE)


def test_a_release_without_drivers_or_with_ones_of_unknown_indicators_has_no_such_chart(release: Release) -> None:
    assert "drivers" not in charts(served(release))
    stray = replace(DRIVERS[0], indicator="gone")
    assert "drivers" not in charts(served(replace(release, drivers=(stray,))))


def test_a_confidential_area_wears_a_lock_and_an_unreliable_one_does_not(release: Release) -> None:
    chart = charts(served(release))["map"]
    locks = chart["layout"]["shapes"]
    assert [(lock["xanchor"], lock["yanchor"]) for lock in locks] == [(pytest.approx(-7.1), pytest.approx(35.0))]
    hatched = [trace["text"].split(":")[0] for trace in chart["data"] if "fillpattern" in trace]
    assert sorted(hatched) == ["Hay Hassani", "Sidi Moumen"]


@given(
    x=st.integers(-180, 178),
    y=st.integers(-80, 78),
    width=st.sampled_from([0, 1, 2]),
    height=st.sampled_from([0, 1, 2]),
)
def test_the_centre_of_a_rectangle_is_its_middle(x: int, y: int, width: int, height: int) -> None:
    a, b, c, d = float(x), float(y), float(x + width), float(y + height)
    corners = [(a, b), (c, b), (c, d), (a, d)]
    far = [(a, b + 9), (a + 0.1, b + 9), (a + 0.1, b + 9.1), (a, b + 9)]
    ring = [*corners, corners[0]] if width * height else corners
    rings = [ring, far] if width * height else [ring]
    assert centre(rings) == pytest.approx(((a + c) / 2, (b + d) / 2))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("indicator", ["trust", "safety", "bribes"])
def test_every_chart_has_its_table_and_nothing_is_unfilled(release: Release, language: str, indicator: str) -> None:
    full = replace(institutions_of(release), drivers=DRIVERS, targets=(TARGET,))
    full = replace(full, indicators=(*full.indicators, *release.indicators[1:]))
    found = served(full, language, indicator=indicator)
    text = json.dumps(found)
    assert not re.search(r"\bNaN\b|Infinity|\bNone\b|%\(", text)
    assert text.count('"Figure", "namespace"') == text.count('"Table", "namespace"') == 7
    for chart in charts(found).values():
        go.Figure(chart)


def test_numbers_beside_a_status_that_is_not_published_never_reach_the_page(release: Release) -> None:
    figures = tuple(
        replace(published("trust", "w3", 0.7777, 0.05, contrast=contrast), status=status)
        for contrast, status in (("", CONFIDENTIAL), (CHANGE, UNRELIABLE), (GAP, UNRELIABLE), (YEAR, CONFIDENTIAL))
    )
    assert all(shown(figure) is None for figure in figures)
    assert "78%" in " ".join(words(served(with_figures(release, published("trust", "w3", 0.7777, 0.05)))))
    assert not re.search(r"78%|7[27]\.[78]|0\.7777", json.dumps(served(with_figures(release, *figures))))


def test_links_and_the_form_stay_on_the_page(release: Release) -> None:
    found = json.dumps(served(release, "fr"))
    assert '"action": "/dashboards/leadership"' in found
    links = re.findall(r'"href": "(/dashboards/[^"]*)"', found)
    assert links
    below = ("leadership?lang=fr&indicator=", "about?lang=fr&indicator=", "download/leadership/")
    places = tuple(f"/dashboards/{place}" for place in below)
    assert all(link.startswith(places) for link in links)


def test_the_verdict_of_the_headline_is_the_one_of_the_tile(release: Release) -> None:
    figure = shown(release.figure("trust", "w3", contrast=CHANGE))
    assert figure is not None
    assert against(figure) == "higher"
    assert "mark mark-higher" in json.dumps(served(release))


def test_the_leadership_opens_it_and_the_public_does_not(tmp_path: Path, release: Release) -> None:
    write(tmp_path, release)
    where = DashboardSettings(releases=tmp_path)
    public = create_dashboards(where).test_client()
    assert "There is no such page." in call(public, "?lang=en", "/dashboards/leadership").text
    leader = Viewer(Role.LEADERSHIP)
    staff = Staff(lambda _server: None, lambda: leader, NoRecords(), lambda *_: None, "/in")
    told = call(create_dashboards(where, staff=staff).test_client(), "?lang=en", "/dashboards/leadership").text
    assert "rose by 4 points since the last wave" in told
