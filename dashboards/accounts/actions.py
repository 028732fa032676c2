"""The pages on which officers write what was done about what residents said, and the file by which those see it.

Only an officer has them, for the own areas alone: an action of another area is one that does not exist. Each change is
an act in the trail, in the same transaction; then the file of published actions is written anew from the store, whole
or not at all.
"""

import fcntl
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, abort, make_response, redirect, render_template, request
from flask_wtf.csrf import generate_csrf, validate_csrf
from sqlalchemy import Engine
from sqlmodel import Session, col, select
from wtforms import ValidationError

from analytics.release import Release, ReleaseError
from analytics.release_words import month
from dashboards.access import Role, Viewer, own_areas
from dashboards.actions import FILE, LONGEST, Draft, drafted, encoded, faults, sentence
from dashboards.scene import ACTION, Action
from dashboards.source import LatestRelease
from dashboards.view import in_language, in_time, language, parameters
from translations.languages import LANGUAGES, NATIVE_NAMES, day, direction, number, translator

from . import store, trail
from .tables import ActionRow

FIELDS = ("said", "done")
MOST_NUMBER = 2**31 - 1


@dataclass(frozen=True)
class ActionStore:
    """Where actions are kept and shown: the store, and the directory of the file."""

    engine: Engine
    directory: Path

    def actions(self, areas: frozenset[str] | None = None) -> tuple[Action, ...]:
        """Of these areas, or all; newest first."""
        with Session(self.engine) as session:
            asked = select(ActionRow).order_by(col(ActionRow.day).desc(), col(ActionRow.number).desc())
            rows = session.exec(asked if areas is None else asked.where(col(ActionRow.area).in_(sorted(areas)))).all()
            return tuple(_action(row) for row in rows)

    def action(self, number: int, areas: frozenset[str]) -> Action | None:
        """One of these areas; None where there is none."""
        with Session(self.engine) as session:
            row = session.get(ActionRow, number)
            return _action(row) if row is not None and row.area in areas else None

    def keep(self, draft: Draft, viewer: Viewer, *, number: int | None, published: bool) -> int | None:
        """Write an action, or one anew; its number. None where the viewer has no such area or no such action."""
        if draft.area not in viewer.areas or viewer.role is not Role.OFFICER:
            return None
        kept: list[int | None] = []

        def work(session: Session) -> trail.Said | None:
            row = session.get(ActionRow, number) if number is not None else None
            if number is not None and (row is None or row.area not in viewer.areas):
                return None
            act = "record" if row is None else "change"
            row = row or ActionRow(area="", indicator="", wave="", day="", author="")
            if row.published or published:
                act = "publish" if published else "withdraw"
            row.area, row.indicator, row.wave = draft.area, draft.indicator, draft.wave
            row.said, row.done = dict(draft.said), dict(draft.done)
            row.day, row.published, row.author = _today(), published, viewer.account
            session.add(row)
            session.flush()
            kept[:] = [row.number]
            return _act(viewer, act, row)

        trail.chain(self.engine, work)
        if not kept:
            return None
        self.publish()
        return kept[0]

    def turn(self, number: int, viewer: Viewer, *, published: bool) -> bool:
        """Publish an action or withdraw it; whether the viewer has it."""
        if viewer.role is not Role.OFFICER:
            return False
        found: list[bool] = []

        def work(session: Session) -> trail.Said | None:
            row = session.get(ActionRow, number)
            found[:] = [row is not None and row.area in viewer.areas]
            if row is None or not found[0] or row.published is published:
                return None
            row.published, row.day = published, _today()
            session.add(row)
            return _act(viewer, "publish" if published else "withdraw", row)

        trail.chain(self.engine, work)
        if found[0]:
            self.publish()
        return found[0]

    def publish(self) -> None:
        """Write the file of published actions from the store; who reads it sees the old one or the new one."""
        self.directory.mkdir(parents=True, exist_ok=True)
        with _alone(self.directory / f".{FILE}.lock"):
            content = encoded(self.actions())
            new = self.directory / f".{FILE}.{os.getpid()}"
            with new.open("wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            new.chmod(0o644)
            new.replace(self.directory / FILE)


def add_actions(
    pages: Blueprint, kept: ActionStore, source: LatestRelease, prefix: str, viewer: Callable[[], Viewer | None]
) -> None:
    """Give the pages of accounts those of actions: /actions, /actions/new, /actions/<number> and what is sent there."""
    forms = _Forms(kept, source, prefix, viewer)
    both = ["GET", "POST"]
    pages.add_url_rule("/actions", "actions", forms.all)
    pages.add_url_rule("/actions/new", "new_action", forms.new, methods=both)
    pages.add_url_rule("/actions/<int:which>", "one_action", forms.one, methods=both)
    pages.add_url_rule(
        "/actions/<int:which>/<any(publish, withdraw):step>", "turn_action", forms.turn, methods=["POST"]
    )


@dataclass(frozen=True)
class _Forms:
    """The pages themselves."""

    kept: ActionStore
    source: LatestRelease
    prefix: str
    viewer: Callable[[], Viewer | None]

    def all(self) -> Response:
        """The actions of one's own areas."""
        who, release = self._writer()
        return _drawn("actions", self.prefix, rows=[_row(found, release) for found in self.kept.actions(who.areas)])

    def new(self) -> Response:
        """A new one, about the figure that was looked at."""
        who, release = self._writer()
        if request.method == "POST":
            return self._sent(who, release, None)
        asked = parameters(request.query_string.decode("latin-1"))
        draft = Draft(asked.get("area", ""), asked.get("indicator", ""), asked.get("wave", ""), {}, {})
        return self._form(who, release, draft, None, {})

    def one(self, which: int) -> Response:
        """One that was written before."""
        who, release = self._writer()
        found = self.kept.action(which, who.areas) if which <= MOST_NUMBER else None
        if found is None:
            abort(404)
        if request.method == "POST":
            return self._sent(who, release, found)
        draft = Draft(found.area, found.indicator, found.wave, found.said, found.done)
        return self._form(who, release, draft, found, {})

    def turn(self, which: int, step: str) -> Response:
        """Publish one or withdraw it."""
        who, _release = self._writer()
        if which > MOST_NUMBER or not self.kept.turn(which, who, published=step == "publish"):
            abort(404)
        return _to_all(self.prefix)

    def _writer(self) -> tuple[Viewer, Release]:
        """Who asks, and the release; to all others than officers the page does not exist."""
        who = self.viewer()
        if who is None or who.role is not Role.OFFICER:
            abort(404)
        if request.method == "POST":
            try:
                validate_csrf(request.form.get("csrf_token"))
            except ValidationError:
                abort(400)
        try:
            return who, self.source.current()
        except ReleaseError:
            abort(503)

    def _sent(self, who: Viewer, release: Release, found: Action | None) -> Response:
        draft = drafted(request.form)
        wrong = faults(
            draft,
            [area.code for area in own_areas(release, who)],
            [card.id for card in release.indicators],
            [wave.id for wave in release.waves],
        )
        if wrong:
            return self._form(who, release, draft, found, {fault.field: sentence(fault, _spoken()) for fault in wrong})
        published = request.form.get("step") == "publish"
        if self.kept.keep(draft, who, number=found.number if found else None, published=published) is None:
            abort(404)
        return _to_all(self.prefix)

    def _form(
        self, who: Viewer, release: Release, draft: Draft, found: Action | None, wrong: Mapping[str, str]
    ) -> Response:
        spoken = _spoken()
        lists = {
            "area": [(area.code, in_language(area.name, spoken)) for area in own_areas(release, who)],
            "indicator": [(card.id, in_language(card.name, spoken)) for card in release.indicators],
            "wave": [(wave.id, month(wave, spoken)) for wave in reversed(in_time(release.waves))],
        }
        page = _drawn(
            "action",
            self.prefix,
            number=found.number if found else None,
            lists=lists,
            chosen={"area": draft.area, "indicator": draft.indicator, "wave": draft.wave},
            texts={f"{name}_{code}": getattr(draft, name).get(code, "") for name in FIELDS for code in LANGUAGES},
            faults=wrong,
        )
        page.status_code = 422 if wrong else 200
        return page


def _drawn(name: str, prefix: str, **about: Any) -> Response:
    spoken = _spoken()
    path = prefix + request.path.lstrip("/")
    page = render_template(
        f"{name}.html",
        _=translator(spoken),
        language=spoken,
        direction=direction(spoken),
        languages=[(code, NATIVE_NAMES[code], f"{path}?{urlencode({'lang': code})}") for code in LANGUAGES],
        tongues=[(code, NATIVE_NAMES[code], direction(code)) for code in LANGUAGES],
        prefix=prefix,
        token=generate_csrf(),
        most=number(LONGEST, spoken),
        longest=LONGEST,
        **about,
    )
    return make_response(page)


def _row(found: Action, release: Release) -> dict[str, object]:
    """What the list of actions says of one."""
    spoken = _spoken()
    names = {area.code: in_language(area.name, spoken) for area in release.areas}
    cards = {card.id: in_language(card.name, spoken) for card in release.indicators}
    waves = {wave.id: month(wave, spoken) for wave in release.waves}
    said = next((code for code in (spoken, *LANGUAGES) if found.done.get(code)), spoken)
    return {
        "number": found.number,
        "about": [names.get(found.area, found.area), cards.get(found.indicator, ""), waves.get(found.wave, "")],
        "text": found.done.get(said, ""),
        "tongue": said,
        "direction": direction(said),
        "day": day(found.day, spoken),
        "published": found.published,
    }


def _action(row: ActionRow) -> Action:
    return Action(row.number or 0, row.area, row.indicator, row.said, row.done, row.day, row.published, row.wave)


def _act(viewer: Viewer, act: str, row: ActionRow) -> trail.Said:
    """What the trail keeps of an act: which action of which area, and never a word of it."""
    about = urlencode([("area", row.area), ("number", row.number)])
    return trail.Said(viewer.account, str(viewer.role), f"{ACTION}/{act}", f"?{about}")


def _to_all(prefix: str) -> Response:
    return make_response(redirect(f"{prefix}account/actions?{urlencode({'lang': _spoken()})}", 303))


def _spoken() -> str:
    return language(parameters(request.query_string.decode("latin-1")), list(request.accept_languages.values()))


def _today() -> str:
    return store.now().date().isoformat()


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """One process at a time, so that an older state is never written over a newer one."""
    with path.open("wb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
