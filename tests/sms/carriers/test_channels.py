"""Channels as they are declared, and what is opened for them."""

import subprocess
import sys
from pathlib import Path

import pytest
from nacl.encoding import HexEncoder

from sms import carriers
from sms.carriers import open_carrier
from sms.carriers.declared import Adapter, Channel, ChannelsError, Sender, read_channels
from sms.carriers.gateway import GatewayCarrier
from sms.carriers.twilio import TwilioCarrier
from sms.settings import ChannelSettings
from survey_app.engine import Mode
from survey_app.settings import SettingsError, read_settings

from ..conftest import CUSTODIAN
from .gateways import SECRET, examples


def written(folder: Path, *blocks: str) -> Path:
    file = folder / "channels.toml"
    file.write_text("\n".join(blocks), encoding="utf-8")
    return file


def test_every_example_of_the_page_can_be_used(tmp_path: Path) -> None:
    for block in examples():
        read_channels(written(tmp_path, block))
    found = read_channels(written(tmp_path, *examples()))
    assert list(found) == ["sms", "invite", "whatsapp", "kannel", "phone"]
    assert [channel.sender_kind for channel in found.values()][:2] == [Sender.NUMBER, Sender.NAME]
    assert found["whatsapp"].mode is Mode.WHATSAPP
    assert [channel.two_way for channel in found.values()] == [True, False, True, True, True]


GATEWAY = '[[channel]]\nname = "a"\nadapter = "gateway"\n'


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[", "channels.toml: cannot be read (TOMLDecodeError)"),
        ("", "must have a [[channel]]"),
        ('[[channel]]\nname = "A"\nadapter = "twilio"', "channel 1 name String should match pattern"),
        ('[[channel]]\nname = "a"\nadapter = "post"', "channel 1 adapter Input should be"),
        ('[[channel]]\nname = "a"\nadapter = "twilio"\nfailover = "b"', "channel a names a failover that is not there"),
        (GATEWAY, "channel 1 needs [channel.gateway.send]"),
        (f'{GATEWAY}[channel.gateway.send]\nurl = "http://a.example"', "channel 1 gateway send url must be https"),
        (f'{GATEWAY}[channel.gateway.send]\nurl = "https://a.example"', "needs [channel.gateway.inbound]"),
        (
            f'{GATEWAY}two_way = false\n[channel.gateway.send]\nurl = "https://a.example"',
            "needs [channel.gateway.receipts]",
        ),
    ],
)
def test_a_fault_is_named_with_its_place(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(ChannelsError) as caught:
        read_channels(written(tmp_path, text))
    assert said in str(caught.value)


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    monkeypatch.setenv("THIQA_CUSTODIAN_PUBLIC_KEY", CUSTODIAN.public_key.encode(HexEncoder).decode())
    monkeypatch.setenv("THIQA_CHANNEL_KEY", "00112233445566778899aabbccddeeff" * 2)
    return monkeypatch


def test_without_a_file_there_is_twilio_and_in_the_demo_a_simulator(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("THIQA_TWILIO_AUTH_TOKENS", "token")
    environment.setenv("THIQA_TWILIO_SENDER", "+15005550006")
    channel = Channel("twilio", Adapter.TWILIO, sender="+15005550006")
    assert read_settings(ChannelSettings).channels == {"twilio": channel}
    environment.setenv("THIQA_DEMO", "1")
    simulator = Channel("simulator", Adapter.PRETENDED)
    assert read_settings(ChannelSettings).channels == {"simulator": simulator, "twilio": channel}


def test_a_file_takes_their_place_and_needs_twilios_token_only_for_twilio(
    environment: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    environment.setenv("THIQA_CHANNELS", str(written(tmp_path, *examples()[1:])))
    assert list(read_settings(ChannelSettings).channels) == ["kannel", "phone"]
    environment.setenv("THIQA_CHANNELS", str(written(tmp_path, *examples())))
    with pytest.raises(SettingsError, match="THIQA_TWILIO_AUTH_TOKENS must hold"):
        read_settings(ChannelSettings)


def test_a_file_that_cannot_be_used_is_named(environment: pytest.MonkeyPatch, tmp_path: Path) -> None:
    environment.setenv("THIQA_DEMO", "1")
    environment.setenv("THIQA_CHANNELS", str(tmp_path / "channels.toml"))
    with pytest.raises(SettingsError, match=r"THIQA_CHANNELS channels\.toml: cannot be read \(FileNotFoundError\)"):
        read_settings(ChannelSettings)


def test_outside_the_demo_nothing_is_pretended(environment: pytest.MonkeyPatch, tmp_path: Path) -> None:
    pretended = '[[channel]]\nname = "nobody"\nadapter = "pretended"\n'
    environment.setenv("THIQA_CHANNELS", str(written(tmp_path, pretended)))
    with pytest.raises(SettingsError, match="THIQA_CHANNELS names nobody, which is pretended"):
        read_settings(ChannelSettings)
    environment.setenv("THIQA_DEMO", "1")
    assert list(read_settings(ChannelSettings).channels) == ["simulator", "nobody"]


def test_each_channel_is_opened_with_its_own_carrier(
    settings: ChannelSettings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    channels = read_channels(written(tmp_path, *examples()))
    kinds = dict.fromkeys(("sms", "invite", "whatsapp"), TwilioCarrier) | {"kannel": GatewayCarrier}
    monkeypatch.setenv("THIQA_SECRET_KANNEL", SECRET)
    for name, kind in kinds.items():
        carrier = open_carrier(channels[name], settings)
        assert isinstance(carrier, kind)
        assert carrier.name == name
    with pytest.raises(ChannelsError, match="channel phone needs its secret"):
        open_carrier(channels["phone"], settings)
    with pytest.raises(ChannelsError, match="THIQA_TWILIO_ACCOUNT_SID"):
        open_carrier(channels["sms"], settings.model_copy(update={"twilio_account_sid": None}))
    assert carriers.receipts_url(channels["sms"], settings) == "https://survey.example/sms/sms/receipts"


def test_secrets_come_from_the_environment_and_else_from_its_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert carriers.secret("my-phone") == ""
    file = tmp_path / "env"
    file.write_text("THIQA_SECRET_MY_PHONE=filed\nTHIQA_SECRET_MY_PHONE_INBOUND=shown\n", encoding="utf-8")
    monkeypatch.setenv("THIQA_ENV_FILE", str(file))
    assert (carriers.secret("my-phone"), carriers.secret("my-phone", "INBOUND")) == ("filed", "shown")
    monkeypatch.setenv("THIQA_SECRET_MY_PHONE", "set")
    assert carriers.secret("my-phone") == "set"


def test_who_takes_texts_never_imports_what_sends_them() -> None:
    script = (
        "import sms.settings, sms.carriers.twilio, sms.carriers.gateway, sms.carriers.brought, sys;"
        "sys.exit(any(name.startswith(('twilio.rest', 'requests', 'urllib3')) for name in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0
