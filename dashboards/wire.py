"""What goes over the wire in fewer bytes: one style sheet, and gzip where the browser takes it.

Dash sends its scripts, six megabytes of them, as they are. They never change while the server runs, so that they are
compressed well and once; pages are compressed swiftly each time. Pages of accounts are left alone: their forms hold a
secret, whose letters the size of a compressed page could tell to who chooses a part of it.
"""

import gzip
import hashlib
from pathlib import Path

from flask import Flask, Response, request

from dashboards.headers import FINGERPRINTED

ASSETS = Path(__file__).parent / "assets"
KINDS = ("text/", "application/json", "application/javascript", "image/svg")
LEAST = 1024  # bytes
WELL, SWIFTLY = 6, 1
MOST_KEPT = 64
UNTOUCHED = "/account/"
YEAR = 31_536_000  # seconds


def add_style(server: Flask) -> str:
    """Serve all style sheets as one, in alphabetical order as Dash would; its place below the prefix."""
    content = "".join(path.read_text(encoding="utf-8") for path in sorted(ASSETS.glob("*.css")))
    place = f"assets/all-{hashlib.sha256(content.encode()).hexdigest()[:12]}.css"

    @server.get(f"/{place}")
    def style() -> Response:
        response = Response(content, mimetype="text/css")
        response.headers["Cache-Control"] = f"public, max-age={YEAR}, immutable"
        return response

    return place


def compress(server: Flask) -> None:
    """Compress what is text, long enough and asked for so."""
    kept: dict[bytes, bytes] = {}

    def squeezed(content: bytes) -> bytes:
        if not request.path.startswith(FINGERPRINTED):
            return gzip.compress(content, SWIFTLY, mtime=0)
        name = hashlib.sha256(content).digest()
        if name not in kept and len(kept) >= MOST_KEPT:
            kept.clear()
        return kept.get(name) or kept.setdefault(name, gzip.compress(content, WELL, mtime=0))

    @server.after_request
    def smaller(response: Response) -> Response:
        if (
            response.status_code != 200
            or request.path.startswith(UNTOUCHED)
            or not (response.mimetype or "").startswith(KINDS)
            or "Content-Encoding" in response.headers
        ):
            return response
        response.vary.add("Accept-Encoding")
        if request.accept_encodings["gzip"] <= 0:
            return response
        response.direct_passthrough = False
        content = response.get_data()
        if len(content) >= LEAST:
            response.set_data(squeezed(content))
            response.headers["Content-Encoding"] = "gzip"
            if tag := response.get_etag()[0]:
                response.set_etag(tag, weak=True)
        return response
