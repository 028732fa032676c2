"""The administrator's pages: accounts and nothing else; whatever is done there is in the trail."""

import re
from pathlib import Path

import pytest

from dashboards.access import Role
from dashboards.accounts import store, trail
from dashboards.accounts.tables import AccountRow
from tests.dashboards.conftest import body

from .conftest import HERE, PASSWORD, Person, Site, alerts


@pytest.fixture
def administrator(site: Site) -> Person:
    return site.person("admin@example.com", Role.ADMINISTRATOR)


def account(site: Site, email: str) -> AccountRow:
    with store.reading(site.engine) as session:
        found = store.find(session, email)
    assert found is not None
    return found


def acts(site: Site) -> list[tuple[str, str, str]]:
    return [(look.account, look.page, look.query) for look in trail.looks(site.engine, None, 9) if "/" in look.page]


def test_an_administrator_sees_accounts_and_no_figure(site: Site, administrator: Person) -> None:
    assert administrator.client.get("/staff/").headers["Location"].startswith(HERE + "people")
    for page in ("leadership", "area", "compare", "quality", "oversight", "about"):
        assert administrator.client.get(f"/staff/{page}").status_code == 404
    answer = administrator.client.post("/staff/_dash-update-component", json=body("?lang=en", "/staff/leadership"))
    assert "%" not in answer.text
    assert "There is no such page" in answer.text or "لا توجد" in answer.text


@pytest.mark.parametrize("role", [role for role in Role if role not in (Role.PUBLIC, Role.ADMINISTRATOR)])
def test_for_everybody_else_there_are_no_such_pages(site: Site, role: Role) -> None:
    who = site.person("other@example.com", role, *(["a1"] if role is Role.OFFICER else []))
    assert who.open("people").status_code == 404
    assert who.open("people/1").status_code == 404
    assert who.send("people", at="", email="a@b.example", role="administrator").status_code == 404
    assert who.send("people/1", at="", act="end").status_code == 404
    assert who.is_in
    assert site.browser().open("people").status_code == 404


def test_inviting_gives_a_link_once_and_a_line_of_the_trail(site: Site, administrator: Person) -> None:
    answer = administrator.send("people", email="Officer@example.com", role="officer", area=["a1", "a2"])
    link = re.search(r"http://localhost/staff/account/(invited/[\w-]+)<", answer.text)
    assert link
    assert site.browser().open(link[1]).status_code == 200
    assert link[1] not in administrator.open("people").text
    made = account(site, "officer@example.com")
    assert (made.role, made.areas) == ("officer", ["a1", "a2"])
    assert acts(site)[0] == (
        "admin@example.com", "account/invite", "?account=officer%40example.com&role=officer&area=a1&area=a2",
    )  # fmt: skip
    assert link[1].split("/")[1] not in str(acts(site))


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"email": "nobody", "role": "analyst"}, "e-mail address"),
        ({"email": "a@b.example", "role": "officer"}, "at least one area"),
        ({"email": "a@b.example", "role": "officer", "area": "zz"}, "no such area"),
        ({"email": "a@b.example", "role": "public"}, "choose a role"),
        ({"email": "a@b.example", "role": "root"}, "choose a role"),
        ({"email": "admin@example.com", "role": "leadership"}, "own account"),
    ],
)
def test_an_invitation_that_cannot_be_is_told_and_leaves_nothing(
    site: Site, administrator: Person, fields: dict[str, str], said: str
) -> None:
    before = acts(site)
    assert said in " ".join(alerts(administrator.send("people", **fields)))
    assert acts(site) == before
    assert len(store.accounts(site.engine)) == 1


def test_role_and_areas_change_at_once(site: Site, administrator: Person) -> None:
    who = site.person("other@example.com", Role.LEADERSHIP)
    place = f"people/{account(site, who.email).id}"
    assert who.client.get("/staff/leadership").status_code == 200
    assert administrator.send(place, act="change", role="officer", area="a1").status_code == 302
    assert who.client.get("/staff/leadership").status_code == 404
    assert who.client.get("/staff/area").status_code == 200
    assert account(site, who.email).areas == ["a1"]
    assert acts(site)[0][1:] == ("account/change", "?account=other%40example.com&role=officer&area=a1")


def test_ending_and_resetting_end_the_sessions(site: Site, administrator: Person) -> None:
    who = site.person("other@example.com")
    place = f"people/{account(site, who.email).id}"
    administrator.send(place, act="reset")
    assert not who.is_in
    again = Person(site.server.test_client(), who.email)
    assert again.name().headers["Location"] == HERE + "tf-setup"
    again.set_up()
    administrator.send(place, act="end")
    assert not again.is_in
    assert Person(site.server.test_client(), who.email).name(PASSWORD).status_code == 200
    about = "?account=other%40example.com&role=leadership"
    assert [(page, query) for _, page, query in acts(site)[:2]] == [("account/end", about), ("account/reset", about)]


@pytest.mark.parametrize("number", ["0", "99", "99999999999999999999"])
def test_a_number_that_no_account_has_is_no_page(administrator: Person, number: str) -> None:
    assert administrator.open(f"people/{number}").status_code == 404


@pytest.mark.parametrize("act", ["change", "end", "reset", "invite"])
def test_nobody_changes_the_own_account(site: Site, administrator: Person, act: str) -> None:
    place = f"people/{account(site, administrator.email).id}"
    token = re.search(r'name="csrf_token" value="([^"]+)"', administrator.open("").text)
    assert token
    before = acts(site)
    answer = administrator.client.post(HERE + place, data={"csrf_token": token[1], "act": act, "role": "leadership"})
    assert "own account" in answer.text
    assert account(site, administrator.email).role == "administrator"
    assert administrator.is_in
    assert acts(site) == before


def test_an_act_and_its_line_are_one(site: Site, administrator: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the trail cannot be written, nothing is changed."""
    who = site.person("other@example.com")
    monkeypatch.setattr(trail, "chained", lambda *_: 1 / 0)
    place = f"people/{account(site, who.email).id}"
    assert administrator.send(place, act="end").status_code == 500
    assert account(site, who.email).active


def test_there_is_no_page_that_changes_the_trail(site: Site, administrator: Person) -> None:
    rules = [rule for rule in site.server.url_map.iter_rules() if "POST" in (rule.methods or ())]
    assert not [rule.rule for rule in rules if "trail" in rule.rule or "look" in rule.rule]
    written = {path: path.read_text(encoding="utf-8") for path in Path("dashboards").rglob("*.py")}
    assert any("LookRow(" in text for text in written.values())
    assert [path for path, text in written.items() if re.search(r"\b(update|delete)\(\s*LookRow", text)] == []
    assert trail.looks(site.engine, None, 9)
    assert trail.faults(site.engine) == ()


def test_an_address_that_is_code_is_shown_as_letters(site: Site, administrator: Person) -> None:
    site.invite("<script>alert(1)</script>@b.example")
    page = administrator.open("people").text
    assert "<script" not in page
    assert "&lt;script&gt;" in page
