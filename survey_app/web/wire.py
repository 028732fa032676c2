"""What goes over the wire: pages are compressed, and filled to steps of one size, and a script is told where to go.

Who watches a line sees sizes even where all is encrypted, and the size of a page can tell which question it holds. The
filling stands in the extra field of the gzip header (RFC 1952), which every reader skips.
"""

import gzip
import struct
import zlib
from collections.abc import Callable
from functools import lru_cache

from flask import Request, Response

STEP = 2_048  # bytes
LEVEL = 1  # a page of the core questionnaire fits one step at any level
BY_SCRIPT, WHERE_TO = "X-By-Script", "X-Where-To"
_TEXTS = ("text/html", "text/css", "text/javascript", "text/plain")
_HEADER = b"\x1f\x8b\x08\x04\x00\x00\x00\x00\x00\xff"  # deflate, an extra field, no time, no name of a system
_FRAME = len(_HEADER) + 2 + 8  # with the extra field's length, and the checksum and size at the end
_SUBFIELD = b"TQ"


def packed(request: Request, response: Response) -> Response:
    """The response compressed where the browser takes gzip: a page to a multiple of STEP, an asset as it is."""
    if response.mimetype not in _TEXTS or response.direct_passthrough or response.is_streamed:
        return response
    content = response.get_data()
    if not content:
        return response
    response.headers["Vary"] = "Accept-Encoding"
    if request.accept_encodings["gzip"] <= 0:
        return response
    response.set_data(filled(content) if response.mimetype == "text/html" else _once(content))
    response.headers["Content-Encoding"] = "gzip"
    return response


def filled(content: bytes, step: int = STEP) -> bytes:
    """A gzip member of the content whose size is a multiple of `step` bytes."""
    squeeze = zlib.compressobj(LEVEL, wbits=-zlib.MAX_WBITS)
    body = squeeze.compress(content) + squeeze.flush()
    extra = -(_FRAME + 4 + len(body)) % step
    field = _SUBFIELD + struct.pack("<H", extra) + b"\x00" * extra
    checks = struct.pack("<II", zlib.crc32(content), len(content) & 0xFFFFFFFF)
    return _HEADER + struct.pack("<H", len(field)) + field + body + checks


def shown_at_once(request: Request, redirect: Response, page: Callable[[], str | None]) -> Response:
    """For a script the page itself in place of the redirect to it, which spares a way there and back.

    `page` makes it, or None where it must be asked for. A browser without script gets the redirect.
    """
    content = page() if BY_SCRIPT in request.headers else None
    if content is None:
        return redirect
    response = Response(content, mimetype="text/html")
    response.headers[WHERE_TO] = redirect.headers["Location"]
    return response


def for_script(request: Request, response: Response) -> Response:
    """A redirect as a script can read it: it sees no Location, and goes there itself."""
    if BY_SCRIPT in request.headers and response.status_code == 303:
        response.status_code = 204
        response.headers[WHERE_TO] = response.headers.pop("Location")
    return response


@lru_cache(maxsize=8)
def _once(content: bytes) -> bytes:
    return gzip.compress(content, 9, mtime=0)
