"""What a WSGI server runs: `site()`, `channel()`, `dashboards()` each alone, as in production, or `everything()`.

In production each has its own host, process and environment; on a laptop they share one address and the same walls.
"""

from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime
from threading import Lock
from typing import TYPE_CHECKING

from werkzeug.middleware.dispatcher import DispatcherMiddleware

from survey_app.settings import CollectorSettings, read_settings
from survey_app.storage.database import connect
from survey_app.web.application import create_site

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

DASHBOARDS, MESSAGES = "/dashboards", "/sms"


def today() -> date:
    """The date in UTC."""
    return datetime.now(UTC).date()


def site() -> "WSGIApplication":
    """The respondents' site."""
    settings = read_settings(CollectorSettings)
    return create_site(settings, connect(settings.database_url.get_secret_value(), impatient=True), today)


def channel() -> "WSGIApplication":
    """The text channel: the carrier's webhook, and in the demo the simulator."""
    from sms.settings import ChannelSettings  # noqa: PLC0415 (a site alone needs none of it)
    from sms.webhook import create_channel  # noqa: PLC0415 (the same)

    settings = read_settings(ChannelSettings)
    return create_channel(settings, connect(settings.database_url.get_secret_value(), impatient=True))


def dashboards() -> "WSGIApplication":
    """The dashboards, which read the latest release and nothing else."""
    from dashboards.application import create_dashboards  # noqa: PLC0415 (slow to load)
    from dashboards.settings import DashboardSettings  # noqa: PLC0415 (the same)

    return create_dashboards(read_settings(DashboardSettings))


def everything() -> "WSGIApplication":
    """All three at one address; the dashboards are loaded upon the first visit."""
    return DispatcherMiddleware(site(), {MESSAGES: channel(), DASHBOARDS: _Upon(dashboards)})


class _Upon:
    """A WSGI application that is made by the first request for it."""

    def __init__(self, make: "Callable[[], WSGIApplication]") -> None:
        self.make, self.lock = make, Lock()
        self.made: WSGIApplication | None = None

    def __call__(self, environ: "WSGIEnvironment", start: "StartResponse") -> Iterable[bytes]:
        with self.lock:
            self.made = self.made or self.make()
        return self.made(environ, start)
