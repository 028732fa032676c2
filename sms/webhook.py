"""The text channel's small site: where carriers bring texts and receipts, and in the demo a simulator; at /sms.

A request that the carrier did not sign changes nothing. A text that was taken is answered with nothing, at once: what
cannot be stored now waits on disk. It imports the carrier's clients never, and it logs neither a number nor a text.
"""

import base64
import hmac
import importlib
import logging
import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

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
from .clock import Clock, utc
from .reception import Inbound, receive
from .settings import E164, WEBHOOK_PATH, ChannelSettings
from .simulator import simulator

MAX_REQUEST_BYTES = 128 * 1024
CHANNEL = "twilio"
EMPTY = '<?xml version="1.0" encoding="UTF-8"?><Response />'
SLOW_SECONDS = 1.0
OPT_OUTS = ("STOP", "START", "HELP")
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

    @app.after_request
    def harden(response: Response) -> Response:
        response.headers.extend(HEADERS)
        return response

    @app.errorhandler(Exception)
    def fail(error: Exception) -> tuple[str, int] | HTTPException:
        if isinstance(error, HTTPException):
            return error
        _log.error("a request could not be answered: %s", type(error).__name__)  # the error's text may hold values
        return "", 503

    return app


@dataclass(frozen=True, slots=True)
class Desk:
    """Where texts are handed in: to the reception, or while it cannot take them to the spool."""

    settings: ChannelSettings
    engine: Engine
    clock: Clock
    spool: spool.Spool

    def take(self, inbound: Inbound) -> bool:
        """Take a text; False if it could neither be stored nor kept on disk."""
        began = time.monotonic()
        if self.spool.waits():  # in their order: first those that came before
            self.spool.drain(self._receive, SLOW_SECONDS)
            if self.spool.waits() or time.monotonic() - began > SLOW_SECONDS:
                return self._put(inbound)
        try:
            self._receive(inbound)
        except Exception as error:  # noqa: BLE001  # whatever it is, the text must not be lost
            _log.warning("a text waits on disk: %s", type(error).__name__)  # the error's own text may hold values
            return self._put(inbound)
        return True

    def _receive(self, inbound: Inbound) -> None:
        receive(self.settings, self.engine, inbound, self.clock())

    def _put(self, inbound: Inbound) -> bool:
        try:
            self.spool.put(inbound)
        except (spool.FullError, OSError) as error:
            _log.critical("TEXTS ARE TURNED AWAY, none can wait on disk any more: %s", type(error).__name__)
            return False
        return True


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
    site = settings.public_url.rstrip("/") + WEBHOOK_PATH.rpartition("/")[0]

    @blueprint.route("/<name>", methods=["GET", "POST"])
    @blueprint.route("/<name>/<secret>", methods=["GET", "POST"])
    def text(name: str, secret: str = "") -> Response:
        if _by_gateway(settings, name):
            return _from_gateway(desk, name, secret)
        _refuse_others(settings, name, secret)
        if not signed(f"{site}/{name}", settings.twilio_auth_tokens):
            return Response("", 403)
        inbound = _text(desk, name)
        if inbound is not None and not desk.take(inbound):
            return Response("", 503)
        return Response(EMPTY, mimetype="text/xml")

    @blueprint.route("/<name>/receipts", methods=["GET", "POST"])
    @blueprint.route("/<name>/receipts/<secret>", methods=["GET", "POST"])
    def receipts(name: str, secret: str = "") -> Response:
        if _by_gateway(settings, name):
            return _from_gateway(desk, name, secret, receipt=True)
        _refuse_others(settings, name, secret)
        if not signed(f"{site}/{name}/receipts", settings.twilio_auth_tokens):
            return Response("", 403)
        if parse := _part("carriers.twilio", "receipt"):
            _apply(desk, parse(name, request.form, request.args.get("m")), request.form.get("To"))
        return Response(EMPTY, mimetype="text/xml")

    return blueprint


def _text(desk: Desk, name: str) -> Inbound | None:
    """The text that the carrier brought; None if no person can have sent it.

    Short codes, names and our own number are no person; answering them could go round for ever. Media stay unseen.
    """
    form, own = request.form, desk.settings.twilio_sender
    reference, sender = form.get("MessageSid", ""), form.get("From", "").removeprefix("whatsapp:")
    if not reference or not E164.fullmatch(sender) or sender in (own, form.get("To", "").removeprefix("whatsapp:")):
        return None
    opt_out = form.get("OptOutType", "").upper()
    said = opt_out if opt_out in OPT_OUTS else None
    return Inbound(name, reference, sender, form.get("Body", ""), desk.clock(), said)


def _refuse_others(settings: ChannelSettings, name: str, secret: str) -> None:
    """Only a channel of Twilio's takes its requests, by POST and at its own address."""
    declared = getattr(settings, "channels", {}).get(name)
    known = declared.adapter.value == CHANNEL if declared else name == CHANNEL
    if not known or secret:
        abort(404)
    if request.method != "POST":
        abort(405)


def _by_gateway(settings: ChannelSettings, name: str) -> bool:
    declared = getattr(settings, "channels", {}).get(name)
    return declared is not None and declared.adapter.value == "gateway"


def _from_gateway(desk: Desk, name: str, secret: str, *, receipt: bool = False) -> Response:
    """What a gateway brought: a text or a receipt, as its channel declares where they stand."""
    channel: Any = getattr(desk.settings, "channels", {})[name]
    brought = importlib.import_module("sms.carriers.brought")
    proven = importlib.import_module("sms.carriers").secret(name, "INBOUND")
    came = brought.Brought(request.query_string, request.get_data(), dict(request.headers), secret)
    if channel.gateway.proof is None or not channel.gateway.proof.shown(came, proven, desk.clock()):
        return Response("", 403)
    if receipt:
        _apply(desk, brought.receipt(channel, came), None)
        return Response("")
    said = brought.inbound(channel, came)
    if said is None:
        return Response("")
    inbound = Inbound(name, said.reference, said.sender, said.text, desk.clock(), said.opt_out)
    return Response("") if desk.take(inbound) else Response("", 503)


def _apply(desk: Desk, receipt: object, to: str | None) -> None:
    """Apply a receipt. It does not wait on disk: what became of a message is asked again later."""
    take = _part("sending.receipts", "take")
    if receipt is None or take is None:
        return
    try:
        take(desk.settings, desk.engine, receipt, desk.clock(), to)
    except Exception as error:  # noqa: BLE001  # the carrier would only come again
        _log.warning("a receipt was not applied: %s", type(error).__name__)


def _part(module: str, name: str) -> Any:
    """A function of a room that may not be there yet."""
    try:
        return getattr(importlib.import_module(f"sms.{module}"), name, None)
    except ModuleNotFoundError:
        return None
