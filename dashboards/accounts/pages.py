"""The pages of one's own account, and of a link by which somebody is invited."""

from typing import Any

from flask import Blueprint, Response, make_response, redirect, render_template, request, session
from flask_login import logout_user
from flask_security import current_user, hash_password

from dashboards.access import Role

from . import passwords, store, words
from .desk import desk
from .gate import needs_codes, spoken


def add_pages(pages: Blueprint) -> None:
    """Own account, sign out, invitation."""
    pages.get("/")(home)
    pages.get("/arrived")(arrived)
    pages.post("/logout")(logout)
    pages.route("/invited/<token>", methods=["GET", "POST"])(invited)


def home() -> Response:
    """One's own account: what it is, and what can be changed."""
    if not current_user.is_authenticated:
        return to("login")
    role = words.roles(spoken()).get(current_user.role, "")
    said = words.done(request.args.get("said", ""), spoken())
    return page("home", role=role, said=said, keeps_people=current_user.viewer.role is Role.ADMINISTRATOR)


def arrived() -> Response:
    """Where somebody goes after signing in."""
    if not current_user.is_authenticated:
        return to("login")
    if needs_codes():
        return to("mf-recovery-codes")
    return make_response(redirect(f"{desk().prefix}?lang={spoken()}"))


def logout() -> Response:
    """End all sessions of the account, so that a copy of the cookie is worth nothing; for show, this one."""
    language = spoken()
    if current_user.is_authenticated and not session.get("demo"):
        with store.changing(desk().engine) as work:
            if account := store.find(work, current_user.email):
                account.fs_uniquifier = store.fresh()
                work.add(account)
    logout_user()
    session.clear()
    session["lang"] = language
    return to("login?said=out")


def invited(token: str) -> Response:
    """Set the first password. To look at the page uses nothing up."""
    with store.reading(desk().engine) as work:
        account = store.invited(work, token, store.now())
    if account is None:
        return _unusable()
    if request.method == "GET":
        return page("invited", email=account.email, faults={})
    chosen = request.form.get("password", "")
    differs = passwords.normal(chosen) != passwords.normal(request.form.get("again", ""))
    faults = {"password": passwords.fault(chosen, account.email), "again": "differs" if differs else ""}
    said = {name: words.password_fault(fault, spoken()) for name, fault in faults.items() if fault}
    if said:
        return page("invited", email=account.email, faults=said)
    hashed = str(hash_password(passwords.normal(chosen)))
    with store.changing(desk().engine) as work:
        used = store.accept(work, token, hashed, store.now())
    return to("login?said=invited") if used else _unusable()


def page(name: str, status: int = 200, /, **about: Any) -> Response:
    """A page of ours."""
    return make_response(render_template(f"account/{name}.html", **about), status)


def to(place: str) -> Response:
    """Go to another page of accounts."""
    return make_response(redirect(f"{desk().prefix}account/{place}"))


def _unusable() -> Response:
    return page("unusable", 404)
