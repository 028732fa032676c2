"""What reading open answers takes from the environment: who the readers are, and which role may have what."""

import re

from pydantic import Field, field_validator

from analytics.settings import AnalysisSettings

ROLES = ("analyst", "oversight")  # never those whose work the answers are about
NEEDED = 2  # readers who agree


class TextSettings(AnalysisSettings):
    """The readers' public keys, parted by commas; and for each item the roles that may have what is released of it."""

    text_readers: str | None = None
    text_roles: dict[str, list[str]] = Field(default_factory=dict)

    @field_validator("text_readers")
    @classmethod
    def _are_keys(cls, value: str | None) -> str | None:
        keys = _parted(value)
        if not all(re.fullmatch("[0-9a-f]{64}", key) for key in keys):
            raise ValueError("must be public keys parted by commas; make one with: thiqa text keygen")
        if len(set(keys)) != len(keys):
            raise ValueError("names a key twice: two readers are two people, each with an own key")
        return value

    @field_validator("text_roles")
    @classmethod
    def _are_roles(cls, value: dict[str, list[str]]) -> dict[str, list[str]]:
        if not all(role in ROLES for roles in value.values() for role in roles):
            raise ValueError(f"must give items to {' or '.join(ROLES)}; nobody else may have what was written")
        return value

    @property
    def readers(self) -> frozenset[str]:
        """The public keys in hexadecimal."""
        return frozenset(_parted(self.text_readers))

    def items_of(self, role: str) -> frozenset[str]:
        """The items of which a role may have what is released."""
        return frozenset(item for item, roles in self.text_roles.items() if role in roles)


def _parted(value: str | None) -> list[str]:
    return [key.strip().lower() for key in (value or "").split(",") if key.strip()]
