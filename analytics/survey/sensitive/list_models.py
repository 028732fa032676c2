"""Who holds a sensitive item, by what is known of people, from a list experiment (Imai 2011; R `list::ictreg`).

Respondents count how many of J items they hold; a random half also has the sensitive one in its list. Regressions of
the count: linear, by least squares on logit means, or by maximum likelihood with binomial counts.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

import numpy as np
from scipy.optimize import least_squares, minimize
from scipy.special import comb, expit

from ..complex_steps import slopes
from ..linearisation import Linear, Sample
from ..linearisation import covariance as joint
from ..variables import BoolArray, Columns, EstimationError, FloatArray, measured
from .list_experiment import arms

Model = Literal["lm", "nls", "ml"]
Errors = Literal["design", "model"]
_NAMES = {"lm": "linear", "nls": "least squares on logit means", "ml": "maximum likelihood"}


@dataclass(frozen=True, eq=False)
class ListModel:
    """Coefficients of holding the sensitive item and of the other items' count, p each, and their covariance [2p, 2p].

    Linear: in shares and counts; else in log-odds. prevalence: mean over the rows' predictions, with its error.
    """

    names: tuple[str, ...]
    sensitive: FloatArray
    control: FloatArray
    covariance: FloatArray = field(repr=False)
    prevalence: float
    prevalence_se: float
    loglike: float | None
    n: int
    df: int
    method: str

    @property
    def sensitive_se(self) -> FloatArray:
        """float64[p]."""
        return np.asarray(np.sqrt(np.diag(self.covariance)[: len(self.names)]))

    @property
    def control_se(self) -> FloatArray:
        """float64[p]."""
        return np.asarray(np.sqrt(np.diag(self.covariance)[len(self.names) :]))

    def __str__(self) -> str:
        lines = [f"{self.method}; n = {self.n}; prevalence {self.prevalence:.4f} ({self.prevalence_se:.4f})"]
        lines.append(f"{'':24}{'sensitive item':>22}{'other items':>22}")
        for name, a, b, c, d in zip(
            self.names, self.sensitive, self.sensitive_se, self.control, self.control_se, strict=True
        ):
            lines.append(f"{name:24}{a:>12.4f} ({b:.4f}){c:>13.4f} ({d:.4f})")
        return "\n".join(lines)


@dataclass(frozen=True, eq=False)
class _Lists:
    """Rows of the experiment: counts y, treated t (1 or 0), columns x with the constant, of J other items."""

    y: FloatArray
    t: FloatArray
    x: FloatArray
    items: int


def list_regression(
    design: Sample,
    y: Columns,
    treated: Columns,
    covariates: Sequence[str],
    *,
    items: int,
    method: Model = "ml",
    errors: Errors = "design",
    where: Columns | None = None,
) -> ListModel:
    """Regress the count y (0..items, and one more where treated is 1) on numeric covariates.

    errors: of the design, or as R gives them for independent rows without weights (HC3, two-step moments, inverse
    Hessian). Rows with a missing value are left out. Raises EstimationError: counts outside the list, no rows of an
    arm, covariates that repeat each other, or a fit that does not settle.
    """
    if method not in get_args(Model) or errors not in get_args(Errors):
        raise EstimationError(f"method is lm, nls or ml and errors design or model; got {method!r}, {errors!r}.")
    lists, rows = _rows(design, y, treated, covariates, items, where)
    w = design.weights[rows]
    if errors == "model":
        if not np.allclose(w, w[0]):
            raise EstimationError("Errors of the model are for rows without weights; use errors='design'.")
        w = np.ones(len(w))
    p = lists.x.shape[1]
    theta = _fit(lists, w, method)
    scores = _scores(theta, lists, method)
    bend = slopes(lambda at: w @ _scores(at, lists, method), theta).T
    if method == "nls":
        bend = _gauss_newton(theta, lists, w)
    pull = -np.linalg.solve(bend, scores.T).T  # [rows, 2p], a row's influence
    chance, slope = _prediction(theta[:p], lists.x, method)
    prevalence = float(w @ chance / w.sum())
    of_mean = (chance - prevalence) / w.sum() + pull[:, :p] @ ((w * slope) @ lists.x / w.sum())
    if errors == "design":
        influence = np.zeros((design.n, 2 * p + 1))
        influence[rows] = np.column_stack([pull, of_mean])

        def at(weights: FloatArray) -> FloatArray:
            own = weights[rows]
            found = _fit(lists, own, method, start=theta)
            return np.append(found, own @ _prediction(found[:p], lists.x, method)[0] / own.sum())

        spread = joint(design, Linear(np.append(theta, prevalence), influence, at))
        prevalence_se = float(np.sqrt(spread[-1, -1]))
        spread = spread[:-1, :-1]
    else:
        spread = _model_covariance(lists, pull, bend, method)
        gradient = slope @ lists.x / len(slope)
        prevalence_se = float(np.sqrt(gradient @ spread[:p, :p] @ gradient))
    return ListModel(
        names=("(constant)", *covariates),
        sensitive=theta[:p],
        control=theta[p:],
        covariance=spread,
        prevalence=prevalence,
        prevalence_se=prevalence_se,
        loglike=float(w @ _loglike(theta, lists)) if method == "ml" else None,
        n=int(rows.sum()),
        df=design.df,
        method=f"list experiment, {_NAMES[method]}, {errors}-based errors",
    )


def _rows(
    design: Sample, y: Columns, treated: Columns, covariates: Sequence[str], items: int, where: Columns | None
) -> tuple[_Lists, BoolArray]:
    count, arm, used = arms(design, y, treated, items, where)
    columns = [measured(design.data, name, name) for name in covariates]
    x = np.column_stack([np.ones(design.n), *columns])
    rows: BoolArray = used & np.isfinite(x).all(axis=1)
    lists = _Lists(count[rows], arm[rows], x[rows], items)
    for side in (0, 1):
        if np.linalg.matrix_rank(lists.x[lists.t == side]) < x.shape[1]:
            raise EstimationError(
                f"In the {'treated' if side else 'control'} arm the covariates repeat each other or do not vary; "
                "leave some out."
            )
    return lists, rows


def _fit(lists: _Lists, w: FloatArray, method: Model, start: FloatArray | None = None) -> FloatArray:
    if method == "lm":
        full = np.column_stack([lists.x * lists.t[:, None], lists.x])
        return np.asarray(np.linalg.solve((full * w[:, None]).T @ full, full.T @ (w * lists.y)))
    lists, w = _alike(lists, w)
    if method == "nls":
        return _least_squares(lists, w, start)
    return _likelihood(lists, w, start)


def _alike(lists: _Lists, w: FloatArray) -> tuple[_Lists, FloatArray]:
    """One row for all that are alike, with the sum of their weights."""
    rows = np.column_stack([lists.y, lists.t, lists.x])
    kinds, kind = np.unique(rows, axis=0, return_inverse=True)
    sums = np.asarray(np.bincount(kind.ravel(), w), dtype=np.float64)
    return _Lists(kinds[:, 0], kinds[:, 1], kinds[:, 2:], lists.items), sums


def _least_squares(lists: _Lists, w: FloatArray, start: FloatArray | None) -> FloatArray:
    p = lists.x.shape[1]

    def solved(rows: BoolArray, y: FloatArray, size: int, starts: Sequence[FloatArray]) -> FloatArray:
        x, root = lists.x[rows], np.sqrt(w[rows])

        def miss(beta: FloatArray) -> FloatArray:
            return np.asarray(root * (size * expit(x @ beta) - y))

        def by(beta: FloatArray) -> FloatArray:
            chance = expit(x @ beta)
            return np.asarray((root * size * chance * (1 - chance))[:, None] * x)

        found = [least_squares(miss, s, by, xtol=1e-15, ftol=1e-15, gtol=1e-12, max_nfev=2000) for s in starts]
        best = min(found, key=lambda each: float(each.cost))
        if not best.success:
            raise EstimationError("Least squares did not settle; use fewer covariates, or method 'ml'.")
        return np.asarray(best.x, dtype=np.float64)

    control: BoolArray = lists.t == 0
    gamma = solved(control, lists.y[control], lists.items, [np.zeros(p) if start is None else start[p:]])
    rest = lists.y[~control] - lists.items * expit(lists.x[~control] @ gamma)
    starts = [_constant(p, at) for at in (-3.0, -1.0, 0.0)] if start is None else [start[:p]]
    return np.concatenate([solved(~control, rest, 1, starts), gamma])


def _likelihood(lists: _Lists, w: FloatArray, start: FloatArray | None) -> FloatArray:
    p = lists.x.shape[1]
    total = w.sum()

    def down(theta: FloatArray) -> tuple[float, FloatArray]:
        return -float(w @ _loglike(theta, lists)) / total, -np.asarray(w @ _scores(theta, lists, "ml")) / total

    peak = None if start is None else _climbed(start, lists, w)  # a replicate's peak is near
    if peak is None:
        starts = [np.concatenate([_constant(p, at), np.zeros(p)]) for at in (-2.0, 0.0)]
        found = min((minimize(down, s, jac=True, method="BFGS") for s in starts), key=lambda each: float(each.fun))
        peak = _climbed(np.asarray(found.x, dtype=np.float64), lists, w)
    if peak is None:
        raise EstimationError(
            "The likelihood has no peak: the share that holds the item is too near 0 or 1 in some group. Use fewer "
            "covariates, or method 'lm'."
        )
    return peak


def _climbed(theta: FloatArray, lists: _Lists, w: FloatArray) -> FloatArray | None:
    """The peak of the likelihood by Newton's steps from nearby; None where there is none."""
    for _ in range(50):
        slope = w @ _scores(theta, lists, "ml")
        bend = slopes(lambda at: w @ _scores(at, lists, "ml"), theta)
        if not np.isfinite(bend).all() or np.linalg.eigvalsh((bend + bend.T) / 2)[-1] >= 0:
            return None
        step = np.linalg.solve(bend, slope)
        theta = theta - step
        if np.abs(step).max() < 1e-9 * (1 + np.abs(theta).max()):
            return theta
    return None


def _scores(theta: Any, lists: _Lists, method: Model) -> Any:
    """[rows, 2p]: each row's estimating function, at real or complex parameters."""
    p = lists.x.shape[1]
    t, x, j = lists.t, lists.x, lists.items
    if method == "lm":
        miss = lists.y - t * (x @ theta[:p]) - x @ theta[p:]
        return np.column_stack([x * (t * miss)[:, None], x * miss[:, None]])
    chance, each = 1 / (1 + np.exp(-(x @ theta[:p]))), 1 / (1 + np.exp(-(x @ theta[p:])))
    if method == "nls":
        first = t * (lists.y - j * each - chance) * chance * (1 - chance)
        second = (1 - t) * (lists.y - j * each) * j * each * (1 - each)
        return np.column_stack([x * first[:, None], x * second[:, None]])
    held, not_held = _parts(chance, each, lists)
    posterior = t * held / (held + not_held)
    return np.column_stack([x * (t * (posterior - chance))[:, None], x * (lists.y - posterior - j * each)[:, None]])


def _parts(chance: Any, each: Any, lists: _Lists) -> tuple[Any, Any]:
    """The likelihood of a count with the sensitive item held, and without; the first is 0 in the control arm."""
    y, j = lists.y, lists.items
    without = np.where(y <= j, comb(j, y) * each ** np.minimum(y, j) * (1 - each) ** np.maximum(j - y, 0), 0)
    inner = np.maximum(y - 1, 0)
    within = np.where(y >= 1, comb(j, inner) * each**inner * (1 - each) ** (j - inner), 0)
    return lists.t * chance * within, (1 - lists.t * chance) * without


def _loglike(theta: FloatArray, lists: _Lists) -> FloatArray:
    p = lists.x.shape[1]
    held, not_held = _parts(expit(lists.x @ theta[:p]), expit(lists.x @ theta[p:]), lists)
    return np.asarray(np.log(np.maximum(held + not_held, 1e-300)), dtype=np.float64)


def _gauss_newton(theta: FloatArray, lists: _Lists, w: FloatArray) -> FloatArray:
    """The mean slope of the moments of least squares, without what has mean nought under the model."""
    p = lists.x.shape[1]
    t, x, j = lists.t, lists.x, lists.items
    chance, each = expit(x @ theta[:p]), expit(x @ theta[p:])
    own, other = chance * (1 - chance), j * each * (1 - each)
    found = np.zeros((2 * p, 2 * p))
    found[:p, :p] = -(x * (w * t * own**2)[:, None]).T @ x
    found[:p, p:] = -(x * (w * t * own * other)[:, None]).T @ x
    found[p:, p:] = -(x * (w * (1 - t) * other**2)[:, None]).T @ x
    return found


def _prediction(beta: FloatArray, x: FloatArray, method: Model) -> tuple[FloatArray, FloatArray]:
    """Each row's chance of holding the item, and its slope by the linear predictor."""
    if method == "lm":
        return x @ beta, np.ones(len(x))
    chance = np.asarray(expit(x @ beta), dtype=np.float64)
    return chance, chance * (1 - chance)


def _model_covariance(lists: _Lists, pull: FloatArray, bend: FloatArray, method: Model) -> FloatArray:
    if method == "ml":
        return np.asarray(np.linalg.inv(-bend))
    if method == "nls":
        return np.asarray(pull.T @ pull)
    full = np.column_stack([lists.x * lists.t[:, None], lists.x])
    leverage = np.einsum("ij,ij->i", full, np.linalg.solve(full.T @ full, full.T).T)
    sharp = pull / (1 - leverage)[:, None]
    return np.asarray(sharp.T @ sharp)


def _constant(p: int, at: float) -> FloatArray:
    found = np.zeros(p)
    found[0] = at
    return found
