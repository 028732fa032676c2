"""Who gets what, tried in three ways: by the address, by the callback behind it, and as a file.

The site is the staff's own, with accounts and sessions; the public's stands beside it. What is not somebody's is, byte
for byte, what does not exist.
"""

import re
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.middleware.dispatcher import DispatcherMiddleware
from werkzeug.test import TestResponse

from analytics.release import Release, write
from dashboards.access import PAGES, Page, Role
from dashboards.accounts import people
from dashboards.accounts.settings import StaffSettings
from dashboards.accounts.site import create_staff
from dashboards.application import create_dashboards
from dashboards.settings import DashboardSettings
from tests.dashboards.accounts.conftest import Clock, Reader, Site, hash_cheaply
from tests.dashboards.conftest import body, published, small_release, with_figures
from tests.dashboards.pages.conftest import words
from translations.languages import ISOLATE, POP_ISOLATE

# The beginning of each page's own heading, and one of its files.
OWN = {
    Page.OVERVIEW: ("Trust in the police: 54% (51% to 57%), up 4 points", "trend"),
    Page.LEADERSHIP: ("Trust in the police rose by 4 points", "trend"),
    Page.AREA: ("Trust in the police in Anfa, May 2026: 71 of 100", "over-time"),
    Page.COMPARE: ("Trust in the police, the whole survey, May 2026: 54%", "indicator-1"),
    Page.QUALITY: ("May 2026: 1,234 interviews count", "modes"),
    Page.OVERSIGHT: ("Published are", ""),
    Page.ABOUT: ("Trust in the police, May 2026: 54%", ""),
}
WITHOUT_FILES = (Page.OVERSIGHT, Page.ABOUT)
STAFF = [role for role in Role if role is not Role.PUBLIC]
EACH = [(role, page) for role in Role for page in Page]
NAMES = [f"{role}-{page or 'overview'}" for role, page in EACH]
QUERY = "?lang=en"
FOREIGN = ("Aïn Chock", "عين الشق", "83%", "83.1", "0.831", "4,321", "4321", '"a2"', "area=a2", "place=a2")


@dataclass(frozen=True)
class Guest:
    """Somebody at a site: her browser, and the site's prefix."""

    client: FlaskClient
    prefix: str

    def get(self, path: str) -> TestResponse:
        return self.client.get(self.prefix + path)

    def call(self, search: object, path: object) -> TestResponse:
        return self.client.post(f"{self.prefix}_dash-update-component", json=body(search, path))


def headings(answer: TestResponse) -> str:
    """The main heading of what a callback gave, without the signs that fence names; "" where there is none."""

    def found(layout: Any) -> Iterator[str]:
        if isinstance(layout, list):
            for each in layout:
                yield from found(each)
        elif isinstance(layout, dict):
            if layout.get("type") == "H1":
                yield words(layout)
            yield from found(layout.get("props", {}).get("children"))

    layout = answer.get_json()["response"]["view"]["children"]
    return "".join(found(layout)).replace(ISOLATE, "").replace(POP_ISOLATE, "")


def marked() -> Release:
    """The small release, whose a2 has numbers that nothing else could have."""
    own = published("trust", "w3", 0.8314, 0.02, n=4321, area="a2")
    return replace(with_figures(small_release(), own), id="")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("walls")
    write(folder / "releases", marked())
    settings = {
        "releases": folder / "releases",
        "actions": folder / "actions",
        "staff_database_url": f"sqlite:///{folder}/staff.sqlite3",
        "staff_key": secrets.token_hex(32),
        "staff_url": "http://localhost/staff/",
    }
    server = create_staff(StaffSettings(**settings))  # type: ignore[arg-type]  # of several kinds
    hash_cheaply(server)
    server.test_client_class = Reader
    made = Site(server, Clock())
    yield made
    made.engine.dispose()


@pytest.fixture(scope="module")
def everybody(site: Site, tmp_path_factory: pytest.TempPathFactory) -> dict[Role, Guest]:
    """One of each role, signed in; the public has a site of its own."""
    folder = tmp_path_factory.mktemp("public")
    write(folder, marked())
    public = create_dashboards(DashboardSettings(releases=folder))
    public.test_client_class = Reader
    public.wsgi_app = DispatcherMiddleware(Flask("outer"), {"/dashboards": public.wsgi_app})  # type: ignore[method-assign]  # as flask documents it
    found = {Role.PUBLIC: Guest(public.test_client(), "/dashboards/")}
    for role in STAFF:
        who = site.person(f"{role}@example.com", role, *(["a1"] if role is Role.OFFICER else []))
        found[role] = Guest(who.client, "/staff/")
    return found


def test_the_table_is_that_of_all_roles_and_pages() -> None:
    assert len(EACH) == 6 * 7
    assert OWN.keys() == set(Page)
    assert sum(page in PAGES[role] for role, page in EACH) == 3 + 3 + 5 + 6 + 3 + 0


@pytest.mark.parametrize(("role", "page"), EACH, ids=NAMES)
def test_fault_58_by_the_callback_a_page_is_ones_own_or_does_not_exist(
    everybody: dict[Role, Guest], role: Role, page: Page
) -> None:
    who = everybody[role]
    answer = who.call(QUERY, who.prefix + page)
    nowhere = who.call(QUERY, who.prefix + "nowhere")
    assert answer.status_code == nowhere.status_code == 200
    assert headings(nowhere) == ""
    if page in PAGES[role]:
        assert headings(answer).startswith(OWN[page][0])
    else:
        assert answer.data == nowhere.data
        assert bare(answer) == bare(nowhere)
        assert "There is no such page." in answer.text


@pytest.mark.parametrize(("role", "page"), EACH, ids=NAMES)
def test_fault_58_by_the_address_a_page_is_ones_own_or_does_not_exist(
    everybody: dict[Role, Guest], role: Role, page: Page
) -> None:
    who = everybody[role]
    answer, nowhere = who.get(page + QUERY), who.get("nowhere" + QUERY)
    assert nowhere.status_code == 404
    if page in PAGES[role]:
        assert answer.status_code == 200
        assert f'href="{who.prefix}{page}?lang=en' in answer.text
        assert answer.text.count('aria-current="page"') == 1
    elif page is Page.OVERVIEW:  # where everybody begins: one's own first page
        first = next(iter(PAGES[role]), "account/people")
        assert answer.status_code == 302
        assert answer.headers["Location"] == f"{who.prefix}{first}{QUERY}"
    else:
        assert answer.status_code == 404
        assert answer.data == nowhere.data
        assert bare(answer) == bare(nowhere)


@pytest.mark.parametrize(("role", "page"), EACH, ids=NAMES)
def test_fault_58_as_a_file_a_page_is_ones_own_or_does_not_exist(
    everybody: dict[Role, Guest], role: Role, page: Page
) -> None:
    who = everybody[role]
    for kind in ("csv", "xlsx"):
        name = OWN[page][1] or "trend"
        answer = who.get(f"download/{page or 'overview'}/{name}.{kind}{QUERY}")
        nowhere = who.get(f"download/nowhere/{name}.{kind}{QUERY}")
        assert nowhere.status_code == 404
        if page in PAGES[role] and page not in WITHOUT_FILES:
            assert answer.status_code == 200
            assert answer.headers["Content-Disposition"].startswith("attachment")
        else:
            assert answer.data == nowhere.data
            assert bare(answer) == bare(nowhere)


def bare(answer: TestResponse) -> dict[str, str]:
    """The headers, but for the session's own cookie, which has the time in it."""
    return {name: value for name, value in answer.headers.items() if name not in ("Set-Cookie", "Date")}


PATHS = [
    "{}oversight/x", "{}Oversight", "{}overs%69ght", "{}oversight%2f", "{}oversight\x00", "{}./oversight",
    "{}../oversight", "{}%2e%2e/oversight", "{}compare/../oversight", "{}oversight;compare", "{}oversight?compare",
    "{}overs\u0456ght", "oversight", "//{}oversight", "{}" + "oversight" * 900, "/elsewhere/oversight", ["{}oversight"],
    {"path": "{}oversight"}, None, 7, True,
]  # fmt: skip


@pytest.mark.parametrize("role", Role)
def test_fault_58_no_spelling_of_a_path_opens_a_page(everybody: dict[Role, Guest], role: Role) -> None:
    who = everybody[role]
    nowhere = who.call(QUERY, who.prefix + "nowhere").data
    for path in PATHS:
        filled = path.replace("{}", who.prefix) if isinstance(path, str) else path
        assert who.call(QUERY, filled).data == nowhere, path


PAGES_OF_OFFICERS = PAGES[Role.OFFICER]
# What an officer sends with a code in it: one of an area that is another's, or one that there is not.
ASKED = [
    "&area={}", "&place={}", "&area=a1&area={}", "&area={}&area=a1", "&place=a1&place={}", "&area={}&place={}",
    "&areas={}", "&area[]={}", "&AREA={}", "&area={}%00", "&area=%20{}", "&area={}%2e", "&area=%2e%2e%2f{}",
    "&area={}&span=4", "&area={}&span=99", "&area={}&step=99999", "&place={}&step=-1", "&area={}&sex=woman",
    "&area={}&contrast=women_minus_men", "&place={}&with=safety", "&area={}&indicator=none&wave=none", "#area={}",
    "&area={}%E2%80%AE", "&area={}%ff", "&role=oversight&area={}",
]  # fmt: skip
SPELT = [
    ("%61%32", "%7a%7a"), ("%2561%2532", "%257a%257a"), ("\uff41\uff12", "\uff5a\uff5a"), ("A2", "ZZ"),
    ("\u04302", "zz"), ("a2" * 999, "zz" * 999),
]  # fmt: skip
SEARCHES = [
    *((asked.replace("{}", "a2"), asked.replace("{}", "zz")) for asked in ASKED),
    *((asked + foreign, asked + absent) for asked in ("&area=", "&place=") for foreign, absent in SPELT),
]
# The area above an officer's own is held against it, and has no page of an area for the officer.
ABOVE = [("&area=top", "&area=zz"), ("&area=a1&area=top", "&area=a1&area=zz")]


def tells(answer: TestResponse) -> list[str]:
    """What of the foreign area is in an answer."""
    text = answer.data.decode() if answer.data[:2] != b"PK" else ""
    plain = text.encode().decode("unicode_escape", "replace") if answer.is_json else text
    return [trace for trace in FOREIGN if trace in text or trace in plain]


def lasting(page: TestResponse) -> str:
    """A page without the token that is new in each."""
    return re.sub(r'"end_id":"[^"]*"', "", page.text)


def test_what_is_looked_for_is_there_for_those_who_may_see_it(everybody: dict[Role, Guest]) -> None:
    who = everybody[Role.LEADERSHIP]
    found = {*tells(who.call("?lang=en&area=a2", "/staff/area")), *tells(who.call("?lang=ar&area=a2", "/staff/area"))}
    found |= {*tells(who.get("download/compare/places.csv?lang=en&place=a2"))}
    found |= {*tells(who.call("?lang=en&area=a2&place=a2", "/staff/compare"))}
    assert found >= {"Aïn Chock", "عين الشق", "83%", "4,321", "0.831", "4321", "area=a2", "place=a2"}


@pytest.mark.parametrize("page", PAGES_OF_OFFICERS)
def test_fault_58_a_foreign_area_in_the_address_is_one_that_does_not_exist(
    everybody: dict[Role, Guest], page: Page
) -> None:
    who = everybody[Role.OFFICER]
    for foreign, absent in (*SEARCHES, *(ABOVE if page is Page.AREA else ())):
        answer = who.call(QUERY + foreign, f"/staff/{page}")
        assert answer.status_code == 200
        assert answer.data == who.call(QUERY + absent, f"/staff/{page}").data, foreign
        assert tells(answer) == [], foreign
    for foreign, absent in SEARCHES[::4]:
        opened = who.get(page + QUERY + foreign)
        assert opened.status_code == 200
        assert lasting(opened) == lasting(who.get(page + QUERY + absent)), foreign
        assert tells(opened) == [], foreign


@pytest.mark.parametrize(
    ("page", "name"),
    [
        (Page.AREA, "over-time"),
        *((Page.COMPARE, name) for name in ("indicator-1", "places", "area-1", "area-differences")),
        (Page.ABOUT, "x"),
    ],
)
def test_fault_58_a_foreign_area_in_the_address_of_a_file_is_one_that_does_not_exist(
    everybody: dict[Role, Guest], page: Page, name: str
) -> None:
    who = everybody[Role.OFFICER]
    for foreign, absent in SEARCHES[::2]:
        answer = who.get(f"download/{page}/{name}.csv{QUERY}{foreign}")
        other = who.get(f"download/{page}/{name}.csv{QUERY}{absent}")
        assert answer.status_code == other.status_code
        assert answer.data == other.data, foreign
        assert tells(answer) == [], foreign


@pytest.mark.parametrize("page", PAGES_OF_OFFICERS)
@pytest.mark.parametrize(
    "search", [None, ["?area=a2"], {"area": "a2"}, 2, True, [[]], "\ud800?area=a2", "?area=a2" + "&x=1" * 600], ids=type
)
def test_fault_58_what_is_no_query_is_as_nothing_was_asked(
    everybody: dict[Role, Guest], page: Page, search: object
) -> None:
    who = everybody[Role.OFFICER]
    answer = who.call(search, f"/staff/{page}")
    assert answer.data == who.call("", f"/staff/{page}").data
    assert tells(answer) == []


def test_fault_58_what_is_above_an_own_area_stands_in_it_and_the_rest_does_not(everybody: dict[Role, Guest]) -> None:
    text = words(everybody[Role.OFFICER].call(QUERY, "/staff/area").get_json()["response"]["view"]["children"])
    assert "Anfa" in text
    assert "Casablanca" in text
    assert not [name for name in ("Aïn Chock", "Sidi Moumen", "Hay Hassani") if name in text]


def test_fault_58_an_area_that_is_taken_away_is_gone_at_the_next_click(site: Site) -> None:
    who = site.person("moved@example.com", Role.OFFICER, "a1", "a2")
    guest = Guest(who.client, "/staff/")
    file = "download/compare/places.csv?lang=en&place=a2"
    assert "Aïn Chock" in tells(guest.call("?lang=en&area=a2", "/staff/area"))
    assert guest.get(file).status_code == 200
    assert people.change(site.engine, people.MACHINE, who.email, Role.OFFICER, ("a1",))
    answer = guest.call("?lang=en&area=a2", "/staff/area")
    assert answer.data == guest.call("?lang=en&area=zz", "/staff/area").data
    assert tells(answer) == []
    assert guest.get(file).status_code == 404
    assert tells(guest.get("area?lang=en&area=a2")) == []
    assert people.end(site.engine, people.MACHINE, who.email)
    assert guest.call(QUERY, "/staff/area").status_code == 401


@pytest.mark.parametrize("page", [*Page, "nowhere"])
def test_fault_58_who_is_not_signed_in_gets_the_same_of_every_page(site: Site, page: str) -> None:
    who = Guest(site.browser().client, "/staff/")
    called = who.call("?lang=en&area=a2", f"/staff/{page}")
    assert called.status_code == 401
    assert called.data == who.call("", None).data
    opened = who.get(f"{page}?lang=en")
    assert opened.status_code == 302
    assert opened.headers["Location"].startswith("/staff/account/login")
    file = who.get(f"download/{page or 'overview'}/trend.csv?lang=en")
    assert file.status_code == 302
    assert tells(called) == tells(opened) == tells(file) == []


def test_fault_58_an_administrator_gets_no_figure(everybody: dict[Role, Guest]) -> None:
    who = everybody[Role.ADMINISTRATOR]
    for page in Page:
        for answer in (who.call("?lang=en&area=a2", f"/staff/{page}"), who.get(f"{page}?lang=en&area=a2")):
            assert "%" not in answer.text.replace("%3", "").replace("%2", "")
            assert tells(answer) == [] or answer.status_code == 302
    assert "%" not in who.get("account/people?lang=en").text
