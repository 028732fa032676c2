"""The site as it is served, with something done to it that a test cannot do from outside. Run by the server alone."""

import os
import signal
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import event
from sqlmodel import Session

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

    @event.listens_for(Session, "before_flush")
    def note(session: Session, *_: object) -> None:
        if any(type(row).__name__ == "EnvelopeRow" for row in session.new):
            session.info["hands_in"] = True

    @event.listens_for(Session, "before_commit")
    def before(session: Session) -> None:
        _die(session, "before")

    @event.listens_for(Session, "after_commit")
    def after(session: Session) -> None:
        _die(session, "after")

    return wsgi.site()


def _die(session: Session, when: str) -> None:
    order = BESIDE / when
    if session.info.get("hands_in") and not session.in_nested_transaction() and order.exists():
        order.unlink()
        os.kill(os.getpid(), signal.SIGKILL)
