"""Configuration of the dashboards from the environment, prefix THIQA_: where the releases and the open data are.

There is no secret here, and no address of any database: the dashboards could not open one.
"""

from pathlib import Path

from pydantic import field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


class DashboardSettings(BaseSettings):
    """What the dashboards need: the directory that releases are written to. Variables of other rooms are ignored.

    open_data: the address where the open data of the latest release are served, None where they are not.
    """

    model_config = SettingsConfigDict(env_prefix="THIQA_", extra="ignore")

    releases: Path = Path("var/releases")
    open_data: str | None = None

    @field_validator("open_data")
    @classmethod
    def _is_an_address(cls, value: str | None) -> str | None:
        if value and not value.startswith(("https://", "http://", "/")):
            raise ValueError("must begin with https://, http:// or a slash")
        return value
