"""The administrator's pages: who has an account, invitations, changes. They show no figure; for others they are not."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, Response, abort, request
from flask_security import current_user
from sqlalchemy import Engine

from dashboards.access import Role, Viewer

from . import people, store, words
from .gate import spoken
from .pages import page, to
from .store import AccountError
from .tables import AccountRow

Areas = Callable[[str], dict[str, str]]


@dataclass(frozen=True, slots=True)
class Person:
    """An account as its administrator sees it. state: "invited", "expired", "open", "ended"."""

    number: int
    email: str
    role: str
    role_name: str
    areas: tuple[str, ...]
    area_names: tuple[str, ...]
    state: str
    has_factor: bool
    is_own: bool


def add_people(pages: Blueprint, engine: Engine, prefix: str, site: str, areas: Areas) -> None:
    """The list, and a page of each account. `areas` gives the release's areas by code; `site` is the whole address."""

    def shown(account: AccountRow) -> Person:
        known = areas(spoken())
        return Person(
            account.id or 0,
            account.email,
            account.role,
            words.roles(spoken()).get(account.role, ""),
            tuple(account.areas),
            tuple(known.get(code, code) for code in account.areas),
            state(account, store.now()),
            bool(account.tf_primary_method),
            account.email == current_user.email,
        )

    def listed(**beside: object) -> Response:
        everybody = [shown(account) for account in store.accounts(engine)]
        choices = {"roles": words.roles(spoken()), "areas": areas(spoken())}
        filled = {"email": request.form.get("email", ""), "role": request.form.get("role", "")}
        chosen = request.form.getlist("area")
        return page("people", everybody=everybody, **choices, **filled, chosen=chosen, **beside)

    @pages.route("/people", methods=["GET", "POST"])
    def all_people() -> Response:
        actor = _administrator()
        if request.method == "GET":
            return listed(said=words.done(request.args.get("said", ""), spoken()))
        try:
            role, wanted = _asked(areas)
            made = people.invite(engine, actor, request.form.get("email", ""), role, wanted, store.now())
        except AccountError as error:
            return listed(fault=str(error), sentence=words.account_fault(str(error), spoken()))
        return page("link", email=made.email, link=f"{site}account/invited/{made.token}")

    @pages.route("/people/<int:number>", methods=["GET", "POST"])
    def one_person(number: int) -> Response:
        actor = _administrator()
        account = next((each for each in store.accounts(engine) if each.id == number), None)
        if account is None:
            abort(404)
        act = request.form.get("act", "")
        try:
            if act == "change":
                people.change(engine, actor, account.email, *_asked(areas))
                return to(prefix, "people?said=changed")
            if act == "end":
                people.end(engine, actor, account.email)
                return to(prefix, "people?said=ended")
            if act == "reset":
                people.reset(engine, actor, account.email)
                return to(prefix, "people?said=reset")
            if act == "invite":
                place = Role(account.role), tuple(account.areas)
                made = people.invite(engine, actor, account.email, *place, store.now())
                return page("link", email=made.email, link=f"{site}account/invited/{made.token}")
        except AccountError as error:
            sentence = words.account_fault(str(error), spoken())
        else:
            sentence = ""
        choices = {"roles": words.roles(spoken()), "areas": areas(spoken())}
        return page("person", person=shown(account), sentence=sentence, **choices)


def state(account: AccountRow, now: datetime) -> str:
    """What can be done with an account now."""
    if not account.active:
        return "ended"
    if account.invited is None:
        return "open"
    return "invited" if account.invited_until is not None and account.invited_until > now else "expired"


def _asked(areas: Areas) -> tuple[Role, tuple[str, ...]]:
    """The role and areas of a form. Raises AccountError."""
    name = request.form.get("role", "")
    if name not in set(Role) or name == Role.PUBLIC:
        raise AccountError("role")
    chosen = tuple(request.form.getlist("area")) if name == Role.OFFICER else ()
    if not set(chosen) <= areas("en").keys():
        raise AccountError("unknown")
    return Role(name), chosen


def _administrator() -> Viewer:
    """Who asks; for others there is no such page."""
    if not current_user.is_authenticated or current_user.viewer.role is not Role.ADMINISTRATOR:
        abort(404)
    viewer: Viewer = current_user.viewer
    return viewer
