"""The `thiqa text` verbs: two people read what was written, each on an own machine with an own key."""

import json
from contextlib import AbstractContextManager
from pathlib import Path

import click
from nacl.signing import SigningKey
from rich.console import Console
from rich.table import Table
from sqlalchemy import Engine

from analytics.disclosure.exposure import DEFAULT_K
from survey_app.private_file import private_file
from survey_app.settings import read_settings
from survey_app.storage.database import connected, reading, writing
from translations.languages import LANGUAGES

from . import quarantine
from .quarantine import ChangedError, OpenAnswer, StrangerError
from .redaction import shown
from .settings import NEEDED, ROLES, TextSettings

_ASKED = "a: let it out  r: take words out, then let it out  x: delete it  s: later  q: stop"
KEY = click.option("--key", type=click.Path(path_type=Path, exists=True, dir_okay=False), required=True)


@click.group()
def text() -> None:
    """Open answers: in quarantine until two people have read them."""


@text.command()
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), required=True, help="A new file for the key.")
def keygen(out: Path) -> None:
    """Make a reader's key (Ed25519) on her own machine: writes it and prints the public one for THIQA_TEXT_READERS."""
    key = SigningKey.generate()
    public = key.verify_key.encode().hex()
    with private_file(out) as file:
        file.write(f"# Thiqa, a reader's key; public key {public}\n{key.encode().hex()}\n".encode())
    click.echo(public)


@text.command()
def status() -> None:
    """Show how many texts wait, were read once and are released, by wave and item. Shows no text, changes nothing."""
    settings = read_settings(TextSettings)
    with _database(settings) as engine, reading(engine) as session:
        found = quarantine.progress(session, settings.readers)
    table = Table("wave", "item", "unread", "read once", "released")
    for row in found:
        table.add_row(row.wave, row.item, str(row.unread), str(row.once), str(row.released))
    Console().print(table)
    if len(settings.readers) < NEEDED:
        click.echo(f"Nothing can be released: THIQA_TEXT_READERS names fewer than {NEEDED} readers.")


@text.command()
@KEY
@click.option("--language", type=click.Choice(sorted(LANGUAGES)), default="en", show_default=True)
def read(key: Path, language: str) -> None:
    """Read redacted texts one by one, in an order of chance. Writes decisions, deletes what is rejected."""
    settings = read_settings(TextSettings)
    mine = _key(key)
    with _database(settings) as engine:
        try:
            reader = quarantine.reader_of(mine, settings.readers)
        except StrangerError as error:
            raise click.ClickException(f"{str(error).capitalize()}.") from None
        with reading(engine) as session:
            waiting = quarantine.unread(session, reader)
        for number, each in enumerate(waiting, 1):
            with writing(engine) as session:
                found = quarantine.taken(session, each)
            if found is None:
                continue
            click.echo(
                f"\n{number} of {len(waiting)}, wave {found.wave}, {found.item}\n\n{shown(found.said, language)}\n"
            )
            if not _decided(engine, mine, found, language):
                break
        else:
            click.echo("There is no more to read.")


@text.command()
@click.option("--role", type=click.Choice(ROLES), required=True, help="Who will have the file.")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), required=True, help="A new file (JSON).")
@click.option("--smallest", "k", type=click.IntRange(min=DEFAULT_K), default=DEFAULT_K, show_default=True)
@click.option("--language", type=click.Choice(sorted(LANGUAGES)), default="en", show_default=True)
def export(role: str, out: Path, k: int, language: str) -> None:
    """Say what is released to a role, by wave and item, where at least so many texts are. Writes them to a file."""
    settings = read_settings(TextSettings)
    items = settings.items_of(role)
    if not items:
        raise click.ClickException(f"THIQA_TEXT_ROLES gives no item to {role}. Nothing was written.")
    with _database(settings) as engine, reading(engine) as session:
        found = quarantine.released(session, settings.readers, items, k)
    told = [
        {"wave": wave, "item": item, "texts": sorted(shown(said, language) for said in texts)}
        for (wave, item), texts in found.items()
    ]
    with private_file(out) as file:
        file.write(json.dumps(told, ensure_ascii=False, indent=1).encode() + b"\n")
    click.echo(f"{out}: {sum(map(len, found.values()))} texts. They are for {role} alone.")


def _decided(engine: Engine, key: SigningKey, text: OpenAnswer, language: str) -> bool:
    """Ask what shall become of a text; False to stop."""
    choice = click.prompt(_ASKED, type=click.Choice(["a", "r", "x", "s", "q"]), show_choices=False)
    try:
        with writing(engine) as session:
            if choice == "a":
                quarantine.approve(session, key, text)
            elif choice == "x":
                quarantine.reject(session, text.id)
            elif choice == "r":
                less = quarantine.redact(session, key, text, _words())
                click.echo(f"Now: {shown(less.said, language)}")
    except ChangedError:
        click.echo("Somebody else changed this text meanwhile; it comes again.")
    except LookupError:
        click.echo("These words are not in the text; nothing was changed, and it comes again.")
    return bool(choice != "q")


def _words() -> list[str]:
    words: list[str] = []
    while word := click.prompt("Words to take out, as they stand; nothing to end", default="", show_default=False):
        words.append(word)
    return words


def _key(file: Path) -> SigningKey:
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
        return SigningKey(bytes.fromhex("".join(line.strip() for line in lines if not line.startswith("#"))))
    except (OSError, ValueError, UnicodeDecodeError):
        raise click.ClickException(f"{file} holds no reader's key; make one with: thiqa text keygen") from None


def _database(settings: TextSettings) -> AbstractContextManager[Engine]:
    return connected(settings.database_url.get_secret_value())
