"""Bytes that no form of ours sends, and what the site answers: a page, never a trace, never their content as markup."""

import logging
import re
import time
from collections.abc import Callable

import flask_babel
import pytest
from babel.support import NullTranslations
from flask import Flask
from sqlalchemy import Engine

from survey_app.settings import CollectorSettings
from survey_app.web import desk, sittings
from survey_app.web.application import create_site
from translations import languages

from .conftest import HOSTILE, Calendar, form, put_in_field
from .respondent import HOST, Respondent, at, hidden
from .test_journeys import envelopes

NAUGHTY = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "'; DROP TABLE draft; --",
    "{{ 7*7 }}${7*7}",
    "javascript:alert(1)",
    "</title></textarea><svg onload=alert(1)>",
    "\x00",
    "\u202e\u2066\u200b\ufeff3",
    "Z\u0351\u036b" * 300,
    "1e309",
    "NaN",
    "-0",
    "９" * 400,
    "ﷺ" * 200,
    "\U0001f469\u200d\U0001f4bb",
    "a" * 30_000,
    "=cmd|' /C calc'!A0",
)


@pytest.fixture
def asked(person: Respondent) -> Respondent:
    """A respondent before the question for a number."""
    person.complete()
    person.get("/review?lang=en")
    person.answer("contact12", "yes")
    return person


@pytest.mark.parametrize("text", NAUGHTY)
def test_fault_18_19_20_naughty_text_comes_back_escaped_or_not_at_all(asked: Respondent, text: str) -> None:
    page = asked.answer("times", text)
    assert page.status_code in (303, 422)
    assert not re.search(r"<script(?! src=./survey-)|<img|<svg|onerror=[^&]*>|\b49\b", page.text.replace("&#", ""))
    assert not re.search("[\u202a-\u202e\u2066\u2067\ufeff\u200b\x00]", page.text)
    assert len(page.data) < 8_000
    single = asked.answer("trust_police", text)
    assert single.status_code in (303, 422)
    assert "<script>" not in single.text


def test_fault_18_19_20_what_was_typed_is_shown_literally(asked: Respondent) -> None:
    page = asked.answer("times", '<b>"&3')
    assert 'value="&lt;b&gt;&#34;&amp;3"' in page.text


def test_fault_20_hostile_words_of_the_questionnaire_are_only_words(
    settings: CollectorSettings, database: Engine, calendar: Calendar
) -> None:
    put_in_field(database, form(HOSTILE, HOSTILE))
    visitor = Respondent(create_site(settings, database, calendar), "en")
    texts = [visitor.get("/").text]
    visitor.complete()
    visitor.get("/review?lang=en")
    texts += [visitor.get(path).text for path in (at("trust_police"), "/review")]
    texts.append(visitor.answer("trust_police", HOSTILE).text)
    for text in texts:
        assert "&lt;script&gt;alert(1)&lt;/script&gt;{{ 7*7 }}&lt;img" in text
        assert "<script>" not in text
        assert "<img" not in text


@pytest.mark.parametrize("path", ["/", "/nowhere"])
def test_fault_20_a_translation_is_never_markup(site: Flask, monkeypatch: pytest.MonkeyPatch, path: str) -> None:
    class Hostile(NullTranslations):
        def ugettext(self, _message: str) -> str:
            return "<script>alert(1)</script>"

    monkeypatch.setattr(flask_babel.Domain, "get_translations", lambda _: Hostile())
    monkeypatch.setattr(languages, "translator", lambda _: lambda *_, **__: "<script>alert(1)</script>")
    page = Respondent(site).get(path).text
    assert "&lt;script&gt;" in page
    assert "<script>" not in page


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"answer=1&answer=2", 400),
        (b"csrf=1&csrf=2", 400),
        (b"&".join(b"k%d=1" % n for n in range(301)), 413),
        (b"&".join(b"k%d=1" % n for n in range(5_000)), 413),
        (b"a" * 70_000, 413),
        (b"k" * 60_000 + b"=1", 403),
        (b"\xff\xfe=\xff&answer=%FF%ED%A0%80", 403),
        (b"%00=%00", 403),
    ],
)
def test_fault_23_malformed_forms_are_refused_quickly(person: Respondent, body: bytes, status: int) -> None:
    person.complete()
    begun = time.perf_counter()
    page = person.client.post(
        at("trust_police"),
        data=body,
        base_url=HOST,
        content_type="application/x-www-form-urlencoded",
        headers={"Sec-Fetch-Site": "same-origin"},
    )
    assert page.status_code == status
    assert "Traceback" not in page.text
    assert time.perf_counter() - begun < 0.5


def test_fault_23_invalid_bytes_in_an_answer_are_no_choice(person: Respondent) -> None:
    person.complete()
    body = f"csrf={person.csrf()}&answer=".encode() + b"%ED%A0%80%FF%00"
    page = person.client.post(
        at("trust_police"), data=body, base_url=HOST, content_type="application/x-www-form-urlencoded"
    )
    assert page.status_code == 422


def test_fault_24_a_multipart_flood_is_refused(person: Respondent) -> None:
    person.start()
    flood = {f"k{n}": "1" for n in range(301)}
    headers = {"Sec-Fetch-Site": "same-origin"}
    page = person.client.post(
        at("welcome"), data=flood, content_type="multipart/form-data", base_url=HOST, headers=headers
    )
    assert page.status_code == 413


@pytest.mark.parametrize("host", ["evil.example", "survey.example.evil.example", "localhost", "127.0.0.1", "a b", ""])
def test_fault_28_other_hosts_are_refused(site: Flask, host: str) -> None:
    page = site.test_client().get("/", headers={"Host": host})
    assert page.status_code == 400
    assert "evil" not in page.text
    assert page.headers["X-Content-Type-Options"] == "nosniff"


def test_fault_28_the_demonstration_answers_on_the_loopback(
    settings: CollectorSettings, database: Engine, calendar: Calendar, site: Flask
) -> None:
    demo = create_site(settings.model_copy(update={"demo": True}), database, calendar)
    for host in ("localhost:8000", "127.0.0.1:8000"):
        assert demo.test_client().get("/", headers={"Host": host}).status_code == 200
    assert demo.test_client().get("/", headers={"Host": "evil.example"}).status_code == 400


def test_fault_28_redirects_stay_here_whatever_is_asked(person: Respondent) -> None:
    spoof = {"X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "http"}
    page = person.post("/start?next=https://evil.example/&lang=ar", {"next": "//evil.example"}, **spoof)
    assert page.headers["Location"] == at("welcome")
    page = person.get(at("contact12") + "?next=//evil.example", **spoof)
    assert page.headers["Location"] == at("welcome")
    assert "evil" not in person.get("/", **spoof).text


def test_fault_29_line_breaks_in_addresses_split_no_header_and_reach_no_log(
    person: Respondent, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    person.start()
    for path in ("/question/a%0d%0aSet-Cookie:x=y", "/%1b[31m", "/question/%E2%80%AE", "/?lang=%0d%0aX:y"):
        page = person.get(path)
        assert page.status_code in (200, 404)
        assert "x=y" not in str(page.headers)
    assert caplog.records == []


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("TRACE", "/"),
        ("OPTIONS", "/"),
        ("PUT", at("welcome")),
        ("DELETE", "/review"),
        ("HEAD", "/send"),
        ("GET", "/send"),
        ("GET", "/start"),
        ("GET", "/leave"),
        ("POST", "/"),
        ("POST", "/review"),
    ],
)
def test_fault_30_other_methods_are_refused_without_effect(
    person: Respondent, database: Engine, method: str, path: str
) -> None:
    person.complete()
    headers = {"X-HTTP-Method-Override": "POST", "Sec-Fetch-Site": "same-origin"}
    page = person.client.open(path, method=method, base_url=HOST, headers=headers)
    assert page.status_code == 405
    assert page.headers["Allow"]
    assert envelopes(database) == []
    assert person.get("/review").status_code == 200


@pytest.mark.parametrize(
    "path", ["/Send", "/send/", "/send.", "/question//welcome", "/%2e%2e/send", "/survey-/../pages.py", "/static/"]
)
def test_fault_30_look_alike_addresses_do_not_exist(person: Respondent, path: str) -> None:
    person.complete()
    assert person.client.post(path, data={"csrf": person.csrf()}, base_url=HOST).status_code in (404, 405)
    assert person.client.get(path, base_url=HOST).status_code == 404
    assert person.get("/review").status_code == 200


def test_fault_30_asking_for_the_head_of_a_page_switches_no_language(person: Respondent) -> None:
    person.complete()
    person.client.head("/review?lang=fr", base_url=HOST)
    assert '<html lang="ar"' in person.get("/review").text


@pytest.mark.parametrize("typed", ["12", "١٢", "۱۲", "１２", " 12 ", "\u200f١٢\u200f", "1\u06f2"])
def test_fault_74_digits_of_any_keyboard_are_the_number(asked: Respondent, database: Engine, typed: str) -> None:
    assert asked.answer("times", typed).location == "/review"
    asked.send()
    (content,) = envelopes(database)
    assert '"times":12' in content


def test_every_page_has_every_header(person: Respondent) -> None:
    person.start()
    paths = ("/", at("welcome"), at("contact12"), "/nowhere", "/thanks", "/health", "/survey-0.css")
    for path in paths:
        headers = person.get(path).headers
        policy = headers["Content-Security-Policy"]
        for rule in ("default-src 'none'", "style-src 'self'", "form-action 'self'", "frame-ancestors 'none'"):
            assert rule in policy
        assert headers["Referrer-Policy"] == "no-referrer"
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
        assert "geolocation=()" in headers["Permissions-Policy"]
        assert "Server" not in headers
        if "css" not in path:
            assert headers["Cache-Control"] == "no-store"


def test_no_page_has_script_or_inline_style(person: Respondent) -> None:
    person.complete()
    for path in ("/", at("trust_police"), "/review", "/thanks", "/privacy", "/left", "/nowhere"):
        page = person.get(path).text
        assert not re.search(r"<script(?! src=./survey-)|<style|\sstyle=|\son\w+=|https?://", page)


def test_a_failure_is_an_honest_page_and_logs_no_value(
    site: Flask, arrive: Callable[..., Respondent], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    person = arrive("en")
    person.complete()

    def fail(*_: object) -> None:
        raise ValueError("canary-answer")

    monkeypatch.setattr(sittings, "answer", fail)
    page = person.answer("trust_police", "canary-answer")
    assert page.status_code == 500
    assert "went wrong on our side" in page.text
    assert "canary" not in page.text + caplog.text
    assert (person.cookie or "-") not in caplog.text
    assert "ValueError at test_hostile_input.py" in caplog.text


def test_journeys_write_no_log(person: Respondent, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    person.complete()
    person.send()
    person.get("/nowhere")
    person.post("/send")
    assert caplog.records == []


def test_the_token_of_forms_does_not_tell_the_ticket(person: Respondent, site: Flask) -> None:
    person.start()
    token = hidden(person.get(at("welcome")), "csrf")
    assert re.fullmatch("[0-9a-f]{64}", token)
    assert (person.cookie or "-") not in person.get(at("welcome")).text
    assert isinstance(site.extensions["thiqa"], desk.Desk)
