"""The staff's site: accounts, and behind them the pages. It reads releases and its own store, and nothing else."""

from collections.abc import Iterable, Sequence
from functools import partial
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from flask import Blueprint, Flask
from flask_security import current_user
from sqlalchemy import Engine
from sqlmodel import Session, col, select

from analytics.release import ReleaseError
from dashboards.access import Viewer
from dashboards.application import Staff, create_dashboards
from dashboards.scene import Action, Look
from dashboards.settings import DashboardSettings
from dashboards.source import LatestRelease
from dashboards.view import in_language

from . import attempts, store, trail, words
from .demonstration import PEOPLE, add_demonstration, is_possible
from .gate import add_gate
from .pages import add_pages
from .people_pages import add_people
from .provider_pages import add_provider
from .security import add_security
from .settings import StaffSettings
from .tables import ActionRow

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment


def create_staff(settings: StaffSettings, prefix: str | None = None) -> Flask:
    """The server. It answers below `prefix` (that of its address), whether or not a dispatcher takes it off before."""
    mount = prefix or settings.prefix
    engine = store.connect(settings.staff_database_url.get_secret_value())
    attempts.purge(engine, store.now())
    staff = Staff(
        prepare=lambda server: _prepare(server, settings, engine, mount),
        viewer=_viewer,
        records=StoredRecords(engine),
        note=partial(trail.note, engine),
        entrance=mount + "account/login",
    )
    server = create_dashboards(DashboardSettings(releases=settings.releases), mount, staff)
    server.wsgi_app = _Mounted(server.wsgi_app, mount)  # type: ignore[method-assign]  # as flask documents it
    return server


def _prepare(server: Flask, settings: StaffSettings, engine: Engine, prefix: str) -> None:
    source = LatestRelease(settings.releases)
    parts = urlsplit(settings.staff_url)
    site = f"{parts.scheme}://{parts.netloc}{prefix}"

    def areas(language: str) -> dict[str, str]:
        try:
            cards = source.current().areas
        except ReleaseError:
            return {}
        return {card.code: in_language(card.name, language) for card in cards if card.parent is not None}

    def demonstration(language: str) -> dict[str, str]:
        known: dict[str, str] = words.roles(language)
        return {role.value: known[role.value] for role in PEOPLE} if is_possible(settings, source) else {}

    add_gate(server, prefix, partial(is_possible, settings, source))
    add_security(server, settings, engine, prefix)
    pages = Blueprint(
        "account", __name__, url_prefix="/account", template_folder="templates", static_folder="static"
    )
    add_pages(pages, engine, prefix)
    add_people(pages, engine, prefix, site, areas)
    add_demonstration(pages, engine, settings, source)
    add_provider(pages, engine, settings, site, prefix)
    server.register_blueprint(pages)
    server.jinja_env.globals.update(
        refused=words.refused,
        password_fault=words.password_fault,
        done=words.done,
        demonstration=demonstration,
        has_provider=bool(settings.oidc_issuer),
    )


class StoredRecords:
    """Actions and looks as the store holds them."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def actions(self, area: str) -> Sequence[Action]:
        """Of an area, or all, newest first."""
        with Session(self._engine) as session:
            asked = select(ActionRow).order_by(col(ActionRow.day).desc(), col(ActionRow.number).desc())
            rows = session.exec(asked.where(col(ActionRow.area) == area) if area else asked).all()
            return tuple(
                Action(row.number or 0, row.area, row.indicator, row.said, row.done, row.day, row.published)
                for row in rows
            )

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
            below = path == self._root or path.startswith(self._root + "/")
            environ |= {"SCRIPT_NAME": self._root, "PATH_INFO": (path[len(self._root) :] or "/") if below else path}
        return self._inner(environ, start)


def _viewer() -> Viewer | None:
    return current_user.viewer if current_user.is_authenticated else None
