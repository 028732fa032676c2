"""The forms of signing in: what is wrong is never said, an attempt is counted before it is judged, a code works once.

An unknown name, a wrong password, a closed name and an ended account get the same sentence after the same work.
"""

from json import dumps
from typing import Any

from flask import current_app
from flask_security import (
    ChangePasswordForm,
    LoginForm,
    MailUtil,
    Totp,
    TwoFactorRescueForm,
    TwoFactorSetupForm,
    TwoFactorVerifyCodeForm,
    UserMixin,
    VerifyForm,
    current_user,
    hash_password,
    verify_password,
)
from flask_security.recovery_codes import MfRecoveryCodesUtil, MfRecoveryForm
from passlib.exc import UsedTokenError
from sqlalchemy import String, cast, or_
from sqlmodel import col, update
from wtforms import RadioField, StringField

from . import attempts, passwords, store
from .desk import desk
from .tables import AccountRow

SENTENCE = "closed"  # the templates have the words; nothing of the library's is shown


class Quiet(MailUtil):
    """Sends nothing: invitations are links, and everything else is said on the page."""

    def send_mail(self, *args: Any, **kwargs: Any) -> None:
        """Nothing."""


class OnceTotp(Totp):
    """A code that was used is not taken again, in this process or another."""

    def get_last_counter(self, user: UserMixin) -> int | None:
        """The time step of the last code."""
        return user.last_counter if isinstance(user, AccountRow) else None

    def set_last_counter(self, user: UserMixin, tmatch: Any) -> None:
        """Keep it at once, whether or not the request goes well, and only forward. Raises UsedTokenError."""
        counter = int(tmatch.counter)
        with store.changing(desk().engine) as session:
            last = col(AccountRow.last_counter)
            kept = session.exec(
                update(AccountRow)
                .where(col(AccountRow.id) == user.id, or_(last.is_(None), last < counter))
                .values(last_counter=counter)
            )
            if kept.rowcount != 1:
                raise UsedTokenError


class OnceRecovery(MfRecoveryCodesUtil):
    """A recovery code is taken away by the check itself, so that two requests cannot both use it."""

    def check_recovery_code(self, user: UserMixin, code: str) -> bool:
        """Whether the code was there; it no longer is."""
        kept = list(user.mf_recovery_codes or [])
        plain = self._decrypt_codes(kept)
        wanted = code.strip().casefold()
        if len(plain) != len(kept) or wanted not in plain:
            return False
        left = [one for one, known in zip(kept, plain, strict=True) if known != wanted]
        with store.changing(desk().engine) as session:
            taken = session.exec(
                update(AccountRow)
                .where(col(AccountRow.id) == user.id, cast(col(AccountRow.mf_recovery_codes), String) == dumps(kept))
                .values(mf_recovery_codes=left)
            )
            return bool(taken.rowcount == 1)

    def delete_recovery_code(self, user: UserMixin, code: str) -> bool:  # noqa: ARG002  # it is gone
        """Nothing more to do."""
        return True


class GuardedLogin(LoginForm):
    """The form of name and password."""

    email = StringField()

    def validate(self, **kwargs: Any) -> bool:  # noqa: ARG002  # the library's own checks are replaced
        """Whether name and password are right and the name is open: one look, one verification, whoever it is."""
        engine, key = desk().engine, desk().attempts
        name = (self.email.data or "")[: store.LONGEST_NAME]
        is_open = attempts.begin(engine, key, name, store.now())
        with store.reading(engine) as session:
            account = store.find(session, name)
        kept = account.password if account and account.active else None
        right = verify_password(
            passwords.tried(self.password.data or ""),
            kept or current_app.extensions["thiqa_dummy"],
        )
        if not (is_open and kept and right):
            self.form_errors.append(SENTENCE)
            return False
        attempts.give_back(engine, key, name)
        self.user = current_app.extensions["security"].datastore.find_user(email=store.normal(name))
        return self.user is not None


class OneFactor(TwoFactorSetupForm):
    """The form of the second factor's key. There is one kind of it, and so nothing to choose."""

    setup = StringField()


class NoRescue(TwoFactorRescueForm):
    """The library builds this form with the one of the code; there is no page of it."""

    help_setup = RadioField(choices=[])


class GuardedCode(TwoFactorVerifyCodeForm):
    """The form of the second factor."""

    def validate(self, **kwargs: Any) -> bool:
        """Whether the code is right and the name is open."""
        return _guarded(self, super().validate, kwargs)


class GuardedRecovery(MfRecoveryForm):
    """The form of a recovery code."""

    def validate(self, **kwargs: Any) -> bool:
        """Whether the code is right and the name is open."""
        return _guarded(self, super().validate, kwargs)


class GuardedVerify(VerifyForm):
    """The form that asks for the password again."""

    def validate(self, **kwargs: Any) -> bool:
        """Whether the password is right and the name is open; who came by the provider may have none."""
        if not self.user.password:
            self.form_errors.append(SENTENCE)
            return False
        return _guarded(self, super().validate, kwargs)


class GuardedChange(ChangePasswordForm):
    """The form of a new password, which asks for the old one."""

    def validate(self, **kwargs: Any) -> bool:
        """Whether the old one is right, the new one good, and the name open."""
        self.user = current_user
        if passwords.normal(self.new_password.data or "") == passwords.normal(self.password.data or ""):
            self.new_password.errors = ["same"]  # said without a look at whether it is right
            return False
        return _guarded(self, super().validate, kwargs)


def _guarded(form: Any, validate: Any, kwargs: dict[str, Any]) -> bool:
    engine, key = desk().engine, desk().attempts
    name = form.user.email if form.user else ""
    if not attempts.begin(engine, key, name, store.now()):
        form.form_errors.append(SENTENCE)
        return False
    if not validate(**kwargs):
        return False
    attempts.forget(engine, key, name)
    return True


def dummy() -> str:
    """A hash that no password has, verified where there is no account: the same work as for one."""
    return str(hash_password(store.fresh()))
