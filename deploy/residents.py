"""Simulated residents with a known truth: who answers, what they think, and what share of the population thinks so.

For demonstrations and for tests of coverage. No real person is described; the probabilities are invented.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from random import Random
from statistics import NormalDist

from survey_app.areas import Margin
from survey_app.engine import Item, Kind
from survey_app.instrument import DIRECTIONS, Instrument

WAVE_LOGITS = (-0.45, -0.30, -0.38, -0.15, 0.00, 0.12)
AGE_LOGITS = {"18-24": -0.30, "25-34": -0.15, "35-44": 0.0, "45-54": 0.10, "55-64": 0.20, "65+": 0.30}
AREA_SPREAD = 0.9  # logits between the most and the least trusting area, on each side of the middle
RESPONSE = {"18-24": 1.3, "25-34": 1.5, "35-44": 1.2, "45-54": 1.0, "55-64": 0.7, "65+": 0.5}  # relative propensity
WOMEN_RESPOND = 0.9
TEXT_SHARE = {"18-24": 0.2, "25-34": 0.2, "35-44": 0.3, "45-54": 0.4, "55-64": 0.5, "65+": 0.6}
WITHHELD = 0.01
LOADING = 0.65  # of each opinion on one attitude: who trusts in one thing tends to trust in others
MISSING_SHARE = 0.06


@dataclass(frozen=True, slots=True)
class Opinion:
    """How an indicator's item is answered: the level in logits, what women's answers differ by, and missing answers.

    `positive` and `negative` are codes with their shares among such answers; `missing` are codes with their
    probability by sex. `in_base` are the missing codes that the indicator keeps in its base.
    """

    item: str
    level: float
    women: float
    waves: float
    positive: Mapping[str, float]
    negative: Mapping[str, float]
    missing: Mapping[str, Mapping[str, float]]
    in_base: frozenset[str]


OPINIONS = {
    "trust": Opinion(
        "trust_police", 0.1, 0.35, 1.0, {"2": 0.65, "3": 0.35}, {"0": 0.45, "1": 0.55},
        {"dk": {"woman": 0.04, "man": 0.04}, "refused": {"woman": 0.02, "man": 0.02}}, frozenset({"dk"}),
    ),
    "safe_dark": Opinion(
        "safe_dark", 0.35, -0.85, 0.6, {"1": 0.35, "2": 0.65}, {"3": 0.6, "4": 0.4},
        {"5": {"woman": 0.09, "man": 0.03}, "dk": {"woman": 0.02, "man": 0.02}}, frozenset({"5", "dk"}),
    ),
    "respect": Opinion(
        "pj_respect", 0.3, 0.1, 0.8, {"3": 0.7, "4": 0.3}, {"1": 0.4, "2": 0.6},
        {"dk": {"woman": 0.08, "man": 0.08}}, frozenset(),
    ),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Resident:
    """One simulated person."""

    area: str
    sex: str
    age: str


def truth(
    instrument: Instrument, indicator: str, wave: int, areas: frozenset[str] | None = None, sex: str | None = None
) -> float:
    """The share of the census population that the indicator would find, in these areas and of this sex."""
    opinion = OPINIONS[indicator]
    numerator = denominator = 0.0
    for cell in instrument.census:
        if (areas is not None and cell.area not in areas) or (sex is not None and cell.sex != sex):
            continue
        missing = {code: by_sex[cell.sex] for code, by_sex in opinion.missing.items()}
        answered = 1 - sum(missing.values())
        numerator += cell.population * answered * _probability(instrument, opinion, wave, cell.area, cell.sex, cell.age)
        denominator += cell.population * (answered + sum(missing[code] for code in opinion.in_base))
    return numerator / denominator


def draw(census: tuple[Margin, ...], area: str, random: Random) -> Resident:
    """A person of the area who takes part: drawn from the census, the young and men a little more willing."""
    cells = [cell for cell in census if cell.area == area]
    willing = [c.population * RESPONSE[c.age] * (WOMEN_RESPOND if c.sex == "woman" else 1.0) for c in cells]
    cell = random.choices(cells, willing)[0]
    return Resident(area, cell.sex, cell.age)


def opinions(instrument: Instrument, resident: Resident, wave: int, random: Random) -> dict[str, object]:
    """What this person answers to every item, by code or as typed; items off the path are simply not asked."""
    attitude, good = random.gauss(), _good(instrument)

    def leaning() -> float:
        """0 to 1, evenly over people, and alike in all opinions of one person."""
        return NormalDist().cdf(LOADING * attitude + math.sqrt(1 - LOADING**2) * random.gauss())

    said: dict[str, object] = {
        item.name: _opinion(item, good[item.name], leaning(), random)
        if item.name in good
        else _any_answer(item, random)
        for item in instrument.questionnaire.items
    }
    said |= {
        "area": resident.area,
        "sex": "refused" if random.random() < WITHHELD else resident.sex,
        "age": "refused" if random.random() < WITHHELD else resident.age,
        "contact12": _pick({"yes": 0.24, "no": 0.74, "refused": 0.02}, random),
        "bribe": _pick({"asked": 0.07, "paid": 0.05, "neither": 0.83, "refused": 0.05}, random),
    }
    for opinion in OPINIONS.values():
        missing = {code: by_sex[resident.sex] for code, by_sex in opinion.missing.items()}
        p = _probability(instrument, opinion, wave, resident.area, resident.sex, resident.age)
        answered = 1 - sum(missing.values())
        given = {code: p * share for code, share in opinion.positive.items()}
        given |= {code: (1 - p) * share for code, share in opinion.negative.items()}
        item = instrument.questionnaire.by_name[opinion.item]
        order = [code for code in _worst_first(item, good[opinion.item]) if code in given]
        said[opinion.item] = _pick(missing | {"": answered}, random) or _reached(
            {code: given[code] for code in order}, leaning()
        )
    return said


def _good(instrument: Instrument) -> dict[str, frozenset[str]]:
    """The codes of each single choice that speak well of the police, by its indicator."""
    return {
        indicator.item: frozenset(choice.code for choice in item.choices if not choice.missing) - indicator.positive
        if indicator.direction != DIRECTIONS[0]
        else indicator.positive
        for indicator in instrument.indicators
        if (item := instrument.questionnaire.by_name[indicator.item]).kind is Kind.SINGLE
    }


def _opinion(item: Item, good: frozenset[str], leaning: float, random: Random) -> str:
    """An answer to a single choice, each as likely as the others; the more of the leaning, the better the answer."""
    missing = [choice.code for choice in item.choices if choice.missing is not None]
    if missing and random.random() < MISSING_SHARE:
        return random.choice(missing)
    codes = _worst_first(item, good)
    return _reached(dict.fromkeys(codes, 1 / len(codes)), leaning)


def _worst_first(item: Item, good: frozenset[str]) -> list[str]:
    """The codes of a scale in their order, or the other way round where it begins with the best."""
    codes = [choice.code for choice in item.choices if choice.missing is None]
    return codes[::-1] if codes[0] in good else codes


def _reached(shares: Mapping[str, float], leaning: float) -> str:
    """The code at which the shares, added up, reach the leaning."""
    below = 0.0
    for code, share in shares.items():
        below += share
        if leaning < below:
            return code
    return code


def _any_answer(item: Item, random: Random) -> object:
    """An answer without a truth behind it, for items that no test of coverage looks at; free text is passed over."""
    scale = [choice.code for choice in item.choices if choice.missing is None]
    missing = [choice.code for choice in item.choices if choice.missing is not None]
    if item.screen_out:
        scale = [code for code in scale if not item.screen_out.holds({item.name: code}, code)]
    match item.kind:
        case Kind.SINGLE | Kind.AREA:
            return random.choice(missing if missing and random.random() < MISSING_SHARE else scale)
        case Kind.MULTIPLE:
            some = random.sample(scale, k=min(len(scale), random.randint(1, 2)))
            return some if item.constraint is None or item.constraint.holds({}, " ".join(some)) else some[:1]
        case Kind.RANKING:
            return random.sample(scale, k=len(scale))
        case Kind.SCALE:
            return random.randrange(item.low, item.high + 1, item.step)
        case Kind.INTEGER | Kind.DECIMAL:
            return "1"
        case Kind.DATE:
            return "2026-01-01"
    return None


def _probability(instrument: Instrument, opinion: Opinion, wave: int, area: str, sex: str, age: str) -> float:
    areas = sorted({cell.area for cell in instrument.census})
    # 7 shares no factor with the number of areas, so neighbours in the list lie far apart in trust.
    rank = (areas.index(area) * 7) % len(areas) / (len(areas) - 1)
    logit = opinion.level + opinion.waves * WAVE_LOGITS[wave % len(WAVE_LOGITS)] + AREA_SPREAD * (2 * rank - 1)
    logit += AGE_LOGITS[age] + (opinion.women if sex == "woman" else 0.0)
    return 1 / (1 + math.exp(-logit))


def _pick(shares: Mapping[str, float], random: Random) -> str:
    return random.choices(list(shares), list(shares.values()))[0]
