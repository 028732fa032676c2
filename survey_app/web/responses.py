"""Answers that every view may give: the way on, a page with a sentence, the page of a database that is away."""

from flask import Response, make_response, render_template, request
from flask.typing import ResponseReturnValue

from translations import languages

from .. import engine
from ..engine import Interview, Questionnaire
from . import cookie, messages
from .desk import desk, language, ticket, url_for
from .sittings import Absence

RETRY_AFTER = "60"  # seconds
FILL = "fill"  # what the script adds so that all forms are of one length


def see(address: str) -> Response:
    """On to another page."""
    return Response(status=303, headers={"Location": address})


def address_of(form: Questionnaire, name: str, part: str | None = None) -> str:
    """The address of an item's page: its place in the questionnaire, since a browser's history must not say more."""
    return url_for("pages.page", number=form.numbers[name], _anchor=part)


def to_cursor(form: Questionnaire, interview: Interview) -> Response:
    """To the screen of the interview's cursor, and there to its place if it is not the first; or to the review."""
    names = [item.name for item in engine.page(form, interview)]
    if not names:
        return see(url_for("pages.review"))
    at = names.index(interview.cursor or "") + 1
    return see(address_of(form, names[0], f"q{at}" if at > 1 else None))


def to_open(form: Questionnaire, interview: Interview) -> Response:
    """To the first question that is still open, or to the review."""
    return to_cursor(form, engine.visit(form, interview, None).interview)


def notice(words: messages.Notice, status: int) -> Response:
    """A page of a heading and a sentence, with the way on."""
    started = status not in (409, 410) and ticket() is not None
    return make_response(render_template("notice.html", notice=words, started=started), status)


def absent(absence: Absence) -> ResponseReturnValue:
    """What to show who has no interview here."""
    if absence is Absence.SENT:
        return without_cookie(see(url_for("exits.thanks", lang=language())))
    words = messages.closed() if absence is Absence.CLOSED else messages.gone()
    return without_cookie(notice(words, 410))


def without_cookie(response: Response) -> Response:
    """The same, and the browser forgets the ticket."""
    if ticket() is not None:
        cookie.clear(response, desk().settings.secure)
    return response


def forgetting(response: Response) -> Response:
    """The same, and the browser forgets what it keeps of this site's pages.

    Not the ticket: any page of another site can make a browser open this one.
    """
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response


def try_again() -> Response:
    """The page of a database that is away: what was sent stays on it, to be sent again by a button."""
    if request.method != "POST":
        response = notice(messages.trouble(503), 503)
    else:
        sent = [(name, value) for name, values in request.form.lists() if name != FILL for value in values]
        page = render_template("again.html", notice=messages.unsaved(), sent=sent, action=request.full_path)
        response = make_response(page, 503)
    response.headers["Retry-After"] = RETRY_AFTER
    return response


def switch_of(form: Questionnaire) -> list[str]:
    """The languages to choose from."""
    return [code for code in languages.LANGUAGES if code in form.languages]
