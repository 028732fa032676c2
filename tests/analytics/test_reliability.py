"""The presentation standards of NCHS Series 2, No. 175, rule by rule, at their edges."""

from typing import Any

import pytest

from analytics.estimates import Estimate
from analytics.reliability import nchs_proportion


def share(**changes: Any) -> Estimate:
    """A share that rule 5 presents: p = .40, .32 to .48, n = 400."""
    fields: dict[str, Any] = {
        "estimate": 0.40, "se": 0.04, "low": 0.32, "high": 0.48, "df": 37, "domain_df": 20, "n": 400,
        "n_eff": 150.0, "deff": 2.7, "method": "korn_graubard", "level": 0.95, "unavailable": None,
    }  # fmt: skip
    return Estimate(**(fields | changes))


@pytest.mark.parametrize(
    ("changes", "flag", "reason"),
    [
        ({}, "present", "interval_acceptable"),
        ({"n": 29, "n_eff": 29}, "suppress", "n_below_30"),
        ({"n": 30, "n_eff": 29.9}, "suppress", "n_eff_below_30"),
        ({"n": 30, "n_eff": 30}, "present", "interval_acceptable"),
        ({"low": 0.25, "high": 0.55}, "suppress", "interval_wide"),
        ({"low": 0.25, "high": 0.549}, "present", "interval_acceptable"),
        ({"estimate": 0.02, "low": 0.0, "high": 0.05}, "present", "interval_narrow"),
        ({"estimate": 0.05, "low": 0.01, "high": 0.076}, "suppress", "relative_interval_wide"),
        ({"estimate": 0.05, "low": 0.01, "high": 0.074}, "present", "interval_acceptable"),
        ({"domain_df": 7}, "review", "df_below_8"),
        ({"domain_df": 8}, "present", "interval_acceptable"),
        ({"domain_df": 7, "n": 20, "n_eff": 20}, "suppress", "n_below_30"),
        ({"estimate": 0.0, "se": None, "low": 0.0, "high": 0.12, "n_eff": 30, "n": 30}, "review", "all_or_none"),
        ({"estimate": 1.0, "se": None, "low": 0.88, "high": 1.0, "n_eff": 30, "n": 30}, "review", "all_or_none"),
        ({"estimate": 1.0, "se": None, "low": 0.5, "high": 1.0, "n_eff": 29, "n": 29}, "suppress", "n_below_30"),
        ({"estimate": None, "low": None, "high": None, "n_eff": None, "unavailable": "no_base"}, "suppress", "no_base"),
        ({"se": None, "low": None, "high": None, "n_eff": None, "unavailable": "one_psu"}, "suppress", "one_psu"),
    ],
)
def test_each_rule_decides_at_its_edge(changes: dict[str, Any], flag: str, reason: str) -> None:
    found = nchs_proportion(share(**changes))
    assert (found.flag, found.reason, found.complement_footnote) == (flag, reason, False)


def test_a_small_complement_gets_its_footnote() -> None:
    found = nchs_proportion(share(estimate=0.95, low=0.92, high=0.99))
    assert (found.flag, found.complement_footnote) == ("present", True)
    assert not nchs_proportion(share(estimate=0.95, low=0.93, high=0.97)).complement_footnote


@pytest.mark.parametrize("changes", [{"method": "t"}, {"method": "logit"}, {"level": 0.9}])
def test_another_interval_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="95 % Korn-Graubard"):
        nchs_proportion(share(**changes))
