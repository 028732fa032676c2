"""The time of complementary suppression as tables grow, beside one linear programme of an attacker over the same table.

    python -m benchmarks.suppression --areas 20,60 --waves 2,6

Tables are made by chance: areas in two levels, sexes, single waves and spans of four. The floor, on the same table, is
the least that any proof of protection takes: the widest that one cell can be, high and low, where all are withheld.
Prints the cells, those to protect and those withheld with them, seconds of the processor, and times the floor.
"""

import time
from collections.abc import Callable

import click
import numpy as np
from rich.console import Console
from rich.table import Table
from scipy.optimize import linprog

from analytics.disclosure.linked_table import LinkedTable, Rule
from analytics.disclosure.suppression import withheld
from tests.analytics.disclosure.lattices import Shape, linked_table


def floor(table: LinkedTable) -> None:
    """The two programmes of one cell."""
    sums = table.sums[:, np.flatnonzero(~table.known)]
    positive, weight = table.positive[~table.known], table.weight[~table.known]
    bounds = np.column_stack([-positive, np.maximum(weight - positive, 0)]) / weight.max()
    cell = np.zeros(len(positive))
    cell[np.argmin(np.where(weight > 0, weight, np.inf))] = 1
    for way in (1.0, -1.0):
        linprog(way * cell, A_eq=sums, b_eq=np.zeros(sums.shape[0]), bounds=bounds, method="highs")


def seconds(task: Callable[[], object]) -> float:
    """Of the processor, so that what else the machine does is not counted."""
    started = time.process_time()
    task()
    return time.process_time() - started


@click.command()
@click.option("--areas", default="20,60,200", show_default=True)
@click.option("--waves", default="2,6,12", show_default=True)
@click.option("--each", default=60.0, show_default=True, help="Respondents of an area in one wave, on average.")
def main(areas: str, waves: str, each: float) -> None:
    """Measure. Changes nothing."""
    headings = ("areas", "waves", "cells", "to protect", "withheld besides", "cost", "seconds", "times the floor")
    shown = Table(*headings, title="Complementary suppression of one indicator")
    for many in map(int, areas.split(",")):
        for long in map(int, waves.split(",")):
            table = linked_table(Shape(areas=many, waves=long, spans=(1, 4) if long > 3 else (1,), each=each), 1)
            least = min(seconds(lambda table=table: floor(table)) for _ in range(3))
            hidden = table.primary.copy()
            took = seconds(lambda table=table, hidden=hidden: hidden.__ior__(withheld(table, Rule(10))))
            besides = hidden & ~table.primary
            asked = int((table.primary & (table.n > 0)).sum())
            numbers = (many, long, len(table.n), asked, int(besides.sum()), f"{table.cost[besides].sum():,.1f}")
            shown.add_row(*map(str, numbers), f"{took:.2f}", f"{took / least:,.0f}")
    Console().print(shown)


if __name__ == "__main__":
    main()
