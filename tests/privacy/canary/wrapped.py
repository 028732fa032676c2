"""Everything as it is served, with faults that a request orders by a header. Run by the server alone.

`faulty` breaks as a bug would, always with what was sent in reach. `leaky` leaks on purpose, so that the search can be
seen to find it.
"""

import logging
import os
import sys
import time
from collections.abc import Callable, Iterable
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from flask import Flask, Response, request
from sqlalchemy import text

from deploy import wsgi
from survey_app.settings import CollectorSettings, read_settings
from survey_app.storage.database import alone, connect

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

ORDER = "X-Order"
HELD = Path(os.environ.get("THIQA_TEST_BESIDE", "/nonexistent")) / "held"  # it is there while a request is held


class SentError(Exception):
    """Says what was sent, as careless code does."""


def faulty() -> "WSGIApplication":
    """Each application breaks before it reads a form, after it made its answer, or beside Flask altogether."""
    for name in ("site", "channel", "dashboards"):
        setattr(wsgi, name, _hooked(getattr(wsgi, name)))
    return _around(wsgi.everything())


def leaky() -> "WSGIApplication":
    """The site with a request that leaks everything everywhere."""
    site = wsgi.site()
    assert isinstance(site, Flask)
    site.before_request(_leak)
    return site


def _hooked(make: "Callable[[], WSGIApplication]") -> "Callable[[], WSGIApplication]":
    def made() -> "WSGIApplication":
        application = make()
        assert isinstance(application, Flask)
        application.before_request(_before)
        application.after_request(_after)
        return application

    return made


def _sent() -> str:
    form, peer = request.form.to_dict(), request.remote_addr
    return f"{request.full_path} {form} {request.get_data()!r} {peer} {request.headers}"


def _before() -> None:
    sent = _sent()
    match request.headers.get(ORDER):
        case "before":
            raise SentError(sent)
        case "hold":
            HELD.touch()
            time.sleep(3)
        case "abort":
            HELD.touch()
            os.abort()


def _after(response: Response) -> Response:
    if request.headers.get(ORDER) == "after":
        raise SentError(_sent())
    return response


def _around(application: "WSGIApplication") -> "WSGIApplication":
    def breaking(environ: "WSGIEnvironment", start: "StartResponse") -> Iterable[bytes]:
        body = environ["wsgi.input"].read()
        environ["wsgi.input"] = BytesIO(body)
        sent = f"{environ} {body!r}"
        match environ.get("HTTP_X_ORDER"):
            case "beside":
                raise SentError(sent)
            case "late":
                start("200 OK", [("Content-Type", "text/plain"), ("Transfer-Encoding", "chunked")])
                return _breaks_off(sent)
            case "header":
                start("200 OK", [("X-Broken", f"a\nb {sent}")])
        return application(environ, start)

    return breaking


def _breaks_off(sent: str) -> Iterable[bytes]:
    yield b"as far as here"
    raise SentError(sent)


def _leak() -> Response | None:
    if request.headers.get(ORDER) != "leak":
        return None
    sent = _sent()
    logging.getLogger("leaky").error("sent: %s", sent)
    print("sent:", sent, file=sys.stderr, flush=True)  # noqa: T201 (a leak)
    for folder in (os.environ["TMPDIR"], os.environ["HOME"], ".", "/dev/shm"):
        Path(folder, f"leak-{os.getpid()}.tmp").write_text(sent)
    with alone(connect(read_settings(CollectorSettings).database_url.get_secret_value())) as work:
        said = request.form["told"].encode().hex()
        work.execute(text(f"SELECT '{said} {request.form['told']}'"))
        time.sleep(1)  # for the test to look at what the database shows of it
    response = Response(sent, 500)
    response.headers["X-Leak"] = request.form["told"].encode().hex()
    return response
