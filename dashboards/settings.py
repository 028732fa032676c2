"""Configuration of the dashboards from the environment, prefix THIQA_: where the releases are.

There is no secret here, and no address of any database: the dashboards could not open one.
"""

from pathlib import Path

from pydantic_settings import BaseSettings, SettingsConfigDict


class DashboardSettings(BaseSettings):
    """What the dashboards need: the directory that releases are written to. Variables of other rooms are ignored."""

    model_config = SettingsConfigDict(env_prefix="THIQA_", extra="ignore")

    releases: Path = Path("var/releases")
