"""The demonstration: five people by a button, and no button anywhere else."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from sqlmodel import delete

from analytics.release import Release, write
from dashboards.access import Role
from dashboards.accounts import store, trail
from dashboards.accounts.demonstration import PEOPLE, make_people
from dashboards.accounts.tables import AccountRow

from .conftest import HERE, Person, Site, Sites, alerts, token_of


def entered(site: Site, role: str) -> Person:
    who = site.browser()
    who.client.post(HERE + "demonstration", data={"csrf_token": token_of(who.open("login")), "role": role})
    return who


def test_each_of_the_five_is_entered_by_one_button(sites: Sites) -> None:
    site = sites(demo=True)
    page = site.browser().open("login?lang=en").text
    firsts = {"officer": "area", "leadership": "leadership", "oversight": "oversight", "analyst": "quality"}
    for role in PEOPLE:
        assert f'name="role" value="{role}"' in page
        who = entered(site, role)
        assert who.is_in
        if role is Role.ADMINISTRATOR:
            assert who.open("people").status_code == 200
        else:
            assert who.client.get("/staff/?lang=ar").headers["Location"] == f"/staff/{firsts[role]}?lang=ar"
            assert who.client.get(f"/staff/{firsts[role]}").status_code == 200


@pytest.mark.parametrize(("demo", "synthetic"), [(False, True), (True, False), (False, False)])
def test_it_is_impossible_without_the_setting_or_over_real_figures(
    sites: Sites, release: Release, demo: bool, synthetic: bool
) -> None:
    site = sites(replace(release, synthetic=synthetic), demo=demo)
    make_people(site.engine)
    assert "demonstration" not in site.browser().open("login?lang=en").text.casefold()
    for role in PEOPLE:
        who = site.browser()
        sent = who.client.post(HERE + "demonstration", data={"csrf_token": token_of(who.open("login")), "role": role})
        assert sent.status_code == 404
        assert not who.is_in


def test_it_ends_as_soon_as_figures_are_real(sites: Sites, release: Release, tmp_path: Path) -> None:
    site = sites(demo=True)
    who = entered(site, "leadership")
    assert who.client.get("/staff/leadership").status_code == 200
    write(tmp_path / "releases", replace(release, id="", synthetic=False, created="2026-06-16"))
    assert who.client.get("/staff/leadership").status_code == 302
    assert not who.is_in


def test_the_administrator_for_show_changes_no_account(sites: Sites) -> None:
    """One invited so would stay when the figures become real."""
    site = sites(demo=True)
    site.invite("chief@example.com")
    number = next(one.id for one in store.accounts(site.engine) if one.email == "chief@example.com")
    who = entered(site, "administrator")
    before = {each.email: each.model_dump() for each in store.accounts(site.engine)}
    said = ["This is the demonstration: accounts are shown, but nothing is changed."]
    assert alerts(who.send("people", email="new@example.com", role="analyst")) == said
    for act in ("change", "end", "reset", "invite"):
        assert alerts(who.send(f"people/{number}", act=act, role="administrator")) == said
    assert {each.email: each.model_dump() for each in store.accounts(site.engine)} == before
    assert trail.head(site.engine)[0] == 1


def test_without_a_release_there_is_no_demonstration(sites: Sites, tmp_path: Path) -> None:
    site = sites(demo=True, releases=tmp_path / "none")
    assert 'name="role"' not in site.browser().open("login").text
    assert not entered(site, "leadership").is_in


@pytest.mark.parametrize("role", ["public", "root", "", "chief@example.com"])
def test_nobody_else_is_entered_so(sites: Sites, role: str) -> None:
    site = sites(demo=True)
    site.invite("chief@example.com")
    assert not entered(site, role).is_in


def test_the_five_have_no_password_and_change_nothing_of_themselves(sites: Sites) -> None:
    site = sites(demo=True)
    who = entered(site, "leadership")
    for place in ("change", "tf-setup", "mf-recovery-codes", "verify"):
        assert who.open(place).status_code == 404
    assert all(account.password is None for account in store.accounts(site.engine))
    assert Person(site.server.test_client(), PEOPLE[Role.LEADERSHIP][0]).name("").status_code == 200


def test_one_visitor_who_leaves_does_not_end_the_visit_of_another(sites: Sites) -> None:
    site = sites(demo=True)
    one, two = entered(site, "analyst"), entered(site, "analyst")
    one.send("logout", at="")
    assert not one.is_in
    assert two.is_in


def test_many_who_enter_at_once_make_the_five_people_once(sites: Sites) -> None:
    engine = sites(demo=True).engine
    for _ in range(5):
        with store.changing(engine) as work:
            work.exec(delete(AccountRow))
        with ThreadPoolExecutor(8) as together:
            list(together.map(make_people, [engine] * 8))
        assert sorted(account.email for account in store.accounts(engine)) == sorted(
            name for name, _ in PEOPLE.values()
        )
