"""What pages load: the style sheet and the optional script, named by their content so that a browser may keep them."""

from dataclasses import dataclass
from pathlib import Path

from flask import Blueprint, Response
from flask.typing import ResponseReturnValue

from . import safety
from .desk import desk

assets = Blueprint("assets", __name__)
STATIC = Path(__file__).parent / "static"


@dataclass(frozen=True, slots=True)
class Asset:
    """A static file: its content, and a short hash of it for its address."""

    content: bytes
    kind: str
    digest: str


def read_asset(name: str, kind: str) -> Asset:
    """The file of this name among the site's own."""
    content = (STATIC / name).read_bytes()
    return Asset(content, kind, safety.fingerprint(content))


@assets.get("/survey-<digest>.css")
def style(digest: str) -> ResponseReturnValue:
    """The style sheet."""
    return _kept(desk().style, digest)


@assets.get("/survey-<digest>.js")
def script(digest: str) -> ResponseReturnValue:
    """The script, without which everything works."""
    return _kept(desk().script, digest)


@assets.get("/favicon.ico")
def icon() -> ResponseReturnValue:
    """None: a neutral tab. Said once, so that browsers stop asking."""
    return Response(status=204, headers={"Cache-Control": "public, max-age=31536000"})


@assets.get("/health")
def health() -> ResponseReturnValue:
    """For the one who watches the service."""
    return Response("ok", mimetype="text/plain")


def _kept(asset: Asset, digest: str) -> Response:
    kept = "public, max-age=31536000, immutable" if digest == asset.digest else "no-cache"
    return Response(asset.content, mimetype=asset.kind, headers={"Cache-Control": kept})
