"""The time of a cube: 30 items by 200 areas and both sexes, means and errors, beside the least that it could take.

    python -m benchmarks.cube --rows 10000,100000,1000000

Answers are whole numbers from 1 to 5 with missing ones, in 4,000 PSUs of 200 strata; areas lie in strata. The floor, in
the same run and in turns, is plain numpy over the same answers: for each item one weighted bincount of cell and code,
with the cells already known and no figure drawn from it. Prints seconds, times the floor, the slope from one number of
rows to the next, and the most memory beside the input's own; beside it svy, and `svyby` of survey where R is installed.
"""

import json
import pickle
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from shutil import which
from typing import Any

import click
import numpy as np
import numpy.typing as npt
import pandas as pd
import polars
import svy
from rich.console import Console
from rich.table import Table
from scipy.sparse import csr_array

from analytics.survey.cube.bootstrap import bootstrap
from analytics.survey.cube.cube import Cube, means
from analytics.survey.cube.summary import merge
from analytics.survey.cube.tally import summarise
from analytics.survey.design import Design, calibration_of, survey_design, with_weights

ITEMS, STRATA, PSUS, WAVES = 30, 200, 4000, 12
NAMES = [f"q{number}" for number in range(ITEMS)]
MARGINS = {"sex": 2, "age": 6, "education": 4, "area": STRATA, "household": 8}  # 220 columns
KINDS = {"cube": ["area", "sex"], "calibrated": ["area", "sex"], "12 waves": ["area", "sex", "wave"]}
LATE = 10_000  # responses that come in after the others were summed
R = """
suppressMessages(library(survey)); data <- read.csv(commandArgs(TRUE)[1])
d <- svydesign(ids = ~psu, strata = ~stratum, weights = ~weight, data = data)
cat(system.time(svyby(~q0, ~area + sex, d, svymean, na.rm = TRUE))[["elapsed"]])
"""


@dataclass(frozen=True, slots=True)
class Made:
    """One sample: its design, the same calibrated, and what the floor sums."""

    design: Design
    calibrated: Design
    codes: npt.NDArray[np.int8]
    cell: npt.NDArray[np.int64]


def made(rows: int) -> Made:
    """A simulated sample of so many rows."""
    random = np.random.default_rng(rows)
    psu = random.integers(0, PSUS, rows)
    codes = random.integers(1, 6, (ITEMS, rows)).astype(np.int8)
    missing = random.random((ITEMS, rows), dtype=np.float32) < 0.05
    data: dict[str, Any] = {name: pd.array(codes[j], dtype="Int8") for j, name in enumerate(NAMES)}
    for j, name in enumerate(NAMES):
        data[name][missing[j]] = pd.NA
    labels = {name: random.integers(0, levels, rows).astype(np.int8) for name, levels in MARGINS.items()}
    labels |= {"area": (psu // (PSUS // STRATA)).astype(np.int16), "wave": random.integers(0, WAVES, rows, np.int8)}
    data |= labels | {"psu": psu.astype(np.int16), "stratum": labels["area"], "weight": random.uniform(0.5, 2, rows)}
    design = survey_design(pd.DataFrame(data), weights="weight", strata="stratum", psu="psu")
    codes[missing] = 0
    return Made(design, raked(design), codes, psu * 2 + labels["sex"])


def raked(design: Design) -> Design:
    """The design with weights raked to margins that are somewhat off, as a census would be."""
    random, weights = np.random.default_rng(1), design.weights.copy()
    of_rows = [design.data[name].to_numpy().astype(np.int64) for name in MARGINS]
    wanted = [
        np.bincount(codes, weights, minlength=levels) * random.uniform(0.9, 1.1, levels)
        for codes, levels in zip(of_rows, MARGINS.values(), strict=True)
    ]
    for _ in range(20):
        for codes, target in zip(of_rows, wanted, strict=True):
            share = target / target.sum() * wanted[0].sum()
            sums = np.bincount(codes, weights, minlength=len(target))
            weights *= np.divide(share, sums, out=np.ones(len(sums)), where=sums > 0)[codes]
    starts = np.cumsum([0, *MARGINS.values()])
    columns = np.column_stack([codes + start for codes, start in zip(of_rows, starts, strict=False)]).ravel()
    bounds = np.arange(0, columns.size + 1, len(MARGINS))
    x = csr_array((np.ones(columns.size), columns.astype(np.int32), bounds.astype(np.int32)), (design.n, starts[-1]))
    return with_weights(design, weights, calibration_of(x, design.weights))


def floor(sample: Made) -> None:
    """The plain histogram pass."""
    for answers in sample.codes:
        np.bincount(sample.cell * 6 + answers, sample.design.weights, minlength=PSUS * 2 * 6)


def cube(design: Design, by: list[str]) -> Cube:
    """What is measured: from rows to all figures."""
    return means(summarise(design, NAMES, by))


def works(sample: Made) -> dict[str, Callable[[], object]]:
    """What is timed, by name."""
    every = summarise(sample.design, NAMES, KINDS["12 waves"])
    few = summarise(sample.design, NAMES, KINDS["cube"])
    late = Design(
        sample.design.data.iloc[:LATE],
        sample.design.weights[:LATE],
        survey_design(
            sample.design.data[:LATE], weights="weight", strata="stratum", psu="psu", single_psu="certainty"
        ).stages,
    )
    return {
        "floor": lambda: floor(sample),
        "cube": lambda: cube(sample.design, KINDS["cube"]),
        "12 waves": lambda: cube(sample.design, KINDS["12 waves"]),
        "calibrated": lambda: cube(sample.calibrated, KINDS["calibrated"]),
        "500 bootstrap replicates, from sums": lambda: bootstrap(few, 500),
        "figures of 12 waves, from sums": lambda: means(every),
        "10,000 more responses, merged": lambda: merge(
            every, summarise(late, NAMES, KINDS["12 waves"], frame=every.frame)
        ),
    }


def timed(tasks: dict[str, Callable[[], object]], rounds: int) -> dict[str, float]:
    """The best seconds of each, in turns, so that a busy moment of the machine falls on all alike."""
    best = dict.fromkeys(tasks, float("inf"))
    for _ in range(rounds):
        for name, task in tasks.items():
            started = time.perf_counter()
            task()
            best[name] = min(best[name], time.perf_counter() - started)
    return best


def size(design: Design) -> int:
    """Bytes of the input: answers, labels, weights, PSUs, and the columns that weights were calibrated to."""
    found = int(design.data.memory_usage(index=False).sum()) + design.weights.nbytes + design.stages[0].unit.nbytes
    for calibration in design.calibrations:
        x: Any = calibration.x
        found += x.data.nbytes + x.indices.nbytes + x.indptr.nbytes + calibration.base.nbytes
    return found


def memory(design: Design, by: list[str]) -> float:
    """The most memory of a fresh process that reads the input and makes the cube, less the bare interpreter's."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "design"
        path.write_bytes(pickle.dumps(design, protocol=5))
        called = [sys.executable, "-m", "benchmarks.cube", "--peak-of", str(path), "--by", ",".join(by)]
        return float(subprocess.run(called, capture_output=True, text=True, check=True).stdout) / size(design)


def peak(path: Path, by: list[str]) -> int:
    """Bytes: called in that fresh process."""
    cube(survey_design(pd.DataFrame({name: [1, 2] for name in [*NAMES, *by]}), weights=[1, 1]), by)  # loads modules
    before = most_memory()
    with path.open("rb") as file:
        cube(pickle.load(file), by)
    return most_memory() - before


def most_memory() -> int:
    """Bytes that this process has held at most; getrusage would tell of the one that started it."""
    status = Path("/proc/self/status").read_text().split("VmHWM:")[1]
    return int(status.split()[0]) * 1024


def r_seconds(design: Design) -> float | None:
    """What R's svyby takes for one of the items, or None without R and its package survey."""
    program = which("Rscript")
    if program is None:
        return None
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "data.csv"
        design.data[["q0", "area", "sex", "psu", "stratum", "weight"]].to_csv(path, index=False)
        done = subprocess.run([program, "-e", R, str(path)], capture_output=True, text=True, check=False)
    return float(done.stdout) if done.returncode == 0 else None


def svy_seconds(design: Design) -> float:
    """What svy's mean takes for one of the items."""
    columns = ["q0", "area", "sex", "psu", "stratum", "weight"]
    table = polars.from_pandas(design.data[columns].astype({"q0": float}))
    sample = svy.Sample(table, svy.Design(stratum="stratum", psu="psu", wgt="weight"))
    started = time.perf_counter()
    sample.estimation.mean("q0", by=["area", "sex"], drop_nulls=True)
    return time.perf_counter() - started


@click.command()
@click.option("--rows", default="10000,100000,1000000", show_default=True, help="Numbers of rows, from few to many.")
@click.option("--rounds", default=7, show_default=True)
@click.option(
    "--r-rows", default=100_000, show_default=True, help="The most rows that R and svy are given: R takes minutes."
)
@click.option("--json", "as_json", is_flag=True)
@click.option("--peak-of", type=click.Path(path_type=Path), hidden=True)
@click.option("--by", default="", hidden=True)
def main(rows: str, rounds: int, r_rows: int, as_json: bool, peak_of: Path | None, by: str) -> None:
    """Measure. Changes nothing."""
    if peak_of is not None:
        click.echo(peak(peak_of, by.split(",")))
        return
    found: dict[int, dict[str, float]] = {}
    for n in (int(number) for number in rows.split(",")):
        sample = made(n)
        found[n] = timed(works(sample), rounds if n < 5_000_000 else min(rounds, 3))
        for kind, domains in KINDS.items():
            design = sample.calibrated if kind == "calibrated" else sample.design
            found[n][f"memory: {kind}"] = memory(design, domains)
        if n <= r_rows:
            found[n]["peer: svy's mean"] = svy_seconds(sample.design)
            if (seconds := r_seconds(sample.design)) is not None:
                found[n]["peer: R's svyby"] = seconds
    click.echo(json.dumps(found, indent=2)) if as_json else show(found)


def show(found: dict[int, dict[str, float]]) -> None:
    """The tables."""
    console, before = Console(), None
    for n, took in found.items():
        shown = Table(f"{n:,} rows", "seconds", "times the floor", "slope", title="30 items, means and errors")
        for name, seconds in took.items():
            if name.startswith(("memory", "peer")):
                continue
            slope = "" if before is None else f"{np.log(seconds / found[before][name]) / np.log(n / before):.2f}"
            shown.add_row(name, f"{seconds:.4f}", f"{seconds / took['floor']:.2f}", slope)
        console.print(shown)
        peaks = ", ".join(f"{kind} {took[f'memory: {kind}']:.1f}" for kind in KINDS)
        console.print(f"The most memory, in times the input: {peaks}")
        for name in (name for name in took if name.startswith("peer")):
            times = took[name] * ITEMS / took["cube"]
            console.print(f"{name.removeprefix('peer: ')}: {took[name]:.1f} s for one item; 30 take {times:,.0f} cubes")
        before = n


if __name__ == "__main__":
    main()
