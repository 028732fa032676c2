"""The release: one immutable directory with every published figure, and how it is written, found and checked.

This room must not be able to reach an answer: it imports nothing of ours.
"""

from .bundle import FORMAT, LATEST, MANIFEST, latest, read, write
from .content import (
    CHANGE,
    CONFIDENTIAL,
    GAP,
    LEVEL,
    PROTECTED,
    PUBLISHED,
    UNAVAILABLE,
    UNRELIABLE,
    YEAR,
    AnswerCard,
    AreaCard,
    DriverCard,
    Figure,
    IndicatorCard,
    Release,
    ReleaseError,
    TargetCard,
    Text,
    Tombstone,
    Wave,
)

__all__ = [
    "CHANGE",
    "CONFIDENTIAL",
    "FORMAT",
    "GAP",
    "LATEST",
    "LEVEL",
    "MANIFEST",
    "PROTECTED",
    "PUBLISHED",
    "UNAVAILABLE",
    "UNRELIABLE",
    "YEAR",
    "AnswerCard",
    "AreaCard",
    "DriverCard",
    "Figure",
    "IndicatorCard",
    "Release",
    "ReleaseError",
    "TargetCard",
    "Text",
    "Tombstone",
    "Wave",
    "latest",
    "read",
    "write",
]
