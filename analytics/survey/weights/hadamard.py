"""Hadamard matrices for balanced half-samples: +1 and -1 in rows that are orthogonal to each other.

Sylvester's doubling, and Paley's two constructions from the squares modulo a prime (Paley 1933).
"""

import numpy as np

from ..variables import IntArray


def hadamard(more_than: int) -> IntArray:
    """int64[R, R] with R > more_than, the least multiple of 4 that can be made; the first row and column are 1."""
    order = 4 * (more_than // 4 + 1)
    while True:
        found = _of_order(order)
        if found is not None:
            return found * found[:1]  # the first row to 1; the first column is 1 in each construction
        order += 4


def _of_order(order: int) -> IntArray | None:
    if order <= 2:
        return np.array([[1, 1], [1, -1]], dtype=np.int64)[:order, :order]
    half = _of_order(order // 2) if order % 8 == 0 or order == 4 else None
    if half is not None:
        return np.block([[half, half], [half, -half]])
    if _prime(order - 1):
        return _paley(order - 1)
    if order % 4 == 0 and _prime(order // 2 - 1) and order // 2 % 4 == 2:
        return _paley_double(order // 2 - 1)
    return None


def _paley(q: int) -> IntArray:
    """Order q + 1, q a prime of the form 4k + 3."""
    found = np.ones((q + 1, q + 1), dtype=np.int64)
    place = np.add.outer(np.arange(q), np.arange(q)) % q
    found[1:, 1:] = np.where(_residue(q)[place] == -1, 1, -1)
    return found


def _paley_double(q: int) -> IntArray:
    """Order 2 (q + 1), q a prime of the form 4k + 1."""
    cross = np.zeros((q + 1, q + 1), dtype=np.int64)
    cross[0, 1:] = cross[1:, 0] = 1
    cross[1:, 1:] = _residue(q)[np.subtract.outer(np.arange(q), np.arange(q)) % q]
    found = np.kron(cross, [[1, 1], [1, -1]]) + np.kron(np.eye(q + 1, dtype=np.int64), [[1, -1], [-1, -1]])
    return np.asarray(found * found[:, :1], dtype=np.int64)


def _residue(q: int) -> IntArray:
    """int64[q]: 1 for a square modulo q, -1 for no square, 0 for 0."""
    found = np.full(q, -1, dtype=np.int64)
    found[np.arange(q) ** 2 % q] = 1
    found[0] = 0
    return found


def _prime(number: int) -> bool:
    return number > 1 and all(number % by for by in range(2, int(number**0.5) + 1))
