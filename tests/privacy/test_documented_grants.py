"""The table of grants in docs/custody.md is the one that the migrations make."""

import re
from pathlib import Path

from .test_roles import ALLOWED

DOCUMENT = Path(__file__).parents[2] / "docs" / "custody.md"


def test_the_documented_grants_are_the_tested_ones() -> None:
    rows = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in DOCUMENT.read_text().splitlines()
        if re.match(r"\| (table|[a-z_]+) \| .*\| .*\| .*\| .*\|$", line)
    ]
    header = next(row for row in rows if row[0] == "table")
    told: dict[str, dict[str, set[str]]] = {role: {} for role in header[1:]}
    for table, *cells in rows[rows.index(header) + 1 :]:
        cells[1] = cells[0] if cells[1] == "the same" else cells[1]
        for role, cell in zip(header[1:], cells, strict=True):
            if cell:
                told[role][table] = {_sorted(right) for right in re.findall(r"[A-Z]+(?: \([^)]*\))?", cell)}
    tables = {role: {name: what for name, what in of.items() if "_seq" not in name} for role, of in ALLOWED.items()}
    assert told == tables


def _sorted(right: str) -> str:
    """A privilege with its columns as the tests write it."""
    word, _, columns = right.partition(" (")
    return " ".join([word, *sorted(re.findall(r"\w+", columns))])
