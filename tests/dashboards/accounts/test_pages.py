"""The pages of accounts in three languages: ours in every word, labelled, and without a script."""

import re
import secrets
from pathlib import Path
from typing import Any

import pytest
from werkzeug.test import Client

from dashboards.access import Role
from deploy import wsgi
from deploy.demo_environment import demo_environment
from survey_app.settings import SettingsError

from .conftest import HERE, Person, Site, Sites, token_of

LIBRARY = (
    "Login", "Two-Factor", "Invalid", "Specified user", "Authentication failed", "Recovery Code<", "Reauthenticate",
    "Please enter", "Remember Me", "Forgot", "Generate new", "Code has been", "must be at least", "do not match",
)  # fmt: skip


def pages(site: Site, language: str) -> dict[str, str]:
    """Every page there is, some of them with what is wrong."""
    found: dict[str, str] = {}

    def keep(name: str, answer: Any) -> str:
        assert answer.status_code in (200, 404), name
        found[name] = answer.text
        return str(answer.text)

    who = site.browser()
    who.email = f"admin.{language}@example.com"
    link = site.invite(who.email, Role.ADMINISTRATOR)
    keep("invited", who.open(f"{link}?lang={language}"))
    keep("invited, wrong", who.send(link, password="x", again="y"))
    who.send(link, password=who.password, again=who.password)
    keep("used", who.open(link))
    keep("login", who.open("login?said=invited"))
    keep("login, wrong", who.name("wrong wrong wrong"))
    who.name()
    keep("setup", who.open("tf-setup"))
    shown = keep("key", who.send("tf-setup", setup="authenticator"))
    keep("code, wrong", who.client.post(HERE + "tf-validate", data={"csrf_token": token_of(shown), "code": "0"}))
    who.set_up()
    keep("codes", who.open("mf-recovery-codes"))
    keep("codes, shown", who.send("mf-recovery-codes"))
    for place in ("", "change", "verify", "people", "people/1", "nowhere"):
        keep(place or "home", who.open(place))
    keep("verify, wrong", who.send("verify", password="wrong"))
    keep("change, wrong", who.send("change", password="wrong", new_password="x", new_password_confirm="y"))
    keep("people, wrong", who.send("people", email="x", role="officer"))
    keep("link", who.send("people", email=f"a.{language}@b.example", role="analyst"))
    again = Person(site.server.test_client(), who.email)
    again.open(f"login?lang={language}")
    again.name()
    keep("code", again.open("tf-validate"))
    keep("recovery", again.open("mf-recovery"))
    keep("recovery, wrong", again.send("mf-recovery", code="x"))
    return found


@pytest.mark.parametrize("language", ["ar", "fr", "en"])
def test_every_page_is_ours_labelled_and_in_its_language(site: Site, language: str) -> None:
    for name, text in pages(site, language).items():
        assert f'<html lang="{language}" dir="{"rtl" if language == "ar" else "ltr"}">' in text, name
        assert len(re.findall("<h1", text)) == 1, name
        assert "<script" not in text, name
        assert not re.search(r'\s(?:style|on\w+)="', text), name
        theirs = text.replace("Please enter an e-mail address.", "")  # which is ours
        assert not [word for word in LIBRARY if word in theirs], name
        ids = re.findall(r'\sid="([^"]+)"', text)
        assert len(ids) == len(set(ids)), name
        for told in re.findall(r'aria-(?:describedby|labelledby)="([^"]+)"', text):
            assert set(told.split()) <= set(ids), name
        for box in re.findall(r"<input (?![^>]*type=\"(?:hidden|checkbox)\")[^>]*>", text):
            own = re.search(r'id="([^"]+)"', box)
            assert own, name
            assert f'<label for="{own[1]}"' in text, name
            assert "autocomplete=" in box, name
        if "wrong" in name:
            assert 'role="alert"' in text, name
            assert 'aria-invalid="true"' in text, name
        for form in re.findall(r'<form method="post".*?</form>', text, re.DOTALL):
            assert 'name="csrf_token"' in form, name


def test_the_switch_of_languages_keeps_the_page_and_where_it_leads(site: Site) -> None:
    page = site.browser().open("login", query_string={"next": "/staff/leadership?wave=w1"}).text
    assert 'href="/staff/account/login?next=%2Fstaff%2Fleadership%3Fwave%3Dw1&amp;lang=fr"' in page


def test_the_language_is_asked_for_or_kept_or_accepted(site: Site) -> None:
    who = site.browser()
    assert 'lang="fr"' in who.open("login", headers={"Accept-Language": "de, fr;q=0.5"}).text[:60]
    assert 'lang="ar"' in who.open("login?lang=ar", headers={"Accept-Language": "fr"}).text[:60]
    assert 'lang="ar"' in who.open("login", headers={"Accept-Language": "fr"}).text[:60]
    assert 'lang="ar"' in who.open("login?lang=../x", headers={"Accept-Language": "fr"}).text[:60]


def test_the_key_is_a_picture_and_text_and_no_address(site: Site) -> None:
    who = site.browser()
    who.email = "new@example.com"
    link = site.invite(who.email)
    who.send(link, password=who.password, again=who.password)
    who.name()
    shown = who.send("tf-setup", setup="authenticator").text
    assert 'src="data:image/svg+xml;base64,' in shown
    assert "otpauth" not in shown
    assert re.search(r'<code dir="ltr">[A-Z2-7]{4}(-[A-Z2-7]{4})+<', shown)


def test_the_site_answers_alone_and_behind_a_dispatcher(sites: Sites) -> None:
    from werkzeug.middleware.dispatcher import DispatcherMiddleware
    from werkzeug.wrappers import Response

    server = sites().server
    both = DispatcherMiddleware(Response("the survey"), {"/staff": server})
    for application in (server, both):
        answer = Client(application).get("/staff/area?lang=fr")
        assert answer.headers["Location"].startswith("/staff/account/login")
        page = Client(application).get("/staff/account/login").text
        assert 'href="/staff/account/static/account.css"' in page
        for sheet in ("account/static/account.css", "assets/layout.css"):
            with Client(application).get(f"/staff/{sheet}") as found:
                assert found.status_code == 200
    for place in ("/account/login", "/", "/staffroom", "/leadership", "/account/static/account.css"):
        answer = Client(server).get(place)
        assert (answer.status_code, "Set-Cookie" in answer.headers) == (404, False), place


@pytest.fixture
def together(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """The environment of everything at one address."""
    for name in ("THIQA_STAFF_KEY", "THIQA_STAFF_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("THIQA_ENV_FILE", "")
    demo_environment(tmp_path)
    return monkeypatch


def test_everything_has_the_staff_site_where_there_is_a_key(together: pytest.MonkeyPatch) -> None:
    assert wsgi.has_staff()
    answer = Client(wsgi.everything()).get("/staff/", base_url="http://127.0.0.1:8000/")
    assert answer.headers["Location"] == "/staff/account/login"
    together.setenv("THIQA_ENV_FILE", "")
    assert not wsgi.has_staff()
    assert wsgi.place_of_staff() == ""
    together.setenv("THIQA_STAFF_KEY", secrets.token_hex(32))
    assert wsgi.has_staff()


def test_everything_has_the_staff_site_at_the_path_of_its_address(together: pytest.MonkeyPatch) -> None:
    together.setenv("THIQA_STAFF_URL", "http://127.0.0.1:8000/inside/police")
    client = Client(wsgi.everything())
    answer = client.get("/inside/police/", base_url="http://127.0.0.1:8000/")
    assert answer.headers["Location"] == "/inside/police/account/login"
    assert client.get("/staff/", base_url="http://127.0.0.1:8000/").status_code == 404


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("THIQA_STAFF_KEY", "change-me"),
        ("THIQA_OIDC_ISSUER", "http://provider.example"),
        ("THIQA_OPEN_DATA", "ftp://data.example"),
        ("THIQA_STAFF_URL", "https://example.org"),
        ("THIQA_STAFF_URL", "https://example.org/dashboards/"),
        ("THIQA_STAFF_URL", "https://example.org/sms"),
    ],
)
def test_a_staff_site_that_could_not_answer_stops_the_start_with_a_sentence(
    together: pytest.MonkeyPatch, name: str, value: str
) -> None:
    together.setenv(name, value)
    with pytest.raises(SettingsError, match=name):
        wsgi.everything()
