"""What a WSGI server runs: `site()`, `channel()`, `dashboards()`, `staff()` alone, as in production, or `everything()`.

In production each has its own host, process and environment; on a laptop they share one address and the same walls.
"""

from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime
from threading import Lock
from typing import TYPE_CHECKING

from pydantic_settings import BaseSettings, SettingsConfigDict
from werkzeug.middleware.dispatcher import DispatcherMiddleware

from survey_app.settings import CollectorSettings, SettingsError, read_settings
from survey_app.storage.database import connect
from survey_app.web.application import create_site

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

DASHBOARDS, MESSAGES, STAFF = "/dashboards", "/sms", "/staff"


class _StaffKey(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="THIQA_", extra="ignore")

    staff_key: str = ""


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


def staff() -> "WSGIApplication":
    """The staff's site: accounts and their pages, below the path of THIQA_STAFF_URL."""
    from dashboards.accounts.settings import StaffSettings  # noqa: PLC0415 (a site alone needs none of it)
    from dashboards.accounts.site import create_staff  # noqa: PLC0415 (the same)

    return create_staff(read_settings(StaffSettings))


def has_staff() -> bool:
    """Whether there is to be a staff's site: its key is set."""
    return bool(read_settings(_StaffKey).staff_key)


def place_of_staff() -> str:
    """Where the staff's site is beside the others, without a slash at its end; "" where there is to be none.

    Raises SettingsError where its settings cannot be used, or its place is taken.
    """
    from dashboards.accounts.settings import StaffSettings  # noqa: PLC0415 (a site alone needs none of it)

    if not has_staff():
        return ""
    place = read_settings(StaffSettings).prefix.rstrip("/")
    if place in ("", MESSAGES, DASHBOARDS):
        raise SettingsError(
            "THIQA_STAFF_URL must have a path of its own beside the survey, such as https://example.org/staff/"
        )
    return place


def everything() -> "WSGIApplication":
    """All at one address; dashboards and the staff's site, if it has a key, are loaded upon the first visit."""
    place = place_of_staff()
    mounts: dict[str, WSGIApplication] = {MESSAGES: channel(), DASHBOARDS: _Upon(dashboards)}
    if place:
        mounts[place] = _Upon(staff)
    return DispatcherMiddleware(site(), mounts)


class _Upon:
    """A WSGI application that is made by the first request for it."""

    def __init__(self, make: "Callable[[], WSGIApplication]") -> None:
        self.make, self.lock = make, Lock()
        self.made: WSGIApplication | None = None

    def __call__(self, environ: "WSGIEnvironment", start: "StartResponse") -> Iterable[bytes]:
        with self.lock:
            self.made = self.made or self.make()
        return self.made(environ, start)
