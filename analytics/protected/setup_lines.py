"""Set-up lines for R, Stata and SPSS: the design is declared and the first indicators are worked out, by wave."""

from collections.abc import Iterator
from dataclasses import dataclass

from survey_app.engine import Missing, codebook
from survey_app.instrument import Instrument

from .codebook_labels import Column, Table
from .files import CSV, DTA, SAV

R_LINES, STATA_LINES, SPSS_LINES = "design.R", "design.do", "design.sps"


@dataclass(frozen=True, slots=True)
class Share:
    """An indicator as numbers of one column: those that count, and those of the base (with the former)."""

    indicator: str
    column: Column
    counted: tuple[int, ...]
    based: tuple[int, ...]


def shares(table: Table, instrument: Instrument) -> tuple[Share, ...]:
    """The indicators that a column alone tells: none with a filter beyond the item's path, none without a base."""
    book = codebook(instrument.questionnaire)
    columns = {column.source: column for column in table.columns}
    found = []
    for each in instrument.indicators:
        item, column = instrument.questionnaire.by_name[each.item], columns.get(each.item)
        path = item.relevant.source if item.relevant else None
        if column is None or (each.filter is not None and each.filter.source != path):
            continue
        codes = table.codes[column.name]
        scale = {str(n): n for n in range(item.low, item.high + 1, item.step)} if not book[each.item].codes else {}
        counted = tuple(sorted({**codes, **scale}[code] for code in each.positive))
        kept = {kind for kind in Missing if kind in each.base_includes}
        missing = {m.number for m in column.missing if m.kind in {str(kind) for kind in kept}}
        based = {*(column.values or scale.values()), *missing}
        if not table.numbers[column.name].isin(list(based)).any():
            continue  # nobody is in its base, and the programs stop there
        found.append(Share(each.id, column, counted, tuple(sorted(based))))
    return tuple(found)


def r_lines(table: Table, found: tuple[Share, ...]) -> str:
    """design.R, for base R and its survey package. It defines `design` and `share`, and prints a table."""
    wave, stratum, psu, weight = (column.name for column in table.columns[:4])
    rows = ",\n".join(
        f'  {s.indicator} = share("{s.column.name}", c({_listed(s.counted)}), c({_listed(s.based)}))' for s in found
    )
    return f"""# What the numbers mean is in codebook.csv. Numbers below -3 are reasons for no answer.
# Labels come along with haven::read_sav("{SAV}", user_na = TRUE) or arrow::read_parquet("microdata.parquet").
library(survey)
# A stratum with one PSU counts with its distance from the mean of all: cautious.
options(survey.lonely.psu = "adjust")
microdata <- read.csv("{CSV}")
# The weights were raked to the census. This design does not know it: its standard errors are mostly a little too
# large for what goes with area, sex and age.
design <- svydesign(ids = ~{psu}, strata = ~{stratum}, weights = ~{weight}, data = microdata, nest = TRUE)
# The share of `counted` among `based` in each wave. For a domain, subset the design, never the data.
share <- function(column, counted, based) {{
  held <- microdata[[column]] %in% based
  found <- update(design, counts = as.numeric(microdata[[column]] %in% counted))
  svyby(~counts, ~{wave}, subset(found, held), svymean)
}}
shares <- list(
{rows}
)
for (name in names(shares)) {{
  rows <- shares[[name]]
  for (at in seq_len(nrow(rows))) cat(name, rows[at, 1], sprintf("%.10g %.10g", rows$counts[at], rows$se[at]), "\\n")
}}
"""


def stata_lines(table: Table, found: tuple[Share, ...]) -> str:
    """design.do, for Stata 14 and later."""
    wave, stratum, psu, weight = (column.name for column in table.columns[:4])
    lines = [
        "* Gaps are extended missing values: .a not asked, .b don't know, .c refused, .d passed over, .e withheld.",
        "* The weights were raked to the census; this design does not know it.",
        "version 14",
        f'use "{DTA}", clear',
        f"svyset {psu} [pweight = {weight}], strata({stratum}) singleunit(centered)",
        "svydescribe",
    ]
    for number, each in enumerate(found, 1):
        name = each.column.name
        letters = {m.number: f".{m.letter}" for m in each.column.missing}
        counted = ", ".join(letters.get(n, str(n)) for n in each.counted)
        based = ", ".join(letters.get(n, str(n)) for n in each.based)
        lines += [
            f"* {each.indicator}",
            f"generate byte share_{number} = inlist({name}, {counted}) if inlist({name}, {based})",
            f"svy: mean share_{number}, over({wave})",
        ]
    return "\n".join(lines) + "\n"


def spss_lines(table: Table) -> str:
    """design.sps: the weight, and the design for the procedures of Complex Samples."""
    _, stratum, psu, weight = (column.name for column in table.columns[:4])
    return f"""* Standard errors are right in the procedures of Complex Samples only (CSDESCRIPTIVES, CSTABULATE).
GET FILE='{SAV}'.
WEIGHT BY {weight}.
CSPLAN ANALYSIS
  /PLAN FILE='design.csaplan'
  /PLANVARS ANALYSISWEIGHT={weight}
  /DESIGN STRATA={stratum} CLUSTER={psu}
  /ESTIMATOR TYPE=WR.
"""


def every(table: Table, instrument: Instrument) -> Iterator[tuple[str, str]]:
    """File name and content of each."""
    found = shares(table, instrument)
    yield R_LINES, r_lines(table, found)
    yield STATA_LINES, stata_lines(table, found)
    yield SPSS_LINES, spss_lines(table)


def _listed(numbers: tuple[int, ...]) -> str:
    return ", ".join(map(str, numbers))
