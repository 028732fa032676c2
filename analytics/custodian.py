"""The `thiqa custody` verbs. The private key comes from the setting, from shares in files, or from holders who type."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table
from sqlalchemy import Engine

from survey_app.fieldwork import CLOSED, waves
from survey_app.private_file import private_file
from survey_app.settings import read_settings
from survey_app.storage.database import connected, reading

from .custody import (
    NoWaveError,
    Opening,
    OvertakenError,
    WrongKeyError,
    close_wave,
    due,
    new_keys,
    open_batches,
    waiting,
)
from .holders import MOST_HOLDERS, SharesError, joined, needed, split
from .settings import CustodianSettings
from .trail import Verdict, verify

FEW = 50  # a rest that is opened only if somebody says so
SHARES = click.option(
    "--share",
    "files",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    multiple=True,
    help="A holder's share; repeat it. Without any, the setting is used, or the holders are asked.",
)


@click.group()
def custody() -> None:
    """The custody of answers: keys and their holders, waiting envelopes, openings, and their trail."""


@custody.command()
@click.option("--holders", type=click.IntRange(2, MOST_HOLDERS), help="Split the private key among so many.")
@click.option("--needed", type=click.IntRange(2, MOST_HOLDERS), help="How many of them must come together.")
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), help="Folder for the shares.")
def keygen(holders: int | None, needed: int | None, out: Path | None) -> None:
    """Make a new pair of keys, on the custodian's machine. Make one for each wave.

    Prints both, or with --holders, --needed and --out writes one share for each holder into the folder and prints the
    public key only: the private key is then nowhere.
    """
    keys = new_keys()
    if holders is None and needed is None and out is None:
        click.echo(f"THIQA_CUSTODIAN_PUBLIC_KEY={keys.public}\nTHIQA_CUSTODIAN_PRIVATE_KEY={keys.private}")
        return
    if holders is None or needed is None or out is None:
        raise click.UsageError("Name all three: --holders, --needed and --out.")
    try:
        shares = split(keys.private, holders, needed)
    except SharesError as error:
        raise click.ClickException(str(error)) from None
    out.mkdir(parents=True, exist_ok=True, mode=0o700)
    with ExitStack() as all_or_none:
        for number, share in enumerate(shares, 1):
            said = f"# Thiqa, share {number} of {holders}; any {needed} open. Public key {keys.public}\n{share}\n"
            all_or_none.enter_context(private_file(out / f"holder-{number}.txt")).write(said.encode())
    click.echo(f"THIQA_CUSTODIAN_PUBLIC_KEY={keys.public}")
    click.echo(f"{out}: {holders} shares. Give each holder one and keep no copy; any {needed} of them open.", err=True)


@custody.command()
def status() -> None:
    """Show how many envelopes wait in each wave, and the last hash of the trail. Changes nothing."""
    settings = read_settings(CustodianSettings)
    with _database(settings) as engine, reading(engine) as session:
        counts, verdict = waiting(session), verify(session)
        periods = waves(session)
    table = Table("wave", "state", "waiting", "opens")
    for wave in periods:
        opens = (
            f"from {2 * settings.smallest}, all but {settings.smallest}" if settings.smallest else "when it is closed"
        )
        opens = "now: thiqa custody open" if wave.state == CLOSED else opens
        table.add_row(wave.id, wave.state, str(counts.get(wave.id, 0)), opens if counts.get(wave.id) else "")
    Console().print(table)
    _show_head(verdict)


@custody.command("open")
@SHARES
def open_(files: tuple[Path, ...]) -> None:
    """Open the batches that may be opened: writes responses and deletes their envelopes, in one transaction a wave."""
    settings = read_settings(CustodianSettings)
    with _database(settings) as engine, _told():
        waits = due(engine, settings.smallest)
        done = open_batches(engine, _private_key(settings, files), settings.smallest) if waits else {}
        if not done:
            enough = f" or has {2 * settings.smallest} envelopes waiting" if settings.smallest else ""
            click.echo(f"Nothing was opened: no wave is closed{enough}.")
            return
        _show(done)
        _tell_head(engine)
    click.echo("Next: thiqa release build")


@custody.command("close-wave")
@click.argument("wave_id", metavar="WAVE")
@click.option("--few", is_flag=True, help=f"Also if fewer than {FEW} are left.")
@SHARES
def close(wave_id: str, files: tuple[Path, ...], *, few: bool) -> None:
    """End the fieldwork of WAVE and open what is left in it. Changes the wave and writes responses."""
    settings = read_settings(CustodianSettings)
    with _database(settings) as engine, _told():
        with reading(engine) as session:
            left = waiting(session).get(wave_id, 0)
        if 0 < left < FEW and not few:
            raise click.ClickException(
                f"Only {left} are left: whoever knows who came last finds them among so few. Nothing was changed; "
                "to open them all the same, or to end a wave that hardly anybody answered, say --few."
            )
        opening = close_wave(engine, _private_key(settings, files), wave_id, datetime.now(UTC).date())
        _show({wave_id: opening})
        _tell_head(engine)
    click.echo(f"Wave {wave_id} is closed. Next: thiqa purge on the collector, then destroy the key of this wave.")


@custody.command()
@click.option("--noted", metavar="HASH", help="A hash that was noted after an earlier opening.")
def trail(noted: str | None) -> None:
    """Show and check the trail: its chain, a hash noted before, and the number of responses. Changes nothing."""
    with _database(read_settings(CustodianSettings)) as engine, reading(engine) as session:
        verdict = verify(session, noted)
    table = Table("number", "wave", "act", "responses", "refused", "hash")
    for record in verdict.records:
        counts = (str(record.responses), str(record.refused))
        table.add_row(str(record.number), record.wave, record.act.value, *counts, record.digest[:16])
    Console().print(table)
    _show_head(verdict)
    if verdict.faults:
        raise click.ClickException("; ".join(verdict.faults))
    click.echo("The chain is whole, and there are as many responses as it accounts for.")


def _database(settings: CustodianSettings) -> AbstractContextManager[Engine]:
    return connected(settings.database_url.get_secret_value())


@contextmanager
def _told() -> Iterator[None]:
    """What went wrong, as a sentence."""
    try:
        yield
    except NoWaveError as error:
        raise click.ClickException(f"There is no wave {error}.") from None
    except WrongKeyError as error:
        raise click.ClickException(str(error)) from None
    except OvertakenError:
        raise click.ClickException("Another opening was quicker. To open what it left: thiqa custody open") from None


def _private_key(settings: CustodianSettings, files: tuple[Path, ...]) -> str:
    """The private key in hexadecimal, which is kept nowhere. Raises ClickException."""
    try:
        if files:
            return joined(_read(file) for file in files)
        if settings.custodian_private_key is not None:
            return settings.private_key
        shares = [click.prompt("Share 1", hide_input=True)]
        shares += [click.prompt(f"Share {number}", hide_input=True) for number in range(2, needed(shares[0]) + 1)]
        return joined(shares)
    except SharesError as error:
        raise click.ClickException(str(error)) from None


def _read(file: Path) -> str:
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        raise SharesError(f"{file} cannot be read") from None
    return " ".join(line for line in lines if not line.startswith("#"))


def _show(done: dict[str, Opening]) -> None:
    table = Table("wave", "opened", "refused", "sealed to another key")
    for wave_id, opening in done.items():
        table.add_row(wave_id, str(opening.opened), str(opening.refused), str(opening.unreadable))
    Console().print(table)


def _tell_head(engine: Engine) -> None:
    with reading(engine) as session:
        _show_head(verify(session))


def _show_head(verdict: Verdict) -> None:
    click.echo(f"Trail: {len(verdict.records)} records. Note this hash: {verdict.head}")
