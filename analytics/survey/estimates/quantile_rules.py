"""Rules that read a quantile off a weighted distribution: which of the values between two observations it is."""

from collections.abc import Callable, Mapping

import numpy as np

from ..variables import FloatArray

Rule = Callable[[FloatArray, FloatArray, float], float]  # values in ascending order, their weights, a share 0..1
_EQUAL = 1e-12  # two shares this near are one: sums of weights in another order


def step(x: FloatArray, w: FloatArray, p: float) -> float:
    """The smallest value with at least the share p at or below it (R "math" and "hf1")."""
    return float(x[_at(w, p)[0]])


def school(x: FloatArray, w: FloatArray, p: float) -> float:
    """As step, but halfway to the next observation where exactly p lies at or below (R "school" and "hf2")."""
    k, exact = _at(w, p)
    return float((x[k] + x[min(k + 1, len(x) - 1)]) / 2 if exact else x[k])


def even(x: FloatArray, w: FloatArray, p: float) -> float:
    """As step among the distinct values, the even one in order where exactly p lies at or below (R "hf3")."""
    values, of = np.unique(x, return_inverse=True)
    k, exact = _at(np.bincount(of, w).astype(np.float64), p)
    return float(values[min(k + 1, len(values) - 1)] if exact and k % 2 == 0 else values[k])


def shah_vaish(x: FloatArray, w: FloatArray, p: float) -> float:
    """The largest value whose position (C_k + (1 - w_k) / 2) / (n + 1) is at most p; weights sum to n.

    Shah and Vaish 2006. R's "shahvaish" takes w_k as it was, not scaled to n, and so moves with the population's size.
    """
    scaled = w / w.mean()
    position = (np.cumsum(scaled) + (1 - scaled) / 2) / (len(x) + 1)
    return float(x[max(int(np.searchsorted(position, p + _EQUAL, side="right")) - 1, 0)])


def _linear(back: float, beyond: float) -> Rule:
    """Straight lines between the answers at positions (C_k - back w_k) / (C_n + beyond w_n)."""

    def rule(x: FloatArray, w: FloatArray, p: float) -> float:
        reached = np.cumsum(w)
        whole = max(float(reached[-1] + beyond * w[-1]), np.finfo(np.float64).tiny)
        return float(np.interp(p, (reached - back * w) / whole, x))

    return rule


def _at(w: FloatArray, p: float) -> tuple[int, bool]:
    """The first observation with at least the share p at or below it, and whether that share is p."""
    shares = np.cumsum(w) / w.sum()
    k = min(int(np.searchsorted(shares, p - _EQUAL)), len(w) - 1)
    return k, abs(float(shares[k]) - p) <= _EQUAL


# Hyndman and Fan 1996, with cumulative weights C_k for ranks, as in R's vignette "Quantile rules".
RULES: Mapping[str, Rule] = {
    "math": step,
    "school": school,
    "shahvaish": shah_vaish,
    "hf1": step,
    "hf2": school,
    "hf3": even,
    "hf4": _linear(0, 0),
    "hf5": _linear(1 / 2, 0),
    "hf6": _linear(0, 1),
    "hf7": _linear(1, -1),
    "hf8": _linear(1 / 3, 1 / 3),
    "hf9": _linear(3 / 8, 1 / 4),
}
