"""Paradata: how a person came to an interview and how fast it went. It is never kept finer than an analyst needs.

The start is known only inside the sealed draft; what leaves with the answers is the way in and one flag.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

SECONDS_A_QUESTION = 1.0  # nobody reads and answers faster (a cautious floor; Zhang and Conrad 2014 flag 0.3 s a word)


class Entry(StrEnum):
    """The way in. Only an invitation can be part of a probability sample."""

    OPEN = "open"
    POSTER = "poster"
    INVITED = "invited"
    ASSISTED = "assisted"


@dataclass(frozen=True, slots=True)
class Paradata:
    """What a draft holds beside the interview.

    `began` is in whole seconds since 1970. `area` is where the poster hung or what the invitation says: a suggestion,
    never an answer. `code` is the assistance code under which the next person starts.
    """

    entry: Entry = Entry.OPEN
    began: int = 0
    area: str = ""
    code: str = ""


@dataclass(frozen=True, slots=True)
class Design:
    """What a sampling frame says of an invited person: stratum and primary sampling unit ("" if none), base weight."""

    stratum: str = ""
    psu: str = ""
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Provenance:
    """What goes into the envelope: the way in, whether the answers came faster than anybody reads, and her design."""

    entry: Entry = Entry.OPEN
    hurried: bool = False
    design: Design | None = None


def provenance(paradata: Paradata, questions: int, now: float) -> Provenance:
    """Of an interview of so many questions that is sent `now` (seconds since 1970). A clock set back flags nobody."""
    took = now - paradata.began
    return Provenance(paradata.entry, 0 <= took < questions * SECONDS_A_QUESTION)


def to_plain(paradata: Paradata) -> dict[str, Any]:
    """As JSON holds it."""
    return {
        "entry": paradata.entry.value,
        "began": paradata.began,
        "area": paradata.area,
        "code": paradata.code,
    }


def from_plain(values: Mapping[str, Any]) -> Paradata:
    """What `to_plain` wrote. Raises ValueError or KeyError on anything else."""
    return Paradata(Entry(values["entry"]), int(values["began"]), str(values["area"]), str(values["code"]))
