"""The way to the provider and back. What the browser takes along is in a cookie of its own, signed and short-lived.

That cookie is Lax, since the provider's site sends the browser back here and a Strict one would stay at home.
"""

from dataclasses import asdict
from hmac import compare_digest
from typing import Any

from flask import Blueprint, Response, current_app, g, make_response, redirect, request
from flask_security.utils import login_user
from itsdangerous import BadSignature, URLSafeTimedSerializer
from sqlmodel import Session, col, select

from . import store
from .desk import derived, desk
from .pages import page, to
from .provider import Identity, Journey, Provider, ProviderError
from .settings import StaffSettings
from .tables import AccountRow

SECONDS = 600


def add_provider(pages: Blueprint, settings: StaffSettings) -> None:
    """Both addresses, where a provider is set; else there are none."""
    if settings.oidc_issuer:
        pages.get("/provider")(leave)
        pages.get("/provider/returned")(returned)


def leave() -> Response:
    """Send somebody to the provider."""
    provider = _provider()
    journey = provider.journey()
    try:
        address = provider.entrance(journey)
    except ProviderError as error:
        return _failed(error)
    g.leaving = True
    answer = make_response(redirect(address))
    name, about = _cookie()
    answer.set_cookie(name, str(_signer().dumps(asdict(journey))), max_age=SECONDS, **about)
    return answer


def returned() -> Response:
    """Where the provider sends somebody back, whoever it is; the journey can be made once."""
    name, about = _cookie()
    try:
        journey = Journey(**_signer().loads(request.cookies.get(name, ""), max_age=SECONDS))
        if not compare_digest(request.args.get("state", "").encode(), journey.state.encode()):
            raise ProviderError("another journey came back")
        answer = _signed_in(_provider().identity(journey, request.args.get("code", "")))
    except (BadSignature, TypeError):
        answer = _failed(ProviderError("nobody left from here"))
    except ProviderError as error:
        answer = _failed(error)
    answer.delete_cookie(name, **about)
    return answer


def _signed_in(who: Identity) -> Response:
    """On with the second factor, unless the provider's counts as one. Raises ProviderError."""
    with store.changing(desk().engine) as work:
        account = account_of(work, who)
        name = account.email if account else ""
    security = current_app.extensions["security"]
    user = security.datastore.find_user(email=name) if name else None
    if user is None:
        raise ProviderError("there is no account of this person")
    if who.by_many_factors and desk().settings.oidc_second_factor:
        login_user(user, remember=False, authn_via=["provider"])
        return to("arrived")
    return make_response(security.two_factor_plugins.tf_enter(user, False, "provider", next_loc=None))


def account_of(session: Session, who: Identity) -> AccountRow | None:
    """The account that exists for somebody: by the provider's name for her, once, by an address that it verified."""
    by_name = session.exec(select(AccountRow).where(col(AccountRow.subject) == who.subject)).first()
    if by_name is not None:
        return by_name if by_name.active else None
    account = store.find(session, who.email) if who.email else None
    if account is None or not account.active or account.subject is not None:
        return None
    account.subject = who.subject
    session.add(account)
    return account


def _failed(error: ProviderError) -> Response:
    """The same page whatever it was; the log has the kind."""
    current_app.logger.warning("sign-in by the provider failed: %s", error)
    return page("provider", 403)


def _provider() -> Provider:
    return Provider(desk().settings, f"{desk().settings.staff_url}account/provider/returned")


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(derived(desk().settings, "journeys"))


def _cookie() -> tuple[str, dict[str, Any]]:
    """Its name, and how it is set and taken away."""
    secure = desk().settings.is_secure
    place = "/" if secure else f"{desk().prefix}account/provider"
    about = {"path": place, "secure": secure, "httponly": True, "samesite": "Lax"}
    return ("__Host-journey" if secure else "journey"), about
