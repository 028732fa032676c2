"""How a sample's cases ended, and the outcome rates that follow: AAPOR, Standard Definitions, 10th edition (2023).

Pure. I complete, P partial, R refusal and break-off, NC non-contact, O other, UH unknown whether the number is
anybody's (codes 3.1), UO unknown whether its owner is eligible (codes 3.2 and above), NE not eligible. `e` is the share
of the unknown that is taken to be eligible.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields


@dataclass(frozen=True, slots=True)
class Counts:
    """Cases by AAPOR category."""

    complete: int = 0
    partial: int = 0
    refusal: int = 0
    noncontact: int = 0
    other: int = 0
    unknown_number: int = 0
    unknown_person: int = 0
    not_eligible: int = 0

    @property
    def interviews(self) -> int:
        """I + P."""
        return self.complete + self.partial

    @property
    def eligible(self) -> int:
        """(I + P) + (R + NC + O)."""
        return self.interviews + self.refusal + self.noncontact + self.other

    @property
    def unknown(self) -> int:
        """UH + UO."""
        return self.unknown_number + self.unknown_person

    @property
    def e(self) -> float | None:
        """The share of eligible among the cases whose eligibility is known (CASRO's estimate); None where none is."""
        known = self.eligible + self.not_eligible
        return self.eligible / known if known else None


@dataclass(frozen=True, slots=True)
class Disposition:
    """A final disposition: its code, its name, and the category of `Counts` that it belongs to."""

    code: str
    name: str
    category: str


COMPLETE = Disposition("1.1", "complete", "complete")
PARTIAL = Disposition("1.2", "partial", "partial")
REFUSAL = Disposition("2.11", "refusal", "refusal")
BREAK_OFF = Disposition("2.12", "break-off", "refusal")
NOT_SENT = Disposition("3.11", "no invitation was sent", "unknown_number")
NOT_HEARD = Disposition("3.13", "sent, and nothing is known", "unknown_number")
NO_REPLY = Disposition("3.2", "delivered, no reply", "unknown_person")
INVALID = Disposition("4.3", "no such number", "not_eligible")
LANDLINE = Disposition("4.4", "a number that takes no texts", "not_eligible")
SCREENED_OUT = Disposition("4.7", "screened out", "not_eligible")
QUOTA_FULL = Disposition("4.8", "quota full", "not_eligible")

# What a person said counts before what became of her invitation.
BY_STATE: Mapping[str, Disposition] = {
    "completed": COMPLETE,
    "partial": PARTIAL,
    "refused": REFUSAL,
    "stopped": REFUSAL,
    "open": BREAK_OFF,
    "screened_out": SCREENED_OUT,
    "quota_full": QUOTA_FULL,
}
BY_DELIVERY: Mapping[str, Disposition] = {
    "": NOT_SENT,
    "expired": NOT_SENT,
    "blocked": NOT_SENT,
    "refused": NOT_SENT,
    "gave_up": NOT_SENT,
    "sent": NOT_HEARD,
    "unknown": NOT_HEARD,
    "unreachable": NOT_HEARD,
    "delivered": NO_REPLY,
    "opted_out": REFUSAL,
    "invalid": INVALID,
    "landline": LANDLINE,
}


def disposition(state: str, delivery: str | None) -> Disposition:
    """The disposition of a case by its conversation's state and what became of its invitation ("" or None: not sent).

    | state | delivery | code |
    |---|---|---|
    | completed | any | 1.1 |
    | partial | any | 1.2 |
    | refused, stopped | any | 2.11 |
    | open | any | 2.12: who still answers counts as broken off until she has ended |
    | screened_out | any | 4.7 |
    | quota_full | any | 4.8 |
    | invited | opted_out | 2.11: said stop to the carrier |
    | invited | none, expired, blocked, refused, gave_up | 3.11: our side never brought it |
    | invited | sent, unknown, unreachable | 3.13 |
    | invited | delivered | 3.2 |
    | invited | invalid | 4.3 |
    | invited | landline | 4.4 |

    Raises KeyError for a word that the tables do not know.
    """
    return BY_DELIVERY[delivery or ""] if state == "invited" else BY_STATE[state]


def counted(cases: Mapping[tuple[str, str], int]) -> Counts:
    """Cases by (state, delivery) as AAPOR counts them."""
    totals: Counter[str] = Counter()
    for (state, delivery), number in cases.items():
        totals[disposition(state, delivery).category] += number
    return Counts(**{field.name: totals[field.name] for field in fields(Counts)})


def rr1(counts: Counts) -> float | None:
    """I / ((I+P) + (R+NC+O) + (UH+UO)): the least it can be."""
    return _share(counts.complete, counts.eligible + counts.unknown)


def rr2(counts: Counts) -> float | None:
    """(I+P) / ((I+P) + (R+NC+O) + (UH+UO))."""
    return _share(counts.interviews, counts.eligible + counts.unknown)


def rr3(counts: Counts, e: float | None = None) -> float | None:
    """I / ((I+P) + (R+NC+O) + e(UH+UO))."""
    return _share(counts.complete, _likely(counts, e))


def rr4(counts: Counts, e: float | None = None) -> float | None:
    """(I+P) / ((I+P) + (R+NC+O) + e(UH+UO))."""
    return _share(counts.interviews, _likely(counts, e))


def rr5(counts: Counts) -> float | None:
    """I / ((I+P) + (R+NC+O)): the most it can be; only where no unknown case is eligible."""
    return _share(counts.complete, counts.eligible)


def rr6(counts: Counts) -> float | None:
    """(I+P) / ((I+P) + (R+NC+O))."""
    return _share(counts.interviews, counts.eligible)


def coop1(counts: Counts) -> float | None:
    """I / ((I+P) + R + O)."""
    return _share(counts.complete, counts.interviews + counts.refusal + counts.other)


def coop2(counts: Counts) -> float | None:
    """(I+P) / ((I+P) + R + O)."""
    return _share(counts.interviews, counts.interviews + counts.refusal + counts.other)


def coop3(counts: Counts) -> float | None:
    """I / ((I+P) + R)."""
    return _share(counts.complete, counts.interviews + counts.refusal)


def coop4(counts: Counts) -> float | None:
    """(I+P) / ((I+P) + R)."""
    return _share(counts.interviews, counts.interviews + counts.refusal)


def ref1(counts: Counts) -> float | None:
    """R / ((I+P) + (R+NC+O) + (UH+UO))."""
    return _share(counts.refusal, counts.eligible + counts.unknown)


def ref2(counts: Counts, e: float | None = None) -> float | None:
    """R / ((I+P) + (R+NC+O) + e(UH+UO))."""
    return _share(counts.refusal, _likely(counts, e))


def ref3(counts: Counts) -> float | None:
    """R / ((I+P) + (R+NC+O))."""
    return _share(counts.refusal, counts.eligible)


def con1(counts: Counts) -> float | None:
    """((I+P) + R + O) / ((I+P) + R + O + NC + (UH+UO))."""
    return _share(counts.eligible - counts.noncontact, counts.eligible + counts.unknown)


def con2(counts: Counts, e: float | None = None) -> float | None:
    """((I+P) + R + O) / ((I+P) + R + O + NC + e(UH+UO))."""
    return _share(counts.eligible - counts.noncontact, _likely(counts, e))


def con3(counts: Counts) -> float | None:
    """((I+P) + R + O) / ((I+P) + R + O + NC)."""
    return _share(counts.eligible - counts.noncontact, counts.eligible)


RATES: Mapping[str, Callable[[Counts], float | None]] = {
    rate.__name__.upper(): rate
    for rate in (rr1, rr2, rr3, rr4, rr5, rr6, coop1, coop2, coop3, coop4, ref1, ref2, ref3, con1, con2, con3)
}


def _likely(counts: Counts, e: float | None) -> float | None:
    """(I+P) + (R+NC+O) + e(UH+UO). Raises ValueError for a share outside of 0 to 1."""
    share = counts.e if e is None else e
    if share is None:
        return None
    if not 0 <= share <= 1:
        raise ValueError("e is a share from 0 to 1")
    return counts.eligible + share * counts.unknown


def _share(part: float, whole: float | None) -> float | None:
    return part / whole if whole else None
