"""Signing in: name and password, then the second factor; what is wrong is never said; five failures close a name."""

import re
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from flask_security import verify_password

from dashboards.accounts import attempts, people, signin, store
from dashboards.accounts.tables import AttemptRow

from .conftest import HERE, PASSWORD, Person, Site, Sites, alerts, key_of, token_of


def test_a_password_alone_opens_nothing(site: Site) -> None:
    who = site.person()
    again = Person(site.server.test_client(), who.email)
    assert again.name().headers["Location"].startswith(HERE + "tf-validate")
    assert not again.is_in
    assert again.client.get("/staff/leadership").status_code == 302
    assert again.client.post("/staff/_dash-update-component", json={}).status_code == 401


def test_a_code_of_the_telephone_opens_the_pages(site: Site) -> None:
    who = site.person()
    again = Person(site.server.test_client(), who.email, key=who.key)
    again.name()
    assert again.send("tf-validate", code=again.code(1)).headers["Location"] == HERE + "arrived"
    assert again.is_in
    assert again.client.get("/staff/leadership").status_code == 200


def test_a_code_works_once_even_in_two_processes(site: Site) -> None:
    who = site.person()
    one, two = (Person(site.server.test_client(), who.email, key=who.key) for _ in range(2))
    tokens = []
    for each in (one, two):
        each.name()
        tokens.append(token_of(each.open("tf-validate")))
    code = one.code(1)
    with ThreadPoolExecutor(2) as pool:
        answers = list(
            pool.map(
                lambda pair: pair[0].client.post(HERE + "tf-validate", data={"csrf_token": pair[1], "code": code}),
                zip((one, two), tokens, strict=True),
            )
        )
    assert sorted(answer.status_code for answer in answers) == [200, 302]


def test_a_recovery_code_works_once(site: Site) -> None:
    who = site.person()
    assert len(who.codes) == 10
    for used, expected in ((who.codes[0], True), (who.codes[0], False), (who.codes[1].upper() + " ", True)):
        again = Person(site.server.test_client(), who.email)
        again.name()
        again.send("mf-recovery", code=used)
        assert again.is_in is expected


def test_of_two_that_saw_the_same_recovery_code_unused_one_is_in(site: Site) -> None:
    """As two processes do that have both read the account before either writes."""
    who = site.person()
    with site.server.app_context():
        security = site.server.extensions["security"]
        account = security.datastore.find_user(email=who.email)
        taken = [security.mf_recovery_codes_util.check_recovery_code(account, who.codes[0]) for _ in range(2)]
    assert taken == [True, False]


def test_recovery_codes_are_shown_once(site: Site) -> None:
    who = site.person()
    later = who.open("mf-recovery-codes?show_codes=1").text
    assert not [code for code in who.codes if code in later]
    with store.reading(site.engine) as session:
        account = store.find(session, who.email)
        assert account is not None
        assert not [code for code in who.codes if code in str(account.mf_recovery_codes)]


def test_who_has_no_recovery_code_left_makes_new_ones_first(site: Site) -> None:
    who = site.person()
    with store.changing(site.engine) as session:
        account = store.find(session, who.email)
        assert account is not None
        account.mf_recovery_codes = []
        session.add(account)
    assert who.client.get("/staff/leadership").headers["Location"] == HERE + "mf-recovery-codes"


def outcomes(site: Site) -> dict[str, Any]:
    """A failure of each kind, each with a name that is as long."""
    for email in ("closed@example.com", "chief0@example.com", "ended0@example.com"):
        site.person(email)
    people.end(site.engine, people.MACHINE, "ended0@example.com")
    site.invite("invite@example.com")
    for _ in range(attempts.MOST_FAILURES):
        Person(site.server.test_client(), "closed@example.com").name("wrong wrong wrong")
    kinds = {
        "unknown": ("nobody@example.com", PASSWORD),
        "wrong": ("chief0@example.com", "wrong wrong wrong 12"),
        "closed": ("closed@example.com", PASSWORD),
        "ended": ("ended0@example.com", PASSWORD),
        "invited": ("invite@example.com", PASSWORD),
    }
    return {kind: Person(site.server.test_client(), *about).name() for kind, about in kinds.items()}


def test_nothing_tells_a_name_that_exists_from_one_that_does_not(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """Sentence, status and size are the same, and so is the work: one verification by Argon2 each."""
    verified: list[str] = []

    def counted(password: str, kept: str) -> bool:
        verified.append(kept[:9])
        return bool(verify_password(password, kept))

    monkeypatch.setattr(signin, "verify_password", counted)
    answers = outcomes(site)
    hidden = {kind: re.sub(r'value="[^"]*"', "", answer.text).encode() for kind, answer in answers.items()}
    assert len(set(hidden.values())) == 1, {kind: len(text) for kind, text in hidden.items()}
    assert {answer.status_code for answer in answers.values()} == {200}
    assert "closed for 15 minutes" in alerts(answers["unknown"])[0]
    # Three set up a second factor before, and one was tried until it closed.
    assert verified == ["$argon2id"] * (3 + attempts.MOST_FAILURES + len(answers))


def test_a_sign_in_of_each_kind_makes_the_same_statements(site: Site) -> None:
    """The database is asked the same whether or not there is such an account."""
    from sqlalchemy import event

    outcomes(site)
    said: list[str] = []
    event.listen(site.engine, "before_cursor_execute", lambda *given: said.append(given[2]))
    runs = []
    for email in ("chief0@example.com", "nobody@example.com", "closed@example.com"):
        said.clear()
        Person(site.server.test_client(), email).name("wrong wrong wrong 12")
        runs.append(tuple(said))
    assert runs[0]
    assert runs[0] == runs[1] == runs[2]


def closed(site: Site, key: bytes, name: str) -> bool:
    """Whether a name was tried too often."""
    with store.reading(site.engine) as session:
        found = session.get(AttemptRow, attempts.digest(key, name))
    return found is not None and found.failures >= attempts.MOST_FAILURES and found.until > store.now()


@pytest.mark.parametrize("known", [True, False])
def test_five_failures_close_a_name_for_a_quarter_of_an_hour(site: Site, known: bool) -> None:
    who = site.person()
    email = who.email if known else "nobody@example.com"
    for _ in range(attempts.MOST_FAILURES):
        assert not closed(site, site.server.extensions["thiqa_desk"].attempts, email)
        Person(site.server.test_client(), email).name("wrong wrong wrong")
    assert closed(site, site.server.extensions["thiqa_desk"].attempts, email)
    if known:
        again = Person(site.server.test_client(), email)
        assert again.name().status_code == 200
        site.clock.pass_by(minutes=14)
        assert again.name().status_code == 200
        site.clock.pass_by(minutes=2)
        assert again.name().status_code == 302


@pytest.mark.parametrize("place", ["tf-validate", "mf-recovery"])
def test_failures_at_the_second_factor_close_the_name_too(site: Site, place: str) -> None:
    who = site.person()
    again = Person(site.server.test_client(), who.email, key=who.key)
    again.name()
    for _ in range(attempts.MOST_FAILURES):
        again.name()  # the right password in between gives nothing back but its own attempt
        assert alerts(again.send(place, code="000000"))
    right = again.code(1) if place == "tf-validate" else who.codes[0]
    token = token_of(again.open(place))
    assert alerts(again.client.post(HERE + place, data={"csrf_token": token, "code": right}))
    assert not again.is_in


@pytest.mark.parametrize("place", ["verify", "change"])
def test_a_stolen_session_does_not_guess_the_password(site: Site, place: str) -> None:
    who = site.person()
    new = (
        {"new_password": "nine quiet rivers", "new_password_confirm": "nine quiet rivers"} if place == "change" else {}
    )
    for _ in range(attempts.MOST_FAILURES):
        assert alerts(who.send(place, password="wrong wrong wrong", **new))
    assert alerts(who.send(place, password=PASSWORD, **new))


def test_many_attempts_at_once_are_not_more_than_five(sites: Sites, engine: Any) -> None:
    """An attempt is counted before it is judged, on SQLite and PostgreSQL."""
    url = engine.url.render_as_string(hide_password=False)
    site = sites(staff_database_url=url)
    key = b"k" * 32
    with ThreadPoolExecutor(8) as pool:
        begun = list(pool.map(lambda _: attempts.begin(site.engine, key, "Name@example.com ", store.now()), range(12)))
    assert sum(begun) == attempts.MOST_FAILURES
    assert closed(site, key, "name@example.com")
    site.clock.pass_by(minutes=16)
    assert attempts.begin(site.engine, key, "name@example.com", store.now())


def test_the_second_factor_is_changed_by_a_code_of_the_new_key(site: Site) -> None:
    who = site.person()
    shown = who.send("tf-setup", setup="authenticator").text
    old, who.key = who.key, key_of(shown)
    place = re.search(r'action="/staff/account/(tf-setup/[^"]+)"', shown)
    assert place
    wrong = who.client.post(HERE + place[1], data={"csrf_token": token_of(shown), "code": "000000"})
    assert alerts(who.client.get(wrong.headers["Location"]))
    right = who.client.post(HERE + place[1], data={"csrf_token": token_of(shown), "code": who.code(1)})
    assert right.headers["Location"] == HERE + "?said=factor"
    again = Person(site.server.test_client(), who.email, key=old)
    again.name()
    again.send("tf-validate", code=again.code(1))
    assert not again.is_in


@pytest.mark.parametrize("place", ["tf-setup", "mf-recovery-codes"])
def test_what_opens_the_account_is_changed_only_soon_after_the_password(site: Site, place: str) -> None:
    who = site.person()
    with who.client.session_transaction(base_url="http://localhost/staff/") as session:
        session["fs_paa"] = session["fs_gexp"] = 0
    asked = who.open(place)
    assert asked.headers["Location"].startswith(HERE + "verify?next=")
    page = who.client.get(asked.headers["Location"])
    fields = {"csrf_token": token_of(page), "password": PASSWORD}
    assert who.client.post(asked.headers["Location"], data=fields).headers["Location"] == HERE + place
    assert who.open(place).status_code == 200


def test_success_forgets_failures(site: Site) -> None:
    who = site.person()
    again = Person(site.server.test_client(), who.email, key=who.key)
    for _ in range(attempts.MOST_FAILURES - 1):
        again.name("wrong wrong wrong")
    again.name()
    again.send("tf-validate", code=again.code(1))
    assert again.is_in
    with store.reading(site.engine) as session:
        assert (
            session.get(AttemptRow, attempts.digest(site.server.extensions["thiqa_desk"].attempts, who.email)) is None
        )


def test_tried_names_are_kept_as_digests_and_go_after_their_time(site: Site) -> None:
    from sqlmodel import select

    Person(site.server.test_client(), "nobody@example.com").name("wrong wrong wrong")
    with store.reading(site.engine) as session:
        rows = session.exec(select(AttemptRow)).all()
    assert len(rows) == 1
    assert "nobody" not in str(rows)
    site.clock.pass_by(minutes=16)
    Person(site.server.test_client(), "other@example.com").name("wrong wrong wrong")
    with store.reading(site.engine) as session:
        assert [row.digest for row in session.exec(select(AttemptRow)).all()] != [row.digest for row in rows]
        assert len(session.exec(select(AttemptRow)).all()) == 1


def test_hostile_names_and_passwords_are_refused_like_any_other(site: Site) -> None:
    for name in ("", "x", "\x00@example.com", "é" * 1000, "a@b.example\r\nX: y", "' OR 1=1 --", "＠", "🙂"):
        who = Person(site.server.test_client(), name)
        answer = who.name(name * 3 + "\x00")
        assert answer.status_code == 200
        assert "closed for 15 minutes" in alerts(answer)[0]
