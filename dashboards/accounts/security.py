"""Signing in: Flask-Security with Argon2, a second factor that everybody must have, recovery codes, and lock-out.

What is wrong is never said: an unknown name, a wrong password and a name that is closed for a time get the same
sentence, after the same work. Nothing is sent by mail.
"""

import base64
import hashlib
import hmac
from datetime import timedelta
from typing import Any

from flask import Flask, current_app
from flask_security import (
    LoginForm,
    MailUtil,
    Security,
    SQLAlchemySessionUserDatastore,
    Totp,
    TwoFactorVerifyCodeForm,
    UserMixin,
)
from flask_security.recovery_codes import MfRecoveryForm
from sqlalchemy import Engine
from sqlalchemy.orm import scoped_session, sessionmaker
from sqlmodel import Session, col, update

from . import store
from .settings import StaffSettings
from .tables import AccountRow, NoRole

IDLE = timedelta(minutes=30)


def derived(settings: StaffSettings, purpose: str) -> bytes:
    """A key of 32 bytes for one purpose."""
    secret = bytes.fromhex(settings.staff_key.get_secret_value())
    return hmac.new(secret, f"thiqa staff {purpose}".encode(), hashlib.sha256).digest()


class Quiet(MailUtil):
    """Sends nothing: invitations are links, and everything else is said on the page."""

    def send_mail(self, *args: Any, **kwargs: Any) -> None:
        """Nothing."""


class OnceTotp(Totp):
    """A code that was used is not taken again."""

    def get_last_counter(self, user: UserMixin) -> int | None:
        """The time step of the last code."""
        return user.last_counter if isinstance(user, AccountRow) else None

    def set_last_counter(self, user: UserMixin, tmatch: Any) -> None:
        """Keep it at once, whether or not the request goes well, and only forward."""
        counter = int(tmatch.counter)
        with store.changing(current_app.extensions["thiqa_staff"]) as session:
            session.exec(update(AccountRow).where(col(AccountRow.id) == user.id).values(last_counter=counter))


class GuardedLogin(LoginForm):
    """The form of name and password, closed for a while after too many failures."""

    def validate(self, **kwargs: Any) -> bool:
        """Whether name and password are right and the name is open."""
        engine, key = current_app.extensions["thiqa_staff"], current_app.extensions["thiqa_attempts"]
        name, now = self.email.data or "", store.now()
        was_open = not store.locked(engine, key, name, now)
        right = bool(super().validate(**kwargs))
        if right and was_open:
            return True
        store.failed(engine, key, name, now)
        if right:
            self.user = None
            self.form_errors.append("closed")
        return False


class GuardedCode(TwoFactorVerifyCodeForm):
    """The form of the second factor, with the same lock."""

    def validate(self, **kwargs: Any) -> bool:
        """Whether the code is right and the name is open."""
        return _guarded(self, super().validate, kwargs)


class GuardedRecovery(MfRecoveryForm):
    """The form of a recovery code, with the same lock."""

    def validate(self, **kwargs: Any) -> bool:
        """Whether the code is right and the name is open."""
        return _guarded(self, super().validate, kwargs)


def _guarded(form: Any, validate: Any, kwargs: dict[str, Any]) -> bool:
    engine, key = current_app.extensions["thiqa_staff"], current_app.extensions["thiqa_attempts"]
    name, now = form.user.email if form.user else "", store.now()
    if store.locked(engine, key, name, now):
        form.form_errors.append("closed")
        return False
    if validate(**kwargs):
        store.succeeded(engine, key, name)
        return True
    store.failed(engine, key, name, now)
    return False


def add_security(server: Flask, settings: StaffSettings, engine: Engine, prefix: str) -> Security:
    """Give a server its accounts. `prefix` is where it is mounted."""
    server.extensions["thiqa_staff"] = engine
    server.extensions["thiqa_attempts"] = derived(settings, "attempts")
    server.config.update(
        SECRET_KEY=derived(settings, "sessions").hex(),
        SESSION_COOKIE_NAME="__Host-staff" if settings.is_secure and prefix == "/" else "staff",
        SESSION_COOKIE_SECURE=settings.is_secure,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Strict",
        SESSION_COOKIE_PATH=prefix,
        PERMANENT_SESSION_LIFETIME=IDLE,
        REMEMBER_COOKIE_DURATION=timedelta(0),
        SECURITY_URL_PREFIX="/account",
        SECURITY_PASSWORD_SALT=derived(settings, "passwords").hex(),
        SECURITY_PASSWORD_HASH="argon2",  # noqa: S106  # the name of a scheme
        SECURITY_PASSWORD_SCHEMES=["argon2"],
        SECURITY_PASSWORD_LENGTH_MIN=12,
        SECURITY_RETURN_GENERIC_RESPONSES=True,
        SECURITY_JOIN_USER_ROLES=False,
        SECURITY_EMAIL_VALIDATOR_ARGS={"check_deliverability": False},
        SECURITY_TWO_FACTOR=True,
        SECURITY_TWO_FACTOR_REQUIRED=True,
        SECURITY_TWO_FACTOR_ENABLED_METHODS=["authenticator"],
        SECURITY_TWO_FACTOR_RESCUE_EMAIL=False,
        SECURITY_TWO_FACTOR_ALWAYS_VALIDATE=True,
        SECURITY_TWO_FACTOR_AUTHENTICATOR_VALIDITY=30,
        SECURITY_TOTP_SECRETS={"1": derived(settings, "totp").hex()},
        SECURITY_TOTP_ISSUER="Thiqa",
        SECURITY_MULTI_FACTOR_RECOVERY_CODES=True,
        SECURITY_MULTI_FACTOR_RECOVERY_CODES_N=10,
        SECURITY_MULTI_FACTOR_RECOVERY_CODES_KEYS=[base64.urlsafe_b64encode(derived(settings, "recovery"))],
        SECURITY_CHANGEABLE=True,
        SECURITY_SEND_PASSWORD_CHANGE_EMAIL=False,
        SECURITY_DATETIME_FACTORY=store.now,
        SECURITY_FRESHNESS=timedelta(hours=1),
        SECURITY_POST_LOGIN_VIEW=prefix,
        SECURITY_POST_LOGOUT_VIEW=prefix,
        WTF_CSRF_TIME_LIMIT=None,
    )
    session: Any = scoped_session(sessionmaker(engine, class_=Session, expire_on_commit=False))
    server.teardown_appcontext(lambda _error: session.remove())
    datastore = SQLAlchemySessionUserDatastore(session, AccountRow, NoRole)
    return Security(
        server,
        datastore,
        mail_util_cls=Quiet,
        totp_cls=OnceTotp,
        login_form=GuardedLogin,
        two_factor_verify_code_form=GuardedCode,
        mf_recovery_form=GuardedRecovery,
    )
