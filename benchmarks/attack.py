"""The attacker's table: how many withheld cells follow from what is published, and how long it takes to know that.

    python -m benchmarks.attack --scale 20,200

Each row is a release made of simulated answers, of imported microdata, or of a random lattice of districts and areas,
sexes, waves and pooled waves. Columns: its cells; those that must be withheld for their own sake; those withheld with
them; how many of the first the worst attacker knows more narrowly than the rule allows if nothing else is withheld, if
each sum withholds one sibling, and under our own suppression; and the seconds of that last audit. With --scale the time
of the audit as lattices grow, beside one pass over the same figures.
"""

import json
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import click
import numpy as np
import numpy.typing as npt
import statsmodels.api as sm
from rich.console import Console
from rich.table import Table

from analytics.disclosure.attacker import Insight, audit
from analytics.disclosure.exposure import DEFAULT_K, HEAVIEST
from analytics.disclosure.insight import insight_of
from analytics.disclosure.linked_table import UNTOLD, LinkedTable, Rule, UnprotectableError
from analytics.disclosure.publications import Cell, Sums, listed_cells, said, sums_of
from analytics.disclosure.suppression import withheld
from analytics.figures import figures
from analytics.foreign import load, read_mapping
from analytics.indicators.quality import unhurried
from analytics.publish import SEED, Parameters, compute, responses, weighted
from analytics.release import CONFIDENTIAL, PROTECTED, PUBLISHED, AreaCard, Figure, IndicatorCard, Release, Wave
from survey_app.instrument import BUNDLED, Instrument, read_instrument
from survey_app.storage.database import connect, migrate

Bools = npt.NDArray[np.bool_]
GOLDEN = Path(__file__).parents[1] / "tests" / "golden"
SEXES = ("", "woman", "man")
INDICATORS, WAVES, SPANS, DISTRICT, PEOPLE = 30, 12, (1, 4), 10, 150
DAY = date(2026, 1, 1)


@dataclass(frozen=True, eq=False)
class Case:
    """A release and what is true of it; ours: bool[I, C], what our suppression withholds, None where it gives up."""

    release: Release
    insight: Insight
    ours: Bools | None


def lattice(areas: int, waves: int, indicators: int, people: float, seed: int) -> tuple[Release, Insight]:
    """A random lattice: areas in districts of about ten, `people` respondents an area and wave, some of no sex."""
    random = np.random.default_rng(seed)
    size = random.gamma(2, people / 2, areas)
    n = random.poisson(size[None, None, :, None] * [0.48, 0.48, 0.04], (indicators, waves, areas, 3)).astype(np.int64)
    weight = n * random.uniform(0.5, 2, areas)[:, None]
    share = random.beta(2, 3, (indicators, 1, areas, 1)).repeat(waves, 1)
    positive = random.binomial(n, share) / np.maximum(n, 1) * weight
    days = [DAY + timedelta(91 * at) for at in range(waves)]
    names = [day.isoformat() for day in days]
    codes = [f"a{at}" for at in range(areas)]
    districts = {f"d{at}": list(range(at, areas, max(areas // DISTRICT, 1))) for at in range(max(areas // DISTRICT, 1))}
    members = {"": list(range(areas))} | districts | {code: [at] for at, code in enumerate(codes)}
    amounts: dict[Cell, list[npt.NDArray[np.float64]]] = {}
    for span in (each for each in SPANS if each <= waves):
        for last in range(span - 1, waves):
            for code, held in members.items():
                inside = [of[:, last - span + 1 : last + 1, held].sum(axis=(1, 2)) for of in (n, weight, positive)]
                for sex, of_sex in zip(SEXES, (slice(3), slice(0, 1), slice(1, 2)), strict=True):
                    amounts[names[last], code, sex, span] = [of[:, of_sex].sum(axis=1) for of in inside]
    all_n, all_weight, all_yes = (np.array([of[kind] for of in amounts.values()]).T for kind in range(3))
    lighter = np.minimum(all_yes, all_weight - all_yes)
    own = (all_n < DEFAULT_K) | (lighter < HEAVIEST * all_weight / np.maximum(all_n, 1) * (1 - 1e-9))
    ids = [f"i{at}" for at in range(indicators)]
    cells = tuple(amounts)
    insight = Insight(tuple(ids), cells, all_n.astype(np.int64), all_weight, all_yes, own)
    cards = [AreaCard("top", "x", None, {})]
    cards += [AreaCard(code, "x", "top", {}, 1) for code in districts]
    cards += [AreaCard(codes[at], "x", code, {}, 1) for code, held in districts.items() for at in held]
    interviews = n.sum(axis=(2, 3)).max(axis=0)
    bare = Release(
        survey={}, created=names[0], sample="probability", synthetic=True, parameters={"k": DEFAULT_K},
        questionnaires=(), software="", indicators=tuple(IndicatorCard(i, {}, {}, {}, {}, "") for i in ids),
        waves=tuple(Wave(name, name, name, int(held), {}) for name, held in zip(names, interviews, strict=True)),
        areas=tuple(cards), geometry={}, figures=(),
    )  # fmt: skip
    return with_hidden(bare, insight, own), insight


def with_hidden(release: Release, insight: Insight, hidden: Bools) -> Release:
    """The same release with these levels withheld, and all else of them shown that is not imprecise."""
    silent = {
        figure.key[:4] + figure.key[5:]: figure
        for figure in release.figures
        if not figure.contrast and figure.status not in (PUBLISHED, CONFIDENTIAL)
    }
    made = []
    for at, name in enumerate(insight.indicators):
        for place, (wave, area, sex, span) in enumerate(insight.cells):
            if hidden[at, place]:
                made.append(Figure(name, wave, area, sex, "", CONFIDENTIAL, PROTECTED, span=span))
            elif (quiet := silent.get((name, wave, area, sex, span))) is not None:
                made.append(quiet)
            else:
                n, w = int(insight.n[at, place]), insight.weight[at, place]
                share = float(insight.positive[at, place] / w) if w else 0.0
                made.append(Figure(name, wave, area, sex, "", PUBLISHED, n=n, n_to=n, estimate=share, span=span))
    return replace(release, figures=tuple(made))


def one_sibling(release: Release, insight: Insight, hidden: Bools) -> Bools:
    """The common heuristic: where one cell of a sum is withheld, the smallest of the others is withheld too."""
    sums = structure(release)
    found = np.zeros((len(hidden), len(sums.cells)), dtype=bool)
    place = [sums.at[cell] for cell in insight.cells]
    found[:, place] = hidden
    n = np.zeros(found.shape)
    n[:, place] = insight.n
    indptr, indices = sums.rows.indptr, sums.rows.indices
    rows = [indices[a:b] for a, b in pairwise(indptr)]
    rows = [cells[cells < sums.listed] for cells in rows]
    changed = True
    while changed:
        changed = False
        for cells in rows:
            for at in np.flatnonzero(found[:, cells].sum(axis=1) == 1):
                others = cells[~found[at, cells]]
                if len(others):
                    found[at, others[np.argmin(n[at, others])]] = changed = True
    return found[:, place]


def structure(release: Release) -> Sums:
    """How the release's cells add up."""
    return sums_of(listed_cells([release]), release.areas, [wave.id for wave in release.waves])


def our_own(release: Release, insight: Insight) -> Bools | None:
    """What our suppression withholds in a random lattice, or None where it finds nothing that protects."""
    sums = structure(release)
    found = np.zeros(insight.own.shape, dtype=bool)
    place = np.array([sums.at[cell] for cell in insight.cells])
    told = np.array([sums.at[cell] >= sums.listed for cell in sums.cells])
    for at in range(len(insight.indicators)):
        amounts = np.zeros((3, len(sums.cells)))
        amounts[:, place] = [insight.n[at], insight.weight[at], insight.positive[at]]
        for rest, total, parts in sums.rests:
            amounts[:, rest] = np.maximum(amounts[:, total] - amounts[:, list(parts)].sum(axis=1), 0)
        own = np.zeros(len(told), dtype=bool)
        own[place] = insight.own[at]
        cost = 1 + amounts[0] / max(amounts[0].max(), 1)
        n = amounts[0].astype(np.int64)
        known = told & (n == 0)  # who is in no part: how many they are is known, what they said is not
        least, most = np.where(told, n, 0), np.where(told, n, UNTOLD)
        yes = np.zeros(len(told)), amounts[1]
        table = LinkedTable(n, amounts[1], amounts[2], own, told, known, cost, sums.rows, least, most, *yes)
        try:
            found[at] = withheld(table, Rule(DEFAULT_K))[place]
        except UnprotectableError:
            return None
    return found


def of_answers(url: str, instrument: Instrument) -> Case:
    """The responses of a database through the whole of `figures`."""
    engine = connect(url)
    frame, periods = responses(engine)
    engine.dispose()
    opens = {period.id: period.opens for period in periods}
    kept = unhurried(frame)
    found = figures(kept, weighted(kept, instrument, SEED).design, instrument, opens)
    release = compute(frame, instrument, periods, Parameters(created=DAY)).release
    hidden = [[place in decision.why for place in found.lattice.places] for decision in found.decisions]
    return Case(release, insight_of(found), np.array(hidden))


def of_microdata(mapping: str, file: Path) -> Case:
    """Microdata that others made."""
    survey = read_mapping(GOLDEN / "mappings" / mapping)
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'answers.sqlite3'}"
        engine = connect(url)
        migrate(engine)
        load(engine, survey, file)
        engine.dispose()
        return of_answers(url, survey.instrument)


def of_anes() -> Case:
    """The American National Election Study that statsmodels brings."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "anes96.csv"
        sm.datasets.anes96.load_pandas().data.to_csv(file, index=False)
        return of_microdata("anes96.toml", file)


def of_lattice(areas: int, waves: int, people: float) -> Case:
    """A random lattice."""
    release, insight = lattice(areas, waves, 3, people, seed=areas)
    return Case(release, insight, our_own(release, insight))


def row(case: Case) -> dict[str, float | None]:
    """One row of the table."""
    release, insight = case.release, case.insight
    own = insight.own

    def found(hidden: Bools) -> float:
        return len(audit([with_hidden(release, insight, hidden)], insight).recovered)

    counted: dict[str, float | None] = {"cells": own.size, "primary": int(own.sum())}
    counted["complementary"] = None if case.ours is None else int((case.ours & ~own).sum())
    counted["primary only"], counted["one sibling"] = found(own), found(one_sibling(release, insight, own))
    started = time.perf_counter()
    counted["ours"] = None if case.ours is None else found(case.ours)
    counted["seconds"] = time.perf_counter() - started
    return counted


def scaled(areas: int) -> dict[str, float]:
    """Seconds of the audit of a whole programme in so many areas, and of one pass over its figures."""
    bare, insight = lattice(areas, WAVES, INDICATORS, PEOPLE, seed=areas)
    release = with_hidden(bare, insight, one_sibling(bare, insight, insight.own))
    sums = structure(release)
    started = time.perf_counter()
    said(release, sums, DEFAULT_K)
    read = time.perf_counter() - started
    found = audit([release], insight)
    took = time.perf_counter() - started - read
    return {"cells": insight.own.size, "asked": len(found.reaches), "recovered": len(found.recovered),
            "seconds": took, "times reading": took / read}  # fmt: skip


@click.command()
@click.option("--demo", help="The URL of a database with the bundled questionnaire, such as that of the demo.")
@click.option("--scale", default="20", show_default=True, help="Numbers of areas, from few to many.")
@click.option("--json", "as_json", is_flag=True)
def main(demo: str | None, scale: str, as_json: bool) -> None:
    """Measure. Changes nothing."""
    cases: dict[str, Callable[[], Case]] = {
        "demo": lambda: of_answers(str(demo), read_instrument(BUNDLED)),
        "trust panel": lambda: of_microdata("trust.toml", GOLDEN / "rsurvey" / "trust.csv"),
        "ANES 1996": of_anes,
        "random, 12 areas, 4 waves, 60 each": lambda: of_lattice(12, 4, 60),
        "random, 40 areas, 6 waves, 30 each": lambda: of_lattice(40, 6, 30),
    }
    rows = {name: row(made()) for name, made in cases.items() if demo or name != "demo"}
    sizes = {areas: scaled(areas) for areas in map(int, scale.split(","))}
    if as_json:
        click.echo(json.dumps({"table": rows, "scale": sizes}, indent=2))
        return
    show("The attacker's table", rows)
    show(f"{INDICATORS} indicators, {WAVES} waves, by areas", sizes)


def show(title: str, rows: Mapping[str, Mapping[str, float | None]] | Mapping[int, Mapping[str, float]]) -> None:
    """One table."""
    first = next(iter(rows.values()))
    shown = Table("", *first, title=title)
    for name, counted in rows.items():
        told = [
            "none protects" if x is None else f"{x:,.1f}" if isinstance(x, float) else f"{x:,}"
            for x in counted.values()
        ]
        shown.add_row(str(name), *told)
    Console().print(shown)


if __name__ == "__main__":
    main()
