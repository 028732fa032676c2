"""The mode of answering: how much it moves each item, and series that hold its mix constant.

Outside randomised arms people choose their mode, so that an adjusted difference is selection and measurement together
and is called so (Jäckle, Roberts and Lynn 2010; Vannieuwenhuyze, Loosveldt and Molenberghs 2010).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, cast

import numpy as np
import pandas as pd
from scipy.sparse import csr_array

from ..hypotheses.significance import adjusted, two_sided
from ..linearisation import Linear, Sample, ratios
from ..results import Estimates
from ..variables import Columns, EstimationError, FloatArray, column, data_of, measured, where_rows
from .effects import combined
from .formulas import quoted
from .regression import Fit, estimated, glm
from .terms import TermsTest, terms_test

ADJUSTED = "adjusted mode difference (selection and measurement)"
RANDOMISED = "difference between randomised arms (measurement, and who answers in each)"


@dataclass(frozen=True, eq=False)
class ModeEffects:
    """Differences between modes, item by item.

    effects: keys item, from, to; in units of the item, with the covariance of all. tests: of each item, that no mode
    differs. label: what the differences are; print it beside them.
    """

    effects: Estimates
    tests: Mapping[str, TermsTest]
    label: str
    fits: Mapping[str, Fit] = field(repr=False)

    @property
    def p(self) -> FloatArray:
        """float64[k]: two-sided p of no difference; NaN where there is no error."""
        return two_sided(np.asarray(self.effects.value / self.effects.se), self.effects.df)

    @property
    def q(self) -> FloatArray:
        """float64[k]: p after Benjamini and Hochberg (1995) over all items and modes."""
        return adjusted(self.p)

    def table(self, level: float = 0.95) -> pd.DataFrame:
        """The effects with p and q, one row each."""
        return self.effects.table(level).drop(columns=["n_effective", "deff"]).assign(p=self.p, q=self.q)

    def __str__(self) -> str:
        tests = "\n".join(f"{item}: {test}" for item, test in self.tests.items())
        return f"{self.label}\n{self.effects}\n{tests}"


def mode_effect(
    design: Sample,
    items: str | Sequence[str],
    mode: str,
    *,
    adjust: Sequence[str] = (),
    arms: Columns | None = None,
    reference: str | None = None,
    where: Columns | None = None,
) -> ModeEffects:
    """Differences of each item between modes, against the reference (the first in order if not given).

    arms: bool[n], the rows whose mode was drawn by lot; only they are compared then. Without arms, adjust names what
    else tells the modes' people apart, as terms of a formula such as 'age_group' or 'C(wave)'.
    Raises EstimationError with neither, on an unknown reference, on an item that is no number.
    """
    names = [items] if isinstance(items, str) else list(items)
    if arms is None and not adjust:
        raise EstimationError(
            "People choose their mode: name what else tells them apart (adjust=), or the rows drawn by lot (arms=)."
        )
    inside = where_rows(data_of(design), where)
    if arms is not None:
        inside = inside & where_rows(design.data, arms)
    ordered = _referenced(design, mode, reference, inside)
    right = " + ".join([quoted(mode), *adjust])
    fits = {item: glm(ordered, f"{quoted(item)} ~ {right}", where=inside) for item in names}
    tests = {item: terms_test(fit, quoted(mode)) for item, fit in fits.items()}
    parts, keys = [], []
    for item, fit in fits.items():
        columns = list(fit.frame.terms[quoted(mode)])
        parts.append(combined(fit.linear, np.eye(len(fit.linear.value))[columns]))
        first, *others = fit.frame.levels[mode]
        keys += [{"item": item, "from": str(first), "to": str(other)} for other in others]
    label = ADJUSTED if arms is None else RANDOMISED
    rows = np.logical_or.reduce([fit.frame.rows for fit in fits.values()])
    taken = max(fit.taken for fit in fits.values())
    found = estimated(design, pd.DataFrame(keys), _stacked(parts), rows, taken, label)
    each = [fit for part, fit in zip(parts, fits.values(), strict=True) for _ in part.value]
    found = replace(
        found,
        n=np.array([fit.coefficients.n[0] for fit in each]),
        domain_df=np.array([fit.coefficients.domain_df[0] for fit in each]),
    )
    return ModeEffects(found, tests, label, fits)


def constant_mix(
    design: Sample,
    items: str | Sequence[str],
    mode: str,
    over: str,
    *,
    mix: Mapping[Any, float] | None = None,
    where: Columns | None = None,
) -> Estimates:
    """Means of items over waves (or areas) as if each had the same mix of modes (R `svystandardize`).

    mix: the share of each mode, summing to 1; else that of the whole domain, whose sampling error then counts too.
    Keys: item and over. Raises EstimationError where a wave lacks a mode, or on a mix that is none.
    """
    inside = where_rows(data_of(design), where) & (design.weights > 0)
    modes, waves = column(design.data, mode, "mode"), column(design.data, over, "over")
    inside &= (modes.notna() & waves.notna()).to_numpy()
    names = [items] if isinstance(items, str) else list(items)
    kinds, places = sorted(modes[inside].unique().tolist()), sorted(waves[inside].unique().tolist())
    if mix is not None and (set(mix) != set(kinds) or min(mix.values()) < 0 or abs(sum(mix.values()) - 1) > 1e-9):
        raise EstimationError(
            f"mix must give each of {', '.join(map(str, kinds))} a share, and sum to 1; got {dict(mix)}."
        )
    kind = pd.Categorical(modes, categories=kinds).codes.astype(np.int64)
    place = pd.Categorical(waves, categories=places).codes.astype(np.int64)
    rows = np.flatnonzero(inside)
    ones = np.ones(len(rows))
    everyone = csr_array((ones, (rows, np.zeros(len(rows), np.int64))), shape=(design.n, 1))
    parts, sizes = [], []
    for item in names:
        y = measured(design.data, item, "item")
        known = rows[np.isfinite(y[rows])]
        cell = place[known] * len(kinds) + kind[known]
        held = np.bincount(cell, minlength=len(places) * len(kinds))
        if (held == 0).any():
            empty = int(np.argmin(held))
            raise EstimationError(
                f"{item}: nobody answered by {kinds[empty % len(kinds)]} in {over} {places[empty // len(kinds)]}, "
                "so the mix cannot be held there. Leave that mode or wave out by where=."
            )
        shape = (design.n, len(held))
        cells = ratios(
            design.weights,
            csr_array((y[known], (known, cell)), shape=shape),
            csr_array((np.ones(len(known)), (known, cell)), shape=shape),
        )
        shares = (
            _fixed([mix[each] for each in kinds], design.n)
            if mix is not None
            else ratios(
                design.weights,
                csr_array((ones, (rows, kind[rows])), shape=(design.n, len(kinds))),
                csr_array(everyone @ np.ones((1, len(kinds)))),
            )
        )
        parts.append(_mixed(cells, shares, len(places)))
        sizes += held.reshape(len(places), -1).sum(axis=1).tolist()
    keys = pd.DataFrame([{"item": item, over: each} for item in names for each in places])
    method = f"means with a constant mix of {mode}" + (" (given)" if mix is not None else " (of the whole domain)")
    return replace(estimated(design, keys, _stacked(parts), inside, 0, method), n=np.array(sizes))


def _mixed(cells: Linear, shares: Linear, places: int) -> Linear:
    """Means of each place [places], from those of its cells [places * modes] and the shares of modes [modes]."""

    def at(means: FloatArray, mix: FloatArray) -> FloatArray:
        return np.asarray(means.reshape(places, -1) @ mix)

    influence = cells.influence @ np.kron(np.eye(places), shares.value[:, None])
    influence = influence + shares.influence @ cells.value.reshape(places, -1).T
    return Linear(at(cells.value, shares.value), influence, lambda weights: at(cells.at(weights), shares.at(weights)))


def _fixed(values: Sequence[float], n: int) -> Linear:
    known = np.array(values, dtype=np.float64)
    return Linear(known, np.zeros((n, len(known))), lambda _: known)


def _stacked(parts: Sequence[Linear]) -> Linear:
    return Linear(
        np.concatenate([part.value for part in parts]),
        np.hstack([cast(FloatArray, part.influence) for part in parts]),
        lambda weights: np.concatenate([part.at(weights) for part in parts]),
    )


def _referenced(design: Sample, mode: str, reference: str | None, inside: Any) -> Sample:
    """The design with mode as a factor whose first level is the reference."""
    given = column(design.data, mode, "mode")
    levels = sorted(given[inside].dropna().unique().tolist())
    if len(levels) < 2:
        raise EstimationError(f"{mode} has {len(levels)} level(s) among these rows; a mode effect needs two.")
    first = levels[0] if reference is None else reference
    if first not in levels:
        raise EstimationError(f"reference must be one of {', '.join(map(str, levels))}; got {reference!r}.")
    ordered = pd.Categorical(given, categories=[first, *(level for level in levels if level != first)])
    return replace(design, data=design.data.assign(**{mode: ordered}))
