"""Over all pages that the staff's server writes itself: their language and direction, and hostile words as text."""

import re
from collections.abc import Iterator
from dataclasses import replace
from html import unescape

import pytest
from werkzeug.test import TestResponse

from analytics.release import Release
from dashboards.access import PAGES, Role
from dashboards.accounts.actions import ActionStore
from dashboards.actions import drafted
from translations.languages import LANGUAGES, direction

from .conftest import HERE, Person, Site, Sites

OPEN = ("login", "invited/none", "nowhere", "mf-recovery")
OFFICERS = ("", "actions", "actions/new", "actions/1", "change", "tf-setup", "mf-recovery-codes", "verify", "people")
ADMINISTRATORS = ("", "people", "people/1", "people/99")
TEXTS = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "</title><svg onload=alert(1)>",
    "</option></select><b>x</b>",
    "{{ 7*7 }}{% raw %}",
)


def answers(site: Site, officer: Person, administrator: Person, search: str) -> Iterator[tuple[str, TestResponse]]:
    """Every page and every error, by its address."""
    nobody = site.browser()
    for who, places in ((nobody, OPEN), (officer, OFFICERS), (administrator, ADMINISTRATORS)):
        for place in places:
            yield place, who.open(place + search)
    for page in (*PAGES[Role.OFFICER], "nowhere", "quality", "download/compare/none.csv"):
        yield page, officer.client.get(f"/staff/{page}{search}")
    yield "405", officer.client.put(f"/staff/area{search}", json={})
    yield "400", nobody.client.post(f"{HERE}login{search}")
    yield "413", officer.client.post(f"{HERE}actions/new{search}", data={"said_fr": "x" * 70_000})
    yield "again", nobody.open("login" + search, headers={"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"})


def two(site: Site) -> tuple[Person, Person]:
    """An officer who wrote something, and an administrator."""
    officer = site.person("officer@example.com", Role.OFFICER, "a1")
    return officer, site.person("admin@example.com", Role.ADMINISTRATOR)


@pytest.mark.parametrize("language", LANGUAGES)
def test_fault_72_every_page_says_its_language_and_direction(site: Site, language: str) -> None:
    officer, administrator = two(site)
    officer.send("actions/new", area="a1", indicator="trust", wave="w3", said_fr="a", done_fr="b", step="draft")
    statuses = set()
    for place, answer in answers(site, officer, administrator, f"?lang={language}"):
        statuses.add(answer.status_code)
        if answer.status_code in (302, 303):
            continue
        assert f'<html lang="{language}" dir="{direction(language)}">' in answer.text, (place, answer.status_code)
        assert answer.text.count("<html") == 1
        assert "%(" not in answer.text
    assert statuses >= {200, 400, 404, 405, 413}


@pytest.mark.parametrize("language", LANGUAGES)
def test_fault_72_a_page_that_fails_or_has_no_release_says_them_too(
    site: Site, release: Release, language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    officer, _administrator = two(site)
    whole = f'<html lang="{language}" dir="{direction(language)}">'
    monkeypatch.setattr("dashboards.application.menu", lambda *_: 1 / 0)
    failed = officer.client.get(f"/staff/area?lang={language}")
    assert failed.status_code == 500
    assert whole in failed.text
    monkeypatch.setattr("dashboards.accounts.actions.ActionStore.actions", lambda *_: 1 / 0)
    failed = officer.open(f"actions?lang={language}")
    assert failed.status_code == 500
    assert whole in failed.text
    pointer = site.server.extensions["thiqa_desk"].settings.releases / "latest"
    pointer.unlink()
    for path in ("/staff/area", HERE + "actions/new"):
        gone = officer.client.get(f"{path}?lang={language}")
        assert gone.status_code == 503
        assert whole in gone.text, path


@pytest.mark.parametrize("text", TEXTS)
def test_fault_20_hostile_words_are_text_on_every_page(sites: Sites, release: Release, text: str) -> None:
    """Of a release and of officers, in titles, lists, choices and forms."""
    bad = dict.fromkeys(LANGUAGES, text)
    hostile = replace(
        release,
        survey=bad,
        areas=tuple(replace(area, name=bad) for area in release.areas),
        indicators=tuple(replace(card, name=bad) for card in release.indicators),
    )
    site = sites(hostile)
    officer, administrator = two(site)
    form = {"area": "a1", "indicator": "trust", "wave": "w3", "said_fr": text, "done_fr": text}
    settings = site.server.extensions["thiqa_desk"].settings
    with site.server.app_context():
        viewer = site.server.extensions["security"].datastore.find_user(email=officer.email).viewer
    assert ActionStore(site.engine, settings.actions).keep(drafted(form), viewer, number=None, published=True)
    shown = 0
    for place, answer in answers(site, officer, administrator, "?lang=fr"):
        assert "<" not in text or text not in answer.text, place
        assert "<svg" not in answer.text
        assert "<img" not in answer.text
        assert "49" not in re.findall(r">\s*(\d+)\s*<", answer.text)
        shown += text in unescape(answer.text)
    assert shown >= 6
