"""What the reason of an unreliable figure tells of the number that it withholds. It is no secret, and bounds others."""

import re
from dataclasses import dataclass

from .exposure import HEAVIEST

_FEWER = re.compile(r"n_below_(?P<n>[0-9]+)")
# NCHS asks for 30 respondents first and for a narrow interval last: a later reason grants what the earlier ones ask.
_LEAST = dict.fromkeys(
    [("nchs_proportions", reason) for reason in ("n_eff_below_30", "interval_wide", "relative_interval_wide")], 30
)
_MOST_SHARE = {("nchs_proportions", "relative_interval_wide"): 0.30 / 1.30}


@dataclass(frozen=True, slots=True)
class Told:
    """From how many to how many respondents (most None: any number), and from which to which share said yes."""

    least: int
    most: int | None
    least_share: float
    most_share: float


def told(rule_set: str, reason: str, k: int) -> Told:
    """What a reason tells under a rule set.

    What is said to be imprecise is thereby said not to be exposed: k answered, and each side outweighs three people.
    """
    fewer = _FEWER.fullmatch(reason)
    most = int(fewer["n"]) - 1 if fewer else None
    edge = HEAVIEST / most if most else 0.0
    return Told(
        max(k, _LEAST.get((rule_set, reason), 0)), most, edge, min(1 - edge, _MOST_SHARE.get((rule_set, reason), 1.0))
    )
