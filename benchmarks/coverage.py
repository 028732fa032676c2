"""How often the 95 % intervals hold the truth: simulated surveys of the bundled instrument, weighted and estimated.

    python -m benchmarks.coverage --surveys 200

Each survey draws residents of two waves as the demo does, without pages or envelopes, and computes the whole release.
Prints the share of intervals that cover, by kind of figure, with its own standard error.
"""

from dataclasses import replace
from random import Random

import click
import numpy as np
import pandas as pd
from rich.console import Console
from rich.progress import track
from rich.table import Table

from analytics.figures import figures
from analytics.indicators.wave_weights import weight_to_census
from analytics.release import CHANGE, GAP, Figure
from deploy.residents import OPINIONS, opinions, truth
from deploy.simulation import sample
from survey_app.engine import codebook
from survey_app.instrument import Instrument, read_instrument

WAVES = ("0", "1")


def simulate(instrument: Instrument, seed: int, share: float) -> pd.DataFrame:
    """The responses of two waves, one row a resident."""
    random = Random(seed)
    variables = set(codebook(instrument.questionnaire))
    rows = []
    for number, wave in enumerate(WAVES):
        for resident in sample(instrument, random, share):
            said = opinions(instrument, resident, number, random)
            drawn = {"wave": wave, "entry": "invited", "weight": None, "stratum": None, "psu": None}
            rows.append(drawn | {name: said.get(name) for name in variables})
    return pd.DataFrame(rows, dtype=object)


def known(instrument: Instrument, figure: Figure) -> float:
    """The truth that a figure estimates."""
    inside = {a.code for a in instrument.areas.areas if figure.area in _lineage(instrument, a.code)}
    areas, wave = frozenset(inside) or None, int(figure.wave)
    if figure.contrast == GAP:
        women, men = (truth(instrument, figure.indicator, wave, areas, sex) for sex in ("woman", "man"))
        return women - men
    now = truth(instrument, figure.indicator, wave, areas, figure.sex or None)
    if figure.contrast == CHANGE:
        return now - truth(instrument, figure.indicator, wave - 1, areas, figure.sex or None)
    return now


def _lineage(instrument: Instrument, code: str) -> set[str]:
    return {code, *(area.code for area in instrument.areas.ancestors(code))}


@click.command()
@click.option("--surveys", default=200, show_default=True)
@click.option("--first", default=0, show_default=True, help="The first seed.")
@click.option("--share", default=0.5, show_default=True, help="Share of the demo's number of residents.")
def main(surveys: int, first: int, share: float) -> None:
    """Simulate, estimate, count. Changes nothing."""
    bundled = read_instrument()
    known_truth = tuple(indicator for indicator in bundled.indicators if indicator.id in OPINIONS)
    instrument = replace(bundled, indicators=known_truth)
    covered: dict[str, list[float]] = {}
    for seed in track(range(first, first + surveys), "Surveys", console=Console(stderr=True)):
        frame = simulate(instrument, seed, share)
        design = weight_to_census(frame, instrument, seed).design
        hits: dict[str, list[bool]] = {}
        for figure in figures(frame, design, instrument, WAVES):
            if figure.estimate is None or figure.low is None or figure.high is None:
                continue
            kind = figure.contrast or ("area" if figure.area else "by sex" if figure.sex else "everyone")
            hits.setdefault(kind, []).append(figure.low <= known(instrument, figure) <= figure.high)
        for kind, found in hits.items():
            covered.setdefault(kind, []).append(float(np.mean(found)))
    table = Table("figures", "coverage of 95 % intervals", "standard error", title=f"{surveys} surveys")
    for kind, shares in covered.items():
        table.add_row(kind, f"{np.mean(shares):.4f}", f"{np.std(shares) / len(shares) ** 0.5:.4f}")
    Console().print(table)


if __name__ == "__main__":
    main()
