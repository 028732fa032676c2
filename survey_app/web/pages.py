"""The respondent's pages: each view reads a request, calls one thing, and answers with a page or a redirect.

No view logs, and none puts an answer, a ticket or a token into an address.
"""

from dataclasses import replace

from flask import Blueprint, Response, abort, g, make_response, render_template, request
from flask.typing import ResponseReturnValue

from translations import languages

from .. import engine
from ..engine import Answer, Choice, Interview, Item, Kind, Mode, Questionnaire, Reason
from ..fieldwork import open_wave
from ..intake import Receipt
from ..storage.database import alone
from . import cookie, fields, messages, safety, sittings, words
from .desk import desk, language, piped, ticket, url_for, wording
from .screen import Screen, refusals, screen, without_draft
from .sittings import Absence, Sitting

pages = Blueprint("pages", __name__)
SECONDS_A_QUESTION = 8  # as a reader on a small phone takes, with going on
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
    with alone(desk().database) as work:
        wave = open_wave(work)
    if wave is None:
        return render_template("closed.html", switch=languages.LANGUAGES)
    form = wave.questionnaire
    first = engine.begin(form, Mode.WEB, language()).interview
    minutes = max(1, round(len(engine.path(form, first)) * SECONDS_A_QUESTION / 60))
    return render_template("consent.html", title=wording(form.title), minutes=minutes, switch=_switch(form))


@pages.post("/start")
def start() -> ResponseReturnValue:
    """Consent was given: always a new secret, whatever the browser brought."""
    begun = sittings.begin(desk().database, ticket(), language(), desk().clock())
    if begun is None:
        return _see(url_for(".consent", lang=language()))
    minted, step = begun
    response = _see(url_for(".first") if step.interview.cursor is None else _address(step.interview.cursor))
    cookie.give(response, minted, desk().settings.secure)
    return response


@pages.get("/question")
def first() -> ResponseReturnValue:
    """To the first question that is still open, or to the review."""
    sitting = _sitting()
    return _on(sitting.questionnaire, sitting.interview) if isinstance(sitting, Sitting) else _absent(sitting)


@pages.get("/question/<name>")
def question(name: str) -> ResponseReturnValue:
    """One item, or the items of one page under the first one's name, with the earlier answers if there are any."""
    sitting = _sitting()
    if isinstance(sitting, Absence):
        return _absent(sitting)
    form = sitting.questionnaire
    if name not in form.by_name:
        abort(404)
    visited = engine.visit(form, sitting.interview, name).interview
    if visited.cursor != name or engine.page(form, visited)[0].name != name:
        return _to(form, visited)
    if _switched(sitting):
        return _see(_address(name))
    return _ask(form, screen(form, visited))


@pages.post("/question/<name>")
def answer(name: str) -> ResponseReturnValue:
    """Take a screen's replies: on to the next one, or the same page with what to do."""

    def read(item: Item, choices: tuple[Choice, ...], before: Answer) -> object:
        return fields.raw(item, fields.sent(item, request.form, name), choices, before)

    beside = frozenset(request.form.get("shown", "").split())
    moved = sittings.answer(desk().database, ticket(), desk().clock(), name, beside, read)
    if isinstance(moved, Absence):
        return _absent(moved)
    g.sitting, step = moved
    form, before = g.sitting.questionnaire, g.sitting.interview.answers
    if name not in form.by_name:
        abort(404)
    if step.interview.status in sittings.ENDED:
        return _without_cookie(_see(url_for(".ended", lang=language())))
    faults = refusals(form, step, lambda item, choices: read(item, choices, before.get(item.name)))
    if set(faults.values()) & {Reason.NOT_ASKED, Reason.CLOSED}:
        return _on(form, g.sitting.interview)
    if not faults:
        return _to(form, step.interview)
    given = {item.name: fields.sent(item, request.form, name) for item in engine.page(form, step.interview)}
    return _ask(form, screen(form, step.interview, given, faults)), 422


@pages.get("/review")
def review() -> ResponseReturnValue:
    """Every answer on the path, each with a link to change it, and the button that sends them."""
    sitting = _sitting()
    if isinstance(sitting, Absence):
        return _absent(sitting)
    form, interview = sitting.questionnaire, sitting.interview
    if engine.unanswered(form, interview):
        return _on(form, interview)
    if _switched(sitting):
        return _see(url_for(".review"))
    say, asked = piped(form, interview), [it for it in engine.path(form, interview) if it.kind is not Kind.NOTE]
    rows = [(it, words.in_words(it, interview.answers.get(it.name), language(), say)) for it in asked]
    previous = engine.back(form, replace(interview, cursor=None)).interview.cursor
    return render_template("review.html", rows=rows, say=say, previous=previous, switch=_switch(form))


@pages.post("/send")
def send() -> ResponseReturnValue:
    """Hand the answers in, once, however often this is pressed."""
    outcome = sittings.send(desk().database, ticket(), desk().clock(), desk().settings.custodian_public_key)
    if isinstance(outcome, Absence):
        return _absent(outcome)
    g.sitting, receipt = outcome
    if receipt is None:
        return _on(g.sitting.questionnaire, g.sitting.interview)
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


@pages.get("/ended")
def ended() -> ResponseReturnValue:
    """After answers that the survey has no need of. Says nothing of why, so anybody may open it."""
    return render_template("ended.html", switch=languages.LANGUAGES)


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
        response = make_response(_ask(form, without_draft(form, item, request.form)), 503)
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


def _on(form: Questionnaire, interview: Interview) -> Response:
    """To the first question that is still open, or to the review."""
    return _to(form, engine.visit(form, interview, None).interview)


def _to(form: Questionnaire, interview: Interview) -> Response:
    """To the screen of the interview's cursor, and there to its place if it is not the first."""
    names = [item.name for item in engine.page(form, interview)]
    if not names:
        return _see(url_for(".review"))
    number = names.index(interview.cursor or "") + 1
    return _see(_address(names[0], f"q{number}" if number > 1 else None))


def _address(name: str, part: str | None = None) -> str:
    return url_for(".question", name=name, _anchor=part)


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


def _ask(form: Questionnaire, shown: Screen) -> str:
    desk().shown[form.version] = form
    return render_template(
        "question.html",
        screen=shown,
        say=shown.say,
        months=words.months,
        switch=() if shown.fault else _switch(form),
    )
