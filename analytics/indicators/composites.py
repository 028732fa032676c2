"""Indicators that are made of several shares, each in its own base: their simple average, as SDG 16.7.2 defines it."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from analytics.survey.estimates.means import mean
from analytics.survey.linearisation import Sample
from analytics.survey.results import Estimates
from analytics.survey.variables import Columns, EstimationError, measured

from .differences import Wanted, differences


def average(design: Sample, shares: Mapping[str, Columns], *, by: Sequence[str] = ()) -> Estimates:
    """The mean of several shares with its error, by domain; each share over who is in its own base (1, 0, NaN).

    SDG 16.7.2: 70 % and 54 % are 62 %. It is not the share of people who said yes to all, nor the mean over those who
    answered all. A share without base leaves the average without one. n: of the smallest base. Raises EstimationError.
    """
    if len(shares) < 2:
        raise EstimationError(f"An average needs two shares; got {len(shares)}.")
    columns = {f"share {name}": measured(design.data, y, name) for name, y in shares.items()}
    wide = replace(design, data=design.data.assign(**columns))
    levels = mean(wide, list(columns), by=list(by))
    places = list(dict.fromkeys(key[1:] for key in levels.keys.itertuples(index=False, name=None)))
    parts = [Wanted(place or ("average",), {(name, *place): 1 / len(columns) for name in columns}) for place in places]
    found = differences(levels, parts, list(by) or ["variable"])
    return replace(found, method=f"average of {len(columns)} shares, each in its own base")
