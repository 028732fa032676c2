"""Configuration of the text channel: what the collector has, the channel's own key, and the carrier's account.

It has no key that opens an answer. Outside the demo the carrier's signing secret must be set, or nobody could tell
the carrier's requests from anyone else's.
"""

from collections.abc import Mapping
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field, SecretStr, ValidationInfo, field_validator, model_validator
from pydantic_settings import NoDecode, SettingsConfigDict

from survey_app.information import read_information
from survey_app.settings import CollectorSettings, secret_bytes
from survey_app.wavekeys import WaveKeys

from .carriers import E164
from .carriers.declared import Adapter, Channel, read_channels
from .keys import Keyring, Keys
from .sending import budget, caps, quiet
from .talk.wording import Terms

_QUIET = {"quiet_friday": quiet.prayer, "quiet_days": quiet.weekdays}


@lru_cache(maxsize=4)
def _sponsor(information: Path) -> Mapping[str, str]:
    return read_information(information).sponsor.name


@lru_cache(maxsize=4)
def _keys(channel_key: str) -> Keys:
    return Keys(secret_bytes(channel_key))


class ChannelSettings(CollectorSettings):
    """What the text channel needs beyond the collector's. Tokens: the newest first, older ones while rotating.

    The channels by name: those of the file that THIQA_CHANNELS names; without it "twilio" alone, from the variables
    below. The demo has a "simulator" beside them.
    """

    model_config = SettingsConfigDict(env_prefix="THIQA_", extra="ignore", validate_default=True)

    channel_key: SecretStr
    text_replies_free: bool = False
    interviews_a_phone: int = Field(default=1, ge=1, le=20)
    channels: Annotated[Mapping[str, Channel], NoDecode] = Field(default_factory=dict)
    twilio_account_sid: str | None = None
    twilio_auth_tokens: Annotated[tuple[SecretStr, ...], NoDecode] = ()
    twilio_sender: str | None = None
    twilio_base_url: str | None = None
    talk_rests_hours: int = Field(default=48, ge=1)
    reminders: int = Field(default=2, ge=0, le=2)
    spool: Path = Path("var/spool")
    spool_texts: int = Field(default=10_000, ge=1)

    country: Annotated[str, AfterValidator(quiet.known)] = "MA"
    time_zone: Annotated[str | None, AfterValidator(quiet.zone)] = None
    quiet_night: str = "20:00-09:00"
    quiet_ramadan: str = "16:30-10:00"
    quiet_friday: str = "11:30-14:30"
    quiet_days: str | None = None
    texts_a_day: int = Field(default=2, ge=0)
    texts_a_month: int = Field(default=8, ge=0)
    texts_a_survey: int = Field(default=5, ge=0)
    replies_a_day: int = Field(default=60, ge=1)
    budget_wave: Decimal | None = Field(default=None, ge=0)
    budget_day: Decimal | None = Field(default=None, ge=0)

    @field_validator("channel_key")
    @classmethod
    def _is_a_secret(cls, value: SecretStr) -> SecretStr:
        secret_bytes(value.get_secret_value())
        return value

    @field_validator("channels", mode="before")
    @classmethod
    def _are_read(cls, value: object) -> object:
        return (read_channels(Path(value)) if value else {}) if isinstance(value, str) else value

    @field_validator("channels")
    @classmethod
    def _are_real(cls, value: Mapping[str, Channel], info: ValidationInfo) -> Mapping[str, Channel]:
        pretended = [name for name, channel in value.items() if channel.adapter is Adapter.PRETENDED]
        if pretended and not info.data.get("demo"):
            raise ValueError(f"names {pretended[0]}, which is pretended: only the demo may have it")
        return value

    @field_validator("twilio_auth_tokens", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value

    @field_validator("twilio_auth_tokens")
    @classmethod
    def _is_there(cls, value: tuple[SecretStr, ...], info: ValidationInfo) -> tuple[SecretStr, ...]:
        channels = info.data.get("channels", {})
        wanted = not channels or any(channel.adapter is Adapter.TWILIO for channel in channels.values())
        if wanted and not value and not info.data.get("demo"):
            raise ValueError("must hold the carrier's auth token (several, by commas, while one replaces another)")
        return value

    @field_validator("twilio_sender")
    @classmethod
    def _is_a_number(cls, value: str | None) -> str | None:
        if value and not E164.fullmatch(value):
            raise ValueError("must be a number in international form, like +15005550006")
        return value or None

    @field_validator("quiet_night", "quiet_ramadan", "quiet_friday", "quiet_days")
    @classmethod
    def _can_be_kept(cls, value: str | None, info: ValidationInfo) -> str | None:
        _QUIET.get(str(info.field_name), quiet.night)(value or "")
        return value

    @field_validator("budget_wave", "budget_day")
    @classmethod
    def _has_one_currency(cls, value: Decimal | None, info: ValidationInfo) -> Decimal | None:
        channels: Mapping[str, Channel] = info.data.get("channels", {})
        paid = {channel.currency for channel in channels.values() if channel.adapter is not Adapter.PRETENDED}
        if value is not None and len(paid) > 1:
            named = ", ".join(sorted(paid))
            raise ValueError(f"needs channels of one currency, and those of the file have several ({named})")
        return value

    @property
    def quiet_rules(self) -> quiet.Rules:
        """When we do not begin to write to people."""
        return quiet.Rules(
            self.country,
            self.time_zone,
            quiet.night(self.quiet_night),
            quiet.night(self.quiet_ramadan),
            quiet.prayer(self.quiet_friday),
            quiet.weekdays(self.quiet_days or ""),
        )

    @property
    def caps(self) -> caps.Limits:
        """How often a number may be written to."""
        return caps.Limits(self.texts_a_day, self.texts_a_month, self.texts_a_survey, self.replies_a_day)

    @property
    def budget(self) -> budget.Limits:
        """What messages may cost."""
        return budget.Limits(self.budget_wave, self.budget_day)

    @model_validator(mode="after")
    def _has_channels(self) -> "ChannelSettings":
        declared = self.channels or {"twilio": Channel("twilio", Adapter.TWILIO, sender=self.twilio_sender or "")}
        pretended = {"simulator": Channel("simulator", Adapter.PRETENDED)} if self.demo else {}
        self.channels = {**pretended, **declared}
        return self

    @property
    def keys(self) -> Keys:
        """The channel's keys."""
        return _keys(self.channel_key.get_secret_value())

    @property
    def keyring(self) -> Keyring:
        """The channel's keys and the waves'."""
        return Keyring(self.keys, WaveKeys(self.wave_keys))

    @property
    def terms(self) -> Terms:
        """What a person is told before the first question."""
        sponsor = _sponsor(self.information_file) if self.information_file else {}
        return Terms(self.public_url.rstrip("/"), self.text_replies_free, self.interviews_a_phone, sponsor)

    def channel_url(self, name: str) -> str:
        """Where a channel's carrier brings texts: the address that it was given, which its signature covers."""
        return f"{self.public_url.rstrip('/')}/sms/{name}"
