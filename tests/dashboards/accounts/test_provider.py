"""Signing in by an OpenID provider: it says who somebody is; accounts, roles and the second factor stay ours."""

import logging
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from pydantic import ValidationError
from werkzeug.test import TestResponse

from dashboards.accounts import people, store
from dashboards.accounts.settings import StaffSettings

from .conftest import HERE, Person, Site, Sites, alerts
from .issuer import CLIENT, SECRET, Issuer, issuing

Lie = Callable[[Issuer], None]


@pytest.fixture(scope="module")
def listening() -> Iterator[Issuer]:
    with issuing() as made:
        yield made


@pytest.fixture
def issuer(listening: Issuer) -> Issuer:
    listening.reset()
    return listening


@pytest.fixture
def site(sites: Sites, issuer: Issuer) -> Site:
    return with_provider(sites, issuer)


def with_provider(sites: Sites, issuer: Issuer, **more: Any) -> Site:
    about = {"oidc_issuer": issuer.address, "oidc_client_id": CLIENT, "oidc_client_secret": SECRET}
    return sites(**about, **more)


def returned(who: Person, issuer: Issuer, **other: str) -> TestResponse:
    """There and back. other: what the browser brings back instead."""
    brought = issuer.visit(who.open("provider").headers["Location"]) | other
    return who.open("provider/returned", query_string=brought)


def test_an_account_that_exists_goes_on_to_the_second_factor(site: Site, issuer: Issuer) -> None:
    known = site.person()
    who = Person(site.server.test_client(), known.email, key=known.key)
    assert returned(who, issuer).headers["Location"] == HERE + "tf-validate"
    assert not who.is_in
    who.send("tf-validate", code=who.code(1))
    assert who.is_in
    with store.reading(site.engine) as session:
        account = store.find(session, known.email)
    assert account is not None
    assert (account.subject, account.role) == ("subject-1", "leadership")


def test_who_has_no_second_factor_yet_sets_one_up(site: Site, issuer: Issuer) -> None:
    site.invite("chief@example.com")
    who = site.browser()
    assert returned(who, issuer).headers["Location"] == HERE + "tf-setup"
    who.set_up()
    assert who.is_in


def test_who_came_without_a_password_signs_in_anew_where_one_would_be_asked_for(site: Site, issuer: Issuer) -> None:
    site.invite("chief@example.com")
    who = site.browser()
    returned(who, issuer)
    who.set_up()
    refused = who.send("verify", password="seven green lanterns")
    assert refused.status_code == 200
    assert alerts(refused)[0].startswith("That did not work")
    assert who.is_in
    with who.client.session_transaction(base_url="http://localhost/staff/") as session:
        session["fs_paa"] = session["fs_gexp"] = 0
    asked = who.open("tf-setup").headers["Location"]
    assert asked == HERE + "login?next=/staff/account/tf-setup&said=over"
    assert not who.is_in


@pytest.mark.parametrize(("trusted", "methods", "is_in"), [
    (True, ["pwd", "mfa"], True), (True, ["pwd", "otp"], False), (False, ["mfa"], False), (True, "mfa", False),
])  # fmt: skip
def test_the_providers_second_factor_counts_only_where_it_is_set_and_said(
    sites: Sites, issuer: Issuer, trusted: bool, methods: object, is_in: bool
) -> None:
    site = with_provider(sites, issuer, oidc_second_factor=trusted)
    site.invite("chief@example.com")
    issuer.claims = {"amr": methods}
    who = site.browser()
    returned(who, issuer)
    assert who.is_in is is_in


LIES: dict[str, Lie] = {
    "nonce of another": lambda issuer: issuer.claims.update(nonce="other"),
    "no nonce": lambda issuer: issuer.without.add("nonce"),
    "for another client": lambda issuer: issuer.claims.update(aud="another"),
    "for another client, by us": lambda issuer: issuer.claims.update(aud="another", azp=CLIENT),
    "for us and another, of another": lambda issuer: issuer.claims.update(aud=[CLIENT, "another"], azp="another"),
    "no audience": lambda issuer: issuer.without.add("aud"),
    "another issuer": lambda issuer: issuer.claims.update(iss="https://evil.example"),
    "no issuer": lambda issuer: issuer.without.add("iss"),
    "expired": lambda issuer: issuer.claims.update(exp=1_700_000_000, iat=1_699_999_000),
    "no expiry": lambda issuer: issuer.without.add("exp"),
    "no subject": lambda issuer: issuer.without.add("sub"),
    "from the future": lambda issuer: issuer.claims.update(iat=4_000_000_000, nbf=4_000_000_000),
    "algorithm none": lambda issuer: setattr(issuer, "algorithm", "none"),
    "public key as a secret": lambda issuer: setattr(issuer, "algorithm", "HS256"),
    "signed by another": lambda issuer: setattr(issuer, "forged", True),
    "described as another": lambda issuer: setattr(issuer, "described_as", "https://evil.example"),
    "access token of another": lambda issuer: issuer.claims.update(at_hash="AAAAAAAAAAAAAAAAAAAAAA"),
    "address not verified": lambda issuer: issuer.claims.update(email_verified=False),
    "address said to be verified in words": lambda issuer: issuer.claims.update(email_verified="true"),
    "an address without an account": lambda issuer: issuer.claims.update(email="nobody@example.com"),
    "no address": lambda issuer: issuer.without.add("email"),
}


def test_lies_open_nothing(sites: Sites, issuer: Issuer) -> None:
    """Each is refused by the same page, and the same journey without the lie is let on."""
    site = with_provider(sites, issuer, oidc_second_factor=True)
    site.invite("chief@example.com")
    pages = set()
    for name, lie in LIES.items():
        issuer.reset(amr=["mfa"])
        who = site.browser()
        entrance = who.open("provider").headers["Location"]
        lie(issuer)
        answer = who.open("provider/returned", query_string=issuer.visit(entrance))
        assert answer.status_code == 403, name
        assert not who.is_in, name
        pages.add(answer.text)
    assert len(pages) == 1
    issuer.reset(amr=["mfa"])
    who = site.browser()
    returned(who, issuer)
    assert who.is_in


def test_a_journey_is_one_browsers_and_made_once(site: Site, issuer: Issuer) -> None:
    site.person()
    one, two = site.browser(), site.browser()
    assert returned(one, issuer, state="other").status_code == 403
    brought = issuer.visit(one.open("provider").headers["Location"])
    assert two.open("provider/returned", query_string=brought).status_code == 403, "nobody left from there"
    two.open("provider")
    assert two.open("provider/returned", query_string=brought).status_code == 403, "another journey's state"
    assert one.open("provider/returned", query_string=brought).status_code == 302
    assert one.open("provider/returned", query_string=brought).status_code == 403, "the journey is over"
    for bare in ({}, {"code": "x"}, {"state": "x"}, {"error": "access_denied", "state": "x"}):
        assert site.browser().open("provider/returned", query_string=bare).status_code == 403


def test_the_code_is_worth_nothing_without_the_verifier(site: Site, issuer: Issuer) -> None:
    site.person()
    victim, thief = site.browser(), site.browser()
    stolen = issuer.visit(victim.open("provider").headers["Location"])["code"]
    own = issuer.visit(thief.open("provider").headers["Location"])
    answer = thief.open("provider/returned", query_string={"code": stolen, "state": own["state"]})
    assert answer.status_code == 403


def test_once_known_somebody_is_known_by_subject_and_not_by_address(site: Site, issuer: Issuer) -> None:
    """Who is given a left address at the provider does not get the account of who had it before."""
    site.person()
    assert returned(site.browser(), issuer).status_code == 302
    issuer.claims = {"email": "married@example.com"}
    assert returned(site.browser(), issuer).status_code == 302
    issuer.claims = {"sub": "subject-2"}
    assert returned(site.browser(), issuer).status_code == 403


def test_an_ended_account_stays_ended(site: Site, issuer: Issuer) -> None:
    who = site.person()
    assert returned(site.browser(), issuer).status_code == 302
    people.end(site.engine, people.MACHINE, who.email)
    assert returned(site.browser(), issuer).status_code == 403


def test_the_cookie_of_the_journey_is_short_signed_and_lax(site: Site) -> None:
    cookie = site.browser().open("provider").headers["Set-Cookie"]
    assert {"HttpOnly", "SameSite=Lax", "Path=/staff/account/provider", "Max-Age=600"} <= set(cookie.split("; "))


def test_nothing_of_the_journey_is_logged(site: Site, issuer: Issuer, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "dashboards")
    who = site.browser()
    entrance = who.open("provider").headers["Location"]
    issuer.claims = {"aud": "canary-audience"}
    brought = issuer.visit(entrance)
    who.open("provider/returned", query_string=brought)
    ours = " ".join(record.getMessage() for record in caplog.records if record.name.startswith("dashboards"))
    assert "not accepted" in ours
    for canary in ("canary", SECRET, brought["code"], brought["state"], "chief@example.com"):
        assert canary not in ours


@pytest.mark.parametrize("address", ["http://127.0.0.1:9", "http://[::1]:9"])
def test_a_provider_that_cannot_be_reached_is_a_page(sites: Sites, address: str) -> None:
    about = {"oidc_issuer": address, "oidc_client_id": CLIENT, "oidc_client_secret": SECRET}
    assert sites(**about).browser().open("provider").status_code == 403


def test_without_the_setting_there_is_no_provider(sites: Sites) -> None:
    who = sites().browser()
    assert who.open("provider").status_code == 404
    assert who.open("provider/returned").status_code == 404
    assert "account/provider" not in who.open("login").text


@pytest.mark.parametrize("about", [
    {"oidc_issuer": "http://provider.example", "oidc_client_id": "a", "oidc_client_secret": "b"},
    {"oidc_issuer": "https://provider.example"}, {"oidc_issuer": "ftp://provider.example"},
])  # fmt: skip
def test_half_a_setting_stops_the_start(about: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        StaffSettings(staff_key="0123456789abcdef" * 4, **about)  # type: ignore[arg-type]  # strings that it reads
