"""The pages of one's own account, and of a link by which somebody is invited."""

from flask import Blueprint, Response, make_response, redirect, render_template, request, session
from flask_login import logout_user
from flask_security import current_user, hash_password
from sqlalchemy import Engine

from dashboards.access import Role

from . import passwords, store, words
from .gate import needs_codes, spoken


def add_pages(pages: Blueprint, engine: Engine, prefix: str) -> None:
    """Own account, sign out, invitation."""

    @pages.get("/")
    def home() -> Response:
        if not current_user.is_authenticated:
            return to(prefix, "login")
        role = words.roles(spoken()).get(current_user.role, "")
        said = words.done(request.args.get("said", ""), spoken())
        return page("home", role=role, said=said, keeps_people=current_user.viewer.role is Role.ADMINISTRATOR)

    @pages.get("/arrived")
    def arrived() -> Response:
        if not current_user.is_authenticated:
            return to(prefix, "login")
        if needs_codes():
            return to(prefix, "mf-recovery-codes")
        return make_response(redirect(f"{prefix}?lang={spoken()}"))

    @pages.post("/logout")
    def logout() -> Response:
        language = spoken()
        if current_user.is_authenticated and not session.get("demo"):
            with store.changing(engine) as work:
                if account := store.find(work, current_user.email):
                    account.fs_uniquifier = store.fresh()  # copies of the cookie end with it
                    work.add(account)
        logout_user()
        session.clear()
        session["lang"] = language
        return to(prefix, "login?said=out")

    @pages.route("/invited/<token>", methods=["GET", "POST"])
    def invited(token: str) -> Response:
        with store.reading(engine) as work:
            account = store.invited(work, token, store.now())
        if account is None:
            return make_response(render_template("account/unusable.html"), 404)
        if request.method == "GET":
            return page("invited", email=account.email, faults={})
        chosen = request.form.get("password", "")
        differs = passwords.normal(chosen) != passwords.normal(request.form.get("again", ""))
        faults = {"password": passwords.fault(chosen, account.email), "again": "differs" if differs else ""}
        said = {name: words.password_fault(fault, spoken()) for name, fault in faults.items() if fault}
        if said:
            return page("invited", email=account.email, faults=said)
        hashed = str(hash_password(passwords.normal(chosen)))
        with store.changing(engine) as work:
            if not store.accept(work, token, hashed, store.now()):
                return make_response(render_template("account/unusable.html"), 404)
        return to(prefix, "login?said=invited")


def page(name: str, **about: object) -> Response:
    """A page of ours."""
    return make_response(render_template(f"account/{name}.html", **about))


def to(prefix: str, place: str) -> Response:
    """Go to another page of accounts."""
    return make_response(redirect(f"{prefix}account/{place}"))
