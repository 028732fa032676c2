"""The staff's database: how it is reached, and the accounts in it."""

import hashlib
import secrets
import unicodedata
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import URL, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError
from sqlmodel import Session, col, select, update

from dashboards.access import Role

from .schema import migrate
from .tables import AccountRow

INVITED = timedelta(hours=72)
LONGEST_NAME = 254
# As the collector's site: a person waits for an answer, and a request that waits holds a thread.
IMPATIENT = {
    "connect_timeout": 5,
    "tcp_user_timeout": 10_000,
    "options": "-c lock_timeout=3s -c statement_timeout=5s -c idle_in_transaction_session_timeout=30s",
}
UNREADABLE = "the database's address cannot be read; : / ? # @ of a password are written %3A %2F %3F %23 %40"


class AccountError(ValueError):
    """An account that cannot be made or changed; its word says why (words.account_fault)."""


@dataclass(frozen=True, slots=True)
class Invitation:
    """A link's secret part, said once; only its digest is kept."""

    email: str
    token: str


def connect(url: str, *, impatient: bool = False) -> Engine:
    """The engine of the staff's own database, its tables brought up to date. Errors never echo values.

    An `impatient` one is for the site: on PostgreSQL no statement and no wait lasts longer than a few seconds. What
    brings the tables up to date, and the verbs, have no such limits.
    """
    parsed = _parsed(url)
    if parsed.get_backend_name() == "sqlite":
        engine = _sqlite(parsed)
        migrate(engine)
        return engine
    engine = _postgres(parsed, {})
    migrate(engine)
    if not impatient:
        return engine
    engine.dispose()
    return _postgres(parsed, {name: value for name, value in IMPATIENT.items() if name not in parsed.query})


def _parsed(url: str) -> URL:
    try:
        return make_url(url)
    except (ArgumentError, ValueError):  # its words may quote a part of the password
        raise ArgumentError(UNREADABLE) from None


def _sqlite(url: URL) -> Engine:
    if url.database and url.database != ":memory:":
        Path(url.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(url, hide_parameters=True)

    @event.listens_for(engine, "connect")
    def prepare(connection: object, _record: object) -> None:
        cursor = connection.cursor()  # type: ignore[attr-defined]  # of the driver
        for pragma in ("journal_mode=WAL", "busy_timeout=5000", "secure_delete=ON"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    return engine


def _postgres(url: URL, limits: Mapping[str, object]) -> Engine:
    return create_engine(url, pool_pre_ping=True, hide_parameters=True, connect_args=dict(limits))


@contextmanager
def changing(engine: Engine) -> Iterator[Session]:
    """A transaction that is committed at its end."""
    with Session(engine, expire_on_commit=False) as session, session.begin():
        yield session


@contextmanager
def reading(engine: Engine) -> Iterator[Session]:
    """A session that changes nothing."""
    with Session(engine, expire_on_commit=False) as session:
        yield session


def invite(
    session: Session, email: str, role: Role, areas: tuple[str, ...], now: datetime
) -> tuple[AccountRow, Invitation]:
    """Make an account, or invite its owner anew: password, second factor and sessions end. Raises AccountError."""
    name = normal(email)
    if not 3 <= len(name) <= LONGEST_NAME or "@" not in name[1:-1] or any(letter.isspace() for letter in name):
        raise AccountError("address")
    account = find(session, name) or AccountRow(email=name, fs_uniquifier="", role=role)
    token = secrets.token_urlsafe(32)
    place(account, role, areas)
    account.active, account.password, account.subject = True, None, None
    without_factor(account)
    account.invited, account.invited_until = digest(token), now + INVITED
    session.add(account)
    return account, Invitation(name, token)


def invited(session: Session, token: str, now: datetime) -> AccountRow | None:
    """The account of a link that can still be used."""
    found = session.exec(select(AccountRow).where(col(AccountRow.invited) == digest(token))).first()
    usable = found is not None and found.active and found.invited_until is not None and found.invited_until > now
    return found if usable else None


def accept(session: Session, token: str, password_hash: str, now: datetime) -> bool:
    """Use a link up and set the password; False where another request was first or its time is over."""
    used = session.exec(
        update(AccountRow)
        .where(
            col(AccountRow.invited) == digest(token),
            col(AccountRow.active).is_(True),
            col(AccountRow.invited_until) > now,
        )
        .values(password=password_hash, invited=None, invited_until=None, fs_uniquifier=fresh())
    )
    return used.rowcount == 1


def place(account: AccountRow, role: Role, areas: tuple[str, ...]) -> None:
    """Give an account its role and areas. Raises AccountError where they do not go together."""
    if role is Role.PUBLIC or (role is Role.OFFICER) is not bool(areas):
        raise AccountError("areas")
    account.role, account.areas = str(role), sorted(set(areas))


def without_factor(account: AccountRow) -> None:
    """Take second factor and recovery codes away and end the sessions, so that both are set up anew."""
    account.tf_primary_method = account.tf_totp_secret = account.mf_recovery_codes = account.last_counter = None
    account.fs_uniquifier = fresh()


def close(account: AccountRow) -> None:
    """Close an account for good: sessions end, links and password work no more."""
    account.active, account.invited, account.invited_until, account.password = False, None, None, None
    without_factor(account)


def find(session: Session, email: str) -> AccountRow | None:
    """The account of an address."""
    return session.exec(select(AccountRow).where(col(AccountRow.email) == normal(email))).first()


def accounts(engine: Engine) -> list[AccountRow]:
    """All accounts by name."""
    with reading(engine) as session:
        return list(session.exec(select(AccountRow).order_by(col(AccountRow.email))))


def normal(email: str) -> str:
    """An address as it is kept."""
    return unicodedata.normalize("NFKC", email).strip().casefold()


def fresh() -> str:
    """What sessions of an account are named after; another one ends them."""
    return secrets.token_hex(32)


def digest(token: str) -> str:
    """What is kept of a link's secret."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def now() -> datetime:
    """The time in UTC."""
    return datetime.now(UTC)
