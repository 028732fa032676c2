"""Configuration of the dashboards from the environment, prefix THIQA_: where releases, actions and open data are.

There is no secret here, since a key that verifies signatures is none, and no address of any database: the dashboards
could not open one.
"""

from pathlib import Path

from pydantic import field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


class DashboardSettings(BaseSettings):
    """What the dashboards need: the directories that releases and published actions are written to.

    `release_public_key`: keys (hexadecimal, commas between) of which one must have signed what is shown; without
    it no signature is asked for. `open_data`: the address where the open data of the latest release are served, None
    where they are not. Variables of other rooms are ignored.
    """

    model_config = SettingsConfigDict(env_prefix="THIQA_", extra="ignore")

    releases: Path = Path("var/releases")
    actions: Path = Path("var/actions")
    release_public_key: str | None = None
    open_data: str | None = None

    @field_validator("open_data")
    @classmethod
    def _is_an_address(cls, value: str | None) -> str | None:
        if value and not value.startswith(("https://", "http://", "/")):
            raise ValueError("must begin with https://, http:// or a slash")
        return value

    @property
    def pinned(self) -> tuple[str, ...]:
        """The keys of which one must have signed."""
        return tuple(key.strip().lower() for key in (self.release_public_key or "").split(",") if key.strip())
