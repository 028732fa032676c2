"""The site as it is served, with something done to it that a test cannot do from outside. Run by the server alone."""

import os
import signal
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Engine, event
from sqlalchemy.pool import ConnectionPoolEntry, Pool

import deploy.server
from deploy import wsgi
from survey_app.settings import CollectorSettings, read_settings
from survey_app.storage.database import connect
from survey_app.web.application import create_site

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

BESIDE = Path(os.environ.get("THIQA_TEST_BESIDE", "/nonexistent"))  # a folder in which the test leaves orders


def hasty() -> "WSGIApplication":
    """The site on a server that waits two seconds for a request to arrive."""
    deploy.server.ARRIVAL_SECONDS = 2
    return wsgi.site()


def another_day() -> "WSGIApplication":
    """The site with a clock that a test may set forward and back by whole days."""

    def clock() -> date:
        order = BESIDE / "days"
        return wsgi.today() + timedelta(int(order.read_text()) if order.exists() else 0)

    settings = read_settings(CollectorSettings)
    return create_site(settings, connect(settings.database_url.get_secret_value(), impatient=True), clock)


def mortal() -> "WSGIApplication":
    """The site in a worker that is killed when it hands in an envelope, before or after the commit, if so ordered."""

    @event.listens_for(Engine, "before_cursor_execute")
    def note(connection: Connection, _cursor: object, statement: str, *_: object) -> None:
        if statement.startswith("INSERT INTO envelope"):
            connection.info["hands_in"] = True

    @event.listens_for(Engine, "commit")
    def before(connection: Connection) -> None:
        if connection.info.get("hands_in"):
            _die("before")

    @event.listens_for(Pool, "checkin")
    def after(_driver: object, record: ConnectionPoolEntry) -> None:
        if record.info.pop("hands_in", False):
            _die("after")

    return wsgi.site()


def _die(when: str) -> None:
    order = BESIDE / when
    if order.exists():
        order.unlink()
        os.kill(os.getpid(), signal.SIGKILL)
