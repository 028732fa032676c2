"""The text channel's small site: where the carrier brings texts, and in the demo a simulator. Mounted at /sms.

A request that the carrier did not sign changes nothing. It imports the carrier's signature check and its reply format,
never its client, and it logs neither a number nor a text.
"""

import base64
import hmac
import logging
from collections.abc import Iterable

from flask import Blueprint, Flask, Response, request
from pydantic import SecretStr
from sqlalchemy import Engine
from twilio.request_validator import (  # type: ignore[import-untyped]  # the library has no types
    HMAC_SHA1,
    HMAC_SHA256,
    get_signature_algorithm,
)
from werkzeug.exceptions import HTTPException

from .clock import Clock, utc
from .reception import Inbound, receive
from .settings import E164, ChannelSettings
from .simulator import simulator

MAX_REQUEST_BYTES = 128 * 1024
CHANNEL = "twilio"
EMPTY = '<?xml version="1.0" encoding="UTF-8"?><Response />'
# Twilio's scheme (docs/usage/security): the address, then each parameter's name and value in the order of the names.
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
    app.register_blueprint(_webhook(settings, engine, clock))
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
        # Most likely the database is away. 503 makes the carrier bring the text again; nothing was stored of it, and
        # the note of taken messages keeps a second delivery from counting twice. The error's own text may hold values.
        _log.error("a text could not be taken: %s", type(error).__name__)
        return "", 503

    return app


def signed(url: str, tokens: Iterable[SecretStr]) -> bool:
    """Whether the current request was signed for this address with one of the tokens (SHA-1, or SHA-256 if it says so).

    The address is the configured one and never the request's own, which a proxy or an attacker may change.
    """
    form = request.form.to_dict()
    if len(form) < sum(map(len, request.form.listvalues())):
        return False  # the carrier repeats no parameter, and its signature does not see a repetition
    algorithm = get_signature_algorithm(request.headers.get("X-Twilio-Webhooks-Signature-Settings", ""))
    if algorithm not in ALGORITHMS:
        return False
    query = request.query_string.decode("latin-1")
    said = url + (f"?{query}" if query else "") + "".join(name + form[name] for name in sorted(form))
    signature = request.headers.get("X-Twilio-Signature", "").encode()
    made = [_made(said.encode("utf-8", "surrogatepass"), token, algorithm) for token in tokens]
    return any([hmac.compare_digest(each, signature) for each in made])


def _made(said: bytes, token: SecretStr, algorithm: str) -> bytes:
    return base64.b64encode(hmac.digest(token.get_secret_value().encode(), said, ALGORITHMS[algorithm]))


def _webhook(settings: ChannelSettings, engine: Engine, clock: Clock) -> Blueprint:
    blueprint = Blueprint("webhook", __name__)

    @blueprint.post("/twilio")
    def twilio() -> Response:
        if not signed(settings.webhook_url, settings.twilio_auth_tokens):
            return Response("", 403)
        form = request.form
        reference, sender = form.get("MessageSid", ""), form.get("From", "")
        # Short codes, names and our own number are no person; answering them could go round for ever.
        if reference and E164.fullmatch(sender) and sender != settings.twilio_sender:
            receive(settings, engine, Inbound(CHANNEL, reference, sender, form.get("Body", "")), clock())
        return Response(EMPTY, mimetype="text/xml")

    return blueprint
