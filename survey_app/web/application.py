"""The respondent's site as a WSGI application: configuration, languages, headers, error pages.

Importing it loads no statistics, no dashboard and no carrier. It uses no session and therefore no secret key.
"""

import logging
from collections.abc import Callable
from datetime import date
from pathlib import Path
from urllib.parse import urlsplit

import flask_babel
from flask import Flask, Response, g
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import HTTPException, MethodNotAllowed, SecurityError

from translations import languages

from ..settings import CollectorSettings
from . import messages, pages, safety, sittings
from .desk import Desk, desk, language, ticket, url_for, wording

log = logging.getLogger(__name__)
STYLE = Path(__file__).parent / "static" / "survey.css"


def create_site(settings: CollectorSettings, engine: Engine, clock: Callable[[], date]) -> Flask:
    """The site over one database. `clock` gives today's date and is the site's only knowledge of time."""
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
    site.extensions["thiqa"] = Desk(settings, engine, clock, STYLE.read_bytes())
    flask_babel.Babel(site, locale_selector=language, configure_jinja=False)
    _prepare_templates(site, settings)
    site.register_blueprint(pages.pages)
    site.register_error_handler(HTTPException, _refused)
    site.register_error_handler(SQLAlchemyError, _away)
    site.register_error_handler(sittings.BusyError, _away)
    site.register_error_handler(Exception, _broken)

    @site.after_request
    def protect(response: Response) -> Response:
        return safety.protected(response, settings.secure)

    return site


def _prepare_templates(site: Flask, settings: CollectorSettings) -> None:
    site.jinja_env.trim_blocks = site.jinja_env.lstrip_blocks = True
    site.jinja_env.globals.update({"isolated": languages.isolated, "wording": wording, "url_for": url_for})

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
            "language": spoken,
            "languages": languages.NATIVE_NAMES,
            "style": url_for("pages.style", digest=safety.fingerprint(desk().style)),
        }


def _refused(error: HTTPException) -> Response:
    if isinstance(error, SecurityError):  # the host is not ours, so no address can be made for a page
        return Response("400", status=400, mimetype="text/plain")
    _recall_language()
    status = error.code or 500
    response = pages.notice(messages.trouble(status), status)
    if isinstance(error, MethodNotAllowed) and error.valid_methods:
        response.headers["Allow"] = ", ".join(sorted(error.valid_methods))
    return response


def _away(error: Exception) -> Response:
    log.error("the database did not serve a request: %s", type(error).__name__)
    return pages.unsaved()


def _broken(error: Exception) -> Response:
    # Never the message or the traceback's values: they may hold what a person sent.
    place = error.__traceback__
    while place and place.tb_next:
        place = place.tb_next
    where = f"{Path(place.tb_frame.f_code.co_filename).name}:{place.tb_lineno}" if place else "?"
    log.error("a page failed: %s at %s", type(error).__name__, where)
    return pages.notice(messages.trouble(500), 500)


def _recall_language() -> None:
    if "sitting" in g:
        return
    try:
        sitting = sittings.find(desk().database, ticket(), desk().clock())
    except SQLAlchemyError:
        return
    if isinstance(sitting, sittings.Sitting):
        g.sitting = sitting
