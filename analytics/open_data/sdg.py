"""The figures of indicators of Sustainable Development Goal 16 as SDMX-CSV 2.0 (SDMX 3.0), for a statistical office.

The dimensions are those of the global SDG data structure, in its order, with its codes: an office changes the code of
the area and has its rows. The structure is named as ours, since an area of a city is in no global list of areas.
Source of the format: the SDMX Technical Working Group's field guide of SDMX-CSV 2.0; of the dimensions, attributes and
codes: dataflow IAEG-SDGs:DF_SDG_GLH(1.24) and code lists SDMX:CL_OBS_STATUS(2.0), SDMX:CL_FREQ.
"""

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from analytics.release.content import LEVEL, PUBLISHED, UNAVAILABLE, Figure, Release

from .numerals import hundredfold
from .periods import Period, periods

STRUCTURE_ID = "THIQA:DSD_SDG_LOCAL(1.0)"
WHOLE = "_T"
DIMENSIONS = (
    "FREQ", "REPORTING_TYPE", "SERIES", "REF_AREA", "SEX", "AGE", "URBANISATION", "INCOME_WEALTH_QUANTILE",
    "EDUCATION_LEV", "OCCUPATION", "CUST_BREAKDOWN", "COMPOSITE_BREAKDOWN", "DISABILITY_STATUS", "ACTIVITY", "PRODUCT",
    "TIME_PERIOD",
)  # fmt: skip
ATTRIBUTES = (
    "OBS_STATUS", "UNIT_MULT", "UNIT_MEASURE", "NATURE", "TIME_DETAIL", "COMMENT_OBS", "UPPER_BOUND", "LOWER_BOUND",
    "SOURCE_DETAIL",
)  # fmt: skip
COLUMNS = ("STRUCTURE", "STRUCTURE_ID", "ACTION", *DIMENSIONS, "OBS_VALUE", *ATTRIBUTES)
_SEXES = {"": WHOLE, "woman": "F", "man": "M"}


@dataclass(frozen=True, slots=True)
class Series:
    """A series of the global list, and how ours differs from it: "" where it does not."""

    code: str
    differs: str = ""


# Indicator -> series. An indicator "after" another, of which no series of the global list is made, is not here: a rate
# of reporting theft or assault together (16.3.1) has none.
SERIES: Mapping[str, Series] = {
    "safe_dark": Series("VC_SNS_WALN_DRK"),
    "bribe": Series("IU_COR_BRIB", "contact with the police only, not with every public official"),
}


def sdg_csv(release: Release, figures: Sequence[Figure]) -> bytes:
    """The levels of these indicators: a row an observation, withheld ones with a status and no value."""
    lines = io.StringIO(newline="")
    writer = csv.writer(lines, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    writer.writerows(_rows(release, figures))
    return lines.getvalue().encode()


def _rows(release: Release, figures: Sequence[Figure]) -> Iterator[tuple[str, ...]]:
    when, codes = periods(release), area_codes(release)
    source = release.survey.get("en") or next(iter(release.survey.values()), "")
    for figure in figures:
        series, sex = SERIES.get(figure.indicator), _SEXES.get(figure.sex)
        period = when.get((figure.wave, figure.span))
        if figure.contrast == LEVEL and series and sex and period and figure.area in codes:
            yield (
                "datastructure", STRUCTURE_ID, "I",
                period.frequency, "N", series.code, codes[figure.area], sex, *[WHOLE] * 10, period.name,
                *_observed(figure, series, period), f"Survey: {source} ({release.software})",
            )  # fmt: skip


def _observed(figure: Figure, series: Series, period: Period) -> tuple[str, ...]:
    """Value and attributes up to the bounds."""
    shown = figure.status == PUBLISHED
    value, high, low = (_percent(getattr(figure, name)) if shown else "" for name in ("estimate", "high", "low"))
    note = series.differs if shown else f"No value, {figure.status}: {figure.reason or 'no reason given'}"
    if shown and figure.flag:
        note = "; ".join(filter(None, (note, "to be read with caution")))
    detail = f"{period.opens}/{period.closes}"
    return value, _status(figure, series), "0", "PT", "C", detail, note, high, low


def _status(figure: Figure, series: Series) -> str:
    """CL_OBS_STATUS: Q suppressed, O missing; of a value that is shown, U low reliability, D definition differs."""
    if figure.status != PUBLISHED:
        return "O" if figure.status == UNAVAILABLE else "Q"
    return "U" if figure.flag else "D" if series.differs else "A"


def area_codes(release: Release) -> Mapping[str, str]:
    """Area -> a code that SDMX allows: letters, digits and _. Two areas never get the same; "" is the whole survey."""
    codes = {"": WHOLE}
    for area in release.areas:
        code = re.sub(r"[^A-Za-z0-9]", "_", area.code).strip("_") or "AREA"
        while code in codes.values():
            code += "_X"
        codes[area.code] = code
    return codes


def _percent(share: float | None) -> str:
    return "" if share is None else f"{hundredfold(share).normalize():f}"
