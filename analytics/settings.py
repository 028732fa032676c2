"""What the custodian's side reads from the environment: the only room that holds the key that opens an answer."""

from pathlib import Path
from typing import Literal

from nacl.encoding import HexEncoder
from nacl.exceptions import CryptoError
from nacl.public import PrivateKey
from nacl.signing import SigningKey, VerifyKey
from pydantic import SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from survey_app.settings import SettingsError


class AnalysisSettings(BaseSettings):
    """Where responses are read and releases are written."""

    model_config = SettingsConfigDict(env_prefix="THIQA_", extra="ignore")

    database_url: SecretStr = SecretStr("sqlite:///var/thiqa.sqlite3")
    releases: Path = Path("var/releases")
    demo: bool = False


class ReleaseSettings(AnalysisSettings):
    """The same, with the keys that sign: the custodian's for releases, an officer's for the policy.

    `release_public_key` and `release_officers` are public keys with commas between them.
    """

    release_signing_key: SecretStr | None = None
    release_public_key: str | None = None
    release_officers: str | None = None
    officer_key: SecretStr | None = None

    @field_validator("release_signing_key", "officer_key")
    @classmethod
    def _signs(cls, value: SecretStr | None) -> SecretStr | None:
        try:
            if value is not None:
                SigningKey(value.get_secret_value().encode(), HexEncoder)
        except (CryptoError, ValueError) as error:
            raise ValueError("must be a key that signs; make a pair with: thiqa release keygen") from error
        return value

    @field_validator("release_public_key", "release_officers")
    @classmethod
    def _are_keys(cls, value: str | None) -> str | None:
        try:
            for key in _listed(value):
                VerifyKey(key.encode(), HexEncoder)
        except (CryptoError, ValueError) as error:
            raise ValueError("must be public keys with commas between them, as keygen prints them") from error
        return value

    @property
    def signing_key(self) -> str:
        """The private key that signs releases. Raises SettingsError where it is not set."""
        if self.release_signing_key is None:
            raise SettingsError("THIQA_RELEASE_SIGNING_KEY is not set. Make a pair with: thiqa release keygen")
        return self.release_signing_key.get_secret_value()

    @property
    def officers_key(self) -> str:
        """The private key of the officer at this machine. Raises SettingsError where it is not set."""
        if self.officer_key is None:
            raise SettingsError("THIQA_OFFICER_KEY is not set. Make a pair with: thiqa release keygen --officer")
        return self.officer_key.get_secret_value()

    @property
    def pinned(self) -> tuple[str, ...]:
        """The public keys that may have signed a release; none means any."""
        return _listed(self.release_public_key)

    @property
    def officers(self) -> tuple[str, ...]:
        """The public keys of the officers."""
        return _listed(self.release_officers)


class CustodianSettings(AnalysisSettings):
    """The same, with the private key unless its holders bring it in shares.

    Of a wave in the field, batches smaller than `batch` wait and as many stay behind; "wave" opens nothing before the
    wave is closed, and is the usual, since whoever knows where people live finds most of them in a batch of 50.
    """

    custodian_private_key: SecretStr | None = None
    batch: int | Literal["wave"] = "wave"

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
    def _mixes(cls, value: object) -> object:
        if value == "wave":
            return value
        number = int(value) if isinstance(value, int | str) and str(value).isdecimal() else 0
        if number < 2:
            raise ValueError("must be the word wave, or a number of at least 2: a batch of one mixes nothing")
        return number

    @property
    def smallest(self) -> int | None:
        """The smallest batch of a wave in the field; None if nothing is opened before the close."""
        return None if self.batch == "wave" else self.batch

    @property
    def private_key(self) -> str:
        """The private key. Raises SettingsError if only its holders have it."""
        if self.custodian_private_key is None:
            raise SettingsError("THIQA_CUSTODIAN_PRIVATE_KEY is not set. See docs/configuration.md.")
        return self.custodian_private_key.get_secret_value()


def _listed(keys: str | None) -> tuple[str, ...]:
    return tuple(key.strip().lower() for key in (keys or "").split(",") if key.strip())
