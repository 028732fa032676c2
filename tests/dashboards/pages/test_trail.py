"""Records of the trail in words: acts are sentences without a link, looks and downloads lead to what was seen."""

from typing import Any

import pytest

from analytics.release import Release
from dashboards.access import Page, Role, Viewer
from dashboards.page import drawn_page
from dashboards.scene import Look
from dashboards.trail import about, place
from tests.dashboards.pages.scenes import Trail, components, rows, scene, words
from translations.languages import LANGUAGES, translator

WHOM = "account=w%40x.org"
ACTS = {
    "account/invite": f"?{WHOM}&role=officer&area=a1&area=a2",
    "account/change": f"?{WHOM}&role=analyst",
    "account/end": f"?{WHOM}&role=officer&area=a3",
    "account/reset": f"?{WHOM}&role=leadership",
    "action/record": "?area=a1&number=5",
    "action/change": "?area=a1&number=5",
    "action/publish": "?area=a1&number=5",
    "action/withdraw": "?area=zz&number=5",
}
SENTENCES = {
    "account/invite": "me@x.org invited w@x.org in the role “officer”, for Anfa, Aïn Chock.",
    "account/change": "me@x.org changed w@x.org to the role “analyst”.",
    "account/end": "me@x.org ended the account of w@x.org, in the role “officer”, for Sidi Moumen.",
    "account/reset": "me@x.org took away the second factor of w@x.org, in the role “leadership”.",
    "action/record": "me@x.org wrote entry 5 for Anfa, not published.",
    "action/change": "me@x.org changed entry 5 for Anfa, not published.",
    "action/publish": "me@x.org published entry 5 for Anfa.",
    "action/withdraw": "me@x.org withdrew entry 5 for zz.",
}
SEEN = "?lang=fr&indicator=safety&wave=w2&area=a1&span=4&with=trust&place=a2&step=2"


def record(page: str, query: str) -> Look:
    return Look(1, "2026-06-20T10:00+00:00", "me@x.org", "administrator", page, query, "", "00")


def told(page: str, query: str, release: Release, language: str = "en") -> Any:
    return about(record(page, query), scene(release, Page.OVERSIGHT, f"?lang={language}"))


def plain(found: object) -> str:
    return words(found).replace("\u2068", "").replace("\u2069", "")


def links(found: object) -> list[str]:
    return [str(each.href) for each in components(found) if getattr(each, "href", None)]


@pytest.mark.parametrize("page", ACTS)
def test_an_act_is_a_sentence_without_a_link(release: Release, page: str) -> None:
    found = told(page, ACTS[page], release)
    assert plain(found) == SENTENCES[page]
    assert links(found) == []


@pytest.mark.parametrize("page", ACTS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_an_act_is_told_in_three_languages(release: Release, page: str, language: str) -> None:
    said = plain(told(page, ACTS[page], release, language))
    assert "me@x.org" in said
    assert ("w@x.org" in said) is page.startswith("account/")
    assert (said == SENTENCES[page]) is (language == "en")
    assert words(place(record(page, ""), language)) == translator(language)(
        "Accounts" if page.startswith("account/") else "You said, we did"
    )


def test_what_an_act_names_cannot_turn_the_sentence_round(release: Release) -> None:
    said = words(told("account/end", f"?{WHOM}&role=officer", release, "ar"))
    assert said.count("\u2068") == said.count("\u2069") == 2
    assert "\u2068w@x.org\u2069" in said


@pytest.mark.parametrize(
    ("page", "query"),
    [
        ("account/", ""),
        ("account/erase", f"?{WHOM}"),
        ("action/invite", "?area=a1"),
        ("account/invite", "?area=" + "x" * 5000),
        ("account/invite", "?" + "area=a1&" * 500),
        ("action/publish", "?area=%ff&number=%00"),
        ("download", "?indicator=trust"),
        ("download/", "?indicator=trust"),
        ("download/nowhere/x.csv", "?indicator=trust"),
        ("javascript:alert(1)", "?indicator=trust"),
        ("compare", "//example.org/?indicator=trust"),
        ("compare", ":x"),
    ],
)
def test_a_record_that_is_not_known_is_told_all_the_same_and_leads_nowhere(
    release: Release, page: str, query: str
) -> None:
    found = told(page, query, release)
    assert words(found)
    assert words(place(record(page, query), "en"))
    assert links(found) == []


@pytest.mark.parametrize("page", ["compare", "download/compare/indicator-1.csv"])
def test_a_look_and_a_download_lead_to_the_exact_view(release: Release, page: str) -> None:
    found = told(page, SEEN, release)
    assert links(found) == [f"/staff/compare{SEEN}"]
    assert plain(found) == "Safety at night, September 2025, Anfa, 4 waves pooled"


def test_a_page_that_the_reader_may_not_open_has_no_link(release: Release) -> None:
    where = scene(release, Page.OVERSIGHT, viewer=Viewer(Role.ANALYST))
    assert links(about(record("leadership", SEEN), where)) == []
    assert links(about(record("compare", SEEN), where)) != []


def test_a_download_is_told_from_a_look_by_its_file(release: Release) -> None:
    assert place(record("compare", SEEN), "en") == "Compare"
    assert plain(place(record("download/compare/indicator-1.csv", SEEN), "en")) == (
        "Compare, as the file indicator-1.csv"
    )


def test_all_kinds_stand_in_the_list_of_oversight(release: Release) -> None:
    kept = Trail([record(page, ACTS[page]) for page in ACTS] + [record("compare", SEEN)])
    found = drawn_page(scene(release, Page.OVERSIGHT, records=kept))
    listed = [plain(" ".join(row)) for row in rows(found) if len(row) == 7]
    for sentence in SENTENCES.values():
        assert any(sentence in row for row in listed)
    assert f"/staff/compare{SEEN}" in links(found)
