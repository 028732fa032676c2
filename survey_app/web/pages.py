"""The respondent's pages: each view reads a request, calls one thing, and answers with a page or a redirect.

No view logs, and none puts an answer, a ticket or a token into an address.
"""

from flask import Blueprint, Response, abort, g, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue

from translations import languages

from .. import engine
from ..engine import Accepted, Item, Kind, Questionnaire, Reason, Refused
from ..engine.normalise import visible
from ..fieldwork import open_wave
from ..intake import Receipt
from ..storage.database import reading
from . import cookie, messages, safety, sittings
from .desk import desk, language, ticket, wording
from .sittings import Absence, Sitting

pages = Blueprint("pages", __name__)
SHOWN_CHARS = 40
_FROM_ANY_START = {"pages.start", "pages.leave"}


@pages.before_request
def check_form() -> None:
    """Refuse a form that is not ours or comes from elsewhere, before anything is read from it."""
    if request.method != "POST":
        return
    if safety.oversized(request):
        abort(413)
    if safety.repeated(request):
        abort(400)
    of_any_start = request.endpoint in _FROM_ANY_START
    if not safety.allowed(request, ticket(), desk().settings.secure, of_any_start=of_any_start):
        abort(403)


@pages.get("/")
def consent() -> ResponseReturnValue:
    """Who asks, why, and what happens to the answers. Sets nothing."""
    with reading(desk().database) as session:
        wave = open_wave(session)
    if wave is None:
        return render_template("closed.html", switch=languages.LANGUAGES)
    form = wave.questionnaire
    return render_template("consent.html", title=wording(form.title), switch=_switch(form))


@pages.post("/start")
def start() -> ResponseReturnValue:
    """Consent was given: always a new secret, whatever the browser brought."""
    begun = sittings.begin(desk().database, ticket(), language(), desk().clock())
    if begun is None:
        return _see(url_for(".consent", lang=language()))
    minted, step = begun
    response = _see(url_for(".question", name=step.interview.cursor or ""))
    cookie.give(response, minted, desk().settings.secure)
    return response


@pages.get("/question")
def first() -> ResponseReturnValue:
    """To the first question that is still open, or to the review."""
    sitting = _sitting()
    return _to(sitting.questionnaire, sitting.interview.cursor) if isinstance(sitting, Sitting) else _absent(sitting)


@pages.get("/question/<name>")
def question(name: str) -> ResponseReturnValue:
    """One item, with its earlier answer if there is one."""
    sitting = _sitting()
    if isinstance(sitting, Absence):
        return _absent(sitting)
    form = sitting.questionnaire
    if name not in form.by_name:
        abort(404)
    visited = engine.visit(form, sitting.interview, name).interview
    if visited.cursor != name:
        return _to(form, visited.cursor)
    if _switched(sitting):
        return _see(url_for(".question", name=name))
    given = sitting.interview.answers.get(name)
    return _ask(form, form.by_name[name], "" if given is None else str(given), sitting=sitting)


@pages.post("/question/<name>")
def answer(name: str) -> ResponseReturnValue:
    """Take a reply: on to the next item, or the same page with what to do."""
    raw = request.form.get("answer")
    moved = sittings.answer(desk().database, ticket(), desk().clock(), name, raw)
    if isinstance(moved, Absence):
        return _absent(moved)
    g.sitting, step = moved
    form = g.sitting.questionnaire
    if name not in form.by_name:
        abort(404)
    match step.events:
        case (Refused(reason=Reason.NOT_ASKED | Reason.CLOSED), *_):
            return _to(form, engine.visit(form, g.sitting.interview, None).interview.cursor)
        case (Refused(reason=reason), *_):
            item = form.by_name[name]
            fault = messages.refusal(item, reason, language())
            return _ask(form, item, raw or "", sitting=g.sitting, fault=fault), 422
        case (Accepted(), *_):
            return _to(form, step.interview.cursor)
    raise AssertionError("an answer is accepted or refused")


@pages.get("/review")
def review() -> ResponseReturnValue:
    """Every answer on the path, each with a link to change it, and the button that sends them."""
    sitting = _sitting()
    if isinstance(sitting, Absence):
        return _absent(sitting)
    form, interview = sitting.questionnaire, sitting.interview
    if engine.unanswered(form, interview):
        return _to(form, engine.visit(form, interview, None).interview.cursor)
    if _switched(sitting):
        return _see(url_for(".review"))
    asked = [item for item in engine.path(form, interview) if item.kind is not Kind.NOTE]
    return render_template(
        "review.html",
        rows=[(item, _said(item, interview.answers.get(item.name))) for item in asked],
        previous=engine.back(form, interview).interview.cursor,
        switch=_switch(form),
    )


@pages.post("/send")
def send() -> ResponseReturnValue:
    """Hand the answers in, once, however often this is pressed."""
    outcome = sittings.send(desk().database, ticket(), desk().clock(), desk().settings.custodian_public_key)
    if isinstance(outcome, Absence):
        return _absent(outcome)
    g.sitting, receipt = outcome
    if receipt is None:
        form = g.sitting.questionnaire
        return _to(form, engine.visit(form, g.sitting.interview, None).interview.cursor)
    if receipt is Receipt.CONFLICT:
        return _without_cookie(notice(messages.trouble(409), 409))
    return _without_cookie(_see(url_for(".thanks", lang=language())))


@pages.post("/leave")
def leave() -> ResponseReturnValue:
    """Leave at once: the draft is deleted, the cookie removed, and the page that follows shows nothing."""
    spoken = language()
    if found := ticket():
        sittings.leave(desk().database, found)
    return _without_cookie(_see(url_for(".left", lang=spoken)))


@pages.get("/left")
def left() -> ResponseReturnValue:
    """After leaving."""
    return render_template("left.html", switch=languages.LANGUAGES)


@pages.get("/thanks")
def thanks() -> ResponseReturnValue:
    """After sending. Shows no answer, so anybody may open it."""
    return render_template("thanks.html", switch=languages.LANGUAGES)


@pages.get("/privacy")
def privacy() -> ResponseReturnValue:
    """What each party could learn."""
    return render_template("privacy.html", switch=languages.LANGUAGES)


@pages.get("/health")
def health() -> ResponseReturnValue:
    """For the one who watches the service."""
    return Response("ok", mimetype="text/plain")


@pages.get("/survey-<digest>.css")
def style(digest: str) -> ResponseReturnValue:
    """The style sheet. Its address changes with its content, so that a browser may keep it for good."""
    kept = "public, max-age=31536000, immutable" if digest == safety.fingerprint(desk().style) else "no-cache"
    return Response(desk().style, mimetype="text/css", headers={"Cache-Control": kept})


@pages.get("/favicon.ico")
def icon() -> ResponseReturnValue:
    """None: a neutral tab. Said once, so that browsers stop asking."""
    return Response(status=204, headers={"Cache-Control": "public, max-age=31536000"})


def notice(words: messages.Notice, status: int) -> Response:
    """A page of a heading and a sentence, with the way on."""
    started = status not in (409, 410) and ticket() is not None
    return make_response(render_template("notice.html", notice=words, started=started), status)


def unsaved() -> Response:
    """The page when the database is away. What was answered stays on it, if this process knows the question."""
    form = desk().shown.get(request.form.get("form", "")) if request.endpoint == "pages.answer" else None
    item = form.by_name.get((request.view_args or {}).get("name", "")) if form else None
    if form is None or item is None:
        response = notice(messages.trouble(503), 503)
    else:
        page = _ask(form, item, request.form.get("answer", ""), fault=messages.unsaved())
        response = make_response(page, 503)
    response.headers["Retry-After"] = "60"
    return response


def _sitting() -> Sitting | Absence:
    sitting = sittings.find(desk().database, ticket(), desk().clock())
    if isinstance(sitting, Sitting):
        g.sitting = sitting
    return sitting


def _absent(absence: Absence) -> ResponseReturnValue:
    if absence is Absence.SENT:
        return _without_cookie(_see(url_for(".thanks", lang=language())))
    words = messages.closed() if absence is Absence.CLOSED else messages.gone()
    return _without_cookie(notice(words, 410))


def _without_cookie(response: Response) -> Response:
    if ticket() is not None:
        cookie.clear(response, desk().settings.secure)
    return response


def _see(address: str) -> Response:
    return Response(status=303, headers={"Location": address})


def _to(form: Questionnaire, name: str | None) -> Response:
    return _see(url_for(".question", name=name) if name in form.by_name else url_for(".review"))


def _switched(sitting: Sitting) -> bool:
    """Whether the address asks for another language, which is then stored."""
    asked = request.args.get("lang")
    if asked is None or request.method != "GET":
        return False
    if asked in languages.LANGUAGES and asked in sitting.questionnaire.languages:
        sittings.switch_language(desk().database, ticket(), desk().clock(), asked)
    return True


def _switch(form: Questionnaire) -> list[str]:
    return [code for code in languages.LANGUAGES if code in form.languages]


def _said(item: Item, given: engine.Answer) -> str | None:
    choice = item.choice(given)
    if choice is not None:
        return wording(choice.label)
    return None if given is None else languages.isolated(str(given))


def _ask(
    form: Questionnaire, item: Item, given: str, *, sitting: Sitting | None = None, fault: str | None = None
) -> str:
    desk().shown[form.version] = form
    at = engine.visit(form, sitting.interview, item.name).interview if sitting else None
    previous = engine.back(form, at).interview.cursor if at else None
    return render_template(
        "question.html",
        form=form,
        item=item,
        hint=item.hint.get(language(), ""),
        given=visible(given)[:SHOWN_CHARS],
        fault=fault,
        place=engine.place(form, at) if at and item.kind is not Kind.NOTE else None,
        previous=previous if previous != item.name else None,
        switch=_switch(form) if sitting else (),
    )
