"""Reads the formulas of R calls: which variables, which rows, which domains."""

import re
from collections.abc import Iterator

import numpy as np
import pandas as pd

from analytics.design import BoolArray, FloatArray


def domains_of(f: pd.DataFrame, call: str) -> list[BoolArray]:
    """The domains of a svyby call; everyone for any other."""
    by = re.search(r"svyby\(~.*?, ~([\w.+ ]+), ", call)
    return domains(f, [key.strip() for key in by[1].split("+")]) if by else [np.ones(len(f), dtype=bool)]


def domains(f: pd.DataFrame, keys: list[str]) -> list[BoolArray]:
    """The domains that occur, the first key fastest, as R `svyby` lists them."""
    codes = f[keys].drop_duplicates().dropna().sort_values(keys[::-1])
    return [(f[keys] == row).all(axis=1).to_numpy() for _, row in codes.iterrows()]


def formula(call: str) -> str:
    """The first formula of a call, without its tilde."""
    found = re.search(r"~((?:I|factor|interaction)\([^)]*\)|[\w.+ ]+)", call)
    assert found is not None
    return found[1]


def variables(f: pd.DataFrame, text: str) -> Iterator[tuple[str, FloatArray]]:
    """(name, float64[n]) of each column of a formula: NaN where missing, a factor as one indicator a level."""
    if test := re.fullmatch(r"I\((.*)\)", text):
        yield text, np.where(f[test[1].split()[0]].isna(), np.nan, condition(f, test[1]).astype(float))
    elif cross := re.fullmatch(r"interaction\(([\w.]+), ([\w.]+)\)", text):
        for domain in domains(f, [cross[1], cross[2]]):
            yield text, domain.astype(float)
    else:
        for term in text.split("+"):
            factor = re.fullmatch(r"factor\((\w+)\)", term.strip())
            column = f[factor[1] if factor else term.strip()]
            if factor or not pd.api.types.is_numeric_dtype(column):
                for level in sorted(column.dropna().unique()):
                    yield f"{term}{level}", np.where(column.isna(), np.nan, (column == level).astype(float))
            else:
                yield term.strip(), column.to_numpy(dtype=float)


def subset(f: pd.DataFrame, call: str) -> BoolArray:
    """bool[n]: the rows a call keeps."""
    if missing := re.search(r"subset\(.*?!is\.na\((\w+)\)", call):
        return np.asarray(f[missing[1]].notna(), dtype=np.bool_)
    if test := re.search(r"subset\(d, (\w[\w.]* == '\w+')\)", call):
        return condition(f, test[1])
    return np.ones(len(f), dtype=bool)


def condition(f: pd.DataFrame, text: str) -> BoolArray:
    """bool[n]: a comparison such as `q1 >= 4`."""
    name, operator, value = text.split()
    column = f[name]
    if operator == "==" and value.startswith("'"):
        return np.asarray(column == value.strip("'"), dtype=np.bool_)
    compare = {"==": column.eq, ">=": column.ge, "<=": column.le}[operator]
    return np.asarray(compare(float(value)), dtype=np.bool_)
