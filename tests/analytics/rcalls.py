"""Works out an R `survey` call of a case with our functions, and lays our numbers beside R's."""

import re
from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from analytics.design import BoolArray, Calibration, Design, FloatArray
from analytics.estimates import Estimate, contrast, mean, proportion
from analytics.intervals import beta_interval, logit_interval, t_interval
from analytics.linearisation import Linearised, covariance, linearise
from tests.analytics.rformula import domains, domains_of, formula, subset, variables
from tests.analytics.rsurvey import Case, base_weights, design_of, frame, raked

Values = dict[str, npt.NDArray[Any]]


def observe(case: Case) -> Iterator[tuple[str, Values, Values]]:
    """For one case: (label, ours, R's), each a dict of the quantities both have."""
    call, expect = case["r_call"], case["expect"]
    if case["group"] == "calibration" and "weights" in expect:
        yield from _calibration(case)
    elif case["group"] == "degf":
        yield "df", {"df": np.array(design_of(case).df)}, {"df": np.array(expect["df"])}
    elif case["group"] == "fdr":
        yield from _gaps(case)
    elif "svyttest" in call:
        weights, calibration = raked(case)
        design, f = design_of(case, weights.weights, calibration), frame(case["dataset"])
        found = contrast([linearise(design, f["q1"], where=domain) for domain in domains(f, ["sex_fm"])], [-1, 1])
        value, se = _told(found)
        ours = {"estimate": np.array([value]), "statistic": np.array([value / se])}
        yield "gap", ours, {key: np.array(expect[key]) for key in ours}
    elif "svycontrast" in call:
        yield from _contrasts(case)
    elif "svyciprop" in call:
        yield from _shares(case)
    else:
        yield "ratios", *_ratios(case)


def _told(found: Estimate) -> tuple[float, float]:
    assert found.estimate is not None
    assert found.se is not None
    return found.estimate, found.se


def _calibration(case: Case) -> Iterator[tuple[str, Values, Values]]:
    call, expect, f = case["r_call"], case["expect"], frame(case["dataset"])
    theirs = np.array(expect["weights"])
    if call.startswith("rake(") or ("raking" in call and "api99" not in call):
        found, calibration = raked(case)
        yield "weights", {"weights": found.weights}, {"weights": theirs}
        if call.startswith("rake("):
            return  # R's rake() takes unweighted margin means in its variance; ours is that of calibrate()
        weights = found.weights
    else:  # a calibration that is not ours: its weights are taken, its variance is checked
        weights = theirs
        calibration = Calibration(_columns(call, f), base_weights(case))
    design = design_of(case, weights, calibration)
    for item, numbers in expect.items():
        if item in ("weights", "one"):
            continue
        part = linearise(design, f[item])
        ours = {"mean": np.array([part.value]), "mean_se": np.sqrt(np.diag(covariance([part])))}
        yield item, ours, {key: np.array(numbers[key]) for key in ours}


def _columns(call: str, f: pd.DataFrame) -> FloatArray:
    names = re.search(r"~([\w.+ ]+)", call)
    assert names is not None
    terms = [name.strip().replace("wavef", "wave") for name in names[1].split("+")]
    if call.startswith("postStratify"):
        cells = pd.get_dummies(f[terms].astype(str).agg("|".join, axis=1), dtype=float)
        return cells.to_numpy()
    blocks = [np.ones((len(f), 1))]
    for term in terms:
        numeric = term == "api99"
        blocks.append(f[[term]].to_numpy(float) if numeric else pd.get_dummies(f[term], dtype=float).to_numpy())
    return np.hstack(blocks)


def _gaps(case: Case) -> Iterator[tuple[str, Values, Values]]:
    f, expect, design = frame("trust"), case["expect"], design_of(case)
    for i, hood in enumerate(expect["keys"]):
        inside = (f["neighbourhood"] == hood).to_numpy()
        sides = [linearise(design, f["q1"], where=inside & (f["sex"] == sex).to_numpy()) for sex in "MF"]
        found = contrast(sides, [1, -1])
        value, se = _told(found)
        assert found.df == expect["df_used"]
        ours = {"gap": np.array(value), "t": np.array(value / se)}
        yield hood, ours, {key: np.array(expect[key][i]) for key in ours}


def _contrasts(case: Case) -> Iterator[tuple[str, Values, Values]]:
    call, expect, f = case["r_call"], case["expect"], frame(case["dataset"])
    design = design_of(case)
    if "quote(" in call:
        numerator, denominator = f["api.stu"], f["enroll"]
        found = mean(design, numerator, base=denominator.to_numpy(float), where=denominator.notna().to_numpy())
        yield (
            "ratio of totals",
            {"est": np.array(found.estimate), "se": np.array(found.se)},
            {key: np.array(expect[key][0]) for key in ("est", "se")},
        )
        return
    parts = _parts(design, f, call)
    for i, numbers in enumerate(re.findall(r"\w+ ?= ?c\(([^)]*)\)", call)):
        value, se = _told(contrast(parts, [float(number) for number in numbers.split(",")]))
        ours = {"est": np.array(value), "se": np.array(se)}
        yield expect["names"][i], ours, {key: np.array(expect[key][i]) for key in ours}


def _shares(case: Case) -> Iterator[tuple[str, Values, Values]]:
    call, expect, f = case["r_call"], case["expect"], frame(case["dataset"])
    design, y = design_of(case), next(iter(variables(f, formula(call))))[1]
    method = re.search(r"method = '(\w+)'", call)
    level = re.search(r"level = ([\d.]+)", call)
    assert method is not None
    share = float(level[1]) if level else 0.95
    by = re.search(r"svyby\(~\w+, ~(\w+)", call)
    for i, key in enumerate(expect["keys"] if by else [None]):
        where = np.ones(len(f), dtype=bool) if by is None else (f[by[1]] == key).to_numpy()
        if method[1] == "mean":
            found = mean(design, y, where=where, level=share)
        else:
            kind: Any = "beta" if method[1] == "beta" else "logit"
            found = proportion(design, y, where=where, interval=kind, level=share)
        value, se = _told(found)
        ours = {"est": np.array(value), "ci": np.array([found.low, found.high])}
        # R counts n, and a subset's df, on rows without an answer too; ours are counted on the respondents.
        everyone = linearise(design, np.ones(len(f)), where=where)
        df = found.df if by is None or "df = 37" in call else everyone.psus - everyone.strata
        if method[1] == "beta":
            ours["ci"] = np.array(beta_interval(value, se, everyone.n, df, share))
        elif by is not None:
            ours["ci"] = np.array(logit_interval(value, se, df, share))
        if by is None:
            ours |= {"se": np.array(se), "df": np.array(found.df)}
            yield case["id"], ours, {name: np.array(expect[name]) for name in ours}
        else:
            yield key, ours, {"est": np.array(expect["est"][i]), "ci": np.array([expect["ci_l"][i], expect["ci_u"][i]])}


def _ratios(case: Case) -> tuple[Values, Values]:
    call, expect, f = case["r_call"], case["expect"], frame(case["dataset"])
    calibrated = "calibrate(" in call
    weights, calibration = raked(case) if calibrated else (None, None)
    design = design_of(case, None if weights is None else weights.weights, calibration)
    parts = _parts(design, f, call)
    matrix = covariance(parts)
    ours: Values = {
        "est": np.array([part.value or 0.0 for part in parts]),
        "se": np.sqrt(np.diag(matrix)),
        "vcov": matrix,
        "df": np.array(design.df),
    }
    if "ci_t95" in expect:
        pairs = zip(parts, np.atleast_1d(expect["se"]), strict=True)
        ours["ci_t95"] = np.array([_interval(part, float(r_se)) for part, r_se in pairs])
    if "cv" in expect:
        ours["cv"] = ours["se"] / ours["est"]
    if "deff" in expect:
        deff = np.diag(matrix) / np.array([part.variance_srs for part in parts])
        if "replace" not in call:  # R's deff=TRUE adds the finite correction 1 - n/sum(w) of the domain
            sizes = [
                (part.n, float(design.weights[rows].sum())) for part, rows in zip(parts, _rows(f, call), strict=True)
            ]
            deff = deff / np.array([1 - n / total for n, total in sizes])
        ours["deff"] = deff
    theirs = {key: np.array(expect[key], dtype=float) for key in ours if key in expect}
    if call.startswith("svyratio("):  # R leaves the covariances of several ratios out
        theirs.pop("vcov", None)
    return {key: ours[key].reshape(theirs[key].shape) for key in theirs}, theirs


def _interval(part: Linearised, r_se: float) -> tuple[float, float]:
    """Our interval; where we refuse one, R's error must be nought or come from a single PSU."""
    found = contrast([part], [1])
    if found.low is None or found.high is None:
        assert found.unavailable is not None
        assert r_se < 1e-12 or part.psus == 1
        return t_interval(part.value or 0.0, float(covariance([part])[0, 0]) ** 0.5, part.design.df, 0.95)
    return found.low, found.high


def _rows(f: pd.DataFrame, call: str) -> list[BoolArray]:
    items = list(variables(f, formula(call)))
    return [~np.isnan(y) & domain for _, y in items for domain in domains_of(f, call)]


def _parts(design: Design, f: pd.DataFrame, call: str) -> list[Linearised]:
    where = subset(f, call)
    if "svyratio" in call:
        denominator = re.search(r"denominator = ~([\w.]+)", call) or re.search(
            r"svyratio\(~[\w.+ ]+, ~([\w.+ ]+)", call
        )
        assert denominator is not None
        tops, bottoms = [dict(variables(f, text)) for text in (formula(call), denominator[1])]
        complete = where & np.isfinite(np.column_stack([*tops.values(), *bottoms.values()])).all(axis=1)
        pairs = [(top, bottom) for bottom in bottoms.values() for top in tops.values()]
        return [
            linearise(design, top, bottom, complete & domain) for top, bottom in pairs for domain in domains_of(f, call)
        ]
    items = list(variables(f, formula(call)))
    complete = where & np.isfinite(np.column_stack([y for _, y in items])).all(axis=1)
    return [linearise(design, y, complete, where & domain) for _, y in items for domain in domains_of(f, call)]
