"""The interview's pages: each view reads a request, calls one thing, and answers with a page or a redirect.

No view logs, and none puts an answer, an item's name, a ticket or a token into an address.
"""

from dataclasses import replace

from flask import Blueprint, abort, g, render_template, request
from flask.typing import ResponseReturnValue

from translations import languages

from .. import engine
from ..engine import Answer, Choice, Interview, Item, Kind, Mode, Questionnaire, Reason
from ..intake import Receipt
from . import fields, media, messages, safety, sittings, wire, words
from .desk import desk, language, piped, ticket, url_for
from .drawn import drawn
from .responses import absent, address_of, notice, see, switch_of, to_cursor, to_open, without_cookie
from .screen import Screen, refusals, screen
from .sittings import Absence, Sitting

pages = Blueprint("pages", __name__)
CONFIRMED = "confirmed"


@pages.get("/page")
def first() -> ResponseReturnValue:
    """To the first question that is still open, or to the review."""
    sitting = _sitting()
    return to_open(sitting.questionnaire, sitting.interview) if isinstance(sitting, Sitting) else absent(sitting)


@pages.get("/page/<int:number>")
def page(number: int) -> ResponseReturnValue:
    """One item, or the items of one page under the first one's number, with the earlier answers if there are any."""
    sitting = _sitting()
    if isinstance(sitting, Absence):
        return absent(sitting)
    form = sitting.questionnaire
    name = _name(form, number)
    visited = engine.visit(form, sitting.interview, name).interview
    if visited.cursor != name or engine.page(form, visited)[0].name != name:
        return to_cursor(form, visited)
    if _switched(sitting):
        return see(address_of(form, name))
    return _ask(form, screen(form, visited, sitting.draft.paradata.area))


@pages.post("/page/<int:number>")
def answer(number: int) -> ResponseReturnValue:
    """Take a screen's replies: on to the next one, or the same page with what to do."""

    def read(name: str, item: Item, choices: tuple[Choice, ...], before: Answer) -> object:
        return fields.raw(item, fields.sent(item, request.form, name), choices, before)

    beside = frozenset(request.form.get("shown", "").split())
    moved = sittings.answer(desk().place, ticket(), desk().clock(), number, beside, read)
    if isinstance(moved, Absence):
        return absent(moved)
    g.sitting, step = moved
    form, before = g.sitting.questionnaire, g.sitting.interview.answers
    name = _name(form, number)
    if step.interview.status in sittings.ENDED:
        return without_cookie(see(_after(g.sitting, "exits.ended")))
    faults = refusals(form, step, lambda item, choices: read(name, item, choices, before.get(item.name)))
    if set(faults.values()) & {Reason.NOT_ASKED, Reason.CLOSED}:
        return to_open(form, g.sitting.interview)
    if not faults:
        return wire.shown_at_once(request, to_cursor(form, step.interview), lambda: _shown(form, step.interview))
    given = {item.name: fields.sent(item, request.form, name) for item in engine.page(form, step.interview)}
    return _ask(form, screen(form, step.interview, given=given, faults=faults)), 422


@pages.get("/review")
def review() -> ResponseReturnValue:
    """Every answer on the path, each with a link to change it, and the button that sends them."""
    sitting = _sitting()
    if isinstance(sitting, Absence):
        return absent(sitting)
    if engine.unanswered(sitting.questionnaire, sitting.interview):
        return to_open(sitting.questionnaire, sitting.interview)
    if _switched(sitting):
        return see(url_for(".review"))
    return _review(sitting, unconfirmed=False)


@pages.post("/send")
def send() -> ResponseReturnValue:
    """Hand the answers in, once, however often this is pressed. On a shared device the person confirms them first."""
    custodian, confirmed = desk().settings.custodian_public_key, CONFIRMED in request.form
    outcome = sittings.send(desk().place, ticket(), desk().clock(), custodian, desk().ticks(), confirmed=confirmed)
    if isinstance(outcome, Absence):
        return absent(outcome)
    g.sitting, receipt = outcome
    if receipt is None and engine.unanswered(g.sitting.questionnaire, g.sitting.interview):
        return to_open(g.sitting.questionnaire, g.sitting.interview)
    if receipt is None:
        return _review(g.sitting, unconfirmed=True), 422
    if receipt is Receipt.CONFLICT:
        return without_cookie(notice(messages.trouble(409), 409))
    return without_cookie(see(_after(g.sitting, "exits.thanks")))


def _sitting() -> Sitting | Absence:
    sitting = sittings.find(desk().place, ticket(), desk().clock())
    if isinstance(sitting, Sitting):
        g.sitting = sitting
    return sitting


def _name(form: Questionnaire, number: int) -> str:
    if not 0 < number <= len(form.items):
        abort(404)
    return form.items[number - 1].name


def _after(sitting: Sitting, endpoint: str) -> str:
    """A last page; on a device that is passed on, it knows where the next person starts."""
    return url_for(endpoint, lang=language(), next=sitting.draft.paradata.code or None)


def _switched(sitting: Sitting) -> bool:
    """Whether the address asks for another language, which is then stored."""
    asked = request.args.get("lang")
    if asked is None or request.method != "GET":
        return False
    if asked in languages.LANGUAGES and asked in sitting.questionnaire.languages:
        sittings.switch_language(desk().place, ticket(), desk().clock(), asked)
    return True


def _review(sitting: Sitting, *, unconfirmed: bool) -> str:
    form, interview = sitting.questionnaire, sitting.interview
    say, asked = piped(form, interview), [it for it in engine.path(form, interview) if it.kind is not Kind.NOTE]
    rows = [
        (it, address_of(form, it.name), words.in_words(it, interview.answers.get(it.name), language(), say))
        for it in asked
    ]
    previous = engine.back(form, replace(interview, cursor=None)).interview.cursor
    return render_template(
        "review.html",
        rows=rows,
        say=say,
        previous=address_of(form, previous) if previous else None,
        switch=switch_of(form),
        assisted=interview.mode is Mode.ASSISTED,
        unconfirmed=unconfirmed,
        confirmed=CONFIRMED,
    )


def _shown(form: Questionnaire, interview: Interview) -> str | None:
    """The next screen, if it begins with the question that is asked now."""
    items = engine.page(form, interview)
    if not items or items[0].name != interview.cursor:
        return None
    sitting: Sitting = g.sitting
    return _ask(form, screen(form, interview, sitting.draft.paradata.area))


def _ask(form: Questionnaire, shown: Screen) -> str:
    media.look(form)

    def draw(csrf: str) -> str:
        return render_template(
            "question.html",
            csrf=csrf,
            screen=shown,
            say=shown.say,
            months=words.months,
            action=address_of(form, shown.fields[0].item.name),
            previous=address_of(form, shown.previous) if shown.previous else None,
            switch=switch_of(form),
            script=True,
        )

    own = ticket()
    return drawn(form, shown, safety.token(own) if own else "", draw)
