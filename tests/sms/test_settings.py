"""The channel's configuration: read from the environment, refused with a sentence, secrets never shown."""

from datetime import time
from decimal import Decimal
from pathlib import Path

import pytest
from nacl.encoding import HexEncoder

from sms.sending import budget, caps, quiet
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
    assert settings.channel_url("twilio") == "https://survey.example/sms/twilio"
    assert settings.terms.link == "https://survey.example"


def test_the_demo_needs_no_carrier(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("THIQA_DEMO", "1")
    assert read_settings(ChannelSettings).twilio_auth_tokens == ()


def test_outside_the_demo_a_token_must_be_set() -> None:
    with pytest.raises(SettingsError, match="THIQA_TWILIO_AUTH_TOKENS must hold"):
        read_settings(ChannelSettings)


def test_without_a_word_the_rules_are_those_of_morocco(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("THIQA_DEMO", "1")
    settings = read_settings(ChannelSettings)
    assert settings.quiet_rules == quiet.Rules()
    assert settings.caps == caps.Limits(2, 8, 5, 60)
    assert settings.budget == budget.Limits(None, None)


def test_rules_caps_and_budgets_are_read_as_they_are_written(monkeypatch: pytest.MonkeyPatch) -> None:
    written = {
        "DEMO": "1",
        "COUNTRY": "EG",
        "TIME_ZONE": "Africa/El_Aaiun",
        "QUIET_NIGHT": "19:00-10:30",
        "QUIET_RAMADAN": "15:00-11:00",
        "QUIET_FRIDAY": "",
        "QUIET_DAYS": "friday, saturday",
        "TEXTS_A_DAY": "1",
        "BUDGET_WAVE": "1200.50",
    }
    for name, value in written.items():
        monkeypatch.setenv(f"THIQA_{name}", value)
    settings = read_settings(ChannelSettings)
    assert settings.quiet_rules == quiet.Rules(
        "EG", "Africa/El_Aaiun", (time(19), time(10, 30)), (time(15), time(11)), None, frozenset({4, 5})
    )
    assert settings.caps == caps.Limits(1, 8, 5, 60)
    assert settings.budget == budget.Limits(Decimal("1200.50"), None)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("THIQA_COUNTRY", "Maroc"),
        ("THIQA_TIME_ZONE", "Africa/Atlantis"),
        ("THIQA_QUIET_NIGHT", "09:00-20:00"),
        ("THIQA_QUIET_RAMADAN", "from iftar"),
        ("THIQA_QUIET_FRIDAY", "14:30-11:30"),
        ("THIQA_QUIET_DAYS", "dimanche"),
        ("THIQA_TEXTS_A_DAY", "-1"),
        ("THIQA_BUDGET_DAY", "lots"),
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


CHANNEL = '[[channel]]\nname = "{0}"\nadapter = "twilio"\nsender = "+15005550006"\ncurrency = "{1}"\n'


@pytest.mark.parametrize("limit", ["THIQA_BUDGET_WAVE", "THIQA_BUDGET_DAY"])
def test_a_budget_has_one_currency_so_its_channels_must_have_one(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, limit: str
) -> None:
    file = tmp_path / "channels.toml"
    file.write_text(CHANNEL.format("one", "EUR") + CHANNEL.format("two", "USD"), encoding="utf-8")
    monkeypatch.setenv("THIQA_DEMO", "1")
    monkeypatch.setenv("THIQA_CHANNELS", str(file))
    assert {channel.currency for channel in read_settings(ChannelSettings).channels.values()} == {"EUR", "USD"}
    monkeypatch.setenv(limit, "100")
    with pytest.raises(SettingsError, match=rf"^{limit} needs channels of one currency, .*\(EUR, USD\)\. See"):
        read_settings(ChannelSettings)
    file.write_text(CHANNEL.format("one", "EUR") + CHANNEL.format("two", "EUR"), encoding="utf-8")
    assert len(read_settings(ChannelSettings).channels) == 3, "the demo's own costs nothing"
