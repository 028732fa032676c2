"""Every kind of page in three languages against WCAG 2.2 AA, as far as a machine can tell: docs/accessibility.md."""

import re
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from urllib.parse import parse_qs, urljoin, urlsplit

import pytest

import survey_app.web
from translations.languages import LANGUAGES, NATIVE_NAMES, direction

from .gallery import Gallery
from .visits import Visit

pytestmark = pytest.mark.browser
Visits = Callable[[str], dict[str, Visit]]
FORCE = re.compile("polic|شرط|أمن", re.IGNORECASE)
NUMBER = re.compile(r"(?<!\u2068)(?<!\d)\d+|\d+(?![\d\u2069])")


@pytest.fixture(params=LANGUAGES)
def seen(request: pytest.FixtureRequest, visits: Visits) -> dict[str, Visit]:
    return visits(request.param)


def where(seen: dict[str, Visit], look: Callable[[Visit], object]) -> dict[str, object]:
    """What a look finds, by page; nothing where all is well."""
    return {name: found for name, visit in seen.items() if (found := look(visit))}


def test_no_template_and_no_view_is_without_a_page_here(gallery: Gallery) -> None:
    folder = Path(survey_app.web.__file__).parent / "templates"
    assert gallery.templates == {path.name for path in folder.glob("*.html")} - {
        "base.html",
        "contacts.html",
        "fields.html",
    }
    asked = {
        site.url_map.bind("survey.example").match(page.request.path, method=page.request.method)[0]
        for site, _ in gallery.sites[:1]
        for (_, name), page in gallery.pages.items()
        if not name.startswith("notice-")
    }
    forms = {"door.typed", "exits.leave", "pages.first"}  # they answer with the way to another page, or an error's
    files = {"assets.style", "assets.script", "assets.icon", "assets.health", "media.send"}
    assert asked | forms | files == {rule.endpoint for rule in gallery.sites[0][0].url_map.iter_rules()}
    for language in LANGUAGES:
        assert gallery.names(language) == gallery.names("ar")


def test_fault_73_axe_finds_nothing_and_is_sure(seen: dict[str, Visit]) -> None:
    assert where(seen, lambda visit: visit.offences) == {}
    assert where(seen, lambda visit: visit.unsure) == {}
    ran = frozenset[str]().union(*(visit.ran for visit in seen.values()))
    assert ran >= {"target-size", "color-contrast", "label", "html-has-lang", "region", "heading-order"}
    assert len(ran) >= 45  # a rule that finds nothing to look at says nothing


def test_fault_72_no_page_scrolls_sideways_at_any_width(seen: dict[str, Visit]) -> None:
    assert where(seen, lambda visit: visit.wide) == {}


def test_fault_73_wider_spaced_and_twice_as_large_text_loses_nothing(seen: dict[str, Visit]) -> None:
    assert where(seen, lambda visit: visit.lost["spaced"]) == {}
    assert where(seen, lambda visit: visit.lost["twice"]) == {}


def test_fault_73_what_is_touched_is_large_enough(seen: dict[str, Visit]) -> None:
    def small(visit: Visit) -> list[dict[str, object]]:
        """Links of 24 css px at least, all else of 44; no exception is made for links within a sentence."""
        return [
            it
            for it in visit.facts["touched"]
            if it["height"] < (24 if it["link"] else 44) or it["width"] < (24 if it["link"] else 44)
        ]

    assert where(seen, small) == {}


def test_nothing_moves(seen: dict[str, Visit]) -> None:
    assert where(seen, lambda visit: visit.facts["moving"] or visit.facts["animations"]) == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_language_direction_headings_and_landmarks(visits: Visits, language: str) -> None:
    others = [[code, code, NATIVE_NAMES[code]] for code in LANGUAGES if code != language]
    for name, visit in visits(language).items():
        facts = visit.facts
        assert (facts["lang"], facts["dir"]) == (language, direction(language)), name
        assert facts["foreign"] in ([], others), name
        assert len(facts["headings"]) == 1, name
        assert facts["headings"][0].strip(), name
        assert [it for it in facts["landmarks"] if it in ("header", "main")] == ["header", "main"], name
        assert ("nav" in facts["landmarks"]) == bool(facts["foreign"]), name


def test_titles_tell_pages_apart_and_say_nothing_of_the_police(seen: dict[str, Visit]) -> None:
    for name, visit in seen.items():
        assert not FORCE.search(visit.facts["title"]), name
        alone = name.startswith("consent") and name != "consent-waiting"
        assert ("–" in visit.facts["title"]) != alone, name
    kinds: dict[str, set[str]] = defaultdict(set)
    for name, visit in seen.items():
        kinds[name.split("-")[0] + visit.facts["title"]].add(visit.facts["headings"][0])
    same = {title: found for title, found in kinds.items() if len(found) > 1 and not title.startswith("consent")}
    assert same == {}
    others = {
        visit.facts["title"] for name, visit in seen.items() if "fault" not in name and not name.startswith("consent")
    }
    starts = {visit.facts["title"] for name, visit in seen.items() if name.startswith("consent")}
    assert not others & starts


def test_no_address_names_the_police(gallery: Gallery) -> None:
    for (_, name), page in gallery.pages.items():
        assert not FORCE.search(page.request.path), name


def test_a_refused_answer_takes_the_focus_to_what_to_do(seen: dict[str, Visit]) -> None:
    refused = {name: visit for name, visit in seen.items() if visit.facts["alerts"]}
    assert {name for name in seen if name.endswith(("-fault", "-refused", "-unconfirmed"))} == {*refused} - {
        "consent-waiting"
    }
    check = {"يُرجى التحقق", "À vérifier", "Please check"}
    for name, visit in refused.items():
        (alert,) = visit.facts["alerts"]
        assert alert["focused"], name
        if name != "consent-waiting":
            assert visit.facts["title"].startswith(tuple(check)), (name, visit.facts["title"])
            assert alert["to"], name
            assert set(alert["to"]) <= {"input", "select", "textarea"}, name


def test_fields_have_labels_and_browsers_remember_nothing(seen: dict[str, Visit]) -> None:
    for fault in ("unlabelled", "remembered", "placeholders"):
        assert where(seen, lambda visit, fault=fault: visit.facts[fault]) == {}  # type: ignore[misc]  # mypy cannot infer the lambda


def test_numbers_of_the_way_are_isolated(seen: dict[str, Visit]) -> None:
    assert where(seen, lambda visit: NUMBER.search(visit.facts["way"])) == {}
    assert sum("\u2068" in visit.facts["way"] for visit in seen.values()) > 20


def test_leaving_is_at_the_same_place_on_every_page(seen: dict[str, Visit]) -> None:
    without = {name for name, visit in seen.items() if not visit.leave[320]}
    assert without == {"left", "paused"}
    banded = {"consent-demo", "five-options", "five-options-fault"}  # below the demonstration's line
    for group in (banded, set(seen) - banded - without):
        places = {str(seen[name].leave) for name in group}
        assert len(places) == 1, places


def test_switching_the_language_leads_to_a_page(gallery: Gallery) -> None:
    site = gallery.sites[0][0]
    for (language, name), page in gallery.pages.items():
        for link in re.findall(r'<a href="([^"]*)" lang=', page.text):
            there = urlsplit(urljoin(page.request.url, link.replace("&amp;", "&")))
            assert site.url_map.bind("survey.example").test(there.path, "GET"), name
            asked = parse_qs(there.query)
            assert asked["lang"] != [language], name
            assert ("next" in asked) == (name in ("thanks-assisted", "ended-assisted")), name
