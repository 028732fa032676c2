"""Configuration of the text channel: what the collector has, the channel's own key, and the carrier's account.

It has no key that opens an answer. Outside the demo the carrier's signing secret must be set, or nobody could tell
the carrier's requests from anyone else's.
"""

import re
from pathlib import Path
from typing import Annotated

from pydantic import Field, SecretStr, ValidationInfo, field_validator
from pydantic_settings import NoDecode, SettingsConfigDict

from survey_app.settings import CollectorSettings, secret_bytes
from survey_app.wavekeys import WaveKeys

from .keys import Keyring, Keys
from .talk.wording import Terms

E164 = re.compile(r"\+[1-9]\d{6,14}", re.ASCII)
WEBHOOK_PATH = "/sms/twilio"


class ChannelSettings(CollectorSettings):
    """What the text channel needs beyond the collector's. Tokens: the newest first, older ones while rotating."""

    model_config = SettingsConfigDict(env_prefix="THIQA_", extra="ignore", validate_default=True)

    channel_key: SecretStr
    text_replies_free: bool = False
    twilio_account_sid: str | None = None
    twilio_auth_tokens: Annotated[tuple[SecretStr, ...], NoDecode] = ()
    twilio_sender: str | None = None
    twilio_base_url: str | None = None
    talk_rests_hours: int = Field(default=48, ge=1)
    reminders: int = Field(default=2, ge=0, le=2)
    spool: Path = Path("var/spool")
    spool_texts: int = Field(default=10_000, ge=1)

    @field_validator("channel_key")
    @classmethod
    def _is_a_secret(cls, value: SecretStr) -> SecretStr:
        secret_bytes(value.get_secret_value())
        return value

    @field_validator("twilio_auth_tokens", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value

    @field_validator("twilio_auth_tokens")
    @classmethod
    def _is_there(cls, value: tuple[SecretStr, ...], info: ValidationInfo) -> tuple[SecretStr, ...]:
        if not value and not info.data.get("demo"):
            raise ValueError("must hold the carrier's auth token (several, by commas, while one replaces another)")
        return value

    @field_validator("twilio_sender")
    @classmethod
    def _is_a_number(cls, value: str | None) -> str | None:
        if value and not E164.fullmatch(value):
            raise ValueError("must be a number in international form, like +15005550006")
        return value or None

    @property
    def keys(self) -> Keys:
        """The channel's keys."""
        return Keys(secret_bytes(self.channel_key.get_secret_value()))

    @property
    def keyring(self) -> Keyring:
        """The channel's keys and the waves'."""
        return Keyring(self.keys, WaveKeys(self.wave_keys))

    @property
    def terms(self) -> Terms:
        """What a person is told before the first question."""
        return Terms(self.public_url.rstrip("/"), self.text_replies_free)

    @property
    def webhook_url(self) -> str:
        """The address that the carrier was given, which its signature covers."""
        return self.public_url.rstrip("/") + WEBHOOK_PATH
