"""What pages load: the style sheet and the optional script; an icon, of which there is none; and a sign of life."""

from flask import Blueprint, Response
from flask.typing import ResponseReturnValue

from .content import Asset
from .desk import desk

assets = Blueprint("assets", __name__)


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
