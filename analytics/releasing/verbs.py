"""The `thiqa release` verbs: what is built, published, checked, compared and withdrawn."""

import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.console import Console
from rich.table import Column, Table

from analytics.analyst import RULES, rules_of
from analytics.release import ReleaseError, read
from analytics.release.bundle import FIGURES
from analytics.release.chain import Verdict, audit, read_chain, verify_all
from analytics.release.difference import Difference, difference
from analytics.release.signature import fingerprint
from analytics.settings import ReleaseSettings
from survey_app.instrument import BUNDLED, Instrument, read_instrument
from survey_app.settings import read_settings
from survey_app.storage.database import connected

from .keys import new_signing_pair

if TYPE_CHECKING:
    from .building import Trust

MOST_ROWS = 40
JSON = click.option("--json", "as_json", is_flag=True, help="As JSON, whole.")
INSTRUMENT = click.option(
    "--instrument", type=click.Path(path_type=Path, exists=True), default=BUNDLED, help="Instrument file."
)
MAPPING = click.option(
    "--mapping", type=click.Path(path_type=Path, exists=True), help="Mapping of imported microdata instead."
)


@click.group()
def release() -> None:
    """Releases: the published figures, each a bundle of files, signed, in a chain that shows what was done."""


@release.command()
@INSTRUMENT
@MAPPING
@RULES
def build(instrument: Path, mapping: Path | None, rules: str) -> None:
    """Compute every figure from the responses into a candidate. Writes a directory below THIQA_RELEASES.

    Nothing is published. How many answers a cell needs is the policy's (`thiqa release propose`). It is signed where
    THIQA_RELEASE_SIGNING_KEY is set.
    """
    from analytics.disclosure.insight import RefusedError  # noqa: PLC0415 (pandas and scipy are slow to load)
    from analytics.disclosure.linked_table import UnprotectableError  # noqa: PLC0415 (the same)
    from analytics.publish import NothingToPublishError, Parameters  # noqa: PLC0415 (the same)

    from .building import build as built  # noqa: PLC0415 (the same)
    from .policy import current  # noqa: PLC0415 (the same)
    from .store import alone  # noqa: PLC0415 (the same)

    settings = read_settings(ReleaseSettings)
    with told():
        k = current(settings.releases, settings.officers).k
        synthetic = settings.demo and mapping is None
        parameters = Parameters(created=today(), k=k, synthetic=synthetic, rule_set=rules_of(rules))
        plan = plan_of(instrument, mapping)
        try:
            with connected(settings.database_url.get_secret_value()) as engine, alone(settings.releases):
                path = built(engine, plan, settings.releases, parameters, trust_of(settings))
        except (NothingToPublishError, UnprotectableError, RefusedError) as error:
            raise click.ClickException(str(error)) from None
        found = read(path)
    table = Table(_id("candidate"), "indicators", "waves", "figures", "shown", "tombstones", "k")
    shown = sum(figure.estimate is not None for figure in found.figures)
    sizes = (len(found.indicators), len(found.waves), len(found.figures), shown, len(found.tombstones), k)
    table.add_row(path.name, *map(str, sizes))
    Console().print(table)
    if settings.release_signing_key is None:
        click.echo("It is not signed. Make a key with: thiqa release keygen", err=True)
    click.echo(f"Next: thiqa release publish {path.name}")


@release.command()
@click.argument("name", metavar="ID")
def publish(name: str) -> None:
    """Publish the candidate ID: checks every file and the signature, writes to the chain, makes it the latest."""
    from .publishing import publish as published  # noqa: PLC0415 (babel is slow to load)
    from .store import alone  # noqa: PLC0415 (the same)

    settings = read_settings(ReleaseSettings)
    with told(), alone(settings.releases):
        new = published(settings.releases, Path(name).name, settings.signing_key, today(), settings.pinned)
        head = read_chain(settings.releases, settings.pinned).head
    table = Table(_id("release"), "act", "day")
    table.add_row(Path(name).name, "published" if new else "was published before", today().isoformat())
    Console().print(table)
    click.echo(f"Next: note this hash on paper, for thiqa release verify --noted: {head}")


@release.command()
@click.argument("path", type=click.Path(path_type=Path, exists=True, file_okay=False), required=False)
@click.option("--noted", metavar="HASH", help="A hash of the chain that was noted before.")
@click.option("--attack", is_flag=True, help="Work out what is withheld, as anybody could, from all releases together.")
@JSON
def verify(path: Path | None, noted: str | None, *, attack: bool, as_json: bool) -> None:
    """Check the chain and every release in it, or one release at PATH. Changes nothing.

    Exit code 1 where anything is not as it was published. Keys of THIQA_RELEASE_PUBLIC_KEY are the only ones trusted,
    if it is set.
    """
    settings = read_settings(ReleaseSettings)
    if path is not None:
        with told():
            shown = audit(path.absolute(), settings.pinned)
        if as_json:
            click.echo(json.dumps({"release": path.absolute().name, "shown": shown, "faults": []}))
        else:
            click.echo(
                f"{path.absolute().name}: every file is what the signed manifest says; {shown} figures are shown."
            )
        return
    with told():
        verdict = verify_all(settings.releases, settings.pinned, noted)
        known = _attacked(settings.releases, verdict.chain.published) if attack else ()
    if as_json:
        click.echo(json.dumps(_said(verdict), ensure_ascii=False))
    else:
        _show_verdict(verdict)
    if faults := (*verdict.faults, *known):
        raise click.ClickException("; ".join(faults))
    if attack and not as_json:
        click.echo("From all releases together, no withheld figure can be worked out.")
    if not as_json and not verdict.chain.records:
        click.echo("Nothing was published yet. Next: thiqa release build")
    elif not as_json:
        click.echo(f"The chain is whole. Next: compare this hash with the one that was noted: {verdict.chain.head}")


def _attacked(directory: Path, published: Sequence[str]) -> tuple[str, ...]:
    """What an outsider works out of what the newest release withholds, in a sentence."""
    from analytics.disclosure.attacker import audit as attacked  # noqa: PLC0415 (scipy is slow to load)

    if not published:
        return ()
    found = attacked([read(directory / name) for name in published if (directory / name / FIGURES).exists()])
    count = len(found.recovered)
    return (f"{count} withheld figures can be worked out",) if count else ()


@release.command()
@click.argument("before", metavar="A")
@click.argument("after", metavar="B")
@JSON
def diff(before: str, after: str, *, as_json: bool) -> None:
    """Say what release B says differently from A (ids or directories). Changes nothing.

    Moves are in units of the half-interval that the figure had in A. Exit code 0 where there is no difference, 1 where
    there is one, 2 where one cannot be read.
    """
    settings = read_settings(ReleaseSettings)
    try:
        pair = [read(_found(settings.releases, name), settings.pinned) for name in (before, after)]
    except ReleaseError as error:
        click.echo(f"Error: {error}. See the ids with: thiqa release verify", err=True)
        sys.exit(2)
    found = difference(*pair)
    if as_json:
        click.echo(json.dumps(asdict(found), ensure_ascii=False))
    elif found:
        _show_difference(found)
    else:
        click.echo(f"{pair[0].id} and {pair[1].id} say the same.")
    sys.exit(1 if found else 0)


@release.command()
@click.argument("name", metavar="ID")
@click.option("--reason-ar", required=True)
@click.option("--reason-fr", required=True)
@click.option("--reason-en", required=True)
@click.option("--indicator", default="", metavar="ID", help="This indicator alone: the next build leaves it out.")
@click.option("--remove-figures", is_flag=True, help="Delete the files of the release but for its manifest and words.")
def withdraw(
    name: str, reason_ar: str, reason_fr: str, reason_en: str, indicator: str, *, remove_figures: bool
) -> None:
    """Withdraw the release ID: writes to the chain, and the one before is the latest again. Its manifest stays.

    Figures that are removed can no longer be considered when later releases are protected, though people may have
    kept them.
    """
    from .publishing import withdraw as withdrawn  # noqa: PLC0415 (babel is slow to load)
    from .store import alone  # noqa: PLC0415 (the same)

    if indicator and remove_figures:
        raise click.UsageError("A release whose indicator is withdrawn stands; --remove-figures is for whole releases.")
    settings = read_settings(ReleaseSettings)
    reason = {"ar": reason_ar, "fr": reason_fr, "en": reason_en}
    with told(), alone(settings.releases):
        chain = withdrawn(
            settings.releases, Path(name).name, reason, settings.signing_key, today(), settings.pinned, indicator,
            remove=remove_figures,
        )  # fmt: skip
    table = Table(_id("release"), "withdrawn", _id("latest now"), "head of the chain")
    table.add_row(Path(name).name, indicator or "all", chain.latest or "none", chain.head[:8])
    Console().print(table)
    click.echo("Next: thiqa release build")


@release.command()
@click.option("--officer", is_flag=True, help="A key for an officer, who agrees to policies.")
def keygen(*, officer: bool) -> None:
    """Make a new pair of keys that sign, and print both. Writes nothing."""
    keys = new_signing_pair()
    private, public = (
        ("THIQA_OFFICER_KEY", "THIQA_RELEASE_OFFICERS")
        if officer
        else ("THIQA_RELEASE_SIGNING_KEY", "THIQA_RELEASE_PUBLIC_KEY")
    )
    click.echo(f"{private}={keys.private}\n{public}={keys.public}")
    click.echo(f"Fingerprint {fingerprint(keys.public)}.", err=True)
    click.echo(
        "Next: keep the first line secret, add the second one's key, with a comma, to those of the other officers."
        if officer
        else "Next: keep the first line with the custodian, give the second to whoever verifies.",
        err=True,
    )


def today() -> date:
    """The day in UTC."""
    return datetime.now(UTC).date()


@contextmanager
def told() -> Iterator[None]:
    """What went wrong with a release, as a sentence with a way out."""
    try:
        yield
    except ReleaseError as error:
        raise click.ClickException(f"{error}. Nothing was changed; look with: thiqa release verify") from None


def plan_of(instrument: Path, mapping: Path | None) -> Instrument:
    """The instrument of a file or of a mapping."""
    if mapping is None:
        return read_instrument(instrument)
    from analytics.foreign import read_mapping  # noqa: PLC0415 (pandas is slow to load)

    return read_mapping(mapping).instrument


def trust_of(settings: ReleaseSettings) -> "Trust":
    """The keys of the settings."""
    from .building import Trust  # noqa: PLC0415 (pandas is slow to load)

    key = settings.release_signing_key
    return Trust(key.get_secret_value() if key else "", settings.pinned, settings.officers)


def _id(heading: str) -> Column:
    """A column of ids, which are shown whole on the narrowest terminal."""
    return Column(heading, no_wrap=True, min_width=23)


def _found(directory: Path, name: str) -> Path:
    named = Path(name)
    return named.absolute() if named.is_dir() else directory / named.name


def _said(verdict: Verdict) -> dict[str, object]:
    entries = [{**asdict(entry), "act": entry.act.value} for entry in verdict.chain.entries]
    about = {"head": verdict.chain.head, "latest": verdict.chain.latest, "entries": entries}
    return {**about, "shown": dict(verdict.shown), "faults": list(verdict.faults)}


def _show_verdict(verdict: Verdict) -> None:
    table = Table("number", "day", "act", _id("release"), "shown", "hash")
    for record, entry in zip(verdict.chain.records, verdict.chain.entries, strict=True):
        what = f"{entry.act.value} {entry.indicator}".strip()
        count = verdict.shown.get(entry.release)
        shown = "" if count is None or entry.act.value == "withdrawn" else str(count)
        table.add_row(str(record.number), entry.day, what, entry.release, shown, record.digest[:8])
    Console().print(table)


def _show_difference(found: Difference) -> None:
    table = Table("what", "which", "before", "after", "half-intervals")
    for what in ("added", "withdrawn", "redefined"):
        for name in getattr(found, what):
            table.add_row(f"indicator {what}", name)
    for name, (old, new) in found.parameters.items():
        table.add_row("parameter", name, str(old), str(new))
    for moved in found.moved[:MOST_ROWS]:
        half = "" if moved.half_intervals is None else f"{moved.half_intervals:+.2f}"
        table.add_row("figure", _words(moved.key), f"{moved.before:.3f}", f"{moved.after:.3f}", half)
    for what in ("appeared", "vanished"):
        for key in getattr(found, what)[:MOST_ROWS]:
            table.add_row(f"figure {what}", _words(key))
    Console().print(table)
    counts = (len(found.moved), len(found.appeared), len(found.vanished))
    told = sum(moved.before != moved.after for moved in found.moved)
    click.echo(f"Figures changed: {counts[0]} (in the estimate: {told}), appeared: {counts[1]}, vanished: {counts[2]}.")
    if max(counts) > MOST_ROWS:
        click.echo("Next: --json has all of them.")


def _words(key: tuple[str, str, str, str, str, int]) -> str:
    *texts, span = key
    return " ".join([*filter(None, texts), *([f"over {span} waves"] if span > 1 else [])])
