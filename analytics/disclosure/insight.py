"""The audit that a release must pass before it is written: the worst attacker against figures that are not rounded."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from analytics.release import Release

from .attacker import Audit, Insight, Reach, audit
from .exposure import COMPLEMENTARY

if TYPE_CHECKING:
    from analytics.figures import Computed

_NAMED = 5


class RefusedError(ValueError):
    """A release that gives withheld cells away. The message names the first of them, never what is known of them."""

    def __init__(self, recovered: Sequence[Reach], inconsistent: Sequence[str] = ()) -> None:
        names = [_name(reach) for reach in recovered[:_NAMED]]
        more = ", and more" if len(recovered) > _NAMED else ""
        told = [f"{len(recovered)} withheld cells follow from what is published: {'; '.join(names)}{more}"]
        held = [f"what is published of {', '.join(inconsistent)} does not add up"]
        super().__init__(". ".join(told * bool(recovered) + held * bool(inconsistent)))
        self.recovered = tuple(recovered)


def insight_of(computed: "Computed", *, exact: bool = True) -> Insight:
    """The true amounts behind computed figures, as what an audit checks against."""
    lattice, decisions = computed.lattice, computed.decisions
    places = lattice.places
    size = len(places)
    return Insight(
        indicators=tuple(decision.indicator for decision in decisions),
        cells=tuple((place.wave, place.area, place.sex, place.span) for place in places),
        n=np.array([decision.table.n[:size] for decision in decisions]),
        weight=np.array([decision.table.weight[:size] for decision in decisions]),
        positive=np.array([decision.table.positive[:size] for decision in decisions]),
        own=np.array(
            [[decision.why.get(place, COMPLEMENTARY) != COMPLEMENTARY for place in places] for decision in decisions]
        ),
        exact=exact,
    )


def audit_before_release(release: Release, computed: "Computed", before: Sequence[Release] = ()) -> Audit:
    """Audit a release that is made and not yet written. Raises RefusedError.

    release: the newest, with the figures of `computed`; before: what the public has already, the newest last.
    """
    found = audit([*before, release], insight_of(computed))
    if found.recovered or found.inconsistent:
        raise RefusedError(found.recovered, found.inconsistent)
    return found


def _name(reach: Reach) -> str:
    told = [
        reach.indicator,
        reach.wave,
        reach.area or "everybody",
        reach.sex,
        f"span {reach.span}" if reach.span > 1 else "",
    ]
    return " ".join([part for part in told if part] + ["(late answers)"] * reach.late)
