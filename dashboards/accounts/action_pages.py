"""The pages on which officers write what was done about what residents said.

Only an officer has them, for the own areas alone: an action of another area is one that does not exist.
"""

from collections.abc import Mapping

from flask import Blueprint, Response, abort, request

from analytics.release import Release, ReleaseError
from analytics.release_words import month
from dashboards.access import Role, Viewer, own_areas
from dashboards.actions import LONGEST, Draft, drafted, faults, sentence
from dashboards.scene import Action
from dashboards.view import in_language, in_time, parameters
from translations.languages import LANGUAGES, NATIVE_NAMES, day, direction, number

from .desk import desk, looking
from .gate import spoken
from .pages import page, to

FIELDS = ("said", "done")


def add_actions(pages: Blueprint) -> None:
    """The list, a page of each action and of a new one, and what is sent there."""
    pages.get("/actions")(actions)
    pages.route("/actions/new", methods=["GET", "POST"])(new_action)
    pages.route("/actions/<int:which>", methods=["GET", "POST"])(one_action)
    pages.post("/actions/<int:which>/<any(publish, withdraw):step>")(turn_action)


def actions() -> Response:
    """The actions of one's own areas."""
    who, release = _writer()
    return page("actions", rows=[_row(found, release) for found in desk().kept.actions(who.areas)])


def new_action() -> Response:
    """A new one, about the figure that was looked at."""
    who, release = _writer()
    if request.method == "POST":
        return _sent(who, release, None)
    asked = parameters(request.query_string.decode("latin-1"))
    draft = Draft(asked.get("area", ""), asked.get("indicator", ""), asked.get("wave", ""), {}, {})
    return _form(who, release, draft, None, {})


def one_action(which: int) -> Response:
    """One that was written before."""
    who, release = _writer()
    found = desk().kept.action(which, who.areas)
    if found is None:
        abort(404)
    if request.method == "POST":
        return _sent(who, release, found)
    draft = Draft(found.area, found.indicator, found.wave, found.said, found.done)
    return _form(who, release, draft, found, {})


def turn_action(which: int, step: str) -> Response:
    """Publish one or withdraw it."""
    who, _release = _writer()
    if not desk().kept.turn(which, who, published=step == "publish"):
        abort(404)
    return _to_all()


def _writer() -> tuple[Viewer, Release]:
    """Who asks, and the release; to all others than officers the page does not exist."""
    who = looking()
    if who is None or who.role is not Role.OFFICER:
        abort(404)
    try:
        return who, desk().source.current()
    except ReleaseError:
        abort(503)


def _sent(who: Viewer, release: Release, found: Action | None) -> Response:
    draft = drafted(request.form)
    wrong = faults(
        draft,
        [area.code for area in own_areas(release, who)],
        [card.id for card in release.indicators],
        [wave.id for wave in release.waves],
    )
    if wrong:
        return _form(who, release, draft, found, {fault.field: sentence(fault, spoken()) for fault in wrong})
    published = request.form.get("step") == "publish"
    if desk().kept.keep(draft, who, number=found.number if found else None, published=published) is None:
        abort(404)
    return _to_all()


def _form(who: Viewer, release: Release, draft: Draft, found: Action | None, wrong: Mapping[str, str]) -> Response:
    lists = {
        "area": [(area.code, in_language(area.name, spoken())) for area in own_areas(release, who)],
        "indicator": [(card.id, in_language(card.name, spoken())) for card in release.indicators],
        "wave": [(wave.id, month(wave, spoken())) for wave in reversed(in_time(release.waves))],
    }
    return page(
        "action",
        422 if wrong else 200,
        number=found.number if found else None,
        lists=lists,
        chosen={"area": draft.area, "indicator": draft.indicator, "wave": draft.wave},
        texts={f"{name}_{code}": getattr(draft, name).get(code, "") for name in FIELDS for code in LANGUAGES},
        tongues=[(code, NATIVE_NAMES[code], direction(code)) for code in LANGUAGES],
        most=number(LONGEST, spoken()),
        faults=wrong,
    )


def _row(found: Action, release: Release) -> dict[str, object]:
    """What the list of actions says of one."""
    language = spoken()
    names = {area.code: in_language(area.name, language) for area in release.areas}
    cards = {card.id: in_language(card.name, language) for card in release.indicators}
    waves = {wave.id: month(wave, language) for wave in release.waves}
    said = next((code for code in (language, *LANGUAGES) if found.done.get(code)), language)
    return {
        "number": found.number,
        "about": [names.get(found.area, found.area), cards.get(found.indicator, ""), waves.get(found.wave, "")],
        "text": found.done.get(said, ""),
        "tongue": said,
        "direction": direction(said),
        "day": day(found.day, language),
        "published": found.published,
    }


def _to_all() -> Response:
    answer = to(f"actions?lang={spoken()}")
    answer.status_code = 303
    return answer
