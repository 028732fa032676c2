"""The staff's site over the small release, and people who sign in to it as a browser would."""

import re
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from passlib.totp import TOTP
from sqlalchemy import Engine
from werkzeug.test import TestResponse

from analytics.release import Release, write
from dashboards.access import Role
from dashboards.accounts import people, store
from dashboards.accounts.settings import StaffSettings
from dashboards.accounts.signin import dummy
from dashboards.accounts.site import create_staff

PASSWORD = "seven green lanterns"
HERE = "/staff/account/"


@dataclass
class Clock:
    """The time that the site believes in."""

    ahead: timedelta = timedelta()

    def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead

    def pass_by(self, **spans: float) -> None:
        self.ahead += timedelta(**spans)


@dataclass
class Person:
    """Somebody with a browser. `key` is what her telephone keeps."""

    client: FlaskClient
    email: str = ""
    password: str = PASSWORD
    key: str = ""
    codes: tuple[str, ...] = ()

    def open(self, place: str, **beside: Any) -> TestResponse:
        return self.client.get(HERE + place, **beside)

    def send(self, place: str, at: str | None = None, **fields: Any) -> TestResponse:
        """Fill in the form of a page, with the token that the page has. at: the page, where it is another one."""
        token = token_of(self.open(place if at is None else at))
        return self.client.post(HERE + place, data={"csrf_token": token, **fields})

    def name(self, password: str = "") -> TestResponse:
        """The first step of signing in."""
        return self.send("login", email=self.email, password=password or self.password)

    def code(self, ahead: int = 0) -> str:
        """Six digits, of now or of some steps of half a minute later."""
        moment = datetime.now(UTC) + timedelta(seconds=30 * ahead)
        return str(TOTP(key=self.key).generate(moment).token)

    def set_up(self) -> None:
        """The second factor and the recovery codes, after the first step."""
        shown = self.send("tf-setup", setup="authenticator").text
        self.key = key_of(shown)
        done = self.client.post(HERE + "tf-validate", data={"csrf_token": token_of(shown), "code": self.code()})
        assert done.headers["Location"] == HERE + "arrived"
        made = self.send("mf-recovery-codes").text
        self.codes = tuple(re.findall(r"<code dir=\"ltr\">([0-9a-f-]{14})<", made))

    @property
    def is_in(self) -> bool:
        return self.client.get(HERE).status_code == 200

    @property
    def cookie(self) -> str:
        """What the browser keeps of its session."""
        found = self.client.get_cookie("staff", path="/staff/")
        assert found is not None
        return found.value

    @cookie.setter
    def cookie(self, value: str) -> None:
        self.client.set_cookie("staff", value, path="/staff/")


@dataclass(frozen=True)
class Site:
    """The server, its store and its clock."""

    server: Flask
    clock: Clock

    @property
    def engine(self) -> Engine:
        found: Engine = self.server.extensions["thiqa_desk"].engine
        return found

    def browser(self) -> Person:
        return Person(self.server.test_client())

    def invite(self, email: str, role: Role = Role.LEADERSHIP, areas: tuple[str, ...] = ()) -> str:
        """The path of a link."""
        made = people.invite(self.engine, people.MACHINE, email, role, areas, store.now())
        return f"invited/{made.token}"

    def person(self, email: str = "chief@example.com", role: Role = Role.LEADERSHIP, *areas: str) -> Person:
        """Somebody who has accepted an invitation, set up everything, and is signed in."""
        who = self.browser()
        link = self.invite(email, role, areas)
        who.email = email
        assert who.send(link, password=PASSWORD, again=PASSWORD).status_code == 302
        assert who.name().headers["Location"] == HERE + "tf-setup"
        who.set_up()
        return who


Sites = Callable[..., Site]


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr(store, "now", made.now)
    return made


@pytest.fixture
def sites(tmp_path: Path, release: Release, clock: Clock) -> Iterator[Sites]:
    """Make a site with some settings over a release."""
    made: list[Site] = []

    def opened(over: Release = release, **settings: Any) -> Site:
        write(tmp_path / "releases", replace(over, id=""))
        url = settings.pop("staff_database_url", f"sqlite:///{tmp_path}/staff.sqlite3")
        about: dict[str, Any] = {
            "releases": tmp_path / "releases",
            "staff_database_url": url,
            "staff_key": secrets.token_hex(32),
        }
        about["staff_url"] = "http://localhost/staff/"
        server = create_staff(StaffSettings(**{**about, **settings}))
        hash_cheaply(server)
        server.test_client_class = Reader
        made.append(Site(server, clock))
        return made[-1]

    yield opened
    for site in made:
        site.engine.dispose()


@pytest.fixture
def site(sites: Sites) -> Site:
    return sites()


class Reader(FlaskClient):
    """Somebody whose browser asks for English, unless a test asks for another language."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.environ_base["HTTP_ACCEPT_LANGUAGE"] = "en"


def hash_cheaply(server: Flask) -> None:
    """Argon2 with little to do, or most of these tests would be hashing; what it does in earnest has a test."""
    server.extensions["security"].pwd_context.update(argon2__rounds=1, argon2__memory_cost=64, argon2__parallelism=1)
    with server.app_context():
        server.extensions["thiqa_dummy"] = dummy()


def token_of(page: TestResponse | str) -> str:
    text = page if isinstance(page, str) else page.text
    found = re.search(r'name="csrf_token" value="([^"]+)"', text)
    assert found, text[:2000]
    return found[1]


def key_of(text: str) -> str:
    found = re.search(r'<code dir="ltr">([A-Z2-7-]{20,})<', text)
    assert found
    return found[1].replace("-", "")


def alerts(page: TestResponse) -> list[str]:
    """What a page says is wrong."""
    return re.findall(r'role="alert">([^<]+)<', page.text)
