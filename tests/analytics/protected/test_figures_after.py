"""What protection does to risk and to figures, golden values for the risk, and R's figures from the set-up lines."""

import re
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest

from analytics.protected import files
from analytics.protected.codebook_labels import Table, table
from analytics.protected.protection import Protected
from analytics.protected.risk import changes, individual_risk, risks
from analytics.protected.setup_lines import R_LINES, every, shares, spss_lines, stata_lines
from analytics.protected.weights import LEAST, MOST, group_weights, weight_groups
from survey_app.instrument import Instrument
from tests.conftest import unavailable

from .people import Field, field_of


@pytest.fixture(scope="module")
def field(instrument: Instrument) -> Field:
    return field_of(instrument, 400)


@pytest.fixture(scope="module")
def done(field: Field) -> Protected:
    return field.protected()


@pytest.fixture(scope="module")
def made(field: Field, done: Protected) -> Table:
    return table(done, field.instrument, field.forms, "en")


def test_individual_risk_is_that_of_benedetti_and_franconi() -> None:
    """By hand: f = 1 and F = 10 give p/(1-p) ln(1/p) with p = 0.1; f = 3, F = 30 give p / (f - (1 - p))."""
    found = individual_risk(np.array([1, 2, 3, 1]), np.array([10.0, 20.0, 30.0, 1.0]))
    assert found[0] == pytest.approx(0.255843, abs=1e-6)
    assert found[1] == pytest.approx(0.1 / 0.9 - (0.1 / 0.9) ** 2 * np.log(10), abs=1e-9)
    assert found[2] == pytest.approx(0.1 / 2.1)
    assert found[3] == 1  # alone and the whole population: found for certain


def test_nobody_is_alone_after_protection_and_the_risk_falls(field: Field, done: Protected) -> None:
    before, after = risks(field.frame, field.design, done)
    assert before.alone > 100
    assert after.alone == 0
    assert after.alone_in_population == 0
    assert after.expected < before.expected / 3
    assert after.highest < before.highest / 3


def test_figures_of_everybody_differ_by_less_than_half_their_error(field: Field, done: Protected) -> None:
    found = changes(field.frame, field.design, done, field.instrument)
    assert {"trust", "effect_prevent", "bribe"} <= {each.indicator for each in found}
    moved = [abs(each.after - each.before) / each.se for each in found if each.se]
    assert max(moved) < 0.5
    assert np.median(moved) < 0.1
    ratios = [each.se_after / each.se for each in found if each.se and each.se_after]
    assert 0.8 < min(ratios) <= max(ratios) < 1.3


def test_weights_of_a_group_are_one_and_meet_their_totals() -> None:
    random = np.random.default_rng(5)
    weights, classes = random.uniform(500, 2_000, 400), random.integers(0, 20, 400)
    groups = weight_groups(weights, classes, 5)
    assert np.bincount(groups).min() >= 5
    assert all(len(set(classes[groups == group])) == 1 for group in np.unique(groups))
    answers = random.random((400, 3)) < 0.5
    columns = answers / weights.sum()
    totals = 1.02 * weights @ columns
    found = group_weights(weights, groups, columns, totals)
    assert found @ columns == pytest.approx(totals, rel=1e-3)
    assert all(len(set(found[groups == group])) == 1 for group in np.unique(groups))
    far = group_weights(weights, groups, columns, 40 * totals)
    means = np.array([weights[groups == group].mean() for group in groups])
    assert (far / means).min() > LEAST * 0.99
    assert (far / means).max() < MOST * 1.01


def test_r_declares_the_design_and_finds_our_figures(
    tmp_path: Path, field: Field, done: Protected, made: Table
) -> None:
    ready = (
        shutil.which("Rscript")
        and not subprocess.run(
            ["Rscript", "-e", 'quit(status = !requireNamespace("survey", quietly = TRUE))'],
            capture_output=True,
            check=False,
        ).returncode
    )
    if not ready:
        unavailable("R and its survey package are not installed")
    files.write_csv(tmp_path / files.CSV, made)
    for name, lines in every(made, field.instrument):
        (tmp_path / name).write_text(lines, encoding="utf-8")
    ran = subprocess.run(
        ["Rscript", "--vanilla", R_LINES], capture_output=True, text=True, cwd=tmp_path, check=False, timeout=200
    )
    assert ran.returncode == 0, ran.stderr
    rows = [line.split() for line in ran.stdout.splitlines()]
    theirs = {(name, wave): (float(value), float(se)) for name, wave, value, se in rows}
    ours = changes(field.frame, field.design, done, field.instrument)
    waves = {wave: str(number) for number, wave in made.columns[0].values.items()}
    assert len(theirs) >= len(ours) > 5
    for each in ours:
        value, se = theirs[each.indicator, waves[each.wave]]
        assert value == pytest.approx(each.after, rel=1e-7)
        assert se == pytest.approx(each.se_after, rel=1e-6)


NAME, NUMBER = r"[A-Za-z][A-Za-z0-9_]{0,31}", r"(?:-?[0-9]+|\.[a-z])"
LISTED = rf"inlist\({NAME}(?:, {NUMBER}){{1,250}}\)"
STATA = (
    r"\* .*",
    r"version [0-9]+",
    r'use "[a-z.]+", clear',
    rf"svyset {NAME} \[pweight = {NAME}\], strata\({NAME}\) singleunit\((?:missing|certainty|scaled|centered)\)",
    r"svydescribe",
    rf"generate byte {NAME} = {LISTED} if {LISTED}",
    rf"svy: mean {NAME}, over\({NAME}\)",
)


def test_each_line_for_stata_has_the_form_of_its_manual(field: Field, made: Table) -> None:
    """[SVY] svyset and svy, [R] mean, [FN] inlist (numbers: 2 to 250 arguments), [D] use, generate."""
    lines = stata_lines(made, shares(made, field.instrument)).splitlines()
    for line in lines:
        assert any(re.fullmatch(form, line) for form in STATA), line
    names = {column.name for column in made.columns}
    used = {name for line in lines for name in re.findall(rf"inlist\(({NAME})", line)}
    assert used <= names
    assert len([line for line in lines if line.startswith("svyset")]) == 1
    new = re.findall(rf"generate byte ({NAME})", "\n".join(lines))
    assert len(new) == len(set(new))
    assert not {*new} & names


def test_each_command_for_spss_ends_with_a_stop(made: Table) -> None:
    commands = spss_lines(made).strip().split(".\n")
    assert [command.split()[0] for command in commands] == ["*", "GET", "WEIGHT", "CSPLAN"]
    assert spss_lines(made).endswith("TYPE=WR.\n")


def test_an_indicator_counts_the_same_codes_in_the_lines_as_in_the_release(field: Field, made: Table) -> None:
    trust = next(each for each in shares(made, field.instrument) if each.indicator == "trust")
    assert trust.counted == (2, 3)
    assert trust.based == (-8, 0, 1, 2, 3)  # "don't know" is in its base, a refusal is not
