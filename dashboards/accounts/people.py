"""What is done to accounts, by an administrator or on the machine itself; each act is in the trail with the change."""

from collections.abc import Callable
from datetime import datetime
from urllib.parse import urlencode

from sqlalchemy import Engine
from sqlmodel import Session

from dashboards.access import Role, Viewer

from . import store, trail
from .store import AccountError, Invitation
from .tables import AccountRow

MACHINE = Viewer(Role.ADMINISTRATOR, account="thiqa staff")  # whoever may use the command on the machine


def invite(engine: Engine, actor: Viewer, email: str, role: Role, areas: tuple[str, ...], now: datetime) -> Invitation:
    """Make an account, or begin it anew, and give its link. Raises AccountError."""
    made: list[Invitation] = []

    def work(session: Session) -> trail.Said:
        _not_own(actor, email)
        made[:] = [store.invite(session, email, role, areas, now)]
        return _act(actor, "invite", email, role, areas)

    trail.chain(engine, work)
    return made[0]


def change(engine: Engine, actor: Viewer, email: str, role: Role, areas: tuple[str, ...]) -> bool:
    """Give another role or other areas; whether there is such an account. Raises AccountError."""

    def work(account: AccountRow) -> None:
        store.place(account, role, areas)

    return _to(engine, actor, email, work, _act(actor, "change", email, role, areas))


def end(engine: Engine, actor: Viewer, email: str) -> bool:
    """Close an account and end its sessions; whether there was one. Raises AccountError."""
    return _to(engine, actor, email, store.close, _act(actor, "end", email))


def reset(engine: Engine, actor: Viewer, email: str) -> bool:
    """Take the second factor away, which is then set up anew; whether there was an account. Raises AccountError."""
    return _to(engine, actor, email, store.without_factor, _act(actor, "reset", email))


def _to(engine: Engine, actor: Viewer, email: str, work: Callable[[AccountRow], None], said: trail.Said) -> bool:
    found: list[bool] = []

    def both(session: Session) -> trail.Said | None:
        _not_own(actor, email)
        account = store.find(session, email)
        found[:] = [account is not None]
        if account is None:
            return None
        work(account)
        session.add(account)
        return said

    trail.chain(engine, both)
    return found[0]


def _not_own(actor: Viewer, email: str) -> None:
    if store.normal(email) == store.normal(actor.account):
        raise AccountError("own")


def _act(actor: Viewer, act: str, email: str, role: Role | None = None, areas: tuple[str, ...] = ()) -> trail.Said:
    about = [
        ("account", store.normal(email)),
        *([("role", str(role))] if role else []),
        *(("area", code) for code in areas),
    ]
    return trail.Said(actor.account, str(actor.role), f"account/{act}", "?" + urlencode(about))
