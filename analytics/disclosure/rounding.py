"""How exactly a figure is said: a share as its interval allows, a small base as a band."""

from collections.abc import Callable
from dataclasses import replace
from math import ceil, floor, log10

from analytics.release import Figure

FINEST, COARSEST = 0.001, 0.01
BANDS = (10, 20, 30, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 100_000, 1_000_000)


def unit(se: float | None) -> float:
    """What a share is rounded to: the power of ten below its standard error, between 0.1 and 1 percentage point."""
    if se is None or not se > 0:
        return COARSEST
    return float(min(max(10.0 ** floor(log10(se) + 1e-9), FINEST), COARSEST))


def rounded(figure: Figure, *, banded: bool) -> Figure:
    """The figure as it is published: the interval's ends outwards, so that it covers as often as it says.

    The standard error and the design effect keep two figures. Where `banded` the base becomes a band, and the design
    effect is not said: with it the standard error would tell the base.
    """
    if figure.estimate is None or figure.n is None:
        return figure
    step = unit(figure.se)
    low, high = band(figure.n) if banded else (figure.n, figure.n)
    return replace(
        figure,
        estimate=_to(figure.estimate, step, round),
        low=None if figure.low is None else _to(figure.low, step, _down),
        high=None if figure.high is None else _to(figure.high, step, _up),
        se=None if figure.se is None else two_figures(figure.se),
        deff=None if figure.deff is None or banded else two_figures(figure.deff),
        df=None if figure.df is None else float(round(figure.df)),
        n=low,
        n_to=high,
    )


def band(n: int) -> tuple[int, int]:
    """The band of BANDS that n lies in; what is under the first is from 0."""
    edges = (0, *BANDS)
    below = max(edge for edge in edges if edge <= n)
    above = [edge for edge in edges if edge > n]
    return below, above[0] - 1 if above else n


def two_figures(value: float) -> float:
    """The number with two significant figures."""
    return float(f"{value:.2g}")


def _to(value: float, step: float, how: Callable[[float], int]) -> float:
    return round(how(value / step) * step, 6) + 0.0


def _down(value: float) -> int:
    return floor(value + 1e-6)


def _up(value: float) -> int:
    return ceil(value - 1e-6)
