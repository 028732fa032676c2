"""The `thiqa questionnaire` verbs: what an author needs before fieldwork. Only `export` writes, and only its file."""

import dataclasses
import json
import sys
import tomllib
from collections.abc import Sequence
from itertools import groupby
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from sms.campaign.sizes import Message, messages
from survey_app.engine import Questionnaire
from survey_app.instrument import BUNDLED
from survey_app.media import AUDIO, content_type, find, named
from survey_app.xlsform import Finding, Imported, Severity, export_markdown, export_workbook, import_form

from .rehearsal import by_text, by_web, show_answers

NEVER = frozenset({"never_asked", "never_offered"})
STYLES = {Severity.FAULT: "bold red", Severity.REPAIR: "yellow", Severity.NOTE: "dim"}
FORM = click.Path(path_type=Path, exists=True, dir_okay=False)
FOLDER = click.Path(path_type=Path, exists=True, file_okay=False)


@click.group()
def questionnaire() -> None:
    """Questionnaires, as XLSForm files (.xlsx or markdown)."""


@questionnaire.command()
@click.argument("file", type=FORM, required=False)
@click.option("--price", type=click.FloatRange(min=0), help="Price of one segment; adds what each question costs.")
@click.option(
    "--media", type=FOLDER, envvar="THIQA_MEDIA", help="Folder of recordings and pictures; notes those missing."
)
@click.option("--json", "as_json", is_flag=True, help="The same, for machines.")
def check(file: Path | None, price: float | None, media: Path | None, *, as_json: bool) -> None:
    """Read FILE (the bundled questionnaire if none is named) and say whether it may be fielded. Changes nothing.

    Shows what was found, how much of it is written in each language, and how many segments each question takes as a
    text message, with the characters that make it dear. The exit status is 0 when it may be fielded, else 1.
    """
    source = file or _bundled()
    found = import_form(source)
    if found.questionnaire:
        notes = _media(found.questionnaire, media)
        found = dataclasses.replace(found, findings=(*found.findings, *notes))
    sent = messages(found.questionnaire) if found.questionnaire else ()
    fieldable = found.questionnaire is not None and not found.faults
    if as_json:
        click.echo(json.dumps(_plain(source, found, sent, price), ensure_ascii=False, indent=1))
    else:
        console = Console(highlight=False, markup=False, emoji=False)
        for table in _tables(found, sent, price):
            if table.row_count:
                console.print(table)
        click.echo(_verdict(source, found, fieldable=fieldable))
    raise click.exceptions.Exit(0 if fieldable else 1)


@questionnaire.command()
@click.argument("file", type=FORM, required=False)
@click.option("--language", type=click.Choice(["ar", "fr", "en"]), default="ar", show_default=True)
@click.option("--as", "channel", type=click.Choice(["web", "text"]), default="text", show_default=True)
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True, help="Decides orders and arms.")
def show(file: Path | None, language: str, channel: str, seed: int) -> None:
    """Hold the interview of FILE in the terminal. Reads replies line by line; changes nothing.

    By web an option is answered by its code in brackets, by text as on a telephone. The words for back and stop work
    in every language. The answers are printed at the end and kept nowhere.
    """
    source = file or _bundled()
    form = import_form(source).questionnaire
    if form is None:
        raise click.ClickException(f"{source.name} cannot be asked; see: thiqa questionnaire check")
    if language not in form.languages:
        raise click.ClickException(f"{source.name} is not written in {language}, but in {', '.join(form.languages)}")
    console = Console(highlight=False, markup=False, emoji=False, soft_wrap=True)

    def typed() -> str | None:
        console.print("> ", end="")
        line = sys.stdin.readline()
        if not sys.stdin.isatty():
            console.print(line.rstrip("\n"))
        return line.rstrip("\n") if line else None

    play = by_text if channel == "text" else by_web
    show_answers(form, play(form, language, seed, typed, console), console)


@questionnaire.command()
@click.argument("file", type=FORM)
@click.argument("out", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--overwrite", is_flag=True, help="Replace OUT if it is there.")
def export(file: Path, out: Path, *, overwrite: bool) -> None:
    """Read FILE and write it to OUT (.md or .xlsx) as this project writes forms. Writes OUT and nothing else.

    What was mended on the way in stays mended. A form with faults is not exported.
    """
    found = import_form(file)
    if found.questionnaire is None or found.faults:
        raise click.ClickException(f"{file.name} has faults; see: thiqa questionnaire check {file}")
    if out.suffix not in (".md", ".xlsx"):
        raise click.ClickException("OUT must end in .md or .xlsx")
    form = found.questionnaire
    content = export_markdown(form).encode() if out.suffix == ".md" else export_workbook(form)
    try:
        with out.open("wb" if overwrite else "xb") as target:
            target.write(content)
    except FileExistsError:
        raise click.ClickException(f"{out} is there already; --overwrite replaces it") from None
    except OSError as error:
        raise click.ClickException(f"{out} cannot be written ({error.strerror})") from None
    click.echo(f"{out}: {len(form.items)} items in {', '.join(form.languages)}; version {form.version[:12]}")


def _bundled() -> Path:
    files = tomllib.loads(BUNDLED.read_text(encoding="utf-8"))["files"]
    return BUNDLED.parent / str(files["questionnaire"])


def _media(form: Questionnaire, folder: Path | None) -> list[Finding]:
    # Which files would be shown nowhere: those of no usable name or kind and, where a folder is known, those not in it.
    found = []
    for item, name, types in named(form):
        code = "media_unusable" if content_type(name, types) is None else "media_missing"
        if code == "media_unusable" or (folder and find(folder, name, types) is None):
            sheet = "survey" if types is AUDIO else "choices"
            found.append(Finding(code, sheet, 0, detail=f"{item}: {name}", severity=Severity.NOTE, item=item))
    return found


def _verdict(source: Path, found: Imported, *, fieldable: bool) -> str:
    form = found.questionnaire
    if form is None or not fieldable:
        count = len(found.faults)
        return f"{source.name} cannot be fielded: {count} {'fault' if count == 1 else 'faults'}."
    languages = ", ".join(form.languages)
    return f"{source.name} may be fielded: {len(form.items)} items in {languages}; version {form.version[:12]}."


def _tables(found: Imported, sent: Sequence[Message], price: float | None) -> tuple[Table, ...]:
    coverage = Table("language", "texts written", title="Languages")
    for language, share in found.coverage.items():
        coverage.add_row(language, f"{share:.0%}" if share in (0, 1) else f"{share:.1%}")
    return (
        _findings("Findings", [finding for finding in found.findings if finding.code not in NEVER]),
        _findings("Logic that can never fire", [finding for finding in found.findings if finding.code in NEVER]),
        coverage,
        _messages(found, sent, price),
    )


def _findings(title: str, findings: Sequence[Finding]) -> Table:
    table = Table("severity", "sheet", "row", "column", "finding", title=title)
    table.add_column("detail", overflow="fold")
    for finding in findings:
        words = (finding.sheet, str(finding.row or ""), finding.column, finding.code.replace("_", " "), finding.detail)
        table.add_row(finding.severity.value, *words, style=STYLES[finding.severity])
    return table


def _messages(found: Imported, sent: Sequence[Message], price: float | None) -> Table:
    languages = found.questionnaire.languages if found.questionnaire else ()
    costs = [f"cost {language}" for language in languages] if price is not None else []
    table = Table("item", *languages, *costs, title="Segments by text message", show_footer=bool(sent))
    for name, group in groupby(sent, key=lambda message: message.item):
        row = list(group)
        table.add_row(name, *map(_cell, row), *(f"{message.size.parts * (price or 0):.2f}" for message in row if costs))
    totals = [sum(m.size.parts for m in sent if m.language == language) for language in languages]
    footers = ["everything asked", *map(str, totals), *(f"{total * (price or 0):.2f}" for total in totals if costs)]
    for column, footer in zip(table.columns, footers, strict=True):
        column.footer = footer
    return table


def _cell(message: Message) -> str:
    return " ".join((str(message.size.parts), message.dear, "longer than a carrier takes" * message.too_long)).rstrip()


def _plain(source: Path, found: Imported, sent: Sequence[Message], price: float | None) -> dict[str, object]:
    form = found.questionnaire
    return {
        "file": source.name,
        "may_be_fielded": form is not None and not found.faults,
        "version": form.version if form else None,
        "items": len(form.items) if form else 0,
        "findings": [dataclasses.asdict(finding) for finding in found.findings],
        "coverage": dict(found.coverage),
        "messages": [
            {
                "item": message.item,
                "language": message.language,
                "encoding": message.size.encoding,
                "units": message.size.units,
                "segments": message.size.parts,
                "dear": message.dear,
                "too_long": message.too_long,
            }
            | ({} if price is None else {"cost": round(message.size.parts * price, 6)})
            for message in sent
        ],
    }
