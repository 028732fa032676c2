"""How often the 95 % intervals of `analytics.survey` hold the truth: samples from one population that is known.

    python -m benchmarks.interval_coverage --samples 2000

Stratified two-stage samples (10 of 40 PSUs in each of 8 strata, 12 of some 60 people in each), 960 people, without
nonresponse. Prints, by kind of figure, the share of intervals that hold the population's own figure with its Monte
Carlo error, the standard error as told beside the real one, and how many figures had no interval.
"""

import json
from dataclasses import dataclass

import click
import numpy as np
import pandas as pd
from rich.console import Console
from rich.progress import track
from rich.table import Table

from analytics.survey.areas.small_area import small_areas
from analytics.survey.design import Design, survey_design
from analytics.survey.estimates.means import mean
from analytics.survey.intervals import korn_graubard, logit_interval
from analytics.survey.results import Estimates
from analytics.survey.variables import FloatArray
from analytics.survey.weights.margins import Margin
from analytics.survey.weights.raking import rake

STRATA, PSUS, PEOPLE = 8, 40, 60
DRAWN_PSUS, DRAWN_PEOPLE = 10, 12
Held = tuple[FloatArray, FloatArray, FloatArray]  # of k figures: 1 where the truth is held, the miss, the error told


@dataclass(frozen=True, eq=False)
class Population:
    """Everyone, what is known of the areas, and each PSU's people."""

    people: pd.DataFrame
    areas: pd.DataFrame
    of_psu: dict[int, np.ndarray]


def population(seed: int) -> Population:
    """8 strata of 4 areas of 10 PSUs; an index of 0 to 100 that varies by area, PSU, sex and age."""
    random = np.random.default_rng(seed)
    rows = []
    x = random.standard_normal(STRATA * 4)
    of_area = 50 + 4 * x + 3 * random.standard_normal(STRATA * 4)
    for psu in range(STRATA * PSUS):
        area = psu // 10
        size = int(random.integers(PEOPLE - 15, PEOPLE + 16))
        woman, age = random.integers(0, 2, size), random.choice(3, size, p=(0.35, 0.4, 0.25))
        level = of_area[area] + 4 * random.standard_normal() - 3 * woman + 3 * age
        index = np.clip(level + 16 * random.standard_normal(size), 0, 100)
        rows.append(
            pd.DataFrame({"psu": psu, "stratum": psu // PSUS, "area": area, "sex": woman, "age": age, "index": index})
        )
    people = pd.concat(rows, ignore_index=True)
    people = people.assign(
        high=(people["index"] > 60).astype(float), rare=(people["index"] > 85).astype(float),
        size=people.groupby("psu")["index"].transform("size"), psus=PSUS,
    )  # fmt: skip
    known = pd.DataFrame({"x": x}, index=[str(area) for area in range(STRATA * 4)])
    return Population(
        people, known, {int(str(psu)): np.asarray(at) for psu, at in people.groupby("psu").indices.items()}
    )


def sample(everyone: Population, seed: int) -> Design:
    """One sample, with the corrections of both stages."""
    random = np.random.default_rng((1, seed))
    rows: list[np.ndarray] = []
    for stratum in range(STRATA):
        psus = stratum * PSUS + random.choice(PSUS, DRAWN_PSUS, replace=False)
        rows.extend(random.choice(everyone.of_psu[int(psu)], DRAWN_PEOPLE, replace=False) for psu in psus)
    drawn = everyone.people.iloc[np.concatenate(rows)].reset_index(drop=True)
    drawn = drawn.assign(person=np.arange(len(drawn)))
    return survey_design(drawn, strata="stratum", psu=["psu", "person"], fpc=["psus", "size"])


def raked(design: Design, everyone: Population) -> Design:
    """The sample raked to the population's strata, sexes and ages."""
    margins = []
    for name in ("stratum", "sex", "age"):
        totals = np.bincount(everyone.people[name]).astype(float)
        margins.append(Margin(name, design.data[name].to_numpy(np.int64), totals))
    return rake(design, margins)[0]


def held(truth: FloatArray, found: Estimates, how: str = "t") -> Held:
    """Which intervals hold the truth; NaN where a figure has none."""
    low, high = np.full(len(found), np.nan), np.full(len(found), np.nan)
    if how in ("t", "domain"):
        low, high = found.interval(df="domain" if how == "domain" else "design")
    else:
        for k in np.flatnonzero(found.available):
            p, se, n = float(found.value[k]), float(found.se[k]), int(found.n[k])
            low[k], high[k] = (
                logit_interval(p, se, found.df, 0.95) if how == "logit" else korn_graubard(p, se, n, found.df, 0.95)
            )
    inside = np.where(np.isnan(low), np.nan, (low <= truth) & (truth <= high))
    return inside, np.where(np.isnan(low), np.nan, found.value - truth), found.se


def kinds(design: Design, everyone: Population) -> dict[str, Held]:
    """Every kind of figure of one sample."""
    people = everyone.people
    cells, areas = ["sex", "age"], people.groupby("area")["index"].mean().to_numpy()
    by_cell = {name: people.groupby(cells)[name].mean().to_numpy() for name in ("index", "high", "rare")}
    sexes = mean(design, "index", by="sex")
    calibrated = raked(design, everyone)
    direct = mean(design, "index", by="area")
    at = direct.keys["area"].to_numpy(np.int64)
    overall = np.array([people["index"].mean()])
    of_sex = people.groupby("sex")["index"].mean()
    gap = np.array([of_sex[1] - of_sex[0]])
    found = {
        "mean, everyone": held(overall, mean(design, "index")),
        "mean, by sex and age": held(by_cell["index"], mean(design, "index", by=cells)),
        "gap of women and men": held(gap, sexes.contrast({"gap": [-1, 1]})),
        "share near 0.3, by sex and age, logit": held(by_cell["high"], mean(design, "high", by=cells), "logit"),
        "share near 0.3, by sex and age, Korn-Graubard": held(by_cell["high"], mean(design, "high", by=cells), "kg"),
        "share near 0.02, by sex and age, logit": held(by_cell["rare"], mean(design, "rare", by=cells), "logit"),
        "share near 0.02, by sex and age, Korn-Graubard": held(by_cell["rare"], mean(design, "rare", by=cells), "kg"),
        "mean after raking, everyone": held(overall, mean(calibrated, "index")),
        "mean after raking, by sex and age": held(by_cell["index"], mean(calibrated, "index", by=cells)),
        "mean by area, direct, df of the design": every_area(held(areas[at], direct), at),
        "mean by area, direct, df of the area": every_area(held(areas[at], direct, "domain"), at),
    }
    for variances in ("direct", "raised", "smoothed"):
        model = small_areas(design, "index", everyone.areas, by="area", variances=variances)
        low, high = model.interval()
        inside = np.asarray((low <= areas) & (areas <= high), dtype=np.float64)
        for rest, rows in (("areas with a direct figure", ~model.synthetic), ("others", model.synthetic)):
            kind = np.where(rows, 1.0, np.nan)
            found[f"Fay-Herriot, {variances} variances: {rest}"] = (
                inside * kind,
                (model.value - areas) * kind,
                model.rmse * kind,
            )
    return found


def every_area(of_reached: Held, at: np.ndarray) -> Held:
    """The same with a place for each area, NaN where the sample reached none."""
    spread = []
    for column in of_reached:
        full = np.full(STRATA * 4, np.nan)
        full[at] = column
        spread.append(full)
    return spread[0], spread[1], spread[2]


def summary(samples: list[dict[str, Held]]) -> list[dict[str, float | str]]:
    """One row a kind: coverage and its Monte Carlo error, error told over real, and the share without an interval."""
    rows: list[dict[str, float | str]] = []
    for kind in samples[0]:
        hits, misses, told = (np.array([each[kind][part] for each in samples], dtype=float) for part in range(3))
        has = ~np.isnan(hits)
        of_sample = np.array([row[here].mean() for row, here in zip(hits, has, strict=True) if here.any()])
        often = has.sum(axis=0) >= 30
        real = np.sqrt(np.nanmean(misses[:, often] ** 2, axis=0)) if often.any() else np.array([np.nan])
        said = np.sqrt(np.nanmean(np.where(has, told, np.nan)[:, often] ** 2, axis=0)) if often.any() else real
        rows.append(
            {
                "kind": kind,
                "coverage": float(hits[has].mean()),
                "monte_carlo_error": float(of_sample.std(ddof=1) / np.sqrt(len(of_sample))),
                "told_over_real_error": float(np.mean(said / real)),
                "without_interval": float(1 - has.mean()),
            }
        )
    return rows


@click.command()
@click.option("--samples", default=2000, show_default=True)
@click.option("--seed", default=2026, show_default=True, help="Of the population; samples are numbered from 0.")
@click.option("--json", "as_json", is_flag=True, help="Print the figures as JSON.")
def main(samples: int, seed: int, as_json: bool) -> None:
    """Draw, estimate, count. Changes nothing."""
    everyone = population(seed)
    drawn = track(range(samples), "Samples", console=Console(stderr=True))
    rows = summary([kinds(sample(everyone, number), everyone) for number in drawn])
    if as_json:
        click.echo(json.dumps({"samples": samples, "seed": seed, "figures": rows}, indent=1))
        return
    table = Table(
        "figures", "coverage of 95 % intervals", "Monte Carlo error", "error told / real", "without interval",
        title=f"{samples} samples of 960 people, population {seed}",
    )  # fmt: skip
    for row in rows:
        shares = [f"{row['coverage']:.4f}", f"{row['monte_carlo_error']:.4f}"]
        table.add_row(str(row["kind"]), *shares, f"{row['told_over_real_error']:.3f}", f"{row['without_interval']:.3f}")
    Console().print(table)


if __name__ == "__main__":
    main()
