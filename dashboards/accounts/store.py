"""The staff's database: how it is reached, and what changes in it."""

import hashlib
import hmac
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import Engine, create_engine, event, func
from sqlalchemy.engine import make_url
from sqlalchemy.pool import NullPool
from sqlmodel import Session, col, select

from dashboards.access import Role

from .tables import AccountRow, AttemptRow, StaffModel

MOST_FAILURES, LOCKED = 5, timedelta(minutes=15)
INVITED = timedelta(hours=72)


class AccountError(ValueError):
    """An account that cannot be made or changed; the message says why."""


@dataclass(frozen=True, slots=True)
class Invitation:
    """A link's secret part, said once; only its digest is kept."""

    email: str
    token: str


def connect(url: str) -> Engine:
    """The engine of the staff's own database, with its tables."""
    if make_url(url).get_backend_name() == "sqlite":
        engine = create_engine(url, poolclass=NullPool)

        @event.listens_for(engine, "connect")
        def prepare(connection: object, _record: object) -> None:
            cursor = connection.cursor()  # type: ignore[attr-defined]  # of the driver
            cursor.execute("PRAGMA journal_mode=WAL")
            cursor.execute("PRAGMA busy_timeout=5000")
            cursor.close()
    else:
        engine = create_engine(url, pool_pre_ping=True)
    StaffModel.metadata.create_all(engine)
    return engine


@contextmanager
def changing(engine: Engine) -> Iterator[Session]:
    """A transaction that is committed at its end."""
    with Session(engine, expire_on_commit=False) as session, session.begin():
        yield session


def invite(engine: Engine, email: str, role: Role, areas: tuple[str, ...], now: datetime) -> Invitation:
    """Make an account, or invite its owner anew: password, second factor and sessions end. Raises AccountError."""
    name = normal(email)
    if "@" not in name or len(name) > 254:
        raise AccountError("An account is named by an e-mail address.")
    if role is Role.PUBLIC or (role is Role.OFFICER) is not bool(areas):
        raise AccountError("An officer has areas, and nobody else has.")
    token = secrets.token_urlsafe(32)
    with changing(engine) as session:
        found = session.exec(select(AccountRow).where(col(AccountRow.email) == name)).first()
        account = found or AccountRow(email=name, fs_uniquifier=secrets.token_hex(32), role=role)
        account.role, account.areas, account.active = role, sorted(areas), True
        account.password = account.tf_primary_method = account.tf_totp_secret = account.mf_recovery_codes = None
        account.fs_uniquifier = secrets.token_hex(32)
        account.invited, account.invited_until = digest(token), now + INVITED
        session.add(account)
    return Invitation(name, token)


def invited(session: Session, token: str, now: datetime) -> AccountRow | None:
    """The account of a link that can still be used."""
    found = session.exec(select(AccountRow).where(col(AccountRow.invited) == digest(token))).first()
    usable = found is not None and found.active and found.invited_until is not None and found.invited_until > now
    return found if usable else None


def end(engine: Engine, email: str) -> bool:
    """Close an account and end its sessions; whether there was one."""
    with changing(engine) as session:
        found = session.exec(select(AccountRow).where(col(AccountRow.email) == normal(email))).first()
        if found is None:
            return False
        found.active, found.invited, found.fs_uniquifier = False, None, secrets.token_hex(32)
        session.add(found)
        return True


def accounts(engine: Engine) -> list[AccountRow]:
    """All accounts by name."""
    with Session(engine) as session:
        return list(session.exec(select(AccountRow).order_by(col(AccountRow.email))))


def locked(engine: Engine, key: bytes, name: str, now: datetime) -> bool:
    """Whether a name was tried too often, whoever it is."""
    with Session(engine) as session:
        found = session.get(AttemptRow, attempt_digest(key, name))
        return found is not None and found.failures >= MOST_FAILURES and found.until > now


def failed(engine: Engine, key: bytes, name: str, now: datetime) -> None:
    """Count a failure; each MOST_FAILURES of them close the name for a time."""
    with changing(engine) as session:
        name_digest = attempt_digest(key, name)
        found = session.get(AttemptRow, name_digest) or AttemptRow(digest=name_digest, until=now)
        found.failures = 1 if found.until <= now else found.failures + 1
        found.until = now + LOCKED
        session.add(found)


def succeeded(engine: Engine, key: bytes, name: str) -> None:
    """Forget the failures of a name."""
    with changing(engine) as session:
        if found := session.get(AttemptRow, attempt_digest(key, name)):
            session.delete(found)


def count(engine: Engine) -> int:
    """How many accounts there are."""
    with Session(engine) as session:
        return int(session.exec(select(func.count()).select_from(AccountRow)).one())


def normal(email: str) -> str:
    """An address as it is kept."""
    return email.strip().casefold()


def digest(token: str) -> str:
    """What is kept of a link's secret."""
    return hashlib.sha256(token.encode()).hexdigest()


def attempt_digest(key: bytes, name: str) -> str:
    """What is kept of a name that was tried."""
    return hmac.new(key, normal(name).encode(), hashlib.sha256).hexdigest()


def now() -> datetime:
    """The time in UTC."""
    return datetime.now(UTC)
