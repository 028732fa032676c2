"""What a design refuses, and what the refusal teaches."""

from typing import Any

import numpy as np
import pytest

from analytics.design import Calibration, DesignError, make_design


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"weights": []}, "at least one row"),
        ({"weights": ["a", "b"]}, "weights must be numbers"),
        ({"weights": [1, 0, 2]}, r"row 1 has 0 \(1 such rows\)"),
        ({"weights": [1, np.nan]}, "positive and finite"),
        ({"weights": [1, 1], "stratum": ["a"]}, "2 labels"),
        ({"weights": [1, 1], "psu": np.array(["a", None], dtype=object)}, "no label in 1 rows"),
        ({"weights": [1, 1], "psu": [1.0, np.nan]}, "no label"),
        ({"weights": [1, 1], "psu": np.array(["a", 1], dtype=object)}, "mixes kinds"),
        ({"weights": [1] * 4, "stratum": [1, 1, 2, 2], "psu": [1, 2, 1, 2]}, "PSU 1 appears in several"),
        ({"weights": [1] * 3, "stratum": ["a", "a", "b"]}, r"1 have one \(b\)"),
        ({"weights": [1] * 3, "stratum": ["a", "a", "b"], "fpc": [1, 9, 5]}, "one number in each stratum"),
        ({"weights": [1] * 3, "fpc": [0.1] * 3}, "not sampling fractions"),
        ({"weights": [1] * 3, "single_psu": "ignore"}, "single_psu must be one of fail"),
        ({"weights": [1] * 3, "calibration": Calibration(np.ones((2, 1)), np.ones(3))}, "3 rows"),
        ({"weights": [1] * 3, "calibration": Calibration(np.full((3, 1), np.nan), np.ones(3))}, "finite"),
    ],
)
def test_a_design_that_contradicts_itself_is_refused(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(DesignError, match=message):
        make_design(**arguments)


def test_labels_of_any_kind_make_the_same_design() -> None:
    text = make_design(np.ones(6), stratum=list("aaabbb"), psu=["p", "q", "q", "r", "s", "r"])
    number = make_design(np.ones(6), stratum=[7, 7, 7, 9, 9, 9], psu=[1, 2, 2, 3, 4, 3])
    assert text.psu.tolist() == number.psu.tolist() == [0, 1, 1, 2, 3, 2]
    assert (text.df, number.df) == (2, 2)


def test_without_psus_each_row_is_its_own_and_without_strata_there_is_one() -> None:
    assert make_design(np.ones(9)).df == 8


def test_a_stratum_of_one_psu_taken_whole_is_no_single_psu_stratum() -> None:
    design = make_design(np.ones(3), stratum=["a", "a", "b"], fpc=[5, 5, 1])
    assert not design.lonely.any()
