"""A small OpenID provider on loopback: discovery, keys, tokens signed with RS256, and ways to lie on request."""

import time
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any
from urllib.parse import parse_qs, urlsplit

from flask import Flask, jsonify, request
from joserfc import jwt
from joserfc.jwk import RSAKey

from tests.listening import served

CLIENT, SECRET = "thiqa", "a secret of the client"


@dataclass
class Issuer:
    """claims: what is said beside or instead of what is right; forged: signed with another key."""

    address: str = ""
    claims: dict[str, Any] = field(default_factory=dict)
    without: set[str] = field(default_factory=set)
    algorithm: str = "RS256"
    forged: bool = False
    described_as: str = ""
    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "one"}))
    grants: dict[str, dict[str, str]] = field(default_factory=dict)

    def reset(self, **claims: Any) -> None:
        """Say again what is right, and these claims beside it; nobody is on the way."""
        self.claims, self.without, self.grants = claims, set(), {}
        self.algorithm, self.forged, self.described_as = "RS256", False, ""

    def visit(self, entrance: str) -> dict[str, str]:
        """Sign in at the address that somebody was sent to: what the browser brings back."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(entrance).query).items()}
        assert asked["response_type"] == "code"
        assert asked["code_challenge_method"] == "S256"
        assert asked["client_id"] == CLIENT
        code = f"code-{len(self.grants)}"
        self.grants[code] = asked
        return {"code": code, "state": asked["state"]}

    def token(self, asked: dict[str, str]) -> str:
        now = int(time.time())
        right = {
            "iss": self.address, "aud": CLIENT, "sub": "subject-1", "exp": now + 300, "iat": now,
            "nonce": asked["nonce"], "email": "chief@example.com", "email_verified": True,
        }  # fmt: skip
        claims = {name: value for name, value in {**right, **self.claims}.items() if name not in self.without}
        if self.algorithm == "none":
            parts = (b'{"alg":"none","typ":"JWT"}', jsonify(claims).get_data())
            return ".".join(urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts) + "."
        key: Any = RSAKey.generate_key(2048, {"kid": "one"}) if self.forged else self.key
        if self.algorithm == "HS256":  # the public key taken for a shared secret
            from joserfc.jwk import OctKey

            key = OctKey.import_key(self.key.as_pem(private=False))
        return jwt.encode({"alg": self.algorithm, "kid": "one"}, claims, key, algorithms=[self.algorithm])

    def server(self) -> Flask:
        app = Flask(__name__)

        @app.get("/.well-known/openid-configuration")
        def description() -> Any:
            return jsonify(
                issuer=self.described_as or self.address,
                authorization_endpoint=self.address + "/authorize",
                token_endpoint=self.address + "/token",
                jwks_uri=self.address + "/keys",
            )

        @app.get("/keys")
        def keys() -> Any:
            return jsonify(keys=[self.key.as_dict(private=False)])

        @app.post("/token")
        def token() -> Any:
            asked = self.grants.pop(request.form["code"], None)
            proof = urlsafe_b64encode(sha256(request.form.get("code_verifier", "").encode()).digest()).rstrip(b"=")
            who = request.authorization
            known = who is not None and (who.username, who.password) == (CLIENT, SECRET)
            if asked is None or not known or asked["code_challenge"].encode() != proof:
                return jsonify(error="invalid_grant"), 400
            return jsonify(access_token="opaque", token_type="Bearer", id_token=self.token(asked))

        return app


@contextmanager
def issuing() -> Iterator[Issuer]:
    """A provider that listens."""
    issuer = Issuer()
    with served(issuer.server()) as issuer.address:
        yield issuer
