"""An application that listens on this machine while a test looks at it."""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from flask import Flask
from werkzeug.middleware.dispatcher import DispatcherMiddleware
from werkzeug.serving import make_server

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication


@contextmanager
def served(application: "WSGIApplication", below: str = "") -> Iterator[str]:
    """The address of an application while it is served, mounted `below` a path such as "/dashboards"."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    whole = DispatcherMiddleware(Flask("outer"), {below: application}) if below else application
    server = make_server("127.0.0.1", 0, whole, threaded=True)
    server.daemon_threads = True  # type: ignore[attr-defined]  # the threaded server has it
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
