"""The way to the provider and back. What the browser takes along is in a cookie of its own, signed and short-lived.

That cookie is Lax, since the provider's site sends the browser back here and a Strict one would stay at home.
"""

from dataclasses import asdict
from hmac import compare_digest

from flask import Blueprint, Response, current_app, g, make_response, redirect, request
from flask_security.utils import login_user
from itsdangerous import BadSignature, URLSafeTimedSerializer
from sqlalchemy import Engine
from sqlmodel import Session, col, select

from . import store
from .pages import page, to
from .provider import Identity, Journey, Provider, ProviderError
from .security import derived
from .settings import StaffSettings
from .tables import AccountRow

SECONDS = 600


def add_provider(pages: Blueprint, engine: Engine, settings: StaffSettings, site: str, prefix: str) -> None:
    """Both addresses, where a provider is set; else there are none."""
    if not settings.oidc_issuer:
        return
    provider = Provider(settings, f"{site}account/provider/returned")
    signer = URLSafeTimedSerializer(derived(settings, "journeys"))
    cookie = "__Host-journey" if settings.is_secure else "journey"
    place = "/" if settings.is_secure else f"{prefix}account/provider"

    @pages.get("/provider")
    def leave() -> Response:
        journey = provider.journey()
        try:
            address = provider.entrance(journey)
        except ProviderError as error:
            return _failed(error)
        g.leaving = True
        answer = make_response(redirect(address))
        answer.set_cookie(
            cookie,
            str(signer.dumps(asdict(journey))),
            max_age=SECONDS,
            path=place,
            secure=settings.is_secure,
            httponly=True,
            samesite="Lax",
        )
        return answer

    @pages.get("/provider/returned")
    def returned() -> Response:
        answer = _returned(engine, settings, provider, signer, request.cookies.get(cookie, ""))
        answer.delete_cookie(cookie, path=place, secure=settings.is_secure, httponly=True, samesite="Lax")
        return answer

    def _returned(
        engine: Engine, settings: StaffSettings, provider: Provider, signer: URLSafeTimedSerializer, kept: str
    ) -> Response:
        try:
            journey = Journey(**signer.loads(kept, max_age=SECONDS))
        except (BadSignature, TypeError):
            return _failed(ProviderError("nobody left from here"))
        if not compare_digest(request.args.get("state", "").encode(), journey.state.encode()):
            return _failed(ProviderError("another journey came back"))
        try:
            who = provider.identity(journey, request.args.get("code", ""))
        except ProviderError as error:
            return _failed(error)
        with store.changing(engine) as work:
            account = account_of(work, who)
            name = account.email if account else ""
        security = current_app.extensions["security"]
        user = security.datastore.find_user(email=name) if name else None
        if user is None:
            return _failed(ProviderError("there is no account of this person"))
        if who.by_many_factors and settings.oidc_second_factor:
            login_user(user, remember=False, authn_via=["provider"])
            return to(prefix, "arrived")
        onward = security.two_factor_plugins.tf_enter(user, False, "provider", next_loc=None)
        return make_response(onward) if onward else to(prefix, "login")


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
    answer = page("provider")
    answer.status_code = 403
    return answer
