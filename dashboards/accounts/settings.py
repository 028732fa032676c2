"""Configuration of the staff site from the environment, prefix THIQA_. It names no database but the staff's own."""

from pathlib import Path

from pydantic import SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

SECRET_BYTES = 32


class StaffSettings(BaseSettings):
    """The staff's own store and its key, from which every other key of the site is derived."""

    model_config = SettingsConfigDict(env_prefix="THIQA_", extra="ignore")

    releases: Path = Path("var/releases")
    staff_database_url: SecretStr = SecretStr("sqlite:///var/staff.sqlite3")
    staff_key: SecretStr
    staff_url: str = "http://127.0.0.1:8000/staff/"
    demo: bool = False

    @field_validator("staff_key")
    @classmethod
    def _is_a_key(cls, value: SecretStr) -> SecretStr:
        try:
            found = bytes.fromhex(value.get_secret_value())
        except ValueError as error:
            raise ValueError("must be 64 hexadecimal digits; make one with: thiqa secret") from error
        if len(found) != SECRET_BYTES or len(set(found)) < 8:
            raise ValueError("must be 32 random bytes in hexadecimal; make one with: thiqa secret")
        return value

    @property
    def is_secure(self) -> bool:
        """Whether the site is reached by https, so that its cookie may demand it."""
        return self.staff_url.startswith("https://")
