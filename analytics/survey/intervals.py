"""Confidence intervals from a point, its standard error, the sample size and the degrees of freedom.

Each function takes and returns plain numbers. None may return NaN: what has no interval is decided before coming here.
"""

from scipy.special import betaincinv, expit, logit, stdtrit

Interval = tuple[float, float]


def t_quantile(level: float, df: float) -> float:
    """The two-sided t quantile for a confidence level in (0, 1); df > 0."""
    return float(stdtrit(df, (1 + level) / 2))


def t_interval(value: float, se: float, df: float, level: float) -> Interval:
    """value -/+ t se, in units of the value (R `confint(..., df=)`)."""
    half = t_quantile(level, df) * se
    return value - half, value + half


def logit_interval(p: float, se: float, df: float, level: float) -> Interval:
    """t interval on the log-odds, back on the scale 0..1; 0 < p < 1 (R `svyciprop(method="logit")`)."""
    low, high = t_interval(float(logit(p)), se / (p * (1 - p)), df, level)
    return float(expit(low)), float(expit(high))


def clopper_pearson(p: float, n: float, level: float) -> Interval:
    """Exact binomial interval 0..1 for a share p of n cases; n may be fractional (Clopper and Pearson 1934)."""
    tail = (1 - level) / 2
    hits, misses = n * p, n * (1 - p)
    low = 0.0 if hits <= 0 else float(betaincinv(hits, misses + 1, tail))
    high = 1.0 if misses <= 0 else float(betaincinv(hits + 1, misses, 1 - tail))
    return low, high


def beta_interval(p: float, se: float, n: int, df: float, level: float) -> Interval:
    """Clopper-Pearson on p(1-p)/se^2 (t_{n-1}/t_df)^2 cases; se > 0.

    Source: Korn and Graubard 1998; R `svyciprop(method="beta")`.
    """
    return clopper_pearson(p, _adjusted(p, se, n, df, level), level)


def korn_graubard(p: float, se: float, n: int, df: float, level: float) -> Interval:
    """As beta_interval, with never more cases than respondents, and n of them for p = 0 or 1 (NCHS Series 2, No. 175).

    The bound matters where a few PSUs happen to agree: a chance design effect under 1 must not narrow the interval.
    """
    cases = n if se <= 0 or p in (0, 1) else min(n, _adjusted(p, se, n, df, level))
    return clopper_pearson(p, cases, level)


def _adjusted(p: float, se: float, n: int, df: float, level: float) -> float:
    return p * (1 - p) / se**2 * (t_quantile(level, n - 1) / t_quantile(level, df)) ** 2
