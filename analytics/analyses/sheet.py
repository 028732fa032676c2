"""A sheet: a table that knows what it is of, how it was made, and why a number is not there.

Two marks are never mixed: a number that could expose somebody, and one that is too unsure. Neither is in the table.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

CONFIDENTIAL, UNRELIABLE, REVIEW, ABSENT = "c", "u", "?", "-"
LEGEND: Mapping[str, str] = {
    CONFIDENTIAL: "c: withheld, since it could expose somebody, by itself or with its neighbours",
    UNRELIABLE: "u: withheld, since it is too unsure by the rules of {rule_set}; the reason names the rule",
    REVIEW: "?: shown, and to be looked at before it is used; the reason names the rule",
    ABSENT: "-: there is none",
}


@dataclass(frozen=True, eq=False)
class Sheet:
    """A table for one question.

    table: a row a figure; a column `flag` holds "", "c", "u" or "?", and numbers of rows flagged c and u are NaN. n:
    people behind it. digits: decimals of a column, one where it is not named. words: what else must be known.
    """

    title: str
    table: pd.DataFrame
    method: str
    n: int
    words: tuple[str, ...] = ()
    digits: Mapping[str, int] = field(default_factory=dict)

    def rows(self) -> list[list[str]]:
        """The cells as text, row by row: a number that is not there is its mark."""
        flags = self.table["flag"] if "flag" in self.table else [""] * len(self.table)
        return [
            [self._cell(name, value, flag) for name, value in zip(self.table.columns, row, strict=True)]
            for flag, row in zip(flags, self.table.itertuples(index=False), strict=True)
        ]

    def marks(self) -> list[str]:
        """The marks that the cells use, in the order of LEGEND."""
        used = {REVIEW if cell.endswith(REVIEW) else cell for row in self.rows() for cell in row}
        return [mark for mark in LEGEND if mark in used]

    def __str__(self) -> str:
        shown = pd.DataFrame(self.rows(), columns=self.table.columns).to_string(index=False)
        head = f"{self.title}; n = {self.n}\n{self.method}"
        return "\n".join([head, *self.words, shown if len(self.table) else "(no rows)"])

    def _cell(self, name: str, value: object, flag: str) -> str:
        if value is None or (isinstance(value, float) and np.isnan(value)):
            return flag if flag in (CONFIDENTIAL, UNRELIABLE) else ABSENT
        if name in ("p", "q") and isinstance(value, float) and value < 0.0005:
            return "<0.001"
        if isinstance(value, (float, np.floating)):
            return f"{value:,.{self.digits.get(name, 1)}f}"
        return f"{value:,}" if isinstance(value, (int, np.integer)) and not isinstance(value, bool) else str(value)


def masked(table: pd.DataFrame, flags: Sequence[str], numbers: Sequence[str], sizes: Sequence[str]) -> pd.DataFrame:
    """The table with a column `flag`, and without what the flags withhold: of a "u" the numbers, of a "c" n as well."""
    hidden = np.isin(np.array(flags, dtype=object), (CONFIDENTIAL, UNRELIABLE))
    secret = np.array([flag == CONFIDENTIAL for flag in flags], dtype=bool)
    found = table.assign(flag=list(flags))
    for names, out in ((numbers, hidden), (sizes, secret)):
        for name in names:
            found[name] = found[name].astype(float).mask(out)
    return found
