"""The respondent's site as a WSGI application: configuration, languages, headers, error pages.

Importing it loads no statistics, no dashboard and no carrier. It uses no session and therefore no secret key.
"""

import logging
import secrets
import time
from collections.abc import Callable
from datetime import date
from urllib.parse import urlsplit

import flask_babel
from flask import Flask, Response, abort, g, request
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import HTTPException, MethodNotAllowed, SecurityError
from werkzeug.middleware.proxy_fix import ProxyFix

from translations import languages

from ..discretion import told
from ..information import read_information
from ..settings import SECRET_BYTES, CollectorSettings
from ..wavekeys import WaveKeyError
from . import messages, pictures, safety, sittings, wire
from .assets import assets
from .content import read_asset
from .desk import Desk, desk, language, ticket, url_for, wording
from .door import door
from .exits import exits
from .gate import Gate, Limits
from .media import media
from .pages import pages
from .puzzle import Puzzles
from .responses import notice, try_again

log = logging.getLogger(__name__)
# A form of these may come from a page of an earlier start, if the browser vouches that the page was ours.
FROM_ANY_START = {"door.start", "door.typed", "door.take_up", "exits.leave"}


def create_site(
    settings: CollectorSettings,
    engine: Engine,
    clock: Callable[[], date],
    ticks: Callable[[], float] = time.time,
) -> Flask:
    """The site over one database. `clock` gives today's date and `ticks` seconds since 1970: all it knows of time."""
    site = Flask(__name__, static_folder=None)
    local = ["localhost", "127.0.0.1"] if settings.demo else []
    site.config.update(
        BABEL_TRANSLATION_DIRECTORIES=str(languages.CATALOGUES),
        MAX_CONTENT_LENGTH=safety.MAX_BODY_BYTES,
        MAX_FORM_MEMORY_SIZE=safety.MAX_BODY_BYTES,
        MAX_FORM_PARTS=safety.MAX_FIELDS,
        PROVIDE_AUTOMATIC_OPTIONS=False,
        TRUSTED_HOSTS=[urlsplit(settings.public_url).hostname or "", *local],
    )
    site.url_map.merge_slashes = False
    site.extensions["thiqa"] = Desk(
        settings,
        engine,
        clock,
        ticks,
        Gate(Limits(settings.starts_a_minute, settings.starts_an_hour_from_one_address), ticks),
        Puzzles(settings.key or secrets.token_bytes(SECRET_BYTES), ticks),
        read_asset("survey.css", "text/css"),
        read_asset("survey.js", "text/javascript"),
        read_information(file) if (file := settings.information_file) else None,
    )
    flask_babel.Babel(site, locale_selector=language, configure_jinja=False)
    _prepare_templates(site, settings)
    for part in (door, pages, exits, assets, media):
        site.register_blueprint(part)
    site.register_error_handler(HTTPException, _refused)
    site.register_error_handler(SQLAlchemyError, _away)
    site.register_error_handler(sittings.BusyError, _away)
    site.register_error_handler(WaveKeyError, _away)
    site.register_error_handler(Exception, _broken)
    site.before_request(_check_form)

    @site.after_request
    def send(response: Response) -> Response:
        return wire.packed(request, wire.for_script(request, response))

    site.wsgi_app = safety.protected(site.wsgi_app, settings.secure)  # type: ignore[assignment]  # Flask's way
    if settings.proxies:
        site.wsgi_app = ProxyFix(site.wsgi_app, x_for=settings.proxies, x_proto=0)  # type: ignore[method-assign]  # Flask's way
    return site


def _prepare_templates(site: Flask, settings: CollectorSettings) -> None:
    site.jinja_env.trim_blocks = site.jinja_env.lstrip_blocks = True
    site.jinja_env.globals.update(
        {"isolated": languages.isolated, "wording": wording, "url_for": url_for, "drawing": pictures.drawing}
    )

    @site.context_processor
    def page() -> dict[str, object]:
        spoken, own = language(), ticket()
        # These return plain text, which the page escapes whole; the i18n extension would trust a translation as markup.
        return {
            "_": languages.translator(spoken),
            "_n": languages.plural_translator(spoken),
            "csrf": safety.token(own) if own else "",
            "demo": settings.demo,
            "direction": languages.direction(spoken),
            "information": desk().information,
            "language": spoken,
            "languages": languages.NATIVE_NAMES,
            "style": url_for("assets.style", digest=desk().style.digest),
            "script_address": url_for("assets.script", digest=desk().script.digest),
        }


def _check_form() -> None:
    """Refuse a form that is not ours or comes from elsewhere, before anything is read from it."""
    if request.method != "POST" or request.endpoint is None:
        return
    if safety.oversized(request):
        abort(413)
    if safety.repeated(request):
        abort(400)
    of_any_start = request.endpoint in FROM_ANY_START
    if not safety.allowed(request, ticket(), desk().settings.secure, of_any_start=of_any_start):
        abort(403)


def _refused(error: HTTPException) -> Response:
    if isinstance(error, SecurityError):  # the host is not ours, so no address can be made for a page
        return Response("400", status=400, mimetype="text/plain")
    _recall_language()
    status = error.code or 500
    response = notice(messages.trouble(status), status)
    if isinstance(error, MethodNotAllowed) and error.valid_methods:
        response.headers["Allow"] = ", ".join(sorted(error.valid_methods))
    return response


def _away(error: Exception) -> Response:
    log.error("storage did not serve a request: %s", type(error).__name__)
    return try_again()


def _broken(error: Exception) -> Response:
    log.error("a page failed: %s", told(error))
    return notice(messages.trouble(500), 500)


def _recall_language() -> None:
    if "sitting" in g:
        return
    try:
        sitting = sittings.find(desk().place, ticket(), desk().clock())
    except (SQLAlchemyError, WaveKeyError):
        return
    if isinstance(sitting, sittings.Sitting):
        g.sitting = sitting
