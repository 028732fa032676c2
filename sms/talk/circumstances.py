"""What surrounds a text beside its words, told to the conversation, which knows no clock and no carrier."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Circumstances:
    """`late`: what was asked last cannot have been read yet. `rested`: the talk lay still longer than it keeps warm.

    `unsent`: what was asked last never went out.
    """

    late: bool = False
    rested: bool = False
    unsent: bool = False
