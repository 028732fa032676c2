"""The channel's configuration: read from the environment, refused with a sentence, secrets never shown."""

import pytest
from nacl.encoding import HexEncoder

from sms.settings import ChannelSettings
from survey_app.settings import SettingsError, read_settings

from .conftest import CUSTODIAN

KEY = "00112233445566778899aabbccddeeff" * 2


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("THIQA_CUSTODIAN_PUBLIC_KEY", CUSTODIAN.public_key.encode(HexEncoder).decode())
    monkeypatch.setenv("THIQA_CHANNEL_KEY", KEY)
    monkeypatch.setenv("THIQA_PUBLIC_URL", "https://survey.example/")


def test_several_tokens_are_read_by_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("THIQA_TWILIO_AUTH_TOKENS", " new , old,")
    settings = read_settings(ChannelSettings)
    assert [token.get_secret_value() for token in settings.twilio_auth_tokens] == ["new", "old"]
    assert settings.webhook_url == "https://survey.example/sms/twilio"
    assert settings.terms.link == "https://survey.example"


def test_the_demo_needs_no_carrier(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("THIQA_DEMO", "1")
    assert read_settings(ChannelSettings).twilio_auth_tokens == ()


def test_outside_the_demo_a_token_must_be_set() -> None:
    with pytest.raises(SettingsError, match="THIQA_TWILIO_AUTH_TOKENS must hold"):
        read_settings(ChannelSettings)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("THIQA_CHANNEL_KEY", "0" * 64),
        ("THIQA_CHANNEL_KEY", "canary"),
        ("THIQA_CUSTODIAN_PUBLIC_KEY", "canary"),
        ("THIQA_TWILIO_SENDER", "0612345678"),
    ],
)
def test_what_cannot_be_right_is_refused_without_showing_it(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv("THIQA_TWILIO_AUTH_TOKENS", "canary")
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError, match=name) as caught:
        read_settings(ChannelSettings)
    assert value not in str(caught.value)
    assert "canary" not in str(caught.value)
