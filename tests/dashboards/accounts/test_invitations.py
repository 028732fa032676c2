"""Invitations: a link that works once, for 72 hours, and says nothing to who only tries."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from dashboards.access import Role
from dashboards.accounts import people, store
from dashboards.accounts.store import AccountError

from .conftest import HERE, PASSWORD, Person, Site, alerts, token_of


def accepted(who: Person, link: str, password: str = PASSWORD) -> int:
    page = who.open(link)
    if page.status_code != 200:
        return page.status_code
    return who.send(link, password=password, again=password).status_code


def test_a_link_sets_a_password_once(site: Site) -> None:
    link = site.invite("new@example.com")
    assert site.browser().open(link).status_code == 200
    assert site.browser().open(link).status_code == 200, "to look uses nothing up"
    assert accepted(site.browser(), link) == 302
    assert accepted(site.browser(), link) == 404
    who = Person(site.server.test_client(), "new@example.com")
    assert who.name().headers["Location"] == HERE + "tf-setup"


def test_of_two_at_the_same_instant_one_is_in(site: Site) -> None:
    link = site.invite("new@example.com")
    browsers = [site.browser() for _ in range(4)]
    tokens = [token_of(each.open(link)) for each in browsers]

    def send(number: int) -> int:
        password = f"seven green lanterns {number}"
        fields = {"csrf_token": tokens[number], "password": password, "again": password}
        return browsers[number].client.post(HERE + link, data=fields).status_code

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(send, range(4))) == [302, 404, 404, 404]


@pytest.mark.parametrize(("hours", "status"), [(71.9, 302), (72.1, 404)])
def test_a_link_lasts_72_hours(site: Site, hours: float, status: int) -> None:
    link = site.invite("new@example.com")
    site.clock.pass_by(hours=hours)
    assert accepted(site.browser(), link) == status


def test_wrong_used_expired_and_ended_links_get_the_same_answer(site: Site) -> None:
    used, expired, ended = (site.invite(f"{name}@example.com") for name in ("used", "late", "gone"))
    accepted(site.browser(), used)
    people.end(site.engine, people.MACHINE, "gone@example.com")
    site.clock.pass_by(hours=73)
    answers = {site.browser().open(place).text.replace(place, "") for place in ("invited/x", used, expired, ended)}
    assert len(answers) == 1


def test_an_invitation_anew_ends_the_link_before_and_password_and_factor(site: Site) -> None:
    first = site.invite("new@example.com")
    second = site.invite("new@example.com")
    assert accepted(site.browser(), first) == 404
    assert accepted(site.browser(), second) == 302
    who = site.person()
    site.invite(who.email)
    assert not who.is_in
    assert Person(site.server.test_client(), who.email).name().status_code == 200


def test_only_a_digest_of_the_link_is_kept(site: Site) -> None:
    link = site.invite("new@example.com")
    with store.reading(site.engine) as session:
        account = store.find(session, "new@example.com")
    assert account is not None
    assert link.split("/")[1] not in str(account)
    assert len(account.invited or "") == 64


@pytest.mark.parametrize(
    ("password", "again", "said"),
    [
        ("short", "short", "12 characters"),
        (PASSWORD, PASSWORD + "x", "not the same"),
        ("Motdepasse2026", "Motdepasse2026", "others"),
    ],
)
def test_a_bad_password_is_told_and_the_link_still_works(site: Site, password: str, again: str, said: str) -> None:
    link = site.invite("new@example.com")
    who = site.browser()
    answer = who.send(link, password=password, again=again)
    assert said in " ".join(alerts(answer))
    assert 'aria-describedby="' in answer.text
    assert accepted(who, link) == 302


def test_a_password_is_the_same_from_every_keyboard(site: Site) -> None:
    """NFKC: an é of one or of two letters, a full-width letter or a plain one."""
    link = site.invite("new@example.com")
    assert accepted(site.browser(), link, "caf\u0065\u0301 cr\u00e8me matin") == 302
    who = Person(site.server.test_client(), "NEW@Example.com ")
    assert who.name("caf\u00e9 cr\u0065\u0300me \uff4datin").status_code == 302


def test_an_account_has_an_address_and_an_officer_areas(site: Site) -> None:
    for email in ("", "x", "@", "a@", "@b", "a b@c.example", "a\n@c.example", "a@" + "b" * 300):
        with pytest.raises(AccountError, match="address"):
            site.invite(email)
    for role, areas in (
        (Role.OFFICER, ()),
        (Role.LEADERSHIP, ("a1",)),
        (Role.PUBLIC, ()),
        (Role.ADMINISTRATOR, ("a1",)),
    ):
        with pytest.raises(AccountError, match="areas"):
            site.invite("a@b.example", role, areas)
    assert store.accounts(site.engine) == []
