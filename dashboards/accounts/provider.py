"""An OpenID Connect provider, as one more way to show who one is: authorization code with PKCE, state and nonce.

It says who somebody is, never what she may see: accounts and roles stay ours. OpenID Connect Core 1.0, section 3.1;
RFC 7636 for PKCE. Authlib, of the extra `oidc`, is loaded only where a provider is set.
"""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from .settings import LOOPBACK, StaffSettings

ALGORITHMS = ["RS256", "PS256", "ES256"]
SECONDS = 10
MANY = frozenset({"mfa"})  # RFC 8176


class ProviderError(Exception):
    """The provider's answer is not what it must be; the message names no value of it."""


@dataclass(frozen=True, slots=True)
class Journey:
    """What a browser takes along to the provider and must bring back."""

    state: str
    nonce: str
    verifier: str


@dataclass(frozen=True, slots=True)
class Identity:
    """Who came back. email: "" unless the provider has verified it."""

    subject: str
    email: str
    by_many_factors: bool


class Provider:
    """The provider that the settings name."""

    def __init__(self, settings: StaffSettings, returned: str) -> None:
        self._settings, self._returned = settings, returned

    def journey(self) -> Journey:
        """A new one, of random values."""
        from authlib.common.security import generate_token  # noqa: PLC0415 (optional)

        return Journey(generate_token(32), generate_token(32), generate_token(64))

    def entrance(self, journey: Journey) -> str:
        """The provider's address where a journey begins. Raises ProviderError."""
        with self._client() as client:
            address, _ = client.create_authorization_url(
                self._endpoints()["authorization_endpoint"],
                state=journey.state,
                nonce=journey.nonce,
                code_verifier=journey.verifier,
            )
            return str(address)

    def identity(self, journey: Journey, code: str) -> Identity:
        """Who a code is for. Raises ProviderError where anything about the answer is wrong."""
        from authlib.integrations.base_client import OAuthError  # noqa: PLC0415 (optional)
        from authlib.oidc.core import CodeIDToken  # noqa: PLC0415 (optional)
        from joserfc import jwt  # noqa: PLC0415 (optional)
        from joserfc.errors import JoseError  # noqa: PLC0415 (optional)
        from joserfc.jwk import KeySet  # noqa: PLC0415 (optional)
        from requests import RequestException  # noqa: PLC0415 (slow to load)

        endpoints = self._endpoints()
        try:
            with self._client() as client:
                answer = client.fetch_token(
                    endpoints["token_endpoint"], code=code, code_verifier=journey.verifier, timeout=SECONDS
                )
            keys = KeySet.import_key_set(_read(endpoints["jwks_uri"]))  # type: ignore[arg-type]  # it checks
            token = jwt.decode(str(answer["id_token"]), keys, algorithms=ALGORITHMS)
            options = {
                "iss": {"essential": True, "value": self._settings.oidc_issuer},
                "aud": {"essential": True, "value": self._settings.oidc_client_id},
                "exp": {"essential": True},
                "sub": {"essential": True},
            }
            beside = {"nonce": journey.nonce, "client_id": self._settings.oidc_client_id}
            beside["access_token"] = answer.get("access_token", "")
            claims: Any = CodeIDToken(token.claims, token.header, options, beside)
            claims.validate(leeway=30)
        except (OAuthError, JoseError, RequestException, KeyError, TypeError, ValueError) as error:
            raise ProviderError(f"the provider's answer is not accepted: {type(error).__name__}") from None
        methods = claims.get("amr")
        return Identity(
            str(claims["sub"])[:255],
            str(claims.get("email", "")) if claims.get("email_verified") is True else "",
            isinstance(methods, list) and bool(MANY & {str(method) for method in methods}),
        )

    def _client(self) -> Any:
        from authlib.integrations.requests_client import OAuth2Session  # noqa: PLC0415 (optional)

        return OAuth2Session(
            self._settings.oidc_client_id,
            self._settings.oidc_client_secret.get_secret_value(),
            scope="openid email",
            redirect_uri=self._returned,
            code_challenge_method="S256",
        )

    def _endpoints(self) -> dict[str, str]:
        """What the discovery document says, if it is the issuer's own. Raises ProviderError."""
        issuer = self._settings.oidc_issuer
        found = _read(issuer.rstrip("/") + "/.well-known/openid-configuration")
        names = ("authorization_endpoint", "token_endpoint", "jwks_uri")
        if found.get("issuer") != issuer or not all(_is_safe(found.get(name), issuer) for name in names):
            raise ProviderError("the provider's description is not of the issuer that is set")
        return {name: str(found[name]) for name in names}


def _read(address: str) -> dict[str, Any]:
    import requests  # noqa: PLC0415 (slow to load)

    try:
        answer = requests.get(address, timeout=SECONDS, allow_redirects=False)
        answer.raise_for_status()
        found = answer.json()
    except (requests.RequestException, ValueError) as error:
        raise ProviderError(f"the provider cannot be reached: {type(error).__name__}") from None
    if not isinstance(found, dict):
        raise ProviderError("the provider's answer is not an object")
    return found


def _is_safe(address: object, issuer: str) -> bool:
    parts = urlsplit(address) if isinstance(address, str) else urlsplit("")
    on_loopback = issuer.startswith("http://") and parts.scheme == "http" and parts.hostname in LOOPBACK
    return parts.scheme == "https" or on_loopback
