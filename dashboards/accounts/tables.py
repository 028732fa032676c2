"""The staff's own store: accounts, failed attempts, the trail of looks, and actions. It knows no resident.

Its tables are in a registry of their own, so that nothing of the collector's database can be reached by them.
"""

from datetime import UTC, datetime
from typing import Any

from flask_security import RoleMixin, UserMixin
from sqlalchemy import JSON, BigInteger, DateTime, Integer
from sqlalchemy.orm import registry
from sqlalchemy.types import TypeDecorator
from sqlmodel import Field, SQLModel

from dashboards.access import Role, Viewer

LARGEST_NUMBER = 2**31 - 1  # of an account or an action


class Moment(TypeDecorator[datetime]):
    """A moment in UTC, aware on both databases."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_result_value(
        self,
        value: datetime | None,
        dialect: Any,  # noqa: ARG002 (SQLAlchemy gives it)
    ) -> datetime | None:
        """SQLite forgets the zone."""
        return value.replace(tzinfo=UTC) if value is not None and value.tzinfo is None else value


class StaffModel(SQLModel, registry=registry()):
    """What all these tables share."""


_NUMBER = BigInteger().with_variant(Integer, "sqlite")


class AccountRow(StaffModel, UserMixin, table=True):
    """Somebody of the staff. `areas` are an officer's; `invited` is the digest of a link that was not used yet.

    `subject` is the name that an OpenID provider has for the same person, once it was used.
    """

    __tablename__ = "staff_account"

    id: int | None = Field(default=None, primary_key=True)  # type: ignore[assignment]  # the database gives it
    email: str = Field(unique=True, max_length=254)
    password: str | None = None
    active: bool = True
    fs_uniquifier: str = Field(unique=True, max_length=64)
    role: str = Field(max_length=20)
    areas: list[str] = Field(default_factory=list, sa_type=JSON)
    tf_primary_method: str | None = None
    tf_totp_secret: str | None = None
    mf_recovery_codes: list[str] | None = Field(default=None, sa_type=JSON)
    last_counter: int | None = None
    invited: str | None = None
    invited_until: datetime | None = Field(default=None, sa_type=Moment)
    subject: str | None = Field(default=None, unique=True, max_length=255)

    @property
    def roles(self) -> list[RoleMixin]:  # type: ignore[override]  # nobody writes it
        """None of the library's: a role is a column."""
        return []

    @property
    def viewer(self) -> Viewer:
        """What the pages need to know of somebody."""
        return Viewer(Role(self.role), frozenset(self.areas), self.email)


class NoRole(RoleMixin):
    """The library asks for a class of roles; there is none."""


class AttemptRow(StaffModel, table=True):
    """Failed attempts by the digest of the name that was tried, whether or not there is such an account."""

    __tablename__ = "staff_attempt"

    digest: str = Field(primary_key=True, max_length=64)
    failures: int = 0
    until: datetime = Field(sa_type=Moment)


class LookRow(StaffModel, table=True):
    """A look at figures; each record holds the hash of the one before it."""

    __tablename__ = "staff_look"

    number: int = Field(primary_key=True, sa_type=_NUMBER)
    at: str
    account: str
    role: str
    page: str
    query: str
    release: str
    digest: str


class ActionRow(StaffModel, table=True):
    """ "You said, we did": what was done about what residents said, by language."""

    __tablename__ = "staff_action"

    number: int | None = Field(default=None, primary_key=True, sa_type=_NUMBER)
    area: str = Field(max_length=40, index=True)
    indicator: str = Field(max_length=80)
    wave: str = Field(max_length=40)
    said: dict[str, str] = Field(default_factory=dict, sa_type=JSON)
    done: dict[str, str] = Field(default_factory=dict, sa_type=JSON)
    day: str = Field(max_length=10)
    published: bool = False
    author: str = Field(max_length=254)
