"""What the custodian's side reads from the environment: the only room that holds the key that opens an answer."""

from pathlib import Path

from nacl.encoding import HexEncoder
from nacl.exceptions import CryptoError
from nacl.public import PrivateKey
from pydantic import SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


class AnalysisSettings(BaseSettings):
    """Where responses are read and releases are written."""

    model_config = SettingsConfigDict(env_prefix="THIQA_", extra="ignore")

    database_url: SecretStr = SecretStr("sqlite:///var/thiqa.sqlite3")
    releases: Path = Path("var/releases")
    demo: bool = False


class CustodianSettings(AnalysisSettings):
    """The same, with the private key. Batches smaller than `batch` wait."""

    custodian_private_key: SecretStr
    batch: int = 50

    @field_validator("custodian_private_key")
    @classmethod
    def _is_a_key(cls, value: SecretStr) -> SecretStr:
        try:
            PrivateKey(value.get_secret_value().encode(), HexEncoder)
        except (CryptoError, ValueError) as error:
            raise ValueError("must be a private key; make a pair with: thiqa custody keygen") from error
        return value

    @field_validator("batch")
    @classmethod
    def _mixes(cls, value: int) -> int:
        if value < 2:
            raise ValueError("must be at least 2: a batch of one mixes nothing")
        return value
