"""docs/statistics.md says the same in R and in Python: each pair of blocks is run, and the figures are compared."""

import ast
import json
import re
import shutil
import subprocess
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from analytics.survey.design import Design
from analytics.survey.estimates.proportions import Proportions
from analytics.survey.estimates.quantiles import Quantiles
from analytics.survey.hypotheses.association import Association
from analytics.survey.hypotheses.significance import SignificanceTest
from analytics.survey.models.regression import Fit
from analytics.survey.models.terms import TermsTest
from analytics.survey.results import Estimates
from tests.conftest import unavailable

PAGE = Path(__file__).parents[1] / "docs" / "statistics.md"
SAVED = Path(__file__).parent / "golden" / "rsurvey" / "page.json"  # what R 4.2.2 with survey 4.1-1 found
PAIR = re.compile(r"```r\n(.*?)```\n```python\n(.*?)```", re.DOTALL)
NUMBERS = """
numbers <- function(x) {
  if (inherits(x, "svyciprop")) c(as.numeric(x), attr(x, "ci"))
  else if (inherits(x, "newsvyquantile")) as.numeric(x[[1]][1, 1:3])
  else if (inherits(x, "htest")) c(unname(x$statistic), x$p.value)
  else if (inherits(x, "regTermTest")) c(x$Ftest, x$p)
  else if (inherits(x, "svyratio")) c(x$ratio, SE(x))
  else if (inherits(x, "survey.design")) c(degf(x), sum(weights(x)))
  else c(coef(x), SE(x))
}
"""


def pairs() -> list[tuple[str, str]]:
    return PAIR.findall(PAGE.read_text(encoding="utf-8"))


def ours() -> list[list[float]]:
    """What each block's last line gives."""
    names: dict[str, Any] = {}
    found = []
    for _, block in pairs():
        *lines, last = ast.parse(block).body
        exec(compile(ast.Module(lines, []), PAGE.name, "exec"), names)  # the page's own code
        if isinstance(last, ast.Expr):
            value = eval(compile(ast.Expression(last.value), PAGE.name, "eval"), names)  # likewise
            assert str(value)
            found.append(numbers(value))
        else:
            exec(compile(ast.Module([last], []), PAGE.name, "exec"), names)  # likewise
    return found


def numbers(value: Any) -> list[float]:
    match value:
        case Design():
            parts = [value.df, value.weights.sum()]
        case Estimates():
            parts = [value.value, value.se]
        case Proportions():
            parts = [value.estimates.value, value.low, value.high]
        case Quantiles():
            parts = [value.value, value.low, value.high]
        case Fit():
            parts = [value.coefficients.value, value.coefficients.se]
        case Association():
            parts = [value.test.statistic, value.test.p]
        case SignificanceTest() | TermsTest():
            parts = [value.statistic, value.p]
        case _:
            raise TypeError(type(value).__name__)
    return [float(number) for part in parts for number in np.ravel(part)]


def in_r() -> list[list[float]]:
    script = [NUMBERS, "found <- list()", "show <- function(x) found[[length(found) + 1]] <<- unname(numbers(x))"]
    for block, _ in pairs():
        *lines, last = block.strip().splitlines()
        script += [*lines, last if re.match(r"[\w$]+ <- ", last) else f"show({last})"]
    script.append('for (x in found) cat(sprintf("%.17g", x), "\\n")')
    done = subprocess.run(
        ["Rscript", "--vanilla", "-"],
        input="\n".join(script),
        capture_output=True,
        text=True,
        cwd=PAGE.parents[1],
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return [[float(number) for number in line.split()] for line in done.stdout.splitlines()]


def test_the_page_has_its_twelve_analyses_and_one() -> None:
    headings = re.findall(r"^## (\d+)\. ", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    assert headings == [str(number) for number in range(1, 13)]
    assert len(pairs()) == 15


def test_what_the_page_says_in_python_is_what_r_found() -> None:
    theirs = json.loads(SAVED.read_text())
    found = ours()
    assert len(found) == len(theirs) == 14
    for mine, saved in zip(found, theirs, strict=True):
        assert mine == pytest.approx(saved, rel=1e-8)


def test_what_is_saved_of_r_is_what_r_finds_today() -> None:
    if shutil.which("Rscript") is None:
        unavailable("R and its survey package are not installed")
    for saved, found in zip(json.loads(SAVED.read_text()), in_r(), strict=True):
        assert found == pytest.approx(saved, rel=1e-10)


def test_every_verb_of_the_table_is_where_it_says() -> None:
    folder, named = "", 0
    _, _, places = PAGE.read_text(encoding="utf-8").partition("## Where the verbs are")
    for row in re.findall(r"^\|(.*)\|(.*)\|(.*)\|$", places, re.MULTILINE)[2:]:
        folders, modules, verbs = (re.findall(r"`(\w+)`", cell) for cell in row)
        folder = folders[0] if folders else folder
        there = {name for each in modules for name in vars(import_module(f"analytics.survey.{folder}.{each}"))}
        assert set(verbs) <= there
        named += len(verbs)
    assert named > 50


def test_what_the_table_of_indicators_names_is_there() -> None:
    rows = re.findall(r"^\|([^|]*)\|([^|]*)\|$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)[2:]
    for row in rows:
        modules, verbs = (re.findall(r"`(\w+)`", cell) for cell in row)
        there = {name for each in modules for name in vars(import_module(f"analytics.indicators.{each}"))}
        assert set(verbs) <= there
    assert len(rows) > 5
