"""What is done to accounts, by an administrator or on the machine itself; each act is in the trail with the change."""

from collections.abc import Callable
from datetime import datetime
from urllib.parse import urlencode

from sqlalchemy import Engine
from sqlmodel import Session

from dashboards.access import Role, Viewer
from dashboards.scene import ACCOUNT

from . import store, trail
from .store import AccountError, Invitation
from .tables import AccountRow

MACHINE = Viewer(Role.ADMINISTRATOR, account="thiqa staff")  # whoever may use the command on the machine


def invite(engine: Engine, actor: Viewer, email: str, role: Role, areas: tuple[str, ...], now: datetime) -> Invitation:
    """Make an account, or begin it anew, and give its link. Raises AccountError."""
    made: list[Invitation] = []

    def work(session: Session) -> trail.Said:
        _not_own(actor, email)
        account, invitation = store.invite(session, email, role, areas, now)
        made[:] = [invitation]
        return _act(actor, "invite", account)

    trail.chain(engine, work)
    return made[0]


def change(engine: Engine, actor: Viewer, email: str, role: Role, areas: tuple[str, ...]) -> bool:
    """Give another role or other areas; whether there is such an account. Raises AccountError."""
    return _to(engine, actor, email, "change", lambda account: store.place(account, role, areas))


def end(engine: Engine, actor: Viewer, email: str) -> bool:
    """Close an account and end its sessions; whether there was one. Raises AccountError."""
    return _to(engine, actor, email, "end", store.close)


def reset(engine: Engine, actor: Viewer, email: str) -> bool:
    """Take the second factor away, which is then set up anew; whether there was an account. Raises AccountError."""
    return _to(engine, actor, email, "reset", store.without_factor)


def _to(engine: Engine, actor: Viewer, email: str, act: str, work: Callable[[AccountRow], None]) -> bool:
    found: list[bool] = []

    def both(session: Session) -> trail.Said | None:
        _not_own(actor, email)
        account = store.find(session, email)
        found[:] = [account is not None]
        if account is None:
            return None
        work(account)
        session.add(account)
        return _act(actor, act, account)

    trail.chain(engine, both)
    return found[0]


def _not_own(actor: Viewer, email: str) -> None:
    if store.normal(email) == store.normal(actor.account):
        raise AccountError("own")


def _act(actor: Viewer, act: str, account: AccountRow) -> trail.Said:
    about = [("account", account.email), ("role", account.role), *(("area", code) for code in account.areas)]
    return trail.Said(actor.account, str(actor.role), f"{ACCOUNT}/{act}", "?" + urlencode(about))
