"""How far out a value lies in a weighted sum of chi-square variables, the distribution of a test under a design."""

from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np
from scipy.optimize import brentq
from scipy.special import chdtrc, fdtrc, ndtr

from ..variables import EstimationError, FloatArray

TailMethod = Literal["exact", "saddlepoint", "satterthwaite"]
_TINY = 1e-12  # a weight this small beside the largest is arithmetic
_STEPS, _END = 4096, 50.0  # of the integral, on the scale of asinh


def upper_tail(x: float, weights: FloatArray, *, ddf: float = np.inf, method: TailMethod = "exact") -> float:
    """P(sum of weights[i] Z[i]^2 > x C / ddf) for independent standard normal Z and a chi-square C with ddf degrees.

    weights: float64[d], none negative, one more than 0; ddf > 0, fractions too, inf where the weights are known.
    exact: the moment generating function inverted along a curve through its saddle point, to about 12 digits also far
    out (Rice 1980; the probability of Imhof 1961 and Davies 1980). saddlepoint: Kuonen 1999. satterthwaite: a scaled
    chi-square or F with the same mean and variance. (R `pchisqsum`, `pFsum`.) Raises EstimationError.
    """
    if method not in get_args(TailMethod):
        raise EstimationError(f"method must be one of {', '.join(get_args(TailMethod))}; got {method!r}.")
    given = np.asarray(weights, dtype=np.float64)
    if not given.size or not np.isfinite(given).all() or given.max() <= 0 or given.min() < -_TINY * given.max():
        raise EstimationError(f"The weights of a sum of chi-squares must be at least 0, one of them more; got {given}.")
    if not (np.isfinite(x) and ddf > 0):
        raise EstimationError(f"A tail needs a finite value and positive degrees of freedom; got {x} and {ddf}.")
    scale = float(given.max())
    share = given[given > _TINY * scale] / scale
    at = float(x) / scale
    if at <= 0:
        return 1.0
    if np.isinf(ddf) and chdtrc(len(share), at) == 0:  # no weight is above 1, so this is a bound: nought in a float
        return 0.0
    mean, squares = float(share.sum()), float((share**2).sum())
    if method == "satterthwaite" or (method == "exact" and bool((share == 1).all())):
        ndf = mean**2 / squares
        return float(chdtrc(ndf, at * mean / squares) if np.isinf(ddf) else fdtrc(ndf, ddf, at / mean))
    found = _Excess(share, at, ddf)
    return _kuonen(found, _saddle(found)) if method == "saddlepoint" else _inverted(found, _saddle(found))


@dataclass(frozen=True, eq=False)
class _Excess:
    """The sum of share[i] Z[i]^2, the largest share 1, less x C / ddf; its tail above nought is sought."""

    share: FloatArray
    x: float
    ddf: float

    def generating(self, s: Any) -> Any:
        """The cumulant generating function, of numbers or an array, complex too."""
        of_sum = np.log(1 - 2 * np.multiply.outer(s, self.share)).sum(axis=-1) / 2
        return -of_sum - (s * self.x if np.isinf(self.ddf) else self.ddf / 2 * np.log1p(2 * s * self.x / self.ddf))

    def slope(self, s: float) -> float:
        """Its first derivative."""
        return float((self.share / (1 - 2 * s * self.share)).sum()) - self.x / (1 + 2 * s * self.x / self.ddf)

    def curvature(self, s: float) -> tuple[float, float]:
        """Its second and third derivatives."""
        part, other = self.share / (1 - 2 * s * self.share), self.x / (1 + 2 * s * self.x / self.ddf)
        second = 2 * float((part**2).sum()) + 2 * other**2 / self.ddf
        return second, 8 * float((part**3).sum()) - 8 * other**3 / self.ddf**2


def _saddle(excess: _Excess) -> float:
    """Where the slope is nought: left of 1/2, the pole of the largest share, and right of that of C."""
    highest, d = 0.25, len(excess.share)
    while excess.slope(highest) < 0:
        highest = 0.5 - (0.5 - highest) / 2
    lowest = -d / (2 * excess.x) * (1.0 if np.isinf(excess.ddf) else excess.ddf / (d + excess.ddf))
    return float(brentq(excess.slope, lowest, highest, xtol=1e-15, rtol=8.9e-16, maxiter=500))


def _kuonen(excess: _Excess, saddle: float) -> float:
    second, third = excess.curvature(saddle)
    w = float(np.sign(saddle) * np.sqrt(max(-2 * float(excess.generating(saddle)), 0.0)))
    # In the middle w is nought, and the correction is its limit, the skewness by six.
    correction = third / second**1.5 / 6 if abs(w) < 1e-4 else float(np.log(saddle * np.sqrt(second) / w)) / w
    return float(ndtr(-(w + correction)))


def _inverted(excess: _Excess, saddle: float) -> float:
    """1 / (2 pi i) times the integral of exp(K(s)) / s along a parabola between the poles, right of that at nought.

    The trapezoid on a sinh scale converges geometrically, since the integrand is smooth and falls off on both sides.
    """
    spread, _ = excess.curvature(0.0)
    start = max(saddle, 0.5 * min(0.5, 1 / float(np.sqrt(spread))))
    second, third = excess.curvature(start)
    bend = max(third / (6 * second), 0.0)  # the curve of steepest descent, to second order
    t = np.linspace(0, _END, _STEPS + 1)
    y = np.sinh(t) / float(np.sqrt(second))
    s = start + bend * y**2 + 1j * y
    along = (2 * bend * y + 1j) * np.cosh(t) / float(np.sqrt(second))
    part = np.exp(excess.generating(s)) / s * along
    part[0] /= 2
    total = float(part.imag.sum()) * float(t[1])  # the other half is the mirror image
    return min(max(total / np.pi, 0.0), 1.0)
