"""What the custodian's side reads from the environment: the only room that holds the key that opens an answer."""

from pathlib import Path

from nacl.encoding import HexEncoder
from nacl.exceptions import CryptoError
from nacl.public import PrivateKey
from pydantic import SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from survey_app.settings import SettingsError


class AnalysisSettings(BaseSettings):
    """Where responses are read and releases are written."""

    model_config = SettingsConfigDict(env_prefix="THIQA_", extra="ignore")

    database_url: SecretStr = SecretStr("sqlite:///var/thiqa.sqlite3")
    releases: Path = Path("var/releases")
    demo: bool = False


class CustodianSettings(AnalysisSettings):
    """The same, with the private key unless its holders bring it in shares.

    Of a wave in the field, batches smaller than `batch` wait and as many stay behind; None (written "wave") opens
    nothing before the wave is closed.
    """

    custodian_private_key: SecretStr | None = None
    batch: int | None = 50

    @field_validator("custodian_private_key")
    @classmethod
    def _is_a_key(cls, value: SecretStr | None) -> SecretStr | None:
        try:
            if value is not None:
                PrivateKey(value.get_secret_value().encode(), HexEncoder)
        except (CryptoError, ValueError) as error:
            raise ValueError("must be a private key; make a pair with: thiqa custody keygen") from error
        return value

    @field_validator("batch", mode="before")
    @classmethod
    def _is_a_wave(cls, value: object) -> object:
        return None if value == "wave" else value

    @field_validator("batch")
    @classmethod
    def _mixes(cls, value: int | None) -> int | None:
        if value is not None and value < 2:
            raise ValueError("must be at least 2, for a batch of one mixes nothing, or the word wave")
        return value

    @property
    def private_key(self) -> str:
        """The private key. Raises SettingsError if only its holders have it."""
        if self.custodian_private_key is None:
            raise SettingsError("THIQA_CUSTODIAN_PRIVATE_KEY is not set. See docs/configuration.md.")
        return self.custodian_private_key.get_secret_value()
