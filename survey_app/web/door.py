"""The ways in: the open link, a poster's link, an invitation, assistance, and a resume code. No visit spends anything.

Before consent nothing is kept in the browser. What the way in says travels in the consent form and then in the draft.
"""

from functools import lru_cache

from flask import Blueprint, make_response, render_template, request
from flask.typing import ResponseReturnValue

from translations import languages

from .. import engine
from ..codes import read_code
from ..engine import Kind, Mode, Questionnaire
from ..fieldwork import Wave, open_wave
from ..invitations import look
from ..paradata import Entry, Paradata
from ..storage.database import alone
from . import assistance, cookie, messages, sittings
from .desk import desk, language, ticket, url_for, wording
from .puzzle import WAIT
from .responses import notice, see, switch_of, to_cursor, without_cookie

door = Blueprint("door", __name__)
SECONDS_A_QUESTION = 8  # as a reader on a small phone takes, with going on


@door.get("/")
def consent() -> ResponseReturnValue:
    """Who asks, why, and what happens to the answers. Sets nothing."""
    wave = _in_the_field()
    if wave is None:
        return render_template("closed.html", switch=languages.LANGUAGES)
    return _consent(wave.questionnaire, {}) if desk().settings.open_link else _by_invitation(wave.questionnaire)


@door.get("/a/<area>")
def poster(area: str) -> ResponseReturnValue:
    """The same, for who scanned a poster: the area where it hangs is suggested. One that is not asked is ignored."""
    wave = _in_the_field()
    if wave is None or not desk().settings.open_link or area not in _areas(wave.questionnaire):
        return see(url_for(".consent", lang=request.args.get("lang")))
    return _consent(wave.questionnaire, {"area": area})


@door.get("/i/<code>")
def invitation(code: str) -> ResponseReturnValue:
    """The same, for who has an invitation or helps others on one device. Looking spends nothing."""
    wave, plain = _in_the_field(), read_code(code)
    if wave is None:
        return render_template("closed.html", switch=languages.LANGUAGES)
    if not desk().gate.may_try(_address()):
        return _too_many()
    key, found = desk().settings.key, None
    if key and plain:
        with alone(desk().database) as work:
            found = look(work, key, plain, wave.id)
    if found is None or plain is None:
        desk().gate.wrong(_address())
        return notice(messages.no_invitation(), 404)
    return _consent(wave.questionnaire, {"code": plain}, assisted=found.entry is Entry.ASSISTED)


@door.get("/invitation")
def ask_for_code() -> ResponseReturnValue:
    """Where the code of an invitation is typed."""
    wave = _in_the_field()
    return _by_invitation(wave.questionnaire) if wave else render_template("closed.html", switch=languages.LANGUAGES)


@door.post("/invitation")
def typed() -> ResponseReturnValue:
    """The code of an invitation, typed by hand."""
    plain = read_code(request.form.get("code", ""))
    if plain is None:
        return notice(messages.no_invitation(), 404)
    return see(url_for(".invitation", code=plain, lang=language()))


@door.post("/start")
def start() -> ResponseReturnValue:
    """Consent was given: always a new secret, whatever the browser brought."""
    wave, gate, code = _in_the_field(), desk().gate, read_code(request.form.get("code", ""))
    if wave is None:
        return see(url_for(".consent", lang=language()))
    if code is not None:
        if not gate.may_try(_address()):
            return _too_many()
        paradata = sittings.invited(desk().place, desk().settings.key, code, wave.id, desk().ticks())
        if paradata is None:
            gate.wrong(_address())
            return notice(messages.no_invitation(), 404)
    elif not desk().settings.open_link:
        return _by_invitation(wave.questionnaire)
    else:
        area = request.form.get("area", "")
        known = area in _areas(wave.questionnaire)
        if (refused := _at_the_gate(wave.questionnaire, {"area": area} if known else {})) is not None:
            return refused
        entry = Entry.POSTER if known else Entry.OPEN
        paradata = Paradata(entry, int(desk().ticks()), area if known else "")
    mode = Mode.ASSISTED if paradata.entry is Entry.ASSISTED else Mode.WEB
    minted, step = sittings.begin(desk().place, ticket(), wave, mode, language(), desk().clock(), paradata)
    response = to_cursor(wave.questionnaire, step.interview)
    cookie.give(response, minted, desk().settings.secure)
    return response


@door.get("/resume")
def resume() -> ResponseReturnValue:
    """Where a resume code is typed."""
    return render_template("resume.html", switch=languages.LANGUAGES, wrong=False)


@door.post("/resume")
def take_up() -> ResponseReturnValue:
    """Go on with an interview that was put aside, in place of what this browser had open."""
    if not desk().gate.may_try(_address()):
        return _too_many()
    code = read_code(request.form.get("code", ""))
    found = sittings.take_up(desk().place, ticket(), code, desk().clock()) if code else None
    if found is None:
        desk().gate.wrong(_address())
        return make_response(render_template("resume.html", switch=languages.LANGUAGES, wrong=True), 422)
    response = see(url_for("pages.first"))
    cookie.give(response, found, desk().settings.secure)
    return response


def _in_the_field() -> Wave | None:
    with alone(desk().database) as work:
        return open_wave(work)


def _consent(
    form: Questionnaire, hidden: dict[str, str], *, assisted: bool = False, challenge: str = "", waiting: bool = False
) -> str:
    assistance.check_contacts(form)
    return render_template(
        "consent.html",
        title=wording(form.title),
        minutes=_minutes(form),
        switch=switch_of(form),
        hidden=hidden,
        assisted=assisted,
        challenge=challenge or ("" if "code" in hidden else _challenge()),
        waiting=waiting,
        wait=WAIT,
        contacts=assistance.for_everyone(),
        invitations=desk().settings.key is not None and "code" not in hidden,
    )


def _by_invitation(form: Questionnaire) -> str:
    drawn = not desk().settings.open_link
    return render_template("invitation.html", title=wording(form.title), drawn=drawn, switch=switch_of(form))


def _challenge() -> str:
    bits = desk().gate.bits(_address())
    return desk().puzzles.challenge(bits) if bits else ""


def _at_the_gate(form: Questionnaire, hidden: dict[str, str]) -> ResponseReturnValue | None:
    """What stops a start on an open link: nothing, as a rule; a puzzle or a wait when there are very many."""
    gate, puzzles = desk().gate, desk().puzzles
    bits = gate.bits(_address())
    if bits is None:
        return _too_many()
    challenge = request.form.get("challenge", "")
    if bits and not puzzles.solved(challenge, request.form.get("number", ""), bits):
        age = puzzles.age(challenge)
        waited = age is not None and age >= WAIT and gate.may_wait(_address(), WAIT) and puzzles.spend(challenge)
        if not waited:
            kept = puzzles.challenge(bits) if age is None else challenge
            response = make_response(_consent(form, hidden, challenge=kept, waiting=True), 429)
            response.headers["Retry-After"] = str(WAIT)
            return response
    gate.started(_address())
    return None


def _too_many() -> ResponseReturnValue:
    response = without_cookie(notice(messages.trouble(429), 429))
    response.headers["Retry-After"] = "3600"
    return response


def _address() -> str:
    return request.remote_addr or ""


@lru_cache(maxsize=8)
def _minutes(form: Questionnaire) -> int:
    first = engine.begin(form, Mode.WEB, form.languages[0]).interview
    return max(1, round(len(engine.path(form, first)) * SECONDS_A_QUESTION / 60))


@lru_cache(maxsize=8)
def _areas(form: Questionnaire) -> frozenset[str]:
    return frozenset(c.code for item in form.items if item.kind is Kind.AREA for c in item.choices if not c.missing)
