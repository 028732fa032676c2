"""k-anonymity by local suppression: key values are withheld until every combination that is shown is shared by k.

A withheld value is a value of its own. Two rows are alike only where they show the same values and withhold the same
keys, so a withheld value fits nothing but a withheld value. That is the stricter of the two readings in use (sdcMicro
by default lets a missing value fit any): whoever knows the keys of a person finds either no row or k of them at least,
and within a class nothing that is shown tells one from another (Samarati and Sweeney 1998; Sweeney 2002).

To withhold as little as possible is NP-hard (Meyerson and Williams 2004), so it is done greedily, in two ways of which
the cheaper counts: what breaks the rule takes the cheapest set of keys that makes a class, and the rest borrows the
fewest rows from classes that can spare them; or each step makes the class that is cheapest a row. At last rows move to
cheaper classes as long as any can.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import numpy.typing as npt

WITHHELD = "*"
Row = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Suppressed:
    """The rows as they may be shown; `withheld` bool[n, q] what was taken out now; `left_out` rows that nothing saves.

    A row is left out where fewer than k rows share what may not be withheld.
    """

    rows: tuple[Row, ...]
    withheld: npt.NDArray[np.bool_]
    left_out: npt.NDArray[np.bool_]


def suppressed(rows: Sequence[Row], fixed: Sequence[Row], costs: Sequence[float], k: int) -> Suppressed:
    """Withhold key values until each class of fixed and shown values has k rows.

    rows: n rows of q keys, the codes as text. fixed: n rows of what is shown anyhow and cannot be withheld (wave,
    stratum). costs: float[q], > 0, what a withheld value costs (sdcMicro's importance). Deterministic; among rows that
    are alike in all keys the first ones lose, so the order must tell nothing. What was k-anonymous stays as it is.
    """
    groups: dict[Row, list[int]] = defaultdict(list)
    for number, of in enumerate(fixed):
        groups[of].append(number)
    shown = list(rows)
    left_out = np.zeros(len(rows), dtype=bool)
    for members in groups.values():
        if len(members) < k:
            left_out[members] = True
            continue
        for number, row in zip(members, _settled([rows[m] for m in members], costs, k), strict=True):
            shown[number] = row
    changed = np.array([[a != b for a, b in zip(*pair, strict=True)] for pair in zip(rows, shown, strict=True)])
    return Suppressed(tuple(shown), changed.reshape(len(rows), len(costs)).astype(bool), left_out)


def class_sizes(rows: Sequence[Row], fixed: Sequence[Row]) -> npt.NDArray[np.int64]:
    """int64[n]: how many rows show the same, fixed values and withheld ones included."""
    pairs = list(zip(fixed, rows, strict=True))
    sizes = Counter(pairs)
    return np.array([sizes[pair] for pair in pairs], dtype=np.int64)


def _settled(rows: Sequence[Row], costs: Sequence[float], k: int) -> list[Row]:
    """The rows of one group of at least k, as shown: the cheaper of two ways, the first where they cost the same."""
    ways = [_one_way(rows, costs, k, by_price=by_price) for by_price in (False, True)]
    return min(ways, key=lambda shown: sum(_cost(row, costs) for row in shown))


def _one_way(rows: Sequence[Row], costs: Sequence[float], k: int, *, by_price: bool) -> list[Row]:
    """Sets of keys from the cheapest on, each as far as it goes; or at each step the class that is cheapest a row."""
    sets = [keys for size in range(len(costs) + 1) for keys in combinations(range(len(costs)), size)]
    sets.sort(key=lambda keys: (sum(costs[key] for key in keys), keys))
    shown: dict[int, Row] = {}
    open_ = list(range(len(rows)))
    for keys in sets[:1] if by_price else sets:
        made, held = defaultdict(list), Counter(shown.values())
        for number in open_:
            made[_masked(rows[number], keys)].append(number)
        for row, members in made.items():
            if len(members) + held[row] >= k:
                shown.update(dict.fromkeys(members, row))
        open_ = [number for number in open_ if number not in shown]
    while open_:
        open_ = _borrowed(rows, shown, open_, sets, costs, k)
    _moved(rows, shown, sets, costs, k)
    return [shown[number] for number in range(len(rows))]


def _borrowed(
    rows: Sequence[Row],
    shown: dict[int, Row],
    open_: Sequence[int],
    sets: Sequence[tuple[int, ...]],
    costs: Sequence[float],
    k: int,
) -> list[int]:
    """Make one class of open rows and of rows that others can spare, the cheapest an open row; what is open then."""
    best: tuple[float, Row, list[int]] | None = None
    held = Counter(shown.values())
    spare = {row: size - k for row, size in held.items()}
    for keys in sets:
        made: dict[Row, list[int]] = defaultdict(list)
        for number in open_:
            made[_masked(rows[number], keys)].append(number)
        for row, members in made.items():
            lent = _lent(rows, shown, row, keys, spare, k - len(members) - held[row], costs)
            if lent is None:
                continue
            price = sum(_cost(row, costs) - _cost(shown[number], costs) for number in lent)
            price = (price + len(members) * _cost(row, costs)) / len(members)
            if best is None or price < best[0] - 1e-9:
                best = price, row, [*members, *lent]
    if best is None:
        return _reopened(rows, shown, open_, sets, k)
    shown.update(dict.fromkeys(best[2], best[1]))
    return [number for number in open_ if number not in shown]


def _reopened(
    rows: Sequence[Row], shown: dict[int, Row], open_: Sequence[int], sets: Sequence[tuple[int, ...]], k: int
) -> list[int]:
    """Where nobody can spare enough, the smallest class opens again and goes together with the open rows."""
    smallest = min(Counter(shown.values()).items(), key=lambda pair: (pair[1], pair[0]))[0]
    again = [number for number, row in shown.items() if row == smallest]
    for number in again:
        del shown[number]
    together = [*open_, *again]
    for keys in sets if len(together) >= k else ():  # the last set withholds all, so that one will do
        masked = {number: _masked(rows[number], keys) for number in together}
        if min(Counter(masked.values()).values()) >= k:
            shown.update(masked)
            return []
    return together


def _lent(
    rows: Sequence[Row],
    shown: Mapping[int, Row],
    row: Row,
    keys: Sequence[int],
    spare: Mapping[Row, int],
    wanted: int,
    costs: Sequence[float],
) -> list[int] | None:
    """The cheapest rows that fit a class and that their own can spare; None where there are too few."""
    left = dict(spare)
    found: list[int] = []
    fitting = [number for number in shown if shown[number] != row and _masked(rows[number], keys) == row]
    for number in sorted(fitting, key=lambda number: (-_cost(shown[number], costs), number)):
        if len(found) >= wanted:
            break
        if left[shown[number]] > 0:
            left[shown[number]] -= 1
            found.append(number)
    return found if len(found) >= wanted else None


def _moved(
    rows: Sequence[Row], shown: dict[int, Row], sets: Sequence[tuple[int, ...]], costs: Sequence[float], k: int
) -> None:
    """Move rows to cheaper classes that are there, as long as their own keeps k or empties wholly."""
    moved = True
    while moved:
        moved = False
        sizes = Counter(shown.values())
        for row in sorted(sizes, key=lambda row: (-_cost(row, costs), row)):
            members = [number for number in sorted(shown) if shown[number] == row]
            better = {number: _cheaper(rows[number], row, sets, sizes, costs) for number in members}
            able = [number for number in members if better[number] is not None]
            if len(able) < len(members):
                able = able[: max(len(members) - k, 0)]
            for number in able:
                target = better[number]
                assert target is not None
                sizes[row] -= 1
                sizes[target] += 1
                shown[number], moved = target, True


def _cheaper(
    row: Row, now: Row, sets: Sequence[tuple[int, ...]], sizes: Mapping[Row, int], costs: Sequence[float]
) -> Row | None:
    for keys in sets:
        target = _masked(row, keys)
        if _cost(target, costs) >= _cost(now, costs):
            return None
        if sizes.get(target, 0) > 0:
            return target
    return None


def _masked(row: Row, keys: Sequence[int]) -> Row:
    held = set(keys)
    return tuple(WITHHELD if at in held else value for at, value in enumerate(row))


def _cost(row: Row, costs: Sequence[float]) -> float:
    return sum(cost for value, cost in zip(row, costs, strict=True) if value == WITHHELD)
