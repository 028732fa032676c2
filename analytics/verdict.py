"""What intervals allow one to say of a difference: higher, lower, or that the two cannot be told apart."""

from dataclasses import dataclass
from math import hypot
from typing import Literal, Protocol

Verdict = Literal["higher", "same", "lower"]


class Estimated(Protocol):
    """A share 0..1 or a difference of shares, with the ends of its 95 % interval."""

    @property
    def estimate(self) -> float:
        """The value."""

    @property
    def low(self) -> float:
        """The lower end."""

    @property
    def high(self) -> float:
        """The upper end."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One share minus another -1..1, with its interval."""

    estimate: float
    low: float
    high: float


def against(found: Estimated, value: float = 0.0) -> Verdict:
    """How a figure stands to a value without an error of its own, which its interval may or may not cover."""
    if found.low > value:
        return "higher"
    return "lower" if found.high < value else "same"


def apart(part: Estimated, whole: Estimated) -> Verdict:
    """How a part, such as an area, stands to a whole that holds it, with the error of both."""
    return against(difference(part, whole))


def difference(part: Estimated, whole: Estimated) -> Difference:
    """A part minus a whole that holds it, with an interval made from both of theirs.

    By MOVER (Zou and Donner 2008, Statistics in Medicine 27, 1693-1702), which takes the two as independent. A release
    does not say how they move together; that a part is in the whole makes them do so, and the interval too wide rather
    than too narrow. The part's own interval against the whole's estimate would not do: a small area of which many were
    asked has an interval narrower than that of the difference.
    """
    found = part.estimate - whole.estimate
    below = hypot(part.estimate - part.low, whole.high - whole.estimate)
    above = hypot(part.high - part.estimate, whole.estimate - whole.low)
    return Difference(found, found - below, found + above)
