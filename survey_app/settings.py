"""Configuration from the environment, prefix THIQA_. Each room has its own class and reads only its own variables.

Outside the demo a missing, short or placeholder secret stops the start with a sentence that says what to set.
"""

import os
from typing import TypeVar

from nacl.encoding import HexEncoder
from nacl.exceptions import CryptoError
from nacl.public import PublicKey
from pydantic import SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

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
    demo: bool = False

    @field_validator("custodian_public_key")
    @classmethod
    def _is_a_key(cls, value: str) -> str:
        try:
            PublicKey(value.encode(), HexEncoder)
        except (CryptoError, ValueError) as error:
            raise ValueError("must be the custodian's public key; make a pair with: thiqa custody keygen") from error
        return value

    @property
    def secure(self) -> bool:
        """Whether the site is reached by https, so that cookies may insist on it."""
        return self.public_url.startswith("https://")


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
