"""Derivatives that are exact to rounding, of functions that take complex numbers (Squire and Trapp 1998)."""

from collections.abc import Callable
from typing import Any

import numpy as np

from .variables import FloatArray

_STEP = 1e-20


def slopes(function: Callable[[Any], Any], at: FloatArray) -> FloatArray:
    """float64[p, m]: the derivatives of a function of p numbers that gives m, by each of the p."""
    return np.asarray([function(at + _STEP * 1j * unit).imag / _STEP for unit in np.eye(len(at))], dtype=np.float64)
