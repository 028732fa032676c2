"""Whether an area is above or below the whole is judged once: every page, and the brief, says the same of it."""

import pytest

from analytics.brief import sentences
from analytics.brief.judgement import Scene as Brief
from analytics.release import Figure, Release
from dashboards.access import Page
from dashboards.area_map import HEAVY, area_map
from dashboards.compared_places import compared_places
from dashboards.judgement import areas
from dashboards.pages.area_figures import standing
from dashboards.pages.area_tiles import tiles
from dashboards.pages.area_words import headline
from dashboards.ranking import ranking
from tests.dashboards.conftest import published, with_figures
from tests.dashboards.pages.scenes import of_class, scene, words

OWN = ("a1", "a2", "a3", "a4")
INDICATORS = ("trust", "safety", "bribes")
HIGHER, LOWER, SAME = ("higher", "more than in"), ("lower", "fewer than in"), ("told apart",)


@pytest.fixture
def full(release: Release) -> Release:
    """The small release with a figure of every area: far from the whole, near it, and where both errors count."""
    wholes = {"trust": (0.54, 0.03), "safety": (0.21, 0.03), "bribes": (0.5, 0.001)}
    areas = {"a1": (0.065, 0.06), "a2": (-0.2, 0.1), "a3": (0.0, 0.05), "a4": (0.2, 0.08)}
    made: list[Figure] = []
    for indicator, (share, half) in wholes.items():
        made.append(published(indicator, "w3", share, half))
        made += [published(indicator, "w3", share + off, own, area=area) for area, (off, own) in areas.items()]
    return with_figures(release, *made)


def verdict(said: str) -> str:
    """What a sentence says; each of them says one thing."""
    kinds = {"higher": HIGHER, "lower": LOWER, "same": SAME}
    found = [name for name, signs in kinds.items() if any(sign in said.lower() for sign in signs)]
    assert len(found) == 1, said
    return found[0]


@pytest.mark.parametrize("indicator", INDICATORS)
@pytest.mark.parametrize("area", OWN)
def test_all_pages_say_the_same_of_an_area(full: Release, indicator: str, area: str) -> None:
    found = scene(full, Page.AREA, f"?lang=en&indicator={indicator}&area={area}")
    view, card = found.view, next(each for each in full.areas if each.code == area)
    named, own = card.name["en"], standing(full, view, view.indicator)
    wanted = {item.area.code: item.verdict for item in areas(full, indicator, "w3")}[area]
    assert {
        "ranking": verdict(next(str(row[1]) for row in ranking(full, view).table.rows if row[0] == named)),
        "compared places": verdict(str(compared_places(full, view, (card,)).table.rows[0][1])),
        "first sentence": verdict(headline(full, view, card, own)),
        "tile": verdict(words(of_class(tiles(found, (own,)), "against")[0].children[0])),
        "mark": str(of_class(tiles(found, (own,)), "mark")[0].className).removeprefix("mark mark-"),
        "brief": verdict(sentences.beside_the_whole(Brief(full, "en", area), view.indicator)),
    } == dict.fromkeys(("ranking", "compared places", "first sentence", "tile", "mark", "brief"), wanted)
    (drawn,) = [trace for trace in (area_map(full, view).chart or {})["data"] if trace["text"].startswith(named)]
    assert (drawn["line"]["color"] == HEAVY) == (wanted != "same")


def test_the_error_of_the_whole_counts(full: Release) -> None:
    found = {indicator: [item.verdict for item in areas(full, indicator, "w3")] for indicator in INDICATORS}
    assert found["trust"] == found["safety"] == ["same", "lower", "same", "higher"]
    assert found["bribes"] == ["higher", "lower", "same", "higher"]
