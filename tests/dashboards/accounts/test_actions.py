"""What officers write: for their own areas alone, by a form of this site, and shown to residents when published."""

import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from html import unescape
from multiprocessing.pool import ThreadPool
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from analytics.release import Release, write
from dashboards.access import Role, Viewer
from dashboards.accounts import action_pages, store, trail
from dashboards.accounts.actions import ActionStore
from dashboards.accounts.desk import Desk
from dashboards.accounts.settings import StaffSettings
from dashboards.accounts.site import create_staff
from dashboards.actions import FILE, LONGEST, decoded, drafted
from dashboards.records import PublishedActions
from dashboards.source import LatestRelease
from translations.languages import LANGUAGES, direction

OFFICER = Viewer(Role.OFFICER, frozenset({"a1"}), "one@example.org")
OTHER = Viewer(Role.OFFICER, frozenset({"a2"}), "two@example.org")
TEXTS = {"area": "a1", "indicator": "trust", "wave": "w3", "said_fr": "C’est sombre.", "done_fr": "Deux patrouilles."}


class Site:
    """The pages of actions, and who asks for them."""

    def __init__(self, server: Flask, folder: Path, release: Release) -> None:
        write(folder / "releases", replace(release, id=""))
        self.actions = ActionStore(store.connect(f"sqlite:///{folder / 'staff.sqlite3'}"), folder / "actions")
        settings, source = server.extensions["thiqa_desk"].settings, LatestRelease(folder / "releases")
        server.extensions["thiqa_desk"] = Desk(settings, self.actions.engine, source, self.actions)
        self.viewer: Viewer | None = OFFICER
        self.client: FlaskClient = server.test_client()

    def token(self) -> str:
        """The token of a form of this session."""
        found = re.search(
            r'name="csrf_token" value="([^"]+)"', self.client.get("/staff/account/actions/new?lang=en").text
        )
        assert found
        return found[1]

    def send(self, where: str, **form: str) -> TestResponse:
        """Send a form with its token."""
        return self.client.post(f"/staff/account/actions/{where}?lang=en", data={"csrf_token": self.token(), **form})

    @contextmanager
    def seen_by(self, viewer: Viewer | None) -> Iterator[None]:
        """Somebody else asks for a while."""
        before, self.viewer = self.viewer, viewer
        yield
        self.viewer = before

    def public(self) -> list[str]:
        """What residents read."""
        return [action.done["fr"] for action in PublishedActions(self.actions.directory).actions("a1")]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """The staff's site; each test gives it a store of its own."""
    folder = tmp_path_factory.mktemp("actions")
    about = {"releases": folder, "actions": folder, "staff_database_url": f"sqlite:///{folder}/staff.sqlite3"}
    key = secrets.token_hex(32)
    return create_staff(StaffSettings(**about, staff_key=key, staff_url="http://localhost/staff/"))  # type: ignore[arg-type]  # of several kinds


@pytest.fixture
def site(server: Flask, tmp_path: Path, release: Release, monkeypatch: pytest.MonkeyPatch) -> Site:
    """The pages over the small release, asked for by an officer of a1."""
    made = Site(server, tmp_path, release)
    monkeypatch.setattr(action_pages, "looking", lambda: made.viewer)
    return made


def test_a_draft_is_kept_and_no_resident_sees_it(site: Site) -> None:
    answer = site.send("new", **TEXTS, step="draft")
    assert answer.status_code == 303
    assert answer.location == "/staff/account/actions?lang=en"
    (kept,) = site.actions.actions()
    assert (kept.area, kept.indicator, kept.wave, kept.published) == ("a1", "trust", "w3", False)
    assert site.public() == []
    assert "not published" in site.client.get("/staff/account/actions?lang=en").text


def test_what_is_published_names_its_figure_and_what_is_withdrawn_is_gone(site: Site) -> None:
    site.send("new", **TEXTS, step="publish")
    (found,) = decoded((site.actions.directory / FILE).read_bytes())
    assert (found.area, found.indicator, found.wave) == ("a1", "trust", "w3")
    assert site.public() == ["Deux patrouilles."]
    site.send(f"{found.number}/withdraw")
    assert site.public() == []
    site.send(f"{found.number}/publish")
    assert site.public() == ["Deux patrouilles."]


def test_who_wrote_it_is_kept_and_not_published(site: Site) -> None:
    site.send("new", **TEXTS, step="publish")
    assert b"example.org" not in (site.actions.directory / FILE).read_bytes()


def test_a_change_takes_the_place_of_what_was_there(site: Site) -> None:
    site.send("new", **TEXTS, step="publish")
    (kept,) = site.actions.actions()
    page = site.client.get(f"/staff/account/actions/{kept.number}?lang=fr").text
    assert "\nDeux patrouilles.</textarea>" in page
    site.send(str(kept.number), **{**TEXTS, "done_fr": "Trois patrouilles."}, step="publish")
    assert site.public() == ["Trois patrouilles."]
    site.send(str(kept.number), **TEXTS, step="draft")
    assert site.public() == []
    assert len(site.actions.actions()) == 1


@pytest.mark.parametrize("area", ["a2", "top", "none", "", "a1 ", "A1", "../a1", "a" * 5000])
def test_fault_58_nothing_is_written_for_an_area_that_is_not_ones_own(site: Site, area: str) -> None:
    answer = site.send("new", **{**TEXTS, "area": area}, step="publish")
    assert answer.status_code == 422
    assert site.actions.actions() == ()
    assert "Aïn Chock" not in answer.text


def test_fault_58_an_action_of_another_area_is_one_that_does_not_exist(site: Site) -> None:
    site.send("new", **TEXTS, step="publish")
    (kept,) = site.actions.actions()
    with site.seen_by(OTHER):
        there, nowhere = (site.client.get(f"/staff/account/actions/{number}?lang=en") for number in (kept.number, 999))
        assert there.status_code == nowhere.status_code == 404
        assert there.data == nowhere.data
        for step in ("withdraw", "publish"):
            assert site.send(f"{kept.number}/{step}").status_code == 404
        assert site.send(str(kept.number), **{**TEXTS, "area": "a2"}, step="draft").status_code == 404
        assert "Deux patrouilles" not in site.client.get("/staff/account/actions?lang=en").text
    assert site.public() == ["Deux patrouilles."]


def test_whatever_is_written_published_or_withdrawn_is_in_the_trail_without_a_word_of_it(site: Site) -> None:
    site.send("new", **TEXTS, step="draft")
    (kept,) = site.actions.actions()
    where = str(kept.number)
    site.send(where, **TEXTS, step="draft")
    for step in ("publish", "publish", "withdraw", "withdraw"):  # what changes nothing is no act
        site.send(f"{where}/{step}")
    site.send(where, **TEXTS, step="publish")
    site.send(where, **TEXTS, step="draft")
    site.send("new", **TEXTS, step="publish")
    found = trail.looks(site.actions.engine, None, 20)[::-1]
    about = f"?area=a1&number={where}"
    acts = ["record", "change", "publish", "withdraw", "publish", "withdraw"]
    assert [(look.page, look.query) for look in found[:-1]] == [(f"action/{act}", about) for act in acts]
    assert (found[-1].page, found[-1].query) == ("action/publish", f"?area=a1&number={kept.number + 1}")
    assert {(look.account, look.role, look.release) for look in found} == {("one@example.org", "officer", "")}
    assert "atrouille" not in str(found)
    assert trail.faults(site.actions.engine) == ()


def test_what_is_refused_is_no_act(site: Site) -> None:
    number = site.actions.keep(drafted(TEXTS), OFFICER, number=None, published=False)
    assert number is not None
    assert not site.actions.turn(number, OTHER, published=True)
    assert site.actions.keep(drafted({**TEXTS, "area": "a2"}), OTHER, number=number, published=True) is None
    site.send("new", **{**TEXTS, "area": "a2"}, step="publish")
    assert [look.page for look in trail.looks(site.actions.engine, None, 9)] == ["action/record"]


def test_an_action_and_its_act_are_one(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the trail cannot be written, nothing is kept and nothing is published."""
    number = site.actions.keep(drafted(TEXTS), OFFICER, number=None, published=False)
    assert number is not None
    monkeypatch.setattr(trail, "chained", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        site.actions.turn(number, OFFICER, published=True)
    with pytest.raises(ZeroDivisionError):
        site.actions.keep(drafted(TEXTS), OFFICER, number=None, published=True)
    assert [action.published for action in site.actions.actions()] == [False]
    assert site.public() == []


def test_the_store_itself_refuses_what_a_page_would(site: Site) -> None:
    assert site.actions.keep(drafted(TEXTS), OTHER, number=None, published=True) is None
    leader = Viewer(Role.LEADERSHIP, frozenset({"a1"}))
    assert site.actions.keep(drafted(TEXTS), leader, number=None, published=True) is None
    number = site.actions.keep(drafted(TEXTS), OFFICER, number=None, published=False)
    assert number is not None
    assert site.actions.keep(drafted({**TEXTS, "area": "a2"}), OTHER, number=number, published=True) is None
    assert not site.actions.turn(number, OTHER, published=True)
    assert not site.actions.turn(number, leader, published=True)


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.OFFICER])
def test_nobody_else_has_these_pages(site: Site, role: Role) -> None:
    token = site.token()
    for viewer in (Viewer(role, frozenset({"a1"})), None):
        with site.seen_by(viewer):
            assert site.client.get("/staff/account/actions").status_code == 404
            assert site.client.get("/staff/account/actions/new").status_code == 404
            form = {"csrf_token": token, **TEXTS, "step": "publish"}
            assert site.client.post("/staff/account/actions/new", data=form).status_code == 404
    assert site.actions.actions() == ()


@pytest.mark.parametrize("token", [None, "", "x", "IjAxMjM0NTY3ODkuYWJjIg.x.y"])
def test_a_form_of_another_site_is_refused(site: Site, token: str | None) -> None:
    site.send("new", **TEXTS, step="draft")
    (kept,) = site.actions.actions()
    form = {**TEXTS, "step": "publish", **({} if token is None else {"csrf_token": token})}
    for where in ("new", str(kept.number), f"{kept.number}/publish"):
        assert site.client.post(f"/staff/account/actions/{where}", data=form).status_code == 400
    assert site.actions.actions() == (kept,)
    assert site.client.get(f"/staff/account/actions/{kept.number}/publish").status_code == 404


def test_what_was_typed_is_there_again_with_the_fault_beside_its_field(site: Site) -> None:
    long = "ن" * (LONGEST + 1)
    page = site.send("new", **{**TEXTS, "said_ar": long}, step="publish").text
    assert f"\n{long}</textarea>" in page
    assert "Deux patrouilles." in page
    for field in ("said_ar", "done_ar"):
        assert re.search(
            rf'<textarea id="{field}"[^>]* aria-invalid="true" aria-describedby="{field}-fault hint">', page
        )
        assert f'<p class="fault" id="{field}-fault">' in page
    assert 'role="alert"' in page
    assert '<option value="w3" selected>' in page


@pytest.mark.parametrize(
    "text", ["</textarea><script>alert(1)</script>", "{{ 7*7 }}", '"><img src=x onerror=alert(1)>', "<b>x</b>"]
)
def test_fault_20_a_hostile_text_is_text_in_the_form_and_in_the_list(site: Site, text: str) -> None:
    site.send("new", **{**TEXTS, "done_fr": text}, step="publish")
    (kept,) = site.actions.actions()
    for where in ("/staff/account/actions?lang=fr", f"/staff/account/actions/{kept.number}?lang=fr"):
        page = site.client.get(where).text
        assert text in unescape(page)
        assert "<script>alert" not in page
        assert "<img" not in page
        assert "<b>x" not in page
    assert site.public() == [text]


def test_fault_18_what_turns_text_round_never_reaches_the_store(site: Site) -> None:
    site.send("new", **{**TEXTS, "done_fr": "Deux\u202e \u0000patrouilles\u2066."}, step="publish")
    assert site.public() == ["Deux patrouilles."]


def test_the_link_of_the_page_of_figures_fills_in_what_the_action_is_about(site: Site) -> None:
    page = site.client.get("/staff/account/actions/new?lang=en&indicator=safety&wave=w2&area=a1").text
    assert '<option value="safety" selected>' in page
    assert '<option value="w2" selected>' in page
    assert page.count("<option") == 1 + 3 + 3


@pytest.mark.parametrize("where", ["0", "-1", "abc", "99999999999999999999", "1/erase", "1%00"])
def test_an_address_that_names_none_is_no_fault(site: Site, where: str) -> None:
    assert site.client.get(f"/staff/account/actions/{where}").status_code in (404, 405)
    assert site.send(f"{where}/publish").status_code == 404


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_pages_speak_the_readers_language(site: Site, language: str) -> None:
    for where in ("", "/new"):
        page = site.client.get(f"/staff/account/actions{where}?lang={language}").text
        assert f'<html lang="{language}" dir="{direction(language)}">' in page
        assert "%(" not in page
        assert "None" not in page


def test_without_a_release_there_is_nothing_to_write_about(site: Site, tmp_path: Path) -> None:
    for file in (tmp_path / "releases").rglob("*"):
        if file.is_file():
            file.unlink()
    assert site.client.get("/staff/account/actions/new").status_code == 503


def test_many_at_once_leave_a_whole_file_with_all_that_is_published(site: Site) -> None:
    def keep(place: int) -> None:
        draft = drafted({**TEXTS, "done_fr": f"Patrouille {place}"})
        assert site.actions.keep(draft, OFFICER, number=None, published=place % 2 == 0) is not None

    with ThreadPool(4) as pool:
        pool.map(keep, range(12))
    assert sorted(site.public()) == sorted(f"Patrouille {place}" for place in range(0, 12, 2))
    assert len(trail.looks(site.actions.engine, None, 99)) == 12
    assert trail.faults(site.actions.engine) == ()
    assert [path.name for path in site.actions.directory.iterdir() if path.name.startswith(f".{FILE}.")] == [
        f".{FILE}.lock"
    ]
    assert (site.actions.directory / FILE).stat().st_mode & 0o777 == 0o644
