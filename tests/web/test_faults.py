"""Faults of sessions and forms that the site survives, by their number in the list of faults."""

import base64
import re
import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import Engine, event
from sqlalchemy.exc import OperationalError
from sqlmodel import Session
from werkzeug.test import TestResponse

from survey_app import drafts
from survey_app.engine import Mode, begin
from survey_app.intake import Ticket
from survey_app.storage.database import writing
from survey_app.wavekeys import WaveKeys

from .conftest import Calendar, form
from .respondent import HOST, Respondent, at, checked, hidden
from .test_journeys import drafts_kept, envelopes

Arrive = Callable[..., Respondent]


class Away:
    """Whether the database refuses everyone."""

    now = False


def at_once(site: Flask, cookie: str | None, requests: list[tuple[str, dict[str, str]]]) -> list[TestResponse]:
    """The answers to POST requests that leave at the same moment with the same cookie."""
    ready = threading.Barrier(len(requests))
    answers: list[TestResponse] = []

    def act(path: str, sent: dict[str, str]) -> None:
        visitor = Respondent(site)
        if cookie:
            visitor.cookie = cookie
        ready.wait()
        answers.append(visitor.post(path, dict(sent)))

    threads = [threading.Thread(target=act, args=request) for request in requests]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def test_fault_01_double_click_gives_one_envelope(site: Flask, person: Respondent, database: Engine) -> None:
    person.complete()
    answers = at_once(site, person.cookie, [("/send?lang=ar", {"csrf": person.csrf()})] * 6)
    assert {(page.status_code, page.location) for page in answers} == {(303, "/thanks?lang=ar")}
    assert len(envelopes(database)) == 1
    assert drafts_kept(database) == 0


def test_fault_02_replayed_send_ends_on_the_thanks_page(arrive: Arrive, database: Engine) -> None:
    person, again = arrive(), arrive()
    person.complete()
    secret, csrf = person.cookie or "", person.csrf()
    person.send()
    again.cookie = secret
    page = again.post("/send", {"csrf": csrf})
    assert (page.status_code, page.location) == (303, "/thanks?lang=ar")
    assert len(envelopes(database)) == 1
    again.cookie = secret
    assert again.get("/review").location == "/thanks?lang=ar"


def test_fault_02_replay_after_the_batch_was_opened_says_so_and_keeps_nothing(arrive: Arrive, database: Engine) -> None:
    person = arrive("en")
    person.complete()
    secret, csrf = person.cookie or "", person.csrf()
    person.send()
    with writing(database) as session:
        session.connection().exec_driver_sql("DELETE FROM envelope")
    person.cookie = secret
    page = person.post("/send?lang=en", {"csrf": csrf})
    assert page.status_code == 410
    assert "already sent" in page.text
    assert envelopes(database) == []
    assert person.cookie is None


def test_fault_03_other_answers_under_the_same_ticket_are_refused(
    arrive: Arrive, database: Engine, wave_keys: WaveKeys
) -> None:
    person = arrive("en")
    person.complete()
    secret = person.cookie or ""
    person.send()
    first = envelopes(database)
    ticket = Ticket(base64.urlsafe_b64decode(secret + "="))
    with writing(database) as session:
        drafts.create(
            session,
            wave_keys.make("2026-1"),
            ticket,
            "2026-1",
            form(),
            begin(form(), Mode.WEB, "fr").interview,
            Calendar().today,
        )
    person.cookie = secret
    for name, reply in (("welcome", None), ("trust_police", "0"), ("contact12", "no")):
        person.answer(name, reply)
    page = person.send()
    assert page.status_code == 409
    assert '<html lang="fr"' in page.text
    assert envelopes(database) == first
    assert drafts_kept(database) == 0


def test_fault_04_back_shows_the_answer_and_a_change_leaves_its_branch_behind(
    person: Respondent, database: Engine
) -> None:
    person.complete()
    person.answer("contact12", "yes")
    assert person.answer("times", "4").location == "/review"
    page = person.get(at("contact12"))
    assert checked(page) == ["yes"]
    assert page.headers["Cache-Control"] == "no-store"
    assert person.answer("contact12", "no").location == "/review"
    assert person.get(at("times")).location == "/review"
    person.send()
    (content,) = envelopes(database)
    assert "times" not in content


def test_fault_05_nothing_is_shown_after_sending(person: Respondent) -> None:
    person.complete()
    person.send()
    for path in ("/review", at("trust_police"), "/page"):
        page = person.get(path + "?lang=en")
        assert page.status_code == 410
        assert "already sent" in page.text
        assert not checked(page)
    assert "أثق" not in person.get("/thanks").text


def test_fault_06_two_tabs_on_different_questions_lose_nothing(
    site: Flask, person: Respondent, database: Engine
) -> None:
    person.complete()
    csrf = person.csrf()
    requests = [
        (at("trust_police"), {"csrf": csrf, "answer": "3"}),
        (at("contact12"), {"csrf": csrf, "answer": "99"}),
    ]
    answers = at_once(site, person.cookie, requests)
    assert [page.status_code for page in answers] == [303, 303]
    person.send()
    (content,) = envelopes(database)
    assert '"answers":{"contact12":"99","trust_police":"3"}' in content


@pytest.mark.parametrize("move", ["answer", "send"])
def test_fault_06_a_move_on_a_stale_revision_is_made_again_on_the_fresh_draft(
    person: Respondent, database: Engine, monkeypatch: pytest.MonkeyPatch, move: str
) -> None:
    """As on a database where two transactions read the same revision: another tab is quicker, once."""
    person.complete()
    store = drafts.store
    quicker: list[int] = []

    def overtaken(session: Session, ticket: Ticket, draft: drafts.Draft, interview: object) -> bool:
        if not quicker:
            quicker.append(draft.revision)
            other = {**draft.interview.answers, "trust_police": "3"}
            moved = type(draft.interview)(draft.interview.version, Mode.WEB, "ar", other)
            assert store(session, ticket, draft, moved)
            return False
        return store(session, ticket, draft, interview)  # type: ignore[arg-type]  # passed through

    monkeypatch.setattr(drafts, "store", overtaken)
    if move == "answer":
        assert person.answer("contact12", "99").status_code == 303
    person.send()
    (content,) = envelopes(database)
    assert '"trust_police":"3"' in content
    assert ('"contact12":"99"' in content) == (move == "answer")


def test_fault_07_skipping_ahead_leads_to_the_first_unanswered(person: Respondent) -> None:
    person.start()
    for path in (at("contact12"), at("times"), "/review", "/page"):
        assert (person.get(path).status_code, person.get(path).location) == (303, at("welcome"))
    assert person.get(at("nowhere")).status_code == 404
    skipped = person.answer("contact12", "no")
    assert (skipped.status_code, skipped.location) == (303, at("welcome"))
    assert person.send().location == at("welcome")
    assert person.answer("nowhere", "no").status_code == 404


def test_fault_08_language_switched_midway_keeps_answers_and_place(person: Respondent) -> None:
    person.complete()
    assert '<html lang="ar" dir="rtl">' in person.get(at("trust_police")).text
    switched = person.get(at("trust_police") + "?lang=fr")
    assert (switched.status_code, switched.location) == (303, at("trust_police"))
    page = person.get(at("trust_police"))
    assert '<html lang="fr" dir="ltr">' in page.text
    assert "Dans quelle mesure" in page.text
    assert checked(page) == ["2"]
    assert '<html lang="fr"' in person.get("/review").text
    assert '<html lang="fr"' in person.get("/nowhere").text


@pytest.mark.parametrize("hostile", ["xx", "../../etc/passwd", "a" * 3000, "fr\r\nSet-Cookie: a=b", "\x00", "<b>", ""])
def test_fault_08_unknown_languages_are_the_default(person: Respondent, hostile: str) -> None:
    page = person.client.get("/", query_string={"lang": hostile}, base_url=HOST)
    assert page.status_code == 200
    assert '<html lang="ar" dir="rtl">' in page.text
    assert person.client.post("/start", query_string={"lang": hostile}, base_url=HOST).status_code == 303
    moved = person.client.get(at("welcome"), query_string={"lang": hostile}, base_url=HOST)
    assert moved.location == at("welcome")
    assert '<html lang="ar"' in person.get(at("welcome")).text


@pytest.mark.parametrize("accepts", ["../../x", "zz;q=9", "*", "fr;q=abc", "a" * 5000, "AR-ma", ",,;;"])
def test_fault_08_any_accept_language_is_answered(arrive: Arrive, accepts: str) -> None:
    page = arrive(accepts).get("/")
    assert page.status_code == 200
    assert re.search(r'<html lang="(ar|fr|en)"', page.text)


def test_fault_09_expiry_while_typing_is_told_in_the_last_language(
    person: Respondent, calendar: Calendar, database: Engine
) -> None:
    person.start("en")
    page = person.get(at("welcome"))
    action = re.search(r'method="post" action="(/page/[^"]+)"', page.text)
    assert action
    calendar.today += timedelta(days=3)
    late = person.post(action[1], {"csrf": hidden(page, "csrf")}, **{"Accept-Language": "fr"})
    assert late.status_code == 410
    assert '<html lang="en"' in late.text
    assert "two days" in late.text
    assert 'href="/?lang=en"' in late.text
    assert person.cookie is None
    assert envelopes(database) == []


def test_fault_10_a_planted_cookie_is_replaced_at_the_start(arrive: Arrive, database: Engine) -> None:
    attacker, person = arrive(), arrive()
    attacker.start()
    planted = attacker.cookie
    person.cookie = planted or ""
    person.start()
    assert person.cookie
    assert person.cookie != planted
    person.answer("welcome", None)
    assert attacker.get(at("trust_police")).status_code == 410
    assert drafts_kept(database) == 1


def test_fault_11_the_cookie_has_every_flag_and_comes_only_after_consent(person: Respondent) -> None:
    for path in ("/", "/privacy", "/thanks", "/left", "/health", "/nowhere"):
        assert "Set-Cookie" not in person.get(path).headers
    (cookie,) = person.start().headers.getlist("Set-Cookie")
    value, *flags = cookie.split("; ")
    assert re.fullmatch(r"__Host-thiqa=[\w-]{43}", value)
    assert set(flags) == {"Secure", "HttpOnly", "Path=/", "SameSite=Strict"}
    cleared = person.post("/leave", {"csrf": person.csrf()}).headers["Set-Cookie"]
    assert "__Host-thiqa=;" in cleared
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=Strict"} < set(cleared.split("; "))


@pytest.mark.parametrize("value", ["", "x", "A" * 42, "A" * 44, "!" * 43, "é" * 43, "A" * 4000, "../" * 14 + "a"])
def test_fault_11_a_cookie_that_is_no_ticket_is_no_cookie(person: Respondent, value: str) -> None:
    sent = {"Cookie": f"__Host-thiqa={value}".encode().decode("latin-1")}
    assert person.get("/", **sent).status_code == 200
    assert person.get("/review", **sent).status_code == 410


@pytest.mark.parametrize("token", [None, "", "0" * 64, "é", "other"])
@pytest.mark.parametrize("path", [at("trust_police"), "/send"])
def test_fault_12_forms_without_their_token_change_nothing(
    arrive: Arrive, database: Engine, path: str, token: str | None
) -> None:
    person, other = arrive("en"), arrive()
    person.complete()
    other.start()
    sent = {"answer": "0"} | ({} if token is None else {"csrf": other.csrf() if token == "other" else token})
    page = person.post(path + "?lang=en", dict(sent))
    assert page.status_code == 403
    assert 'href="/page"' in page.text
    assert envelopes(database) == []
    assert checked(person.get(at("trust_police"))) == ["2"]


@pytest.mark.parametrize("where", ["cross-site", "same-site"])
@pytest.mark.parametrize("path", ["/start", "/leave", "/send", at("trust_police")])
def test_fault_12_forms_from_elsewhere_change_nothing(person: Respondent, path: str, where: str) -> None:
    person.complete()
    cookie, sent = person.cookie, {"csrf": person.csrf(), "answer": "0"}
    assert person.post(path, dict(sent), **{"Sec-Fetch-Site": where}).status_code == 403
    headers = {"Origin": "https://elsewhere.example", "Accept-Language": "ar"}
    assert person.client.post(path, data=sent, base_url=HOST, headers=headers).status_code == 403
    headers["Origin"] = HOST.replace("https", "http")
    assert person.client.post(path, data=sent, base_url=HOST, headers=headers).status_code == 403
    assert person.cookie == cookie
    assert checked(person.get(at("trust_police"))) == ["2"]


@pytest.mark.parametrize("origin", [None, "null", HOST])
def test_fault_12_browsers_that_say_little_are_served(person: Respondent, origin: str | None) -> None:
    headers = {} if origin is None else {"Origin": origin}
    assert person.client.post("/start", base_url=HOST, headers=headers).status_code == 303
    first = person.cookie
    bare = person.client.post("/start", base_url=HOST, headers=headers)
    assert bare.status_code == (303 if origin == HOST else 403)
    data = {"csrf": person.csrf()}
    assert person.client.post("/start", data=data, base_url=HOST, headers=headers).status_code == 303
    assert person.cookie != first
    data = {"csrf": person.csrf()}
    assert person.client.post(at("welcome"), data=data, base_url=HOST, headers=headers).status_code == 303


def test_fault_13_the_next_person_on_a_shared_phone_starts_blank(person: Respondent, database: Engine) -> None:
    person.complete()
    page = person.post("/leave?lang=fr", {"csrf": person.csrf()})
    assert (page.status_code, page.location) == (303, "/left?lang=fr")
    assert person.cookie is None
    assert drafts_kept(database) == 0
    assert person.get("/review").status_code == 410
    left = person.get("/left?lang=fr")
    assert left.headers["Cache-Control"] == "no-store"
    assert "question" not in left.text
    person.start()
    assert checked(person.get(at("trust_police"))) == []


def test_fault_13_leaving_works_from_any_earlier_page(arrive: Arrive, database: Engine) -> None:
    person = arrive()
    person.start()
    old = person.csrf()
    person.start()
    assert person.post("/leave", {"csrf": old}).status_code == 303
    assert drafts_kept(database) == 0
    assert arrive().post("/leave").status_code == 303


def test_fault_43_an_answer_stays_on_the_page_while_the_database_is_away(
    arrive: Arrive, database: Engine, away: Away
) -> None:
    person = arrive("en")
    person.complete()
    page = person.get(at("trust_police") + "?lang=en")
    page = person.get(at("trust_police"))
    away.now = True
    kept = person.post(at("trust_police") + "?lang=en", {"csrf": hidden(page, "csrf"), "answer": "3"})
    assert (kept.status_code, kept.headers["Retry-After"]) == (503, "60")
    assert "Nothing is lost" in kept.text
    assert f'action="{at("trust_police")}?lang=en"' in kept.text
    for page in (person.get("/?lang=en"), person.get("/review"), person.send(), person.start()):
        assert page.status_code == 503
        assert "sqlite" not in page.text.lower()
    assert person.get("/privacy").status_code == 200
    assert person.get("/nowhere").status_code == 404
    away.now = False
    again: dict[str, object] = {name: hidden(kept, name) for name in ("csrf", "answer")}
    assert person.post(at("trust_police") + "?lang=en", again).status_code == 303
    assert person.send().status_code == 303
    (content,) = envelopes(database)
    assert '"trust_police":"3"' in content


def test_fault_43_who_leaves_while_the_database_is_away_leaves_nothing_that_opens(
    arrive: Arrive, database: Engine, away: Away
) -> None:
    person = arrive("en")
    person.complete()
    csrf = person.csrf()
    away.now = True
    assert 'action="/leave' in person.post("/send", {"csrf": csrf}).text
    assert person.post("/leave", {"csrf": csrf}).location == "/left?lang=en"
    assert person.cookie is None
    away.now = False
    assert person.get("/review").status_code == 410


@pytest.fixture
def away(database: Engine) -> Away:
    state = Away()

    @event.listens_for(database, "checkout")
    def refuse(_driver: object, _record: object, _proxy: object) -> None:
        if state.now:
            raise OperationalError("SELECT secret-answer", {}, Exception("sqlite is away"))

    return state
