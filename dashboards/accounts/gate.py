"""What every request passes before it comes to a page: its host, its session, its language, its token.

A session lasts half an hour without use and twelve hours in all. The cookie is Strict: where a link on another site
leads here, the browser does not show it at first, and a page of one line has it come again.
"""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from flask import Flask, Response, current_app, g, make_response, redirect, render_template, request, session
from flask_login import logout_user
from flask_security import current_user, user_authenticated
from flask_wtf.csrf import validate_csrf
from werkzeug.exceptions import SecurityError
from wtforms import ValidationError

from dashboards.application import ACCOUNTS
from dashboards.headers import FINGERPRINTED
from translations.languages import LANGUAGES, NATIVE_NAMES, direction, negotiate, translator

from . import store
from .desk import desk
from .security import IDLE, LONGEST

OPEN = frozenset(
    f"security.{name}"
    for name in (
        "login", "verify", "change_password", "two_factor_setup", "two_factor_setup_validate",
        "two_factor_token_validation", "mf_recovery", "mf_recovery_codes",
    )
)  # fmt: skip
KEPT = ("_user_id", "_fresh", "_id", "fs_paa", "fs_cc", "lang", "demo")
POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)


def add_gate(server: Flask, prefix: str, demonstrable: Callable[[], bool]) -> None:
    """Put it before all else. `demonstrable`: whether the site may be entered for show."""
    server.before_request(lambda: _gate(prefix, demonstrable))
    server.after_request(lambda response: _guarded(response, prefix))
    server.context_processor(lambda: _words(prefix))
    for code in (400, 405, 413):
        server.register_error_handler(code, lambda error: _notice(error.code or 400))
    server.log_exception = _discreet  # type: ignore[assignment]  # its own words would name a link's secret
    user_authenticated.connect(_begin, server, weak=False)


def _gate(prefix: str, demonstrable: Callable[[], bool]) -> Response | None:
    if isinstance(request.routing_exception, SecurityError):
        return _notice(400)
    if request.path.startswith(FINGERPRINTED):
        return None
    ours = request.path.startswith(ACCOUNTS)
    if ours and not _is_open(request.endpoint or ""):
        return nowhere()
    if _comes_from_elsewhere():
        return make_response(render_template("account/again.html", address=_here(prefix)))
    over = _end_what_is_over(demonstrable)
    _keep_language()
    if request.method not in ("GET", "HEAD") and not _is_meant():
        return _notice(400, stale=True)
    return None if ours else _elsewhere(prefix, over=over)


def _guarded(response: Response, prefix: str) -> Response:
    if response.status_code // 100 == 3 and not g.get("leaving"):
        address = _within(response.headers.get("Location", ""), prefix)
        refused = request.endpoint == "security.two_factor_setup_validate" and address.endswith("/tf-setup")
        response.headers["Location"] = address + ("?said=refused" if refused else "")
    if request.path.startswith(ACCOUNTS):
        response.headers["Content-Security-Policy"] = POLICY
    return response


def _words(prefix: str) -> dict[str, object]:
    """What every template of the site knows."""
    language = spoken()
    return {
        "_": translator(language),
        "language": language,
        "direction": direction(language),
        "languages": [(code, NATIVE_NAMES[code], _here(prefix, lang=code)) for code in LANGUAGES],
        "prefix": prefix,
        "who": current_user.email if current_user and current_user.is_authenticated else "",
    }


def spoken() -> str:
    """The language asked for, else the session's, else the first that the reader accepts."""
    asked, kept = request.args.get("lang", ""), session.get("lang", "")
    found = next((each for each in (asked, kept) if each in LANGUAGES), "")
    return found or negotiate(request.accept_languages.values())


def _begin(_server: Flask, **_beside: Any) -> None:
    """Nothing of the session before goes over into the one that begins, its token neither."""
    kept = {name: session[name] for name in KEPT if name in session}
    session.clear()
    g.pop("csrf_token", None)
    session.update(kept, began=_seconds(), seen=_seconds())


def _end_what_is_over(demonstrable: Callable[[], bool]) -> bool:
    """Whether a session was too old, unused for too long, or for show where that is no longer possible."""
    if not current_user.is_authenticated:
        return False
    seconds = _seconds()
    old = seconds - session.get("began", 0) > LONGEST.total_seconds()
    unused = seconds - session.get("seen", 0) > IDLE.total_seconds()
    if old or unused or (session.get("demo") and not demonstrable()):
        logout_user()
        session.clear()
        return True
    session["seen"] = seconds
    return False


def _elsewhere(prefix: str, *, over: bool) -> Response | None:
    """Where a request for a page of figures goes first; calls of a page that is open get their answer from it."""
    if request.path.startswith("/_"):
        return None
    if not current_user.is_authenticated:
        asked = [("next", _here(prefix))] if len(request.full_path) < 2000 and request.path != "/" else []
        said = [("said", "over")] if over else []
        beside = "?" + urlencode(asked + said) if asked or said else ""
        return make_response(redirect(f"{prefix}account/login{beside}"))
    if needs_codes():
        return make_response(redirect(f"{prefix}account/mf-recovery-codes"))
    if request.path != "/":
        return None
    first = next(iter(current_user.viewer.pages), "account/people")
    beside = request.query_string.decode("latin-1")
    return make_response(redirect(f"{prefix}{first}{'?' if beside else ''}{beside}")) if first else None


def needs_codes() -> bool:
    """Whether somebody with a second factor has no recovery code yet, or none any more."""
    return bool(current_user.tf_primary_method) and not current_user.mf_recovery_codes


def _is_open(endpoint: str) -> bool:
    """Whether there is such a page; who is in for show has no password to change and no factor to set up."""
    if session.get("demo") and current_user.is_authenticated:
        return endpoint.startswith("account.")
    return endpoint in OPEN or endpoint.startswith("account.")


def _is_meant() -> bool:
    """Whether somebody sent this from a page of ours. Dash's calls are JSON, which no other site can send here."""
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
        return False
    if request.is_json and not request.path.startswith(ACCOUNTS):
        return True
    try:
        validate_csrf(request.form.get("csrf_token"))
    except ValidationError:
        return False
    return True


def _comes_from_elsewhere() -> bool:
    navigates = request.method == "GET" and request.headers.get("Sec-Fetch-Mode") == "navigate"
    foreign = request.headers.get("Sec-Fetch-Site") in ("cross-site", "same-site")
    hidden = current_app.config["SESSION_COOKIE_NAME"] not in request.cookies
    return navigates and foreign and hidden and request.endpoint != "account.returned"


def _keep_language() -> None:
    asked = request.args.get("lang", "")
    if asked in LANGUAGES and session.get("lang") != asked:
        session["lang"] = asked


def _here(prefix: str, **beside: str) -> str:
    """The address of this page, with what stands beside it, and other values of some of that."""
    ours = request.path.startswith(ACCOUNTS)
    shown = [pair for pair in request.args.items(multi=True) if pair[0] in ("lang", "next") or not ours]
    kept = [(name, value) for name, value in shown if name not in beside] + [*beside.items()]
    return prefix + request.path.lstrip("/") + ("?" + urlencode(kept) if kept else "")


def _within(address: str, prefix: str) -> str:
    """An address of this site, or its beginning instead: nobody is sent elsewhere."""
    plain = address.startswith(prefix) and not address.startswith("//") and "\\" not in address
    return address if plain and address.isprintable() else prefix  # a browser takes a tab out of "/\t/elsewhere"


def nowhere(_error: object = None) -> Response:
    """That there is no such page below /account/: the same bytes whatever was asked for, so no link to it either."""
    languages = [(code, NATIVE_NAMES[code], f"{desk().prefix}account/?lang={code}") for code in LANGUAGES]
    return _notice(404, languages=languages)


def _notice(code: int, **about: object) -> Response:
    """stale: whether the page that somebody sent was too old, or none of ours."""
    return make_response(render_template("account/notice.html", code=code, **about), code)


def _discreet(info: Any) -> None:
    current_app.logger.error("a page failed: %s", info[0].__name__ if info and info[0] else "?")


def _seconds() -> int:
    return int(store.now().timestamp())
