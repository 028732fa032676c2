"""`thiqa microdata`: protected microdata for an analyst, written by the custodian."""

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.console import Console
from rich.table import Table

from survey_app.instrument import BUNDLED, read_instrument
from survey_app.settings import read_settings
from survey_app.storage.database import connected
from translations.languages import LANGUAGES

from ..settings import AnalysisSettings

if TYPE_CHECKING:
    import numpy as np

    from .protection import Protected
    from .risk import Change, Risk

_K = 5


@click.group()
def microdata() -> None:
    """Microdata for analysts: protected, labelled, in Parquet, SPSS, Stata and CSV."""


@microdata.command()
@click.option("--recipient", required=True, help="Whom this copy is for; it is written into it.")
@click.option("--out", type=click.Path(path_type=Path), required=True, help="The folder to write; it must not exist.")
@click.option("--language", type=click.Choice(LANGUAGES), default="en", show_default=True, help="Of the labels.")
@click.option("--instrument", type=click.Path(path_type=Path, exists=True), default=BUNDLED, help="Instrument file.")
@click.option("--mapping", type=click.Path(path_type=Path, exists=True), help="Mapping of imported microdata instead.")
@click.option("--k", type=click.IntRange(min=_K), default=_K, show_default=True, help="How many must be alike.")
@click.option("--key", "keys", multiple=True, metavar="VARIABLE", help="Another variable that others may know.")
@click.option("--with", "extra", multiple=True, metavar="COLUMN", help="Add mode, language or entry, as a key.")
@click.option("--sensitive", multiple=True, metavar="VARIABLE", help="Another item that nobody may be able to tell.")
@click.option(
    "--recodings", type=click.IntRange(min=0), help="How much coarser areas and ages are. Default: as little as does."
)
def export(  # noqa: PLR0913 (an option each)
    *, recipient: str, out: Path, language: str, instrument: Path, mapping: Path | None, k: int, keys: tuple[str, ...],
    extra: tuple[str, ...], sensitive: tuple[str, ...], recodings: int | None,
) -> None:  # fmt: skip
    """Write the protected microdata of all waves for one RECIPIENT into a new folder.

    Prints the report of risk, which stays with the custodian. Changes nothing in the database.
    """
    from ..foreign import read_mapping  # noqa: PLC0415 (pandas is slow to load; other verbs do not need it)
    from ..indicators.quality import unhurried  # noqa: PLC0415 (as above)
    from ..publish import SEED, NothingToPublishError, responses, weighted  # noqa: PLC0415 (as above)
    from ..survey.variables import DesignError, EstimationError  # noqa: PLC0415 (as above)
    from .codebook_labels import table  # noqa: PLC0415 (as above)
    from .files import ReadBackError  # noqa: PLC0415 (as above)
    from .folder import write  # noqa: PLC0415 (as above)
    from .protection import ProtectionError, Rule, protect  # noqa: PLC0415 (as above)
    from .readme import Recipient  # noqa: PLC0415 (as above)
    from .risk import changes, risks  # noqa: PLC0415 (as above)

    if not recipient.strip():
        raise click.UsageError("Name the recipient.")
    if out.exists():
        raise click.ClickException(f"{out} is there already; name a new folder.")
    settings = read_settings(AnalysisSettings)
    plan = read_mapping(mapping).instrument if mapping else read_instrument(instrument)
    rule = Rule(k, keys, extra, sensitive, recodings=recodings)
    whom = Recipient(recipient.strip(), datetime.now(UTC).date(), settings.demo and mapping is None)
    try:
        with connected(settings.database_url.get_secret_value()) as engine:
            frame, waves = responses(engine)
        kept, forms = unhurried(frame), {wave.id: wave.questionnaire for wave in waves}
        design = weighted(kept, plan, SEED).design
        protected = protect(kept, design, plan, forms, rule, _chance())
        changed = changes(kept, design, protected, plan)
        mark = write(out, protected, table(protected, plan, forms, language), plan, rule, whom, changed)
    except FileExistsError:
        raise click.ClickException(f"{out} is there already; name a new folder.") from None
    except (ProtectionError, NothingToPublishError, DesignError, EstimationError, ReadBackError) as error:
        raise click.ClickException(str(error)) from None
    _report(protected, risks(kept, design, protected), changed)
    click.echo(f"Wrote {len(protected.data)} rows to {out} for {whom.name}. Note this fingerprint of the copy: {mark}")


def _chance() -> "np.random.Generator":
    """Seeded by the operating system: nobody can draw the same order and labels again."""
    import secrets  # noqa: PLC0415 (beside its only use)

    import numpy as np  # noqa: PLC0415 (as above)

    return np.random.default_rng(secrets.randbits(256))


def _report(protected: "Protected", found: "tuple[Risk, Risk]", changed: "tuple[Change, ...]") -> None:
    console = Console(highlight=False, markup=False)
    if not console.is_terminal:
        console = Console(highlight=False, markup=False, width=200)
    steps = "; ".join(f"{each.variable}: {each.what}" for each in protected.recodings) or "none"
    console.print(f"Recodings: {steps}. Rows left out: {protected.left_out}.")
    for name, why in protected.dropped.items():
        console.print(f"Not in the files: {name} ({why}).")
    keys = Table("key", "withheld")
    for name, share in protected.withheld.items():
        keys.add_row(name, f"{share:.1%}")
    console.print(keys)
    alike = Table("sensitive item", "answers withheld, a whole class being alike")
    for name, rows in protected.alike_rows.items():
        alike.add_row(name, str(rows))
    console.print(alike)
    risk = Table("", "alone in the sample", "alone in the population", "expected hits", "highest risk")
    for when, each in zip(("before", "after"), found, strict=True):
        population, hits = f"{each.alone_in_population:.1f}", f"{each.expected:.1f} of {each.n}"
        risk.add_row(when, str(each.alone), population, hits, f"{each.highest:.4f}")
    console.print(risk)
    moved = Table("indicator", "wave", "before", "after", "difference / se", "se after / before")
    for row in changed:
        gap = f"{(row.after - row.before) / row.se:+.2f}" if row.se else ""
        ratio = f"{row.se_after / row.se:.2f}" if row.se and row.se_after else ""
        moved.add_row(row.indicator, row.wave, f"{row.before:.1%}", f"{row.after:.1%}", gap, ratio)
    console.print(moved)
