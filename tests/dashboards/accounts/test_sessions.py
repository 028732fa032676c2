"""Sessions: how they begin and end, what their cookie allows, and what is refused at the gate."""

import logging
import secrets
from pathlib import Path

import pytest

from dashboards.access import Role
from dashboards.accounts import people, store
from dashboards.accounts.gate import _within
from dashboards.accounts.settings import StaffSettings
from dashboards.accounts.site import create_staff

from .conftest import HERE, PASSWORD, Person, Site, Sites, alerts, token_of


def test_a_session_ends_after_half_an_hour_without_use(site: Site) -> None:
    who = site.person()
    site.clock.pass_by(minutes=29)
    assert who.is_in
    site.clock.pass_by(minutes=29)
    assert who.is_in
    site.clock.pass_by(minutes=31)
    assert not who.is_in


def test_a_session_ends_after_twelve_hours_whatever_is_done(site: Site) -> None:
    who = site.person()
    for _ in range(28):
        site.clock.pass_by(minutes=25)
        assert who.is_in
    site.clock.pass_by(minutes=25)
    answer = who.client.get("/staff/leadership")
    assert answer.headers["Location"].startswith(HERE + "login?next=")
    assert "said=over" in answer.headers["Location"]
    assert "Your session is over" in who.client.get(answer.headers["Location"]).text


def test_the_calls_of_an_open_page_are_refused_after_the_end(site: Site) -> None:
    who = site.person()
    site.clock.pass_by(hours=13)
    assert who.client.post("/staff/_dash-update-component", json={}).status_code == 401


def test_signing_out_ends_a_stolen_copy_of_the_cookie(site: Site) -> None:
    who = site.person()
    thief = site.browser()
    thief.cookie = who.cookie
    assert thief.is_in
    assert who.send("logout", at="").headers["Location"] == HERE + "login?said=out"
    assert not thief.is_in
    assert not who.is_in


@pytest.mark.parametrize("act", [people.end, people.reset])
def test_an_administrators_act_ends_the_sessions(site: Site, act: object) -> None:
    who = site.person()
    assert act(site.engine, people.MACHINE, who.email)  # type: ignore[operator]  # both take the same
    assert not who.is_in


def test_a_changed_password_ends_the_other_sessions_and_keeps_this_one(site: Site) -> None:
    who = site.person()
    other = site.browser()
    other.cookie = who.cookie
    new = "nine quiet rivers"
    answer = who.send("change", password=PASSWORD, new_password=new, new_password_confirm=new)
    assert answer.headers["Location"] == HERE + "?said=password"
    assert who.is_in
    assert not other.is_in
    again = Person(site.server.test_client(), who.email, key=who.key)
    assert again.name().status_code == 200
    assert again.name(new).status_code == 302


def test_a_new_password_that_is_not_good_is_told_beside_its_box(site: Site) -> None:
    who = site.person()
    for new, again, said in (
        ("short", "short", "at least 12 characters"),
        ("nine quiet rivers", "nine quiet river", "not the same"),
        (PASSWORD, PASSWORD, "the password that you have"),
        ("Password2026!", "Password2026!", "others would try"),
    ):
        site.clock.pass_by(minutes=16)
        answer = who.send("change", password=PASSWORD, new_password=new, new_password_confirm=again)
        assert [sentence for sentence in alerts(answer) if said in sentence], new
    assert who.is_in


def test_fault_10_a_session_planted_before_is_worth_nothing_after(site: Site) -> None:
    """What an attacker set or saw before the sign-in neither opens the session nor has its token."""
    who = site.person()
    victim = Person(site.server.test_client(), who.email, key=who.key)
    token = token_of(victim.open("login"))
    planted = victim.cookie
    victim.name()
    victim.send("tf-validate", code=victim.code(1))
    assert victim.is_in
    assert victim.cookie != planted
    attacker = site.browser()
    attacker.cookie = planted
    assert not attacker.is_in
    assert victim.client.post(HERE + "logout", data={"csrf_token": token}).status_code == 400
    assert victim.is_in


def test_fault_11_the_cookie_allows_as_little_as_can_be(sites: Sites) -> None:
    plain = sites().browser().open("login").headers["Set-Cookie"]
    assert plain.startswith("staff=")
    assert {"HttpOnly", "SameSite=Strict", "Path=/staff/"} <= set(plain.split("; "))
    safe = sites(staff_url="https://localhost/staff/").browser().open("login").headers["Set-Cookie"]
    assert safe.startswith("__Host-staff=")
    assert {"HttpOnly", "SameSite=Strict", "Path=/", "Secure"} <= set(safe.split("; "))
    assert "Domain" not in plain + safe
    assert "Expires" not in plain + safe
    assert len(safe) < 4096


PLACES = ("login", "logout", "tf-setup", "tf-validate", "mf-recovery", "mf-recovery-codes", "change", "verify",
          "people", "demonstration", "people/1")  # fmt: skip


@pytest.mark.parametrize("token", [None, "", "wrong", "other"])
def test_fault_12_a_form_without_its_token_does_nothing(site: Site, token: str | None) -> None:
    who = site.person("admin@example.com", Role.ADMINISTRATOR)
    given = token_of(site.browser().open("login")) if token == "other" else token
    for place in PLACES:
        answer = who.client.post(HERE + place, data={} if given is None else {"csrf_token": given})
        assert answer.status_code == 400, place
    assert who.is_in


def test_a_form_sent_from_another_site_does_nothing(site: Site) -> None:
    who = site.person()
    token = token_of(who.open(""))
    for place in ("cross-site", "same-site"):
        sent = who.client.post(HERE + "logout", data={"csrf_token": token}, headers={"Sec-Fetch-Site": place})
        assert sent.status_code == 400
    assert who.is_in


ELSEWHERE = (
    "https://evil.example/", "//evil.example/", "\\\\evil.example", "/\\evil.example", "///evil.example",
    "/dashboards/", "http://localhost.evil.example/staff/", "https:evil.example", "/staff/\\..\\\\evil.example",
    "javascript:alert(1)",
)  # fmt: skip


def test_fault_28_nobody_is_sent_elsewhere(site: Site) -> None:
    who = site.person()
    for place, code in zip(ELSEWHERE, who.codes, strict=True):
        again = Person(site.server.test_client(), who.email)
        token = token_of(again.open("login", query_string={"next": place}))
        fields = {"csrf_token": token, "email": again.email, "password": PASSWORD, "next": place}
        first = again.client.post(HERE + "login", query_string={"next": place}, data=fields)
        assert first.headers["Location"].startswith("/staff/"), place
        then = {"csrf_token": token_of(again.open("mf-recovery")), "code": code, "next": place}
        last = again.client.post(HERE + "mf-recovery", query_string={"next": place}, data=then)
        assert last.status_code == 302, place
        assert last.headers["Location"].startswith("/staff/"), place
        assert "\\" not in last.headers["Location"], place


@pytest.mark.parametrize(
    "place", ["/\t/evil.example", "/\n/evil.example", "/\x7f/evil.example", "//evil.example", "/\\evil"]
)
def test_fault_28_at_the_root_of_a_host_nobody_is_sent_elsewhere_either(place: str) -> None:
    """A browser takes tabs and line ends out of an address before it reads it."""
    assert _within(place, "/") == "/"
    assert _within("/area?lang=ar", "/") == "/area?lang=ar"


def test_a_permanent_link_survives_the_sign_in(site: Site) -> None:
    who = site.person()
    again = Person(site.server.test_client(), who.email, key=who.key)
    wanted = "/staff/compare?lang=fr&with=a1&with=a2&indicator=safety"
    entrance = again.client.get(wanted).headers["Location"]
    fields = {"csrf_token": token_of(again.client.get(entrance)), "email": again.email, "password": PASSWORD}
    onward = again.client.post(entrance, data=fields).headers["Location"]
    code = {"csrf_token": token_of(again.client.get(onward)), "code": again.code(1)}
    assert again.client.post(onward, data=code).headers["Location"] == wanted


def test_fault_28_another_host_is_refused(site: Site) -> None:
    for host in ("evil.example", "localhost.evil.example", "localhost:99999", "127.0.0.1", "localhost@evil.example"):
        for place in (HERE + "login", "/staff/", "/staff/leadership"):
            answer = site.browser().client.get(place, headers={"Host": host})
            assert answer.status_code == 400
            assert "evil" not in answer.text


def test_links_never_take_their_host_from_a_request(site: Site) -> None:
    who = site.person("admin@example.com", Role.ADMINISTRATOR)
    token = token_of(who.open("people"))
    fields = {"csrf_token": token, "email": "a@b.example", "role": "analyst"}
    made = who.client.post(HERE + "people", data=fields, headers={"X-Forwarded-Host": "evil.example"}).text
    assert "http://localhost/staff/account/invited/" in made
    assert "evil" not in made


def test_a_link_on_another_site_shows_the_page_and_ends_no_session(site: Site) -> None:
    """A Strict cookie is not sent then: the page of one line has the browser come again, and sets no cookie."""
    from_mail = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}
    answer = site.browser().client.get("/staff/leadership?lang=fr&wave=w1", headers=from_mail)
    assert answer.status_code == 200
    assert 'http-equiv="refresh" content="0; url=/staff/leadership?lang=fr&amp;wave=w1"' in answer.text
    areas = site.browser().client.get("/staff/compare?with=a1&with=a2", headers=from_mail).text
    assert 'url=/staff/compare?with=a1&amp;with=a2"' in areas
    assert "Set-Cookie" not in answer.headers


def test_below_the_accounts_there_is_one_page_for_what_does_not_exist(site: Site) -> None:
    """Whether the address is unknown or the page is another's, and in the language that was chosen before."""
    who = site.person()
    who.open("?lang=fr")
    places = ("nowhere", "people", "people/1", "actions", "actions/1", "tf-rescue", "actions/1/publish")
    pages = {who.open(place).data for place in places}
    assert len(pages) == 1
    assert b'<html lang="fr"' in pages.pop()


def test_a_page_is_called_too_old_only_where_its_token_is(site: Site) -> None:
    who = site.person()
    old = "The page was too old"
    assert old in who.client.post(HERE + "logout").text
    for answer, code in (
        (who.client.get(HERE, headers={"Host": "evil.example"}), 400),
        (who.client.put("/staff/leadership", json={}), 405),
        (who.send("change", password="x" * 70_000), 413),
    ):
        assert answer.status_code == code
        assert "That could not be done" in answer.text
        assert old not in answer.text


def test_the_pages_have_the_headers_of_the_dashboards_and_allow_no_script(site: Site) -> None:
    for place in ("login", "nowhere", "invited/x"):
        headers = site.browser().open(place).headers
        policy = headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "script-src" not in policy
        assert "frame-ancestors 'none'" in policy
        assert headers["Cache-Control"] == "private, no-store"
        assert headers["Referrer-Policy"] == "no-referrer"
        assert headers["X-Content-Type-Options"] == "nosniff"


def test_what_the_library_offers_beyond_is_closed(site: Site) -> None:
    who = site.person()
    for place in ("tf-rescue", "tf-select", "reset", "register", "nowhere", "confirm", "wan-signin"):
        for browser in (who, site.browser()):
            assert browser.open(place).status_code == 404
            assert browser.client.post(HERE + place).status_code == 404


def test_the_session_is_the_only_way_in(site: Site) -> None:
    """No token of the library's, no JSON, no basic authentication."""
    who = site.person()
    with site.server.app_context():
        account = site.server.extensions["security"].datastore.find_user(email=who.email)
        token = account.get_auth_token()
    stranger = site.browser().client
    for headers in ({"Authentication-Token": token}, {"Authorization": f"Bearer {token}"}):
        assert stranger.get("/staff/leadership", headers=headers).status_code == 302
    assert stranger.get("/staff/leadership", query_string={"auth_token": token}).status_code == 302
    assert stranger.post(HERE + "login", json={"email": who.email, "password": PASSWORD}).status_code == 400
    assert not stranger.get(HERE + "login", headers={"Accept": "application/json"}).is_json


def test_nothing_secret_is_logged(
    site: Site, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The canaries: address, password, key, codes, the link's secret; also where a page fails."""
    caplog.set_level(logging.DEBUG)
    who = site.person("canary@example.com")
    Person(site.server.test_client(), who.email).name("canary password wrong")
    link = site.invite("second.canary@example.com")
    site.browser().open(link)
    monkeypatch.setattr(store, "invited", lambda *_: 1 / 0)
    assert site.browser().open(link).status_code == 500
    said = caplog.text
    for canary in (who.email, PASSWORD, "canary password", who.key, *who.codes, link.split("/")[1], "second.canary"):
        assert canary not in said
    assert "ZeroDivisionError" in said


def test_a_password_is_kept_by_argon2id_with_work_to_do(tmp_path: Path) -> None:
    from flask_security import hash_password

    url = f"sqlite:///{tmp_path}/staff.sqlite3"
    server = create_staff(StaffSettings(staff_database_url=url, staff_key=secrets.token_hex(32), releases=tmp_path))
    with server.app_context():
        assert str(hash_password(PASSWORD)).startswith("$argon2id$v=19$m=65536,t=3,p=4$")
