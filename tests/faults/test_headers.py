"""What every answer of the running server carries; hosts, methods and addresses that are not ours (11, 28 to 30)."""

import re

import pytest
from sqlalchemy import Engine

from tests.web.test_journeys import drafts_kept, envelopes

from .conftest import SHORT
from .server import COOKIE, HOST, Pairs, Server, Visitor

PAGES = ("/", "/privacy", "/thanks", "/left", "/ended", "/health", "/nowhere", "/review", "/page", "/favicon.ico")
HEADERS = {
    "Content-Security-Policy": r"default-src 'none';.*frame-ancestors 'none'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": r".*geolocation=\(\)",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Strict-Transport-Security": "max-age=[0-9]{8,}",
}


def well(person: Visitor, method: str, path: str, headers: Pairs = ()) -> int:
    """Ask, and hold the answer to what every answer owes; its status."""
    reply = person.go(path, method, b"" if method == "POST" else None, headers)
    for name, rule in HEADERS.items():
        assert re.match(rule, reply.headers.get(name, ""), re.DOTALL), (path, name)
    assert not re.search(r"\d|werkzeug|python|flask", reply.headers.get("Server", ""), re.IGNORECASE)
    assert not {"X-Powered-By", "Via", "ETag", "Access-Control-Allow-Origin"} & set(reply.headers)
    kept = reply.headers["Cache-Control"]
    assert kept == "no-store" or path.endswith((".css", ".ico"))
    return reply.status


def test_fault_11_every_page_and_error_page_has_every_header_and_no_banner(server: Server) -> None:
    before, after = Visitor(server), Visitor(server)
    after.complete(*SHORT)
    style = re.search(r'rel="stylesheet" href="([^"]+)"', after.page.text)
    assert style
    seen = {well(person, "GET", path) for person in (before, after) for path in (*PAGES, style[1])}
    seen |= {well(after, "POST", path) for path in ("/review", "/send", "/nowhere")}
    seen |= {well(after, method, "/") for method in ("PUT", "DELETE", "OPTIONS", "TRACE", "PROPFIND")}
    seen |= {well(before, "GET", "/", (("Host", "evil.example"),))}
    assert seen == {200, 204, 303, 400, 403, 404, 405, 410}


def test_fault_11_no_cookie_before_consent_and_one_with_every_flag_after(server: Server) -> None:
    person = Visitor(server)
    for path in PAGES:
        assert "Set-Cookie" not in person.go(path).headers
    person.see("/")
    reply = person.submit()
    (cookie,) = reply.headers.get_all("Set-Cookie", [])
    value, *flags = cookie.split("; ")
    assert re.fullmatch(rf"{COOKIE}=[\w-]{{43}}", value)
    assert set(flags) == {"Secure", "HttpOnly", "Path=/", "SameSite=Strict"}
    assert len(cookie) < 4_096
    assert "Set-Cookie" not in person.see(reply.location).headers


HOSTS = (
    "evil.example",
    f"{HOST}.evil.example",
    f"evil.example#{HOST}",
    f"{HOST}@evil.example",
    "127.0.0.1",
    "",
    "[::1]",
)


@pytest.mark.parametrize("host", HOSTS)
def test_fault_28_a_page_is_made_for_no_other_host(server: Server, host: str) -> None:
    reply = server.ask("GET", "/", headers=(("Host", host),))
    assert reply.status == 400
    assert b"evil" not in reply.body


def test_fault_28_two_hosts_or_an_absolute_address_reach_no_other_host(server: Server) -> None:
    assert server.ask("GET", "/", headers=(("Host", HOST), ("Host", "evil.example"))).status == 400
    reply = server.ask("GET", "http://evil.example/", headers=(("Host", HOST),))
    assert reply.status in (200, 400, 404)
    assert b"evil" not in reply.body


SPOOFS: Pairs = (
    ("X-Forwarded-Host", "evil.example"),
    ("X-Forwarded-Proto", "http"),
    ("X-Forwarded-Protocol", "ssl"),
    ("X-Forwarded-Ssl", "on"),
    ("X-Forwarded-Prefix", "//evil.example"),
    ("X-Forwarded-For", "203.0.113.9"),
    ("X-Original-URL", "/thanks"),
    ("X-Rewrite-URL", "/thanks"),
    ("X-Host", "evil.example"),
    ("Forwarded", "host=evil.example;proto=http"),
    ("Referer", "https://evil.example/"),
)


def test_fault_28_what_a_proxy_might_say_changes_nothing(server: Server) -> None:
    plain, spoofed = Visitor(server), Visitor(server)
    assert plain.go("/").body == spoofed.go("/", headers=SPOOFS).body
    assert spoofed.go("/start?lang=en", "POST", b"", SPOOFS).location.startswith("/")
    page = spoofed.go("/review", headers=SPOOFS)
    assert page.status == 303
    assert "evil" not in str(page.headers)


@pytest.mark.parametrize("name", ["SCRIPT_NAME", "PATH_INFO", "Script-Name"])
@pytest.mark.parametrize("target", ["/", "//evil.example/"])
def test_fault_28_no_header_moves_the_site_below_another_path(server: Server, name: str, target: str) -> None:
    reply = server.ask("GET", target, headers=((name, "//evil.example"),))
    assert reply.status in (200, 400, 404)
    assert b"evil" not in reply.body


@pytest.mark.parametrize("where", ["https://evil.example/", "//evil.example", "/\\evil.example", "https:evil.example"])
def test_fault_28_redirects_stay_here_whatever_is_asked(server: Server, where: str) -> None:
    person = Visitor(server)
    query = f"?next={where}&url={where}&lang=en&return={where}"
    locations = [person.go(f"/start{query}", "POST", f"next={where}".encode()).location]
    locations += [person.go(path + query).location for path in ("/review", "/page", "/send", "/")]
    locations += [person.go(f"{where.removeprefix('https:')}/..;/start", "POST", b"").location]
    for location in filter(None, locations):
        assert re.match(r"/(?![/\\])", location)
        assert "evil" not in location


CANARY = "canary-7f3a"
NASTY = (
    "a\r\nSet-Cookie: x=y", "\x1b[31mred\x1b[0m", "\x1b]0;title\x07", "\r\n[CRITICAL] forged line", "\x00",
    "%0d%0aX: y", "\x7f\x9b31m", "\u2028", "%s%s%n", "${jndi:ldap://evil.example/a}", "\u202eevil",
)  # fmt: skip


@pytest.mark.parametrize("nasty", NASTY)
def test_fault_29_nothing_that_is_sent_reaches_the_log_or_splits_a_header(server: Server, nasty: str) -> None:
    person = Visitor(server)
    person.start()
    sent = (CANARY + nasty).encode()
    for name in (b"Accept-Language", b"Cookie", b"User-Agent", b"Referer", b"X-Request-Id", b"Content-Type"):
        answer = server.raw(
            b"GET /review HTTP/1.1\r\nConnection: close\r\nHost: " + HOST.encode() + b"\r\n" + name + b": " + sent
            + b"\r\n\r\n"
        )  # fmt: skip
        assert b"HTTP/1.1" in answer
        assert not re.search(rb"(?im)^(x:|set-cookie: x=y)", answer.partition(b"\r\n\r\n")[0])
    target = re.sub(r"[^!-~]", lambda match: "".join(f"%{byte:02X}" for byte in match[0].encode()), CANARY + nasty)
    for path in (
        f"/{target}",
        f"/?lang={target}",
        f"/start?lang={target}",
        f"/page/{target}",
        f"/survey-{target}.css",
    ):
        for method in ("GET", "POST"):
            reply = person.go(path, method, b"csrf=" + target.encode() if method == "POST" else None)
            assert reply.status in (200, 303, 400, 403, 404, 405, 410)
            assert CANARY not in str(reply.headers)
    server.raw(sent + b" / HTTP/1.1\r\n\r\n")
    server.raw(b"GET /" + sent + b" HTTP/1.1\r\nConnection: close\r\n\r\n")
    assert server.log == ""


@pytest.mark.parametrize(
    "method", ["TRACE", "CONNECT", "OPTIONS", "PUT", "PATCH", "DELETE", "PROPFIND", "POSTS", "get"]
)
def test_fault_30_other_methods_are_refused_without_effect(
    server: Server, module_database: Engine, method: str
) -> None:
    person = Visitor(server)
    person.complete(*SHORT)
    sent, kept = len(envelopes(module_database)), drafts_kept(module_database)
    for path in ("/send", "/leave", "/start", "/review"):
        reply = person.go(path, method, headers=(("X-Canary", "canary"),))
        assert reply.status in (400, 404, 405, 501)
        assert b"canary" not in reply.body
    assert (len(envelopes(module_database)), drafts_kept(module_database)) == (sent, kept)


@pytest.mark.parametrize("name", ["X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override", "_method"])
def test_fault_30_no_header_and_no_field_makes_another_method_of_one(
    server: Server, module_database: Engine, name: str
) -> None:
    person = Visitor(server)
    person.complete(*SHORT)
    sent = len(envelopes(module_database))
    override = ((name, "POST"),) if name != "_method" else ()
    assert person.go(f"/send?{name}=POST&_method=POST", headers=override).status == 405
    assert person.go(f"/send?{name}=POST", "HEAD", headers=override).status == 405
    _, fields = person.form()
    body = f"csrf={dict(fields)['csrf']}&_method=DELETE".encode()
    assert person.go("/review?_method=DELETE", "POST", body, ((name, "DELETE"),) if override else ()).status == 405
    assert len(envelopes(module_database)) == sent
    assert person.see("/review").status == 200


@pytest.mark.parametrize(
    "path",
    [
        "/%2e%2e/send", "/../send", "/./send", "/Send", "/SEND", "/send/", "/send.", "/send%20", "/send%00",
        "/send;x=y", "/send//", "/%73end%2f", "/page/../send", "/survey-%2e%2e%2fpages.py", "/static/",
        "/.git/config", "/send.php", "/send\\", "/%c0%ae%c0%ae/send", "/survey_app/web/pages.py", "/.env",
        "/var/thiqa.sqlite3",
    ],
)  # fmt: skip
def test_fault_30_look_alike_addresses_send_nothing(server: Server, module_database: Engine, path: str) -> None:
    person = Visitor(server)
    person.complete(*SHORT)
    sent = len(envelopes(module_database))
    _, fields = person.form()
    assert person.go(path, "POST", f"csrf={dict(fields)['csrf']}".encode()).status in (400, 404, 405)
    assert person.go(path).status in (400, 404, 405)
    assert len(envelopes(module_database)) == sent
    assert person.see("/review").status == 200


def test_fault_30_head_is_a_get_without_its_body(server: Server) -> None:
    person = Visitor(server)
    reply = person.go("/", "HEAD")
    assert (reply.status, reply.body) == (200, b"")
    assert int(reply.headers["Content-Length"]) == len(person.go("/").body)
