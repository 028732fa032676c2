"""Configuration of the staff site from the environment, prefix THIQA_. It names no database but the staff's own."""

from importlib.util import find_spec
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationInfo, field_validator

from dashboards.settings import DashboardSettings

SECRET_BYTES = 32
LOOPBACK = ("127.0.0.1", "localhost", "::1")


class StaffSettings(DashboardSettings):
    """What the pages of figures read, the staff's own store, and its key, from which the site's others are derived."""

    staff_database_url: SecretStr = SecretStr("sqlite:///var/staff.sqlite3")
    staff_key: SecretStr
    staff_url: str = "http://127.0.0.1:8000/staff/"
    demo: bool = False
    oidc_issuer: str = ""
    oidc_client_id: str = ""
    oidc_client_secret: SecretStr = Field(default=SecretStr(""), validate_default=True)
    oidc_second_factor: bool = False

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

    @field_validator("staff_url")
    @classmethod
    def _is_a_whole_address(cls, value: str) -> str:
        parts = urlsplit(value)
        if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.fragment:
            raise ValueError("must be an address such as https://staff.example.org/")
        return value.rstrip("/") + "/"

    @field_validator("oidc_issuer")
    @classmethod
    def _is_an_issuer(cls, value: str) -> str:
        parts = urlsplit(value)
        if value and parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in LOOPBACK):
            raise ValueError("must be an https address")
        if value and find_spec("authlib") is None:
            raise ValueError("needs the extra: pip install 'thiqa[oidc]'")
        return value

    @field_validator("oidc_client_secret")
    @classmethod
    def _is_whole(cls, value: SecretStr, info: ValidationInfo) -> SecretStr:
        if info.data.get("oidc_issuer") and not (info.data.get("oidc_client_id") and value.get_secret_value()):
            raise ValueError("must be set where THIQA_OIDC_ISSUER is, and so must THIQA_OIDC_CLIENT_ID")
        return value

    @property
    def is_secure(self) -> bool:
        """Whether the site is reached by https, so that its cookie may demand it."""
        return self.staff_url.startswith("https://")

    @property
    def prefix(self) -> str:
        """Where the site is mounted, with a slash at both ends."""
        return urlsplit(self.staff_url).path

    @property
    def hosts(self) -> list[str]:
        """The names that a request may address; in the demo also the machine itself."""
        return [urlsplit(self.staff_url).hostname or "", *(("localhost", "127.0.0.1") if self.demo else ())]
