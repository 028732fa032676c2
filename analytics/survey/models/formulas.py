"""Model formulas as R writes them, read on the rows of a design: the rows that are complete, and their columns."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from formulaic import Formula
from formulaic.errors import FormulaicError
from formulaic.transforms import TRANSFORMS

from ..variables import BoolArray, Columns, EstimationError, FloatArray, column, measured

_TEXT = re.compile(r"'[^']*'|\"[^\"]*\"")
_NAME = re.compile(r"`([^`]+)`|(?<![\w.])([A-Za-z_][\w.]*)(\s*\(|\s*=(?!=))?")
_WORDS = {"np", "in", "and", "or", "not", "is", "True", "False", "None"}
_R_FUNCTIONS = {"factor": TRANSFORMS["C"], "sqrt": np.sqrt, "abs": np.abs}
_DEPENDENT = 1e-9  # what is left of a column of length 1 after the columns before it


@dataclass(frozen=True, eq=False)
class ModelFrame:
    """The m rows and p columns of a model.

    rows: bool[n], which rows of the design these are. base: bool[n], the domain with those that lack a value. y: m
    answers. x: float64[m, p]. offset: float64[m]. variables: of the right side. terms: the columns of each term. data:
    the variables of the m rows.
    levels: the levels of each categorical variable, the reference first. skipped: columns that the model leaves out.
    """

    rows: BoolArray = field(repr=False)
    base: BoolArray = field(repr=False)
    y: "pd.Series[Any]" = field(repr=False)
    x: FloatArray = field(repr=False)
    offset: FloatArray = field(repr=False)
    names: tuple[str, ...]
    variables: tuple[str, ...]
    terms: Mapping[str, tuple[int, ...]]
    data: pd.DataFrame = field(repr=False)
    levels: Mapping[str, list[Any]]
    spec: Any = field(repr=False)
    skipped: int = 0

    @property
    def intercept(self) -> bool:
        """Whether the first column is the constant."""
        return self.names[:1] == ("Intercept",)

    def matrix(self, **changed: Any) -> FloatArray:
        """float64[m, p]: the columns if variables had these values, one for all or m of them."""
        data = self.data.assign(**changed)
        data = data.astype({name: self.data[name].dtype for name in changed if name in self.levels})
        found = self.spec.get_model_matrix(data, context=_R_FUNCTIONS, na_action="ignore")
        return np.ascontiguousarray(found.to_numpy(dtype=np.float64)[:, self.skipped :])


def model_frame(
    data: pd.DataFrame, text: str, base: BoolArray, offset: Columns | None = None, *, ordered: bool = False
) -> ModelFrame:
    """Read `y ~ a + b` on rows base bool[n]; names with a dot need no quotes, ^ is a power, as in R.

    Rows that lack any variable are left out, and levels that nobody has. ordered: y is a column with ordered levels.
    Raises EstimationError on a name that is no column, a factor with one level and columns that depend on each other.
    """
    text = _readable(text, data)
    left, tilde, right = text.partition("~")
    right = _bare(right)
    if not tilde or not left.strip() or not right.strip():
        raise EstimationError(f"A model needs a formula such as 'q1 ~ wave + sex'; got {text!r}.")
    used = list(dict.fromkeys(_names(text)))
    rows = base & data[used].notna().all(axis=1).to_numpy()
    away = np.zeros(len(data)) if offset is None else _offset(data, offset)
    rows &= np.isfinite(away)
    if not rows.any():
        raise EstimationError(f"No row of the domain has all of {', '.join(used)}.")
    kept = data.loc[rows, used].reset_index(drop=True).infer_objects()
    for name in kept.columns[[isinstance(kind, pd.CategoricalDtype) for kind in kept.dtypes]]:
        kept[name] = kept[name].cat.remove_unused_categories()
    for text_name, kind in kept.dtypes.items():
        if pd.api.types.is_string_dtype(kind) and not pd.api.types.is_object_dtype(kind):
            kept[text_name] = kept[text_name].astype("str")  # a nullable text is no factor to formulaic
    y = kept[left.strip().strip("`")] if ordered else _response(left, kept)
    x = _matrix(right, kept)
    spec = x.model_spec
    levels = _levels(spec, kept)
    frame = ModelFrame(
        rows=rows,
        base=base,
        y=y,
        x=np.ascontiguousarray(x.to_numpy(dtype=np.float64)),
        offset=away[rows],
        names=tuple(map(str, spec.column_names)),
        variables=tuple(dict.fromkeys(_names(right))),
        terms={str(term): tuple(places) for term, places in spec.term_indices.items() if len(places)},
        data=kept,
        levels=levels,
        spec=spec,
    )
    refuse_dependent(frame.x, frame.names)
    return frame


def refuse_dependent(x: FloatArray, names: tuple[str, ...]) -> None:
    """Raise EstimationError, by name, on a column that others make up, or on more columns than rows."""
    if not np.isfinite(x).all():
        bad = names[int(np.flatnonzero(~np.isfinite(x).all(axis=0))[0])]
        raise EstimationError(f"{bad} is not finite in some rows; make the value missing, or leave the rows out.")
    if len(x) < x.shape[1]:
        raise EstimationError(
            f"{x.shape[1]} coefficients cannot be had from {len(x)} complete rows. A column of text has one for each "
            "level but the first: turn numbers written as text into numbers (pd.to_numeric)."
        )
    size = np.linalg.norm(x, axis=0)
    if (size == 0).any():
        raise EstimationError(f"{names[int(np.argmin(size))]} is nought in every row; leave it out of the formula.")
    r = np.linalg.qr(x / size, mode="r")
    spare = np.flatnonzero(np.abs(np.diag(r)) < _DEPENDENT)
    if len(spare):
        j = int(spare[0])
        parts = np.linalg.lstsq(x[:, :j], x[:, j])[0]
        of = [name for name, part in zip(names, parts, strict=False) if abs(part) > 1e-6]
        raise EstimationError(f"{names[j]} is made up of {', '.join(of)}; leave one of them out of the formula.")


def _bare(text: str) -> str:
    """Without brackets around the whole, in which formulaic does not see that - 1 takes the constant away."""
    text = text.strip()
    while text.startswith("(") and text.endswith(")"):
        depth = np.cumsum([(mark == "(") - (mark == ")") for mark in _TEXT.sub(lambda part: "_" * len(part[0]), text)])
        if (depth[:-1] == 0).any():
            break
        text = text[1:-1].strip()
    return text


def quoted(name: str) -> str:
    """A column's name as a formula takes it."""
    return name if name.isidentifier() else f"`{name}`"


def _readable(text: str, data: pd.DataFrame) -> str:
    """The text with ^ as a power and dotted names in quotes; a name that is nothing is refused."""

    def quote(match: re.Match[str]) -> str:
        name = match[2]
        if name is None or match[3] or name in _WORDS or name.split(".")[0] in _WORDS:
            return match[0]
        if name not in data:
            raise EstimationError(
                f"formula: there is no column {name!r}; there are {', '.join(map(str, data.columns[:12]))}."
            )
        return quoted(name)

    for name in re.findall(r"`([^`]+)`", text):
        if name not in data:
            raise EstimationError(f"formula: there is no column {name!r}.")
    parts, at = [], 0
    for literal in _TEXT.finditer(text):
        parts += [_NAME.sub(quote, text[at : literal.start()].replace("^", "**")), literal[0]]
        at = literal.end()
    return "".join([*parts, _NAME.sub(quote, text[at:].replace("^", "**"))])


def _names(text: str) -> list[str]:
    """The columns that a readable text names."""
    found = []
    for match in _NAME.finditer(_TEXT.sub("", text)):
        name = match[1] or match[2]
        if match[1] or not (match[3] or name in _WORDS or name.split(".")[0] in _WORDS):
            found.append(name)
    return found


def _matrix(text: str, data: pd.DataFrame) -> Any:
    try:
        with np.errstate(all="ignore"):
            return Formula(text).get_model_matrix(data, context=_R_FUNCTIONS, na_action="ignore")
    except (FormulaicError, AttributeError) as problem:
        reason = re.sub(r"\x1b\[[\d;]*m|[⧛⧚]", "", str(problem)).strip().splitlines()
        part = text.strip().removesuffix(" - 1").strip()
        hint = " Turn numbers written as text into numbers first (pd.to_numeric)." if "dtype=str" in reason[0] else ""
        raise EstimationError(f"{part!r} in the formula cannot be read: {' '.join(reason)}.{hint}") from problem


def _response(left: str, data: pd.DataFrame) -> "pd.Series[Any]":
    found = _matrix(f"{left} - 1", data)
    if found.shape[1] == 2 and found.model_spec.factor_contrasts:
        return pd.Series(found.iloc[:, 1].to_numpy(dtype=np.float64))
    if found.shape[1] != 1:
        raise EstimationError(
            f"{left.strip()} must be one column of numbers, or have two levels (the second is modelled); it has "
            f"{found.shape[1]}. For ordered levels use ordinal()."
        )
    y = found.iloc[:, 0].to_numpy(dtype=np.float64)
    if not np.isfinite(y).all():
        raise EstimationError(f"{left.strip()} is not finite in some rows; leave them out by where=.")
    return pd.Series(y)


def _levels(spec: Any, data: pd.DataFrame) -> dict[str, list[Any]]:
    """The levels of each categorical variable; a factor of one level is refused."""
    found: dict[str, list[Any]] = {}
    for factor, contrast in spec.factor_contrasts.items():
        levels = list(contrast.levels)
        if len(levels) < 2:
            raise EstimationError(f"{factor} has one level here ({levels[0]}); leave it out of the formula.")
        reference = getattr(contrast.contrasts, "base", None)
        levels = [level for level in levels if level == reference] + [level for level in levels if level != reference]
        for name in [str(factor)] if str(factor) in data else _names(str(factor)):
            found[name] = levels
    return found


def _offset(data: pd.DataFrame, given: Columns) -> FloatArray:
    if isinstance(given, str) and given not in data:
        text = _readable(given, data)
        used = _names(text)
        complete = data[used].notna().all(axis=1).to_numpy()
        found = np.full(len(data), np.nan)
        found[complete] = _matrix(f"{text} - 1", data.loc[complete, used]).to_numpy(dtype=np.float64)[:, 0]
        if np.isinf(found).any():
            raise EstimationError(f"offset: {given} is infinite in some rows; a logarithm needs numbers above nought.")
        return found
    return measured(data, column(data, given, "offset"), "offset")
