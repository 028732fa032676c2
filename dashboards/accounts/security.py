"""Flask-Security as this site uses it: Argon2, a second factor that everybody must have, recovery codes, no mail.

Its views do the work; the forms, the pages and every word are ours, and what it offers beyond is closed (gate.py).
"""

import base64
from datetime import timedelta
from typing import Any

from flask import Flask, redirect, request, session
from flask_login import logout_user
from flask_security import Security, SQLAlchemySessionUserDatastore, current_user, url_for_security
from sqlalchemy.orm import scoped_session, sessionmaker
from sqlmodel import Session
from werkzeug.wrappers import Response as BaseResponse

from . import store
from .desk import Desk, derived
from .passwords import Passwords
from .settings import StaffSettings
from .signin import (
    GuardedChange,
    GuardedCode,
    GuardedLogin,
    GuardedRecovery,
    GuardedVerify,
    NoRescue,
    OnceRecovery,
    OnceTotp,
    OneFactor,
    Quiet,
    dummy,
)
from .tables import AccountRow, NoRole

IDLE, LONGEST = timedelta(minutes=30), timedelta(hours=12)
FRESH = timedelta(hours=1)


def add_security(server: Flask, desk: Desk) -> Security:
    """Give a server its accounts."""
    server.config.update(_cookies(desk.settings, desk.prefix), **_library(desk.settings, desk.prefix))
    work: Any = scoped_session(sessionmaker(desk.engine, class_=Session, expire_on_commit=False))
    server.teardown_appcontext(lambda _error: work.remove())
    security = Security(
        server,
        SQLAlchemySessionUserDatastore(work, AccountRow, NoRole),
        mail_util_cls=Quiet,
        totp_cls=OnceTotp,
        password_util_cls=Passwords,
        mf_recovery_codes_util_cls=OnceRecovery,
        login_form=GuardedLogin,
        verify_form=GuardedVerify,
        change_password_form=GuardedChange,
        two_factor_verify_code_form=GuardedCode,
        two_factor_setup_form=OneFactor,
        two_factor_rescue_form=NoRescue,
        mf_recovery_form=GuardedRecovery,
    )
    security.want_json(lambda _request: False)
    security.unauthn_handler(lambda *_args, **_kwargs: redirect(url_for_security("login")))
    security.reauthn_handler(lambda *_args: _shown_again())
    security.login_manager.request_loader(lambda _request: None)  # a session is the only way in
    security.login_manager.session_protection = None  # it would keep a hash of the address
    with server.app_context():
        server.extensions["thiqa_dummy"] = dummy()
    return security


def _shown_again() -> BaseResponse:
    """Where somebody shows again who she is: by her password, or by signing in anew where she has none."""
    here = request.script_root + request.path
    if current_user.password:
        return redirect(url_for_security("verify", next=here))
    logout_user()
    session.clear()
    return redirect(url_for_security("login", next=here, said="over"))


def _cookies(settings: StaffSettings, prefix: str) -> dict[str, object]:
    return {
        "SECRET_KEY": derived(settings, "sessions").hex(),
        "SESSION_COOKIE_NAME": "__Host-staff" if settings.is_secure else "staff",
        "SESSION_COOKIE_SECURE": settings.is_secure,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Strict",
        "SESSION_COOKIE_PATH": "/" if settings.is_secure else prefix,
        "PERMANENT_SESSION_LIFETIME": IDLE,
        "REMEMBER_COOKIE_DURATION": timedelta(0),
        "TRUSTED_HOSTS": settings.hosts,
        "WTF_CSRF_TIME_LIMIT": None,
        "MAX_FORM_PARTS": 100,
    }


def _library(settings: StaffSettings, prefix: str) -> dict[str, object]:
    pages = {
        "LOGIN_USER": "login",
        "VERIFY": "verify",
        "CHANGE_PASSWORD": "change",
        "TWO_FACTOR_SETUP": "setup",
        "TWO_FACTOR_VERIFY_CODE": "code",
        "MULTI_FACTOR_RECOVERY": "recovery",
        "MULTI_FACTOR_RECOVERY_CODES": "codes",
    }
    arrived = f"{prefix}account/arrived"
    return {
        "SECURITY_URL_PREFIX": "/account",
        "SECURITY_API_ENABLED_METHODS": ["session"],
        "SECURITY_FLASH_MESSAGES": False,
        "SECURITY_PASSWORD_SALT": derived(settings, "passwords").hex(),
        "SECURITY_PASSWORD_HASH": "argon2",
        "SECURITY_PASSWORD_SCHEMES": ["argon2"],
        "SECURITY_RETURN_GENERIC_RESPONSES": True,
        "SECURITY_JOIN_USER_ROLES": False,
        "SECURITY_EMAIL_VALIDATOR_ARGS": {"check_deliverability": False},
        "SECURITY_LOGOUT_METHODS": None,  # ours ends the session on the server's side as well
        "SECURITY_TWO_FACTOR": True,
        "SECURITY_TWO_FACTOR_REQUIRED": True,
        "SECURITY_TWO_FACTOR_ENABLED_METHODS": ["authenticator"],
        "SECURITY_TWO_FACTOR_RESCUE_EMAIL": False,
        "SECURITY_TWO_FACTOR_ALWAYS_VALIDATE": True,
        "SECURITY_TWO_FACTOR_AUTHENTICATOR_VALIDITY": 30,
        "SECURITY_TWO_FACTOR_POST_SETUP_VIEW": f"{prefix}account/?said=factor",
        "SECURITY_TOTP_SECRETS": {"1": derived(settings, "totp").hex()},
        "SECURITY_TOTP_ISSUER": "Thiqa",
        "SECURITY_MULTI_FACTOR_RECOVERY_CODES": True,
        "SECURITY_MULTI_FACTOR_RECOVERY_CODES_N": 10,
        "SECURITY_MULTI_FACTOR_RECOVERY_CODES_KEYS": [base64.urlsafe_b64encode(derived(settings, "recovery"))],
        "SECURITY_CHANGEABLE": True,
        "SECURITY_SEND_PASSWORD_CHANGE_EMAIL": False,
        "SECURITY_DATETIME_FACTORY": store.now,
        "SECURITY_FRESHNESS": FRESH,
        "SECURITY_POST_LOGIN_VIEW": arrived,
        "SECURITY_POST_CHANGE_VIEW": f"{prefix}account/?said=password",
        **{f"SECURITY_{name}_TEMPLATE": f"account/{page}.html" for name, page in pages.items()},
    }
