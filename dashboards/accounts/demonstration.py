"""The demonstration's five people, who are entered by a button, without password or second factor.

Only where THIQA_DEMO is set and the release that is shown says of itself that it is synthetic: nowhere else is there a
button or an address for it, and a session that was begun so ends as soon as that is no longer true.
"""

from flask import Blueprint, Response, abort, current_app, request, session
from flask_login import logout_user
from flask_security.utils import login_user
from sqlalchemy import Engine
from sqlalchemy.exc import IntegrityError

from dashboards.access import Role

from . import store
from .desk import desk
from .pages import to
from .tables import AccountRow

SIDI_MOUMEN = "06.141.01.53"
PEOPLE = {
    Role.OFFICER: ("officer@demo.example", (SIDI_MOUMEN,)),
    Role.LEADERSHIP: ("leadership@demo.example", ()),
    Role.OVERSIGHT: ("oversight@demo.example", ()),
    Role.ANALYST: ("analyst@demo.example", ()),
    Role.ADMINISTRATOR: ("administrator@demo.example", ()),
}


def make_people(engine: Engine) -> None:
    """Make them or set them right, without a password: they are entered in the demonstration and no other way."""
    try:
        _make_people(engine)
    except IntegrityError:  # somebody else entered, and made them, at the same moment
        _make_people(engine)


def _make_people(engine: Engine) -> None:
    with store.changing(engine) as work:
        for role, (email, areas) in PEOPLE.items():
            account = store.find(work, email) or AccountRow(email=email, fs_uniquifier=store.fresh(), role=role)
            if not account.active:
                account.fs_uniquifier = store.fresh()
            account.active, account.invited, account.password, account.subject = True, None, None, None
            store.place(account, role, areas)
            work.add(account)


def add_demonstration(pages: Blueprint) -> None:
    """The address that the buttons send to."""
    pages.post("/demonstration")(enter)


def enter() -> Response:
    """Be one of the five, for show."""
    name = request.form.get("role", "")
    if not desk().is_demonstration() or name not in set(Role) or Role(name) not in PEOPLE:
        abort(404)
    make_people(desk().engine)
    logout_user()
    session["demo"] = True
    person = current_app.extensions["security"].datastore.find_user(email=PEOPLE[Role(name)][0])
    login_user(person, remember=False, authn_via=["demonstration"])
    return to("arrived")
