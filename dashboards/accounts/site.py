"""The staff's site: accounts, and behind them the pages. It reads releases and its own store, and nothing else."""

from collections.abc import Iterable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from flask import Blueprint, Flask
from flask_wtf.csrf import generate_csrf
from sqlalchemy import Engine
from werkzeug.exceptions import NotFound

from dashboards.application import Staff, create_dashboards
from dashboards.publications import CheckedChain
from dashboards.scene import Action, Look
from dashboards.source import LatestRelease

from . import store, trail, words
from .action_pages import add_actions
from .actions import ActionStore
from .demonstration import PEOPLE, add_demonstration
from .desk import Desk, looking
from .gate import add_gate, nowhere
from .pages import add_pages
from .people_pages import add_people
from .provider_pages import add_provider
from .security import add_security
from .settings import StaffSettings

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment


def create_staff(settings: StaffSettings) -> Flask:
    """The server. It answers below the path of its address, whether or not a dispatcher takes that off before."""
    engine = store.connect(settings.staff_database_url.get_secret_value(), impatient=True)
    kept = ActionStore(engine, settings.actions)
    kept.publish()  # so that the file agrees with the store from the start
    desk = Desk(settings, engine, LatestRelease(settings.releases, settings.pinned), kept)
    staff = Staff(
        prepare=partial(_prepare, desk=desk),
        viewer=looking,
        records=StoredRecords(engine, kept),
        note=partial(trail.note, engine),
        entrance=f"{desk.prefix}account/login",
        publications=CheckedChain(settings.releases, settings.pinned),
        source=desk.source,
    )
    server = create_dashboards(settings, desk.prefix, staff)
    server.wsgi_app = _Mounted(server.wsgi_app, desk.prefix)  # type: ignore[assignment]  # as flask documents it
    return server


def _prepare(server: Flask, desk: Desk) -> None:
    server.extensions["thiqa_desk"] = desk
    add_gate(server, desk.prefix, desk.is_demonstration)
    add_security(server, desk)
    pages = Blueprint("account", __name__, url_prefix="/account", template_folder="templates", static_folder="static")
    pages.register_error_handler(404, nowhere)
    add_pages(pages)
    add_people(pages)
    add_demonstration(pages)
    add_provider(pages, desk.settings)
    add_actions(pages)
    server.register_blueprint(pages)
    server.jinja_env.globals.update(
        csrf_token=generate_csrf,
        refused=words.refused,
        password_fault=words.password_fault,
        done=words.done,
        demonstration=partial(_demonstration, desk),
        has_provider=bool(desk.settings.oidc_issuer),
    )


def _demonstration(desk: Desk, language: str) -> dict[str, str]:
    """Whom the site can be entered as for show, by role; nobody where it cannot."""
    known = words.roles(language)
    return {role.value: known[role.value] for role in PEOPLE} if desk.is_demonstration() else {}


class StoredRecords:
    """Actions and looks as the store holds them."""

    def __init__(self, engine: Engine, actions: ActionStore) -> None:
        self._engine, self._actions = engine, actions

    def actions(self, area: str) -> Sequence[Action]:
        """Of an area, or all, newest first."""
        return self._actions.actions(frozenset({area}) if area else None)

    def looks(self, before: int | None, most: int) -> Sequence[Look]:
        """The trail, newest first."""
        return trail.looks(self._engine, before, most)

    def trail_faults(self) -> Sequence[str]:
        """The numbers of records that do not fit the chain."""
        return trail.faults(self._engine)


class _Mounted:
    """Has the server know its place: a dispatcher may have taken the prefix off, or nobody."""

    def __init__(self, inner: "WSGIApplication", prefix: str) -> None:
        self._inner, self._root = inner, prefix.rstrip("/")

    def __call__(self, environ: "WSGIEnvironment", start: "StartResponse") -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        if not environ.get("SCRIPT_NAME") and self._root:
            if path != self._root and not path.startswith(self._root + "/"):
                return NotFound()(environ, start)
            environ |= {"SCRIPT_NAME": self._root, "PATH_INFO": path[len(self._root) :] or "/"}
        return self._inner(environ, start)
