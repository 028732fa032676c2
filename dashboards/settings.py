"""Configuration of the dashboards from the environment, prefix THIQA_: where releases and actions are.

There is no secret here, and no address of any database: the dashboards could not open one.
"""

from pathlib import Path

from pydantic_settings import BaseSettings, SettingsConfigDict


class DashboardSettings(BaseSettings):
    """What the dashboards need: the directories that releases and published actions are written to.

    Variables of other rooms are ignored.
    """

    model_config = SettingsConfigDict(env_prefix="THIQA_", extra="ignore")

    releases: Path = Path("var/releases")
    actions: Path = Path("var/actions")
