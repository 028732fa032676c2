"""How results print themselves: a table as text, and what is said of a sample that nobody drew."""

import pandas as pd


def listing(table: pd.DataFrame, digits: int = 5) -> str:
    """A table as text; the column of reasons stands only where a figure has one."""
    spoken = "reason" in table and bool((table["reason"] != "").any())
    shown = table if spoken else table.drop(columns="reason", errors="ignore")
    return shown.to_string(index=False, na_rep="not available", float_format=lambda value: f"{value:.{digits}g}")


def not_drawn(probability: bool) -> str:
    """The line before the figures of a sample that nobody drew; none for one that was."""
    return "" if probability else "Non-probability sample: the errors rest on a model, not on a design.\n"
