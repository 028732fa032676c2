"""Raking to five margins of 2, 6, 4, 200 and 12 levels, beside plain sweeps of numpy over the rows, in one run.

    python -m benchmarks.raking --rows 1000000

The floor knows codes from 0 and gives weights alone; ours reads labels, checks them, and gives a design whose variance
knows the 224 columns. Both stop at the same tolerance.
"""

from collections.abc import Callable
from time import perf_counter

import click
import numpy as np
import pandas as pd
from rich.console import Console
from rich.table import Table

from analytics.survey.design import survey_design
from analytics.survey.weights.calibration import calibrate
from analytics.survey.weights.raking import rake

LEVELS = {"sex": 2, "age": 6, "education": 4, "area": 200, "wave": 12}


def population(rows: int, seed: int) -> tuple[pd.DataFrame, dict[str, np.ndarray]]:
    """A sample with weights `w`, and totals of each margin that some positive weights meet."""
    draw = np.random.default_rng(seed)
    data = pd.DataFrame({name: draw.integers(0, k, rows) for name, k in LEVELS.items()})
    data["psu"] = data["area"] * 20 + draw.integers(0, 20, rows)
    data["w"] = draw.uniform(1, 5, rows)
    truth = data["w"] * np.exp(0.3 * data["sex"] + 0.1 * data["age"] + 0.2 * draw.normal(size=200)[data["area"]])
    return data, {name: np.bincount(data[name], truth, minlength=k) for name, k in LEVELS.items()}


def floor(codes: list[np.ndarray], totals: list[np.ndarray], base: np.ndarray, tolerance: float) -> np.ndarray:
    """Sweeps over the rows until every margin is met."""
    weights = base.copy()
    while True:
        for code, total in zip(codes, totals, strict=True):
            weights *= (total / np.bincount(code, weights, minlength=len(total)))[code]
        off = [np.bincount(code, weights, minlength=len(t)) / t - 1 for code, t in zip(codes, totals, strict=True)]
        if max(float(np.abs(one).max()) for one in off) <= tolerance:
            return weights


def fastest(action: Callable[[], object], times: int) -> float:
    """Seconds, the least of several."""
    found = []
    for _ in range(times):
        started = perf_counter()
        action()
        found.append(perf_counter() - started)
    return min(found)


@click.command()
@click.option("--rows", default=1_000_000, show_default=True)
@click.option("--tolerance", default=1e-10, show_default=True)
@click.option("--times", default=5, show_default=True)
def main(rows: int, tolerance: float, times: int) -> None:
    """Print seconds and their ratio to the floor."""
    data, totals = population(rows, seed=1)
    codes = [data[name].to_numpy() for name in LEVELS]
    base = data["w"].to_numpy()
    margins = {name: dict(enumerate(total.tolist())) for name, total in totals.items()}
    design = survey_design(data, weights="w", strata="area", psu="psu")
    plain = fastest(lambda: floor(codes, list(totals.values()), base, tolerance), times)
    table = Table("what", "seconds", "times the floor", title=f"{rows:,} rows, margins met to {tolerance:g}")
    table.add_row("numpy over the rows", f"{plain:.3f}", "1.0")
    for name, action in (
        ("rake", lambda: rake(design, margins, tolerance=tolerance)),
        ("calibrate, linear", lambda: calibrate(design, margins)),
        ("calibrate, raking", lambda: calibrate(design, margins, distance="raking")),
    ):
        seconds = fastest(action, times)
        table.add_row(name, f"{seconds:.3f}", f"{seconds / plain:.1f}")
    Console().print(table)


if __name__ == "__main__":
    main()
