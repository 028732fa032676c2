"""The page about a figure: the exact one, what stands behind it, and no number where none is published."""

import re
from dataclasses import replace
from typing import Any

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from analytics.release import CHANGE, CONFIDENTIAL, GAP, UNRELIABLE, YEAR, AnswerCard, Release
from dashboards.access import Page, Role, Viewer, scoped, visible
from dashboards.answers import counts
from dashboards.definitions import registration
from dashboards.page import drawn_page
from dashboards.settings import DashboardSettings
from dashboards.view import View, read_view
from tests.dashboards.conftest import call, published
from tests.dashboards.pages.scenes import components, rows, scene, terms, words
from tests.dashboards.test_application import HOSTILE
from translations.languages import LANGUAGES

TEXT = {"ar": "نص", "fr": "Texte", "en": "Text"}


def answer(code: str, *, positive: bool = False, based: bool = True, missing: str = "") -> AnswerCard:
    return AnswerCard(code, {language: f"{code} {TEXT[language]}" for language in LANGUAGES}, positive, based, missing)


ANSWERS = (
    answer("much", positive=True),
    answer("little"),
    answer("dk", missing="dont_know"),
    answer("no", based=False, missing="refused"),
)


@pytest.fixture
def told(release: Release) -> Release:
    trust = replace(
        release.indicators[0],
        answers=ANSWERS,
        direction="higher_is_better",
        digest="ab" * 32,
        registered="2025-02-28",
        wording={"ar": "draft", "fr": "adapted", "en": "official"},
        filter="contact = yes",
    )
    pooled = replace(published("trust", "w3", 0.66, 0.05, area="a1"), span=2, n=100, n_to=199)
    return replace(
        release,
        indicators=(trust, *release.indicators[1:]),
        parameters={**release.parameters, "spans": "1 2", "rule_set": "nchs_proportions"},
        figures=(*release.figures, pooled),
        id="2026-06-15-abcdef",
    )


def about(release: Release, search: str = "") -> list[Any]:
    return drawn_page(scene(release, Page.ABOUT, f"?lang=en&indicator=trust&wave=w3{search}"))


def title(page: object) -> str:
    return next(words(each) for each in components(page) if type(each).__name__ == "H1")


@pytest.mark.parametrize(
    ("search", "said"),
    [
        ("", "Trust in the police, May 2026: 54% (51% to 57%)"),
        ("&area=a1", "Trust in the police, Anfa, May 2026: 71% (65% to 77%)"),
        ("&area=a1&span=2", "Trust in the police, Anfa, May 2026, 2 waves pooled: 66% (61% to 71%)"),
        ("&sex=man", "Trust in the police, Men, May 2026: 58% (54% to 62%)"),
        (
            f"&contrast={GAP}",
            "Trust in the police, Women minus men, May 2026: −8 points (−13 to −3), more than chance explains",
        ),
        (
            f"&contrast={CHANGE}",
            (
                "Trust in the police, Change since the wave before, May 2026: +4 points (+1 to +7), "
                "more than chance explains"
            ),
        ),
        (
            f"&wave=w1&contrast={GAP}",
            ("Trust in the police, Women minus men, March 2025: −1 points (−6 to +4), which chance alone can explain"),
        ),
    ],
)
def test_the_title_is_the_exact_figure_of_the_address(told: Release, search: str, said: str) -> None:
    assert title(about(told, search)) == said


def test_a_cell_that_no_release_has_is_said_to_be_none(told: Release) -> None:
    page = about(told, f"&sex=man&contrast={GAP}")
    assert title(page).endswith("Not part of this release.")
    assert terms(page)["Estimate"] == ".."


@pytest.mark.parametrize(("status", "reason"), [(CONFIDENTIAL, "protected"), (UNRELIABLE, "n_below_30")])
def test_a_withheld_figure_has_its_reason_and_no_number(told: Release, status: str, reason: str) -> None:
    leaked = replace(published("trust", "w3", 0.8642, 0.03, n=7531), status=status, reason=reason)
    others = tuple(figure for figure in told.figures if figure.key != leaked.key)
    page = about(replace(told, figures=(*others, leaked)))
    said = words(page)
    assert "Withheld" in title(page)
    assert not re.search(r"86|7,531|7531", said)
    assert "Standard error" not in terms(page)


def test_what_stands_behind_a_figure_is_told(told: Release) -> None:
    found = terms(about(told))
    assert found["Answers behind the figure"] == "1,234"
    assert found["95% interval"] == "51% to 57%"
    assert found["Status"] == "published"
    assert found["Design effect"].startswith("1.4 ")
    assert found["How the answers came in"] == "web 81%, text message 19%"
    assert found["Fieldwork"] == "1 May 2026 to 31 May 2026"
    assert found["Registration"] == "Registered on 28 February 2025, before the first fieldwork"
    assert found["Hash of the definition"] == "ab" * 32
    assert found["Which way is better"] == "A higher share is better."
    assert found["Wording"].split()[-2:] == ["official", "wording"]
    assert found["Release"] == "2026-06-15-abcdef"
    assert found["Version of the software"] == "thiqa"
    assert "thiqa release verify" in found["Verify"]
    assert "fewer than 30" in found["Rules of what is reliable"]


def test_a_pooled_figure_of_a_small_group_has_a_band_and_the_dates_of_all_its_waves(told: Release) -> None:
    found = terms(about(told, "&area=a1&span=2"))
    assert found["Answers behind the figure"] == "100 to 199"
    assert found["Fieldwork"] == "1 September 2025 to 30 September 2025 1 May 2026 to 31 May 2026"
    assert found["Finished interviews"] == "2,184"
    assert found["How the answers came in"] == "web 78%, text message 22%"


def test_fault_68_dont_know_refused_and_not_asked_are_three_things_with_their_place_in_the_base(told: Release) -> None:
    page = about(told)
    counted = {row[2]: row[3] for row in rows(page) if len(row) == 4}
    assert counted["much Text"] == "counts for the share"
    assert counted["little Text"] == "in the base only"
    assert counted["dk Text"] == "in the base only"
    assert counted["no Text"] == "left out of the base"
    found = terms(page)
    assert found["“I don’t know”"] == "in the base only"
    assert found["“I prefer not to answer”"] == "left out of the base"
    assert found["Passed over or not asked"] == "left out of the base"
    assert found["Only of those for whom this holds"] == "contact = yes"


def test_an_answer_out_of_the_base_never_counts() -> None:
    assert counts(answer("odd", positive=True, based=False), "en") == "left out of the base"


def test_the_question_stands_in_three_languages_in_their_own_direction(told: Release) -> None:
    found = [each for each in components(about(told)) if type(each).__name__ == "Li" and getattr(each, "lang", None)]
    assert [(each.lang, each.dir) for each in found] == [("ar", "rtl"), ("fr", "ltr"), ("en", "ltr")]
    assert [told.indicators[0].question[each.lang] in words(each) for each in found] == [True] * 3


@pytest.mark.parametrize(
    ("day", "said"),
    [
        ("2025-02-28", "before the first fieldwork"),
        ("2025-03-01", "after fieldwork had begun"),
        ("2026-01-01", "after fieldwork had begun"),
        ("", "Never registered"),
    ],
)
def test_a_definition_is_registered_before_fieldwork_only_before_its_first_day(
    release: Release, day: str, said: str
) -> None:
    assert said in registration(replace(release.indicators[0], registered=day), release.waves, "en")


def test_a_number_that_is_none_is_not_stated(told: Release) -> None:
    odd = replace(published("trust", "w3", 0.5, 0.03), deff=float("nan"), se=None, df=float("inf"))
    others = tuple(figure for figure in told.figures if figure.key != odd.key)
    page = about(replace(told, figures=(*others, odd)))
    found = terms(page)
    assert found["Standard error"] == found["Degrees of freedom"] == "not stated"
    assert found["Design effect"].startswith("not stated")
    assert not re.search(r"\b(nan|NaN|inf|None)\b", words(page))


def test_the_open_data_are_linked_where_they_are_served(told: Release) -> None:
    def links(**more: Any) -> list[str]:
        page = drawn_page(scene(told, Page.ABOUT, **more))
        return [each.href for each in components(page) if getattr(each, "href", None)]

    assert "/open/" in links(open_data="/open/")
    assert all(link.startswith("/staff/about?") for link in links())


def test_fault_58_an_area_of_others_is_one_that_does_not_exist(told: Release) -> None:
    officer = Viewer(Role.OFFICER, frozenset({"a1"}))
    mine = scoped(told, visible(told, officer))
    foreign, none = (
        str(drawn_page(scene(mine, Page.ABOUT, f"?lang=en&area={code}", viewer=officer))) for code in ("a2", "zz")
    )
    assert foreign == none
    assert "Aïn Chock" not in foreign
    assert "55" not in foreign


@pytest.mark.parametrize("search", HOSTILE)
def test_fault_58_whatever_is_asked_of_the_page_gives_the_default_figure(client: FlaskClient, search: object) -> None:
    found = call(client, search, "/dashboards/about", **{"Accept-Language": "en"})
    assert found.status_code == 200
    assert "Trust in the police, May 2026: 54% (51% to 57%)" in found.text


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])  # the release is never changed
@given(
    sex=st.sampled_from(("", "woman", "man")),
    contrast=st.sampled_from(("", GAP, CHANGE, YEAR)),
    role=st.sampled_from(("", *Role)),
    area=st.sampled_from(("", "a1", "top")),
)
def test_an_address_leads_back_to_the_same_view(
    release: Release, sex: str, contrast: str, role: str, area: str
) -> None:
    view = View("fr", release.indicators[1], release.waves[1], Page.ABOUT, area, sex=sex, contrast=contrast, role=role)
    assert read_view(view.query, [], release, Page.ABOUT) == view


@pytest.mark.parametrize("value", ["javascript:alert(1)", "data:text/html,x", "open", " /open"])
def test_the_address_of_open_data_is_a_web_address_or_a_path(value: str) -> None:
    with pytest.raises(ValidationError, match="must begin with"):
        DashboardSettings(open_data=value)
