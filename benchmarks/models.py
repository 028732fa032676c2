"""The time of a weighted logistic model's point fit, ours beside statsmodels' GLM, once and for replicate weights.

    python -m benchmarks.models --rows 100000

Both fit the same columns to the same answers with the same weights, in turns, from the same design matrix; the least of
several counts. A set of replicate weights begins where the full sample's fit ended, in ours and in statsmodels' alike.
"""

import time
import warnings
from collections.abc import Callable

import click
import numpy as np
import pandas as pd
from rich.console import Console
from rich.table import Table
from statsmodels.genmod.families import Binomial
from statsmodels.genmod.generalized_linear_model import GLM

from analytics.survey.models.families import kind_of
from analytics.survey.models.scoring import solved

COLUMNS = 14


def least(works: dict[str, Callable[[], object]], rounds: int) -> dict[str, float]:
    """Seconds of each, the least of several, in turns."""
    best = dict.fromkeys(works, np.inf)
    for _ in range(rounds):
        for name, work in works.items():
            started = time.perf_counter()
            work()
            best[name] = min(best[name], time.perf_counter() - started)
    return best


@click.command()
@click.option("--rows", default=100_000, show_default=True)
@click.option("--rounds", default=5, show_default=True)
def main(rows: int, rounds: int) -> None:
    """Measure. Changes nothing."""
    random = np.random.default_rng(1)
    x = np.column_stack([np.ones(rows), random.normal(size=(rows, COLUMNS - 1))])
    chance = 1 / (1 + np.exp(-x @ random.normal(0, 0.3, COLUMNS)))
    y, w = (random.random(rows) < chance).astype(float), random.uniform(0.5, 2, rows)
    again = w * random.integers(0, 3, rows)
    names, kind, away = tuple(f"x{k}" for k in range(COLUMNS)), kind_of("binomial", None), np.zeros(rows)
    found = solved(kind, x, y, w, away, names)
    table = pd.DataFrame(x, columns=list(names))
    tight = {"tol": 1e-14, "tol_criterion": "params"}
    works: dict[str, Callable[[], object]] = {
        "once: ours": lambda: solved(kind, x, y, w, away, names),
        "once: statsmodels": lambda: GLM(y, table, Binomial(), var_weights=w).fit(**tight),
        "replicate: ours": lambda: solved(kind, x, y, again, away, names, found),
        "replicate: statsmodels": lambda: GLM(y, table, Binomial(), var_weights=again).fit(start_params=found, **tight),
    }
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of weights of 0 in the replicate
        best = least(works, rounds)
    shown = Table("point fit", "seconds", "times ours", title=f"{rows:,} rows, {COLUMNS} columns, logistic")
    for name, seconds in best.items():
        shown.add_row(name, f"{seconds:.3f}", f"{seconds / best[name.partition(':')[0] + ': ours']:.1f}")
    Console().print(shown)


if __name__ == "__main__":
    main()
