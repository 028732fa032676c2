"""The text channel's small site: where carriers bring texts and receipts, and in the demo a simulator; at /sms.

A request that the carrier did not sign changes nothing. A text that was taken is answered with nothing, at once: what
cannot be stored now waits on disk. It imports the carrier's clients never, and it logs neither a number nor a text.
"""

import base64
import hmac
import logging
from collections.abc import Iterable
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from flask import Blueprint, Flask, Response, abort, request
from pydantic import SecretStr
from sqlalchemy import Engine
from twilio.request_validator import (  # type: ignore[import-untyped]  # the library has no types
    HMAC_SHA1,
    HMAC_SHA256,
    get_signature_algorithm,
)
from werkzeug.exceptions import HTTPException

from . import spool
from .carriers import Incoming, brought, receipts_url, secret, twilio
from .carriers.declared import Adapter, Channel
from .clock import Clock, utc
from .desk import Desk
from .reception import Inbound
from .settings import ChannelSettings
from .simulator import simulator

MAX_REQUEST_BYTES = 128 * 1024
EMPTY = '<?xml version="1.0" encoding="UTF-8"?><Response />'
# Twilio's scheme (twilio.com/docs/usage/security): the address, then each parameter's name and value, sorted by name.
ALGORITHMS = {HMAC_SHA1: "sha1", HMAC_SHA256: "sha256"}
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
_log = logging.getLogger(__name__)


def create_channel(settings: ChannelSettings, engine: Engine, clock: Clock = utc) -> Flask:
    """The site, to be mounted at /sms."""
    app = Flask(__name__)
    app.config["MAX_CONTENT_LENGTH"] = app.config["MAX_FORM_MEMORY_SIZE"] = MAX_REQUEST_BYTES
    app.register_blueprint(_webhook(Desk(settings, engine, clock, spool.of(settings))))
    if settings.demo:
        app.register_blueprint(simulator(settings, engine, clock))
    app.wsgi_app = _hardened(app.wsgi_app)  # type: ignore[method-assign,assignment]  # as Flask documents it

    @app.errorhandler(Exception)
    def fail(error: Exception) -> tuple[str, int] | HTTPException:
        if isinstance(error, HTTPException):
            return error
        _log.error("a request could not be answered: %s", type(error).__name__)  # the error's text may hold values
        return "", 503

    return app


def _hardened(inner: WSGIApplication) -> WSGIApplication:
    """The site with HEADERS in each response."""
    headers = list(HEADERS.items())

    def serve(environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        return inner(environ, lambda status, said, error=None: start(status, [*said, *headers], error))

    return serve


def signed(url: str, tokens: Iterable[SecretStr]) -> bool:
    """Whether the current request was signed for this address with one of the tokens (SHA-1, or SHA-256 if it says so).

    The address is the configured one and never the request's own, which a proxy or an attacker may change.
    """
    form = request.form.to_dict()
    if len(form) < sum(map(len, request.form.listvalues())):
        return False  # the carrier repeats no parameter, and its signature does not see a repetition
    algorithm = ALGORITHMS.get(get_signature_algorithm(request.headers.get("X-Twilio-Webhooks-Signature-Settings", "")))
    if algorithm is None:
        return False
    query = request.query_string.decode("latin-1")
    said = url + (f"?{query}" if query else "") + "".join(name + form[name] for name in sorted(form))
    content, signature = said.encode("utf-8", "surrogatepass"), request.headers.get("X-Twilio-Signature", "").encode()
    return any(hmac.compare_digest(_signature(content, token, algorithm), signature) for token in tokens)


def _signature(content: bytes, token: SecretStr, algorithm: str) -> bytes:
    return base64.b64encode(hmac.digest(token.get_secret_value().encode(), content, algorithm))


def _webhook(desk: Desk) -> Blueprint:
    blueprint, settings = Blueprint("webhook", __name__), desk.settings

    @blueprint.route("/<name>", methods=["GET", "POST"])
    @blueprint.route("/<name>/<secret>", methods=["GET", "POST"])
    def text(name: str, secret: str = "") -> Response:
        channel = _channel(settings, name)
        if channel.adapter is Adapter.GATEWAY:
            return _from_gateway(desk, channel, secret)
        if not _from_twilio(settings, settings.channel_url(name), secret):
            return Response("", 403)
        said = twilio.inbound(request.form, _own(settings))
        if said and not desk.take(_inbound(desk, channel, said)):
            return Response("", 503)
        return Response(EMPTY, mimetype="text/xml")

    @blueprint.route("/<name>/receipts", methods=["GET", "POST"])
    @blueprint.route("/<name>/receipts/<secret>", methods=["GET", "POST"])
    def receipts(name: str, secret: str = "") -> Response:
        channel = _channel(settings, name)
        if channel.adapter is Adapter.GATEWAY:
            return _from_gateway(desk, channel, secret, receipt=True)
        if not _from_twilio(settings, receipts_url(channel, settings), secret):
            return Response("", 403)
        desk.apply(twilio.receipt(name, request.form, request.args.get("m")), request.form.get("To"))
        return Response(EMPTY, mimetype="text/xml")

    return blueprint


def _channel(settings: ChannelSettings, name: str) -> Channel:
    """A declared channel that brings something from outside."""
    channel = settings.channels.get(name)
    if channel is None or channel.adapter is Adapter.PRETENDED:
        abort(404)
    return channel


def _from_twilio(settings: ChannelSettings, url: str, secret: str) -> bool:
    """Whether Twilio sent this, by POST and at its own address."""
    if secret:
        abort(404)
    if request.method != "POST":
        abort(405)
    return signed(url, settings.twilio_auth_tokens)


def _own(settings: ChannelSettings) -> set[str]:
    """Our own numbers: answering them could go round for ever."""
    return {channel.sender for channel in settings.channels.values()} | {settings.twilio_sender or ""}


def _inbound(desk: Desk, channel: Channel, said: Incoming) -> Inbound:
    return Inbound(channel.name, said.reference, said.sender, said.text, desk.clock(), said.opt_out)


def _from_gateway(desk: Desk, channel: Channel, shared: str, *, receipt: bool = False) -> Response:
    """What a gateway brought: a text or a receipt, as its channel declares where they stand."""
    came = brought.Brought(request.query_string, request.get_data(), dict(request.headers), shared)
    proof = channel.gateway.proof if channel.gateway else None
    if proof is None or not proof.shown(came, secret(channel.name, "INBOUND"), desk.clock()):
        return Response("", 403)
    if receipt:
        desk.apply(brought.receipt(channel, came), None)
        return Response("")
    said = brought.inbound(channel, came)
    if said is None or said.sender in _own(desk.settings) or desk.take(_inbound(desk, channel, said)):
        return Response("")
    return Response("", 503)
