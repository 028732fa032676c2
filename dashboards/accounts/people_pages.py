"""The administrator's pages: who has an account, invitations, changes. They show no figure; for others they are not."""

from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, Response, abort, request, session
from flask_security import current_user

from dashboards.access import Role, Viewer

from . import people, store, words
from .desk import desk
from .gate import spoken
from .pages import page, to
from .store import AccountError, Invitation
from .tables import LARGEST_NUMBER, AccountRow


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


def add_people(pages: Blueprint) -> None:
    """The list, and a page of each account."""
    pages.route("/people", methods=["GET", "POST"])(everybody)
    pages.route("/people/<int:number>", methods=["GET", "POST"])(somebody)


def everybody() -> Response:
    """All accounts, and the form of an invitation."""
    actor = _administrator()
    if request.method == "GET":
        return _listed(said=words.done(request.args.get("said", ""), spoken()))
    try:
        _in_earnest()
        role, areas = _asked()
        made = people.invite(desk().engine, actor, request.form.get("email", ""), role, areas, store.now())
    except AccountError as error:
        return _listed(fault=str(error), sentence=words.account_fault(str(error), spoken()))
    return _link(made)


def somebody(number: int) -> Response:
    """One account, and what can be done to it."""
    actor = _administrator()
    with store.reading(desk().engine) as work:
        account = work.get(AccountRow, number) if number <= LARGEST_NUMBER else None
    if account is None:
        abort(404)
    sentence = ""
    if request.method == "POST":
        try:
            _in_earnest()
            return _done(actor, account, request.form.get("act", ""))
        except AccountError as error:
            sentence = words.account_fault(str(error), spoken())
    return page("person", person=_person(account), sentence=sentence, **_choices())


def state(account: AccountRow, now: datetime) -> str:
    """What can be done with an account now."""
    if not account.active:
        return "ended"
    if account.invited is None:
        return "open"
    return "invited" if account.invited_until is not None and account.invited_until > now else "expired"


def _done(actor: Viewer, account: AccountRow, act: str) -> Response:
    """Do an act to an account. Raises AccountError."""
    engine = desk().engine
    match act:
        case "change":
            people.change(engine, actor, account.email, *_asked())
            return to("people?said=changed")
        case "end":
            people.end(engine, actor, account.email)
            return to("people?said=ended")
        case "reset":
            people.reset(engine, actor, account.email)
            return to("people?said=reset")
        case "invite":
            role, areas = Role(account.role), tuple(account.areas)
            return _link(people.invite(engine, actor, account.email, role, areas, store.now()))
    return to(f"people/{account.id}")


def _listed(**beside: object) -> Response:
    people_shown = [_person(account) for account in store.accounts(desk().engine)]
    filled = {"email": request.form.get("email", ""), "role": request.form.get("role", "")}
    chosen = request.form.getlist("area")
    return page("people", everybody=people_shown, chosen=chosen, **_choices(), **filled, **beside)


def _link(made: Invitation) -> Response:
    return page("link", email=made.email, link=f"{desk().settings.staff_url}account/invited/{made.token}")


def _choices() -> dict[str, object]:
    return {"roles": words.roles(spoken()), "areas": desk().areas(spoken())}


def _person(account: AccountRow) -> Person:
    known = desk().areas(spoken())
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


def _asked() -> tuple[Role, tuple[str, ...]]:
    """The role and areas of a form. Raises AccountError."""
    name = request.form.get("role", "")
    if name not in set(Role) or name == Role.PUBLIC:
        raise AccountError("role")
    chosen = tuple(request.form.getlist("area")) if name == Role.OFFICER else ()
    if not set(chosen) <= desk().areas("en").keys():
        raise AccountError("unknown")
    return Role(name), chosen


def _in_earnest() -> None:
    """What is done for show would stay when figures become real. Raises AccountError."""
    if session.get("demo"):
        raise AccountError("show")


def _administrator() -> Viewer:
    """Who asks; for others there is no such page."""
    if not current_user.is_authenticated or current_user.viewer.role is not Role.ADMINISTRATOR:
        abort(404)
    viewer: Viewer = current_user.viewer
    return viewer
