"""The page of oversight: chains and their faults, what is withheld, who looked at what, and the register."""

from collections import Counter
from dataclasses import replace
from typing import Any

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from analytics.release import Release, Tombstone
from dashboards.access import PAGES, Page, Role
from dashboards.looks import BATCH, MOST_READ, STEP, looks
from dashboards.page import drawn_page
from dashboards.pages.oversight import at_what
from dashboards.scene import Act, Look, Publications
from dashboards.standings import STATUSES, standings
from tests.dashboards.conftest import call
from tests.dashboards.pages.scenes import Trail, components, of_class, rows, scene, words
from translations.languages import LANGUAGES

MARKUP = "<script>alert(1)</script>"
REASON = {"ar": "خطأ في الأوزان", "fr": "Erreur de poids", "en": "Wrong weights"}
ACTS = (
    Act("published", "r1", "2025-06-01", {}),
    Act("withdrawn", "r1", "2025-07-01", REASON),
    Act("published", "r2", "2026-06-15", {}),
    Act("withdrawn", "r2", "2026-06-16", REASON, "trust"),
)


def look(number: int, role: str = "officer", query: str = "?lang=en&indicator=trust&wave=w3&area=a1") -> Look:
    return Look(number, "2026-06-20T10:00", f"who{number}", role, "compare", query, "r2", "00")


def trail(size: int) -> tuple[Look, ...]:
    """Newest first; each third look is one of leadership."""
    return tuple(look(n, "leadership" if n % 3 == 0 else "officer") for n in range(size, 0, -1))


def page(release: Release, search: str = "?lang=en", **more: Any) -> list[Any]:
    return drawn_page(scene(release, Page.OVERSIGHT, search, **more))


def test_releases_and_withdrawals_are_listed_newest_first_with_day_and_reason(release: Release) -> None:
    found = page(release, publications=lambda: Publications(is_kept=True, acts=ACTS, head="ab" * 32))
    listed = [row for row in rows(found) if len(row) == 5 and row[2] in ("r1", "r2")]
    assert listed == [
        ["16 June 2026", "withdrawn", "r2", "Trust in the police", "Wrong weights"],
        ["15 June 2026", "published", "r2", "the whole release", "–"],
        ["1 July 2025", "withdrawn", "r1", "the whole release", "Wrong weights"],
        ["1 June 2025", "published", "r1", "the whole release", "–"],
    ]
    assert "The chain and every release in it are whole." in words(found)
    assert "ab" * 32 in words(found)
    assert of_class(found, "alarm") == []


def test_without_a_chain_nothing_is_claimed_of_it(release: Release) -> None:
    said = words(page(release))
    assert "No chain of releases is kept here" in said
    assert "are whole." not in said


@pytest.mark.parametrize("language", LANGUAGES)
def test_faults_of_the_chains_are_said_first_and_loudly(release: Release, language: str) -> None:
    broken = Publications(is_kept=True, acts=ACTS, head="ab", faults=("r1 was published and is missing",))
    found = page(release, f"?lang={language}", publications=lambda: broken, records=Trail(trail(3), ("2",)))
    real = replace(release, synthetic=False)
    assert [each.role for each in of_class(found, "alarm")] == ["alert", "alert"]
    first = page(real, f"?lang={language}", publications=lambda: broken)[0]
    assert first.className == "alarm"
    assert "r1 was published and is missing" in words(first)
    assert "2" in words(of_class(found, "alarm")[1])


def test_a_chain_that_cannot_be_followed_has_no_hash_to_note(release: Release) -> None:
    lost = Publications(is_kept=True, faults=("chain.jsonl: record 2 was changed",))
    found = page(release, publications=lambda: lost)
    assert "chain.jsonl: record 2 was changed" in words(of_class(found, "alarm"))
    assert "to be noted on paper" not in words(found)


def test_a_broken_chain_or_trail_is_nowhere_said_to_be_whole(release: Release) -> None:
    broken = Publications(is_kept=True, acts=ACTS, head="ab", faults=("something",))
    said = words(page(release, publications=lambda: broken, records=Trail(trail(3), ("2",))))
    assert "are whole" not in said
    assert "is whole" not in said
    assert "Record 2 does not fit the one before it" in said
    assert "The trail of looks is whole." in words(page(release, records=Trail(trail(3))))


def test_withheld_figures_are_counted_by_kind_and_indicator(release: Release) -> None:
    found = page(release)
    counted = {row[0]: row[1:] for row in rows(found) if len(row) == 5}
    assert counted["By area, shares"] == ["2", "1", "1", "0"]
    assert counted["By sex, shares"] == ["5", "1", "0", "0"]
    assert counted["Bribes"] == ["0", "0", "1", "0"]
    assert "Published are 16 figures" in words(found)


def test_the_counts_are_those_of_the_figures_and_of_no_other_release(release: Release) -> None:
    whole = replace(release, id="r-1")
    part = replace(whole, figures=whole.figures[:7])
    for each in (whole, part, whole):
        found = standings(each)
        expected = Counter(figure.status for figure in each.figures)
        assert {status: found.total.get(status, 0) for status in STATUSES} == {s: expected[s] for s in STATUSES}
        assert sum(sum(counts.values()) for counts in found.kinds.values()) == len(each.figures)
        assert sum(sum(counts.values()) for counts in found.indicators.values()) == len(each.figures)


def test_tombstones_have_their_reason(release: Release) -> None:
    stone = Tombstone("old", {"en": "Old one"}, "r1", "redefined", {"en": "New question"})
    assert ["Old one", "defined anew", "r1", "New question"] in rows(page(replace(release, tombstones=(stone,))))
    assert "None since the release before." in words(page(release))


def test_looks_are_listed_newest_first_fifty_at_a_time(release: Release) -> None:
    records = Trail(trail(120))
    numbers = []
    for step in range(3):
        found = page(release, f"?lang=en&step={step}", records=records)
        listed = [int(row[0]) for row in rows(found) if len(row) == 7 and row[0].isdecimal()]
        assert len(listed) == min(STEP, 120 - step * STEP)
        numbers += listed
        steps = [words(each) for each in components(of_class(found, "steps")) if type(each).__name__ == "A"]
        assert steps == [["Older looks"], ["Newer looks", "Older looks"], ["Newer looks"]][step]
    assert numbers == list(range(120, 0, -1))


def test_a_look_is_in_words(release: Release) -> None:
    found = page(release, records=Trail((look(7),)))
    said = ["7", "2026-06-20 10:00", "who7", "officer", "Compare", "Trust in the police, May 2026, Anfa", "r2"]
    assert said in rows(found)


def test_looks_are_filtered_by_role_and_the_steps_keep_it(release: Release) -> None:
    found = page(release, "?lang=en&role=leadership", records=Trail(trail(200)))
    roles = {row[3] for row in rows(found) if len(row) == 7 and row[0].isdecimal()}
    assert roles == {"leadership"}
    older = next(each for each in components(of_class(found, "steps")) if type(each).__name__ == "A")
    assert "role=leadership" in older.href
    assert "step=1" in older.href


@given(size=st.integers(0, 3 * BATCH + 5), role=st.sampled_from(("", "leadership", "officer", "analyst")))
def test_all_steps_together_are_the_trail(size: int, role: str) -> None:
    kept = trail(size)
    found: list[Look] = []
    step, more = 0, True
    while more:
        part = looks(Trail(kept), role, step)
        assert len(part.rows) <= STEP
        found += part.rows
        step, more = step + 1, part.has_more
    assert found == [each for each in kept if role in ("", each.role)]


def test_a_search_that_ended_early_says_so(release: Release) -> None:
    kept = tuple(look(number) for number in range(MOST_READ + 1, 0, -1))
    assert looks(Trail(kept), "analyst", 0).is_cut
    assert not looks(Trail(kept[:-1]), "officer", 0).is_cut
    found = page(release, "?lang=en&role=analyst", records=Trail(kept))
    assert "The search ended before the beginning of the trail" in words(found)


def test_a_step_behind_the_end_is_empty_and_leads_back(release: Release) -> None:
    found = page(release, "?lang=en&step=99999", records=Trail(trail(3)))
    assert "No look is in this part of the trail." in words(found)


@pytest.mark.parametrize(
    "query", ["", "?", "?area=zz&wave=%00", "?span=²&indicator=" + "x" * 500, MARKUP, "?" + "a=1&" * 90]
)
def test_an_address_that_this_release_does_not_know_is_listed_all_the_same(release: Release, query: str) -> None:
    assert words(at_what(query, scene(release, Page.OVERSIGHT)))


def test_the_register_says_of_each_definition_when_it_was_registered(release: Release) -> None:
    first = replace(release.indicators[0], registered="2025-01-01", digest="cd" * 32)
    found = rows(page(replace(release, indicators=(first, *release.indicators[1:]))))
    assert ["Trust in the police", "Registered on 1 January 2025, before the first fieldwork", "cd" * 6] in found
    assert ["Bribes", "Never registered", "not stated"] in found


def test_fault_20_21_hostile_words_are_text(release: Release) -> None:
    bad = dict.fromkeys(LANGUAGES, MARKUP)
    hostile = replace(
        release,
        indicators=tuple(replace(card, name=bad, registered=MARKUP) for card in release.indicators),
        tombstones=(Tombstone(MARKUP, bad, MARKUP, MARKUP, bad),),
    )
    acts = (Act(MARKUP, MARKUP, MARKUP, bad, MARKUP),)
    wrong = Publications(is_kept=True, acts=acts, head=MARKUP, faults=(MARKUP,))
    seen = Look(1, MARKUP, MARKUP, MARKUP, MARKUP, f"?indicator={MARKUP}", MARKUP, "")
    found = page(hostile, publications=lambda: wrong, records=Trail((seen,), (MARKUP,)))
    kinds = {type(each).__name__ for each in components(found)}
    assert kinds.isdisjoint({"Markdown", "Script", "Iframe", "Img"})
    assert words(found).count(MARKUP) > 10
    links = [str(each.href) for each in components(found) if getattr(each, "href", None)]
    assert all(link.startswith("/staff/") for link in links)


def test_nobody_but_oversight_has_the_page(client: FlaskClient) -> None:
    assert "There is no such page." in call(client, "?lang=en", "/dashboards/oversight").text
    assert [role for role in Role if Page.OVERSIGHT in PAGES[role]] == [Role.OVERSIGHT]
