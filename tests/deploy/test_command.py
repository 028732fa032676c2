"""The `thiqa` command: each verb says what it changes, and a wrong configuration is a sentence."""

import click
import pytest
from click.testing import CliRunner

from analytics.custody import new_keys
from deploy.command import main

NOWHERE = click.Context(main)


def commands(group: click.Group, path: tuple[str, ...] = ()) -> list[tuple[tuple[str, ...], click.Command]]:
    found: list[tuple[tuple[str, ...], click.Command]] = []
    for name in group.list_commands(NOWHERE):
        command = group.get_command(NOWHERE, name)
        assert command
        found.append(((*path, name), command))
        if isinstance(command, click.Group):
            found += commands(command, (*path, name))
    return found


LEAVES = [(path, command) for path, command in commands(main) if not isinstance(command, click.Group)]


@pytest.mark.parametrize(("path", "command"), LEAVES, ids=[" ".join(path) for path, _ in LEAVES])
def test_the_help_of_each_verb_says_what_it_changes(path: tuple[str, ...], command: click.Command) -> None:
    result = CliRunner().invoke(main, [*path, "--help"])
    assert result.exit_code == 0
    words = ("changes", "writes", "deletes", "marks", "reads")
    assert any(word in result.output.casefold() for word in words), "say what it changes, or that it changes nothing"


def test_every_room_has_its_verbs() -> None:
    assert {"custody", "demo", "import-microdata", "migrate", "questionnaire", "release", "serve", "sms"} <= set(
        main.list_commands(NOWHERE)
    )


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        (None, "THIQA_CUSTODIAN_PUBLIC_KEY is not set."),
        ("change-me", "THIQA_CUSTODIAN_PUBLIC_KEY must be the custodian's public key"),
    ],
)
def test_a_missing_or_placeholder_key_stops_the_start_with_a_sentence(
    monkeypatch: pytest.MonkeyPatch, value: str | None, sentence: str
) -> None:
    monkeypatch.delenv("THIQA_ENV_FILE", raising=False)
    monkeypatch.delenv("THIQA_CUSTODIAN_PUBLIC_KEY", raising=False)
    if value:
        monkeypatch.setenv("THIQA_CUSTODIAN_PUBLIC_KEY", value)
    result = CliRunner().invoke(main, ["invitations", "assist", "2026-q4"])
    assert result.exit_code == 1
    assert sentence in result.output
    assert "Traceback" not in result.output


def test_a_weak_channel_secret_is_refused_and_not_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("THIQA_CUSTODIAN_PUBLIC_KEY", new_keys().public)
    monkeypatch.setenv("THIQA_CHANNEL_KEY", "00" * 32)
    monkeypatch.setenv("THIQA_TWILIO_AUTH_TOKENS", "token")
    result = CliRunner().invoke(main, ["sms", "send"])
    assert result.exit_code == 1
    assert "THIQA_CHANNEL_KEY must be 32 random bytes" in result.output
    assert "0000" not in result.output


def test_the_bundled_questionnaire_may_be_fielded() -> None:
    result = CliRunner().invoke(main, ["questionnaire", "check"])
    assert result.exit_code == 0
    assert "may be fielded" in result.output


def test_a_made_secret_is_accepted_as_one() -> None:
    from survey_app.settings import secret_bytes

    assert len(secret_bytes(CliRunner().invoke(main, ["secret"]).output.strip())) == 32
