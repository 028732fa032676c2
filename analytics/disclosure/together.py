"""What is withheld as a whole, so that a reader finds the same things missing everywhere, and nothing larger is lost.

Cell by cell, what protects a small area would be another figure in each wave. So an area that is never shown takes one
neighbour with it in all waves, sexes and indicators; and a table of which most cells have no number has none.
"""

from collections import Counter

import numpy as np

from analytics.lattice import WHOLE, CellAmounts, LatticeCells, Place, linked

from .linked_table import UNTOLD, Bools, Rule, UnprotectableError
from .suppression import withheld

MOST_WITHOUT = 0.5  # of the cells of one kind of a wave


def whole_areas(lattice: LatticeCells, small: frozenset[tuple[str, str, int]], rule: Rule) -> Bools:
    """bool[C]: the cells of areas that are under a floor in every wave, and of those that go with them.

    Which they are is told by populations alone: one wave of one table, everybody's share a half.
    """
    never = {code for code in lattice.reported if all((wave, code, 1) in small for wave in lattice.waves)}
    if not never:
        return np.zeros(len(lattice.places), dtype=bool)
    first = lattice.waves[0]
    one = LatticeCells(lattice.areas, (first,), lattice.opens[:1], ("area",), (1,))
    people = {code: max(lattice.areas.get(code).population, 1) for code in lattice.reported}
    below = [parts for total, parts, _ in one.sums if one.places[total].area == WHOLE]
    people[WHOLE] = sum(people[one.places[part].area] for parts in below for part in parts)
    n = np.array([people[place.area] for place in one.places], dtype=np.int64)
    size = len(n)
    cells = CellAmounts(
        n=n,
        weight=n.astype(float),
        positive=n / 2,
        primary=np.array([place.area in never for place in one.places]),
        silent=np.zeros(size, dtype=bool),
        known=np.array([place.area == WHOLE for place in one.places]),
        least=np.zeros(size, np.int64),
        most=np.full(size, UNTOLD),
        least_share=np.zeros(size),
        most_share=np.ones(size),
    )
    try:
        hidden = withheld(linked(one, cells), rule)
    except UnprotectableError:
        hidden = cells.primary
    gone = {place.area for place, out in zip(one.places, hidden, strict=False) if out}
    return np.array([place.area in gone for place in lattice.places])


def sparse(lattice: LatticeCells, without: Bools) -> Bools:
    """bool[C]: the cells by area of each wave, and by sex and area, of which more than MOST_WITHOUT have no number."""
    kinds = [_kind(place) for place in lattice.places]
    all_, none = Counter(kinds), Counter(kind for kind, out in zip(kinds, without.tolist(), strict=True) if out)
    return np.array([bool(kind[0]) and none[kind] > MOST_WITHOUT * all_[kind] for kind in kinds])


def _kind(place: Place) -> tuple[bool, bool, str, int]:
    return bool(place.area), bool(place.sex), place.wave, place.span
