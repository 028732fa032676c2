"""The folder that an analyst gets: files, codebook, set-up lines, a README and a manifest, whole or not at all."""

import hashlib
import json
import shutil
import tempfile
from pathlib import Path

import pandas as pd

from survey_app.instrument import Instrument

from . import files
from .codebook_labels import Table, said
from .protection import Protected, Rule
from .readme import Recipient, readme
from .risk import Change
from .setup_lines import every

README, MANIFEST = "README.md", "manifest.json"


def write(
    out: Path,
    protected: Protected,
    table: Table,
    instrument: Instrument,
    rule: Rule,
    recipient: Recipient,
    changed: tuple[Change, ...],
) -> str:
    """Write the folder `out`, which must not be there (mode 0700, files 0600); returns its fingerprint.

    All is written aside, read back and renamed. Raises FileExistsError, OSError and ReadBackError: nothing is left.
    """
    if out.exists():
        raise FileExistsError(out)
    out.parent.mkdir(parents=True, exist_ok=True)
    aside = Path(tempfile.mkdtemp(prefix=".writing-", dir=out.parent))
    title = said(instrument.title, table.language)
    mark = fingerprint(table.numbers)
    try:
        files.write_sav(aside / files.SAV, table, title)
        files.write_dta(aside / files.DTA, table, title)
        files.write_parquet(aside / files.PARQUET, table, title)
        files.write_csv(aside / files.CSV, table)
        files.write_codebook(aside / files.CODEBOOK, table)
        files.check_read_back(aside, table)
        for name, lines in every(table, instrument):
            (aside / name).write_text(lines, encoding="utf-8")
        text = readme(protected, table, instrument, rule, recipient, changed)
        (aside / README).write_text(text, encoding="utf-8")
        sums = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(aside.iterdir())}
        about = {
            "format": 1,
            "recipient": recipient.name,
            "created": recipient.day.isoformat(),
            "synthetic": recipient.synthetic,
            "language": table.language,
            "k": rule.k,
            "keys": protected.keys,
            "recodings": [f"{each.variable}: {each.what}" for each in protected.recodings],
            "rows": len(table.numbers),
            "fingerprint": mark,
            "files": sums,
        }
        (aside / MANIFEST).write_text(json.dumps(about, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        for path in aside.iterdir():
            path.chmod(0o600)
        aside.rename(out)
    except BaseException:
        shutil.rmtree(aside, ignore_errors=True)
        raise
    return mark


def fingerprint(numbers: pd.DataFrame) -> str:
    """Twelve signs that tell this copy from any other: SHA-256 over the labels of PSUs and strata in the order of rows.

    It is the same from each of the files, and from what somebody made of them, as long as rows keep order and labels.
    """
    text = " ".join(f"{int(s)}/{int(p)}" for s, p in zip(numbers["stratum"], numbers["psu"], strict=True))
    return hashlib.sha256(text.encode()).hexdigest()[:12]
