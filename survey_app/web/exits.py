"""The ways out: leaving at once, putting aside, and the pages after the end. None shows an answer."""

from contextlib import suppress

from flask import Blueprint, make_response, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import SQLAlchemyError

from translations import languages

from ..codes import grouped, read_code
from . import assistance, sittings, words
from .desk import desk, language, ticket, url_for
from .responses import absent, forgetting, see, without_cookie
from .sittings import Absence

exits = Blueprint("exits", __name__)


@exits.post("/leave")
def leave() -> ResponseReturnValue:
    """Leave at once: the draft is deleted, the cookie removed, and the page that follows shows nothing.

    While the database is away the cookie goes all the same: without it nobody can open the draft, which then expires.
    """
    spoken, found = language(), ticket()
    if found:
        with suppress(SQLAlchemyError):
            sittings.leave(desk().place, found)
    return without_cookie(see(url_for(".left", lang=spoken)))


@exits.get("/left")
def left() -> ResponseReturnValue:
    """After leaving."""
    return forgetting(make_response(render_template("left.html", switch=languages.LANGUAGES)))


@exits.post("/pause")
def pause() -> ResponseReturnValue:
    """Put the interview aside. The code is shown once, on a page that no address leads to."""
    put = sittings.pause(desk().place, ticket(), desk().clock())
    if isinstance(put, Absence):
        return absent(put)
    code, draft = put
    until = words.written_date(draft.expires.isoformat(), "day", language())
    page = render_template("paused.html", code=grouped(code), until=until, switch=())
    return without_cookie(forgetting(make_response(page)))


@exits.get("/thanks")
def thanks() -> ResponseReturnValue:
    """After sending. Shows no answer, so anybody may open it."""
    return _last("thanks.html")


@exits.get("/ended")
def ended() -> ResponseReturnValue:
    """After answers that the survey has no need of. Says nothing of why, so anybody may open it."""
    return _last("ended.html")


@exits.get("/privacy")
def privacy() -> ResponseReturnValue:
    """What each party could learn."""
    return render_template("privacy.html", contacts=assistance.for_everyone(), switch=languages.LANGUAGES)


def _last(template: str) -> ResponseReturnValue:
    """A last page. On a device that is passed on, with the way to the next person's start."""
    code = read_code(request.args.get("next", ""))
    contacts = assistance.for_everyone()
    return forgetting(
        make_response(render_template(template, switch=languages.LANGUAGES, code=code, contacts=contacts))
    )
