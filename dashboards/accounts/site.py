"""The staff's site: accounts, and behind them the pages. It reads releases and its own store, and nothing else."""

from collections.abc import Sequence
from functools import partial

from flask import Flask
from flask_security import current_user
from sqlalchemy import Engine
from sqlmodel import Session, col, select

from dashboards.access import Viewer
from dashboards.application import Staff, create_dashboards
from dashboards.publications import CheckedChain
from dashboards.scene import Action, Look
from dashboards.settings import DashboardSettings

from . import store, trail
from .security import add_security
from .settings import StaffSettings
from .tables import ActionRow


def create_staff(settings: StaffSettings, prefix: str = "/staff/") -> Flask:
    """The server, to be mounted at `prefix`."""
    engine = store.connect(settings.staff_database_url.get_secret_value())
    shown = DashboardSettings(releases=settings.releases)
    staff = Staff(
        prepare=lambda server: add_security(server, settings, engine, prefix),
        viewer=_viewer,
        records=StoredRecords(engine),
        note=partial(trail.note, engine),
        entrance=prefix + "account/login",
        publications=CheckedChain(shown.releases, shown.pinned),
    )
    return create_dashboards(shown, prefix, staff)


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


def _viewer() -> Viewer | None:
    return current_user.viewer if current_user.is_authenticated else None
