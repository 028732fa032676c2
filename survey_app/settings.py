"""Configuration from the environment, prefix THIQA_. Each room has its own class and reads only its own variables.

Outside the demo a missing, short or placeholder secret stops the start with a sentence that says what to set.
"""

import os
from pathlib import Path
from typing import TypeVar

from nacl.encoding import HexEncoder
from nacl.exceptions import CryptoError
from nacl.public import PublicKey
from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from .information import EXAMPLE, read_information

SECRET_BYTES = 32
Settings = TypeVar("Settings", bound=BaseSettings)


class SettingsError(Exception):
    """A configuration that cannot be started with; the message says what to set."""


def secret_bytes(value: str) -> bytes:
    """The bytes of a hexadecimal secret. Raises ValueError when it is not 32 random-looking bytes."""
    try:
        found = bytes.fromhex(value)
    except ValueError as error:
        raise ValueError("must be 64 hexadecimal digits; make one with: thiqa secret") from error
    if len(found) != SECRET_BYTES or len(set(found)) < 8:
        raise ValueError("must be 32 random bytes in hexadecimal; make one with: thiqa secret")
    return found


class CollectorSettings(BaseSettings):
    """What the respondent's site needs. It has no key that opens an answer."""

    model_config = SettingsConfigDict(env_prefix="THIQA_", extra="ignore")

    database_url: SecretStr = SecretStr("sqlite:///var/thiqa.sqlite3")
    public_url: str = "http://127.0.0.1:8000"
    custodian_public_key: str
    site_key: SecretStr | None = None
    open_link: bool = True
    proxies: int = Field(default=0, ge=0, le=5)
    starts_a_minute: int = Field(default=600, ge=1)
    starts_an_hour_from_one_address: int = Field(default=60, ge=1)
    demo: bool = False
    information: Path | None = None
    media: Path | None = None
    wave_keys: Path = Path("var/wave-keys")

    @field_validator("media", mode="before")
    @classmethod
    def _is_a_folder(cls, value: str | Path | None) -> str | Path | None:
        if value and not Path(value).is_dir():
            raise ValueError("must be a folder that is there")
        return value or None

    @field_validator("site_key")
    @classmethod
    def _is_a_site_key(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None:
            secret_bytes(value.get_secret_value())
        return value

    @field_validator("custodian_public_key")
    @classmethod
    def _is_a_key(cls, value: str) -> str:
        try:
            PublicKey(value.encode(), HexEncoder)
        except (CryptoError, ValueError) as error:
            raise ValueError("must be the custodian's public key; make a pair with: thiqa custody keygen") from error
        return value

    @field_validator("information")
    @classmethod
    def _is_complete(cls, value: Path | None) -> Path | None:
        if value is not None:
            read_information(value)
        return value

    @property
    def information_file(self) -> Path | None:
        """Where the information for participants stands: the one that is set, or in the demo the example."""
        return self.information or (EXAMPLE if self.demo else None)

    @property
    def key(self) -> bytes | None:
        """The site's own secret: it hashes invitations and signs puzzles. None where no invitation can be used."""
        return secret_bytes(self.site_key.get_secret_value()) if self.site_key else None

    @property
    def secure(self) -> bool:
        """Whether the site is reached by https, so that cookies may insist on it."""
        return self.public_url.startswith("https://")


class OwnerSettings(BaseSettings):
    """What the owner of the tables needs."""

    model_config = SettingsConfigDict(env_prefix="THIQA_", extra="ignore")

    database_url: SecretStr = SecretStr("sqlite:///var/thiqa.sqlite3")


class RetentionSettings(OwnerSettings):
    """How many days after a wave's last day something is kept, and where it is. None keeps it until it is deleted."""

    wave_keys: Path = Path("var/wave-keys")
    keep_invitations_days: int = Field(default=30, ge=0)
    keep_texts_days: int = Field(default=180, ge=0)
    keep_envelopes_days: int = Field(default=90, ge=0)
    keep_responses_days: int | None = Field(default=None, ge=0)


class PrintSettings(BaseSettings):
    """What printed matter needs: the site's address, and whether it is a demonstration. No key, no database."""

    model_config = SettingsConfigDict(env_prefix="THIQA_", extra="ignore")

    public_url: str = "http://127.0.0.1:8000"
    demo: bool = False


def read_settings(kind: type[Settings]) -> Settings:
    """Settings of this kind from the environment and, where THIQA_ENV_FILE names one, a file. Raises SettingsError."""
    try:
        return kind(_env_file=os.environ.get("THIQA_ENV_FILE"))
    except ValidationError as error:
        lines = []
        for fault in error.errors(include_input=False, include_url=False):
            name = "THIQA_" + "_".join(str(part) for part in fault["loc"]).upper()
            why = "is not set" if fault["type"] == "missing" else fault["msg"].removeprefix("Value error, ")
            lines.append(f"{name} {why}.")
        raise SettingsError(" ".join(lines) + " See docs/configuration.md.") from None
