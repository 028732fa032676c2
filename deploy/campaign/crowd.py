"""The people of a rehearsal, each with a number of some kind, what she would answer, and what a frame says of her."""

from functools import partial
from random import Random

from sms.campaign.frame import Case
from sms.carriers.pretended import ENDINGS, Conduct
from survey_app.instrument import Instrument

from ..residents import draw, opinions
from .people import Person

LANGUAGE_SHARES = {"ar": 0.6, "fr": 0.3, "en": 0.1}
IMPATIENT, ORDINARY = 0.15, 0.3  # shares of people; the others than ordinary have a carrier with a fault of its own
LANGUAGE_KNOWN, AREA_KNOWN, WEIGHED = 0.8, 0.5, 0.9  # shares of the frame
STRATA, PSUS = 7, 50
_FAULTY = [how for how in Conduct if how is not Conduct.PROMPT]


def crowd(instrument: Instrument, count: int, seed: int) -> list[Person]:
    """So many people; each is the same in a crowd of any size. Weights differ, so that each answer is somebody's."""
    areas = sorted({cell.area for cell in instrument.census})
    return list(map(partial(_person, instrument, areas, seed), range(count)))


def _person(instrument: Instrument, areas: list[str], seed: int, at: int) -> Person:
    own = Random(f"{seed} {at}")
    how = Conduct.PROMPT if own.random() < ORDINARY else _FAULTY[at % len(_FAULTY)]
    said = opinions(instrument, draw(instrument.census, own.choice(areas), own), 0, own)
    language = own.choices(list(LANGUAGE_SHARES), list(LANGUAGE_SHARES.values()))[0]
    case = Case(
        f"+9995{at:06}{ENDINGS[how]}",
        language if own.random() < LANGUAGE_KNOWN else None,
        str(said["area"]) if own.random() < AREA_KNOWN else None,
        f"stratum {at % STRATA}",
        f"psu {own.randrange(PSUS)}",
        1 + (at + 1) / 8 if own.random() < WEIGHED else None,
    )
    return Person(case, how, language, said, own, impatient=own.random() < IMPATIENT)
