"""What a release holds: figures, what they are about, and every choice that they depend on. Values and nothing else."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

PUBLISHED, UNRELIABLE, CONFIDENTIAL, UNAVAILABLE = "published", "unreliable", "confidential", "unavailable"
LEVEL, GAP, CHANGE, YEAR = "", "women_minus_men", "since_previous", "since_year"
# The one reason of every confidential figure. Which of two withheld neighbours was withheld for the other's sake would
# tell what the other one hides, so that this is said to nobody.
PROTECTED = "protected"
# The one reason of all figures of a table that is left out because most of its cells have too few answers.
SPARSE = "sparse_table"

Text = Mapping[str, str]
Key = tuple[str, str, str, str, str, int]


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a release: a sentence with places, and what stands in them.

    As a string it is in English; analytics.release_words puts it into other languages.
    """

    sentence: str
    about: Mapping[str, object] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.sentence % self.about if self.about else self.sentence


def fault(sentence: str, **about: object) -> Fault:
    """A fault. Where it is imported as `_`, its sentence is in the catalogues."""
    return Fault(sentence, about)


class ReleaseError(Exception):
    """A release that is absent, incomplete or not what its manifest says. The message names the file."""

    def __init__(self, said: Fault | str) -> None:
        self.fault = said if isinstance(said, Fault) else Fault(said)
        super().__init__(str(said))


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure or the place where one is withheld. Shares are 0..1; a contrast is a difference of shares.

    `area` "" is the whole survey, `sex` "" both, `contrast` "" a level. `span` is how many waves are pooled, of which
    `wave` is the last. `status` says whether it is published and `reason` why not; then every number is None. `flag` is
    "review" where a statistician should look first. The base has from `n` to `n_to` respondents: one number down to the
    level of areas, a band below it. Estimate and interval are rounded to the precision that the interval carries.
    """

    indicator: str
    wave: str
    area: str
    sex: str
    contrast: str
    status: str
    reason: str = ""
    flag: str = ""
    n: int | None = None
    estimate: float | None = None
    se: float | None = None
    low: float | None = None
    high: float | None = None
    df: float | None = None
    deff: float | None = None
    method: str = ""
    n_to: int | None = None
    span: int = 1

    @property
    def key(self) -> Key:
        """What the figure is about."""
        return self.indicator, self.wave, self.area, self.sex, self.contrast, self.span


@dataclass(frozen=True, slots=True)
class Wave:
    """A fieldwork period: ISO dates, interviews behind the figures, and how many of them by each mode.

    `hurried` more were set aside for having come faster than anybody reads; `straight` of `n` are alike down a battery.
    """

    id: str
    opens: str
    closes: str
    n: int
    modes: Mapping[str, int]
    hurried: int = 0
    straight: int = 0


@dataclass(frozen=True, slots=True)
class AnswerCard:
    """One answer of an indicator's question: its code and label; whether it counts as positive, and in the base.

    `missing` is "" for an answer of substance, else its kind: dont_know, refused, not_applicable.
    """

    code: str
    label: Text
    positive: bool
    based: bool
    missing: str = ""


@dataclass(frozen=True, slots=True)
class IndicatorCard:
    """What an indicator is, in three languages: name, definition, base, the question as it was asked, source.

    A headline indicator is among the few that a reader sees first. `direction` says which way is better. `digest` is
    the hash of the definition; `registered` the day when it was registered, "" if never. `wording` says by language
    whether the question's words are official, adapted or a draft.
    """

    id: str
    name: Text
    definition: Text
    base: Text
    question: Text
    source: str
    headline: bool = False
    item: str = ""
    direction: str = ""
    sensitive: bool = False
    answers: tuple[AnswerCard, ...] = ()
    filter: str = ""
    digest: str = ""
    registered: str = ""
    wording: Text = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class AreaCard:
    """An area's code, level, parent and names; population in persons, 0 where it is not known."""

    code: str
    level: str
    parent: str | None
    name: Text
    population: int = 0


@dataclass(frozen=True, slots=True)
class Tombstone:
    """An indicator that an earlier release published and this one does not, or defines in another way.

    `last` is the release that had it so; `act` is "withdrawn" or "redefined"; `reason` is in three languages.
    """

    indicator: str
    name: Text
    last: str
    act: str
    reason: Text


@dataclass(frozen=True, slots=True)
class TargetCard:
    """What a programme wants an indicator to be: from the wave of its baseline, by milestones, to a target.

    `milestones` are (ISO day, share 0..1), oldest first; the last one is the target. Figures are everybody's.
    """

    indicator: str
    baseline: str
    milestones: tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True)
class DriverCard:
    """How much more often those whom an indicator counts are counted by `outcome` too, all else alike. No cause.

    effect, low, high: a difference of shares -1..1 with its 95 % interval, rounded as a figure is. n: how many answered
    all that the model holds, rounded down to tens. waves: which it pools, oldest first. method: the kind of model.
    """

    indicator: str
    outcome: str
    effect: float
    low: float
    high: float
    n: int
    waves: tuple[str, ...]
    method: str


@dataclass(frozen=True)
class Release:
    """Everything that is published of one survey at one time.

    `sample` is "probability" or "non_probability"; `synthetic` is true where no resident was asked. `parameters` names
    every choice that the figures depend on. `method` is the method note in Markdown, `quality` the quality report.
    `id` is empty until the release is written.
    """

    survey: Text
    created: str
    sample: str
    synthetic: bool
    parameters: Mapping[str, str | int | float]
    questionnaires: tuple[str, ...]
    software: str
    waves: tuple[Wave, ...]
    indicators: tuple[IndicatorCard, ...]
    areas: tuple[AreaCard, ...]
    geometry: Mapping[str, object]
    figures: Sequence[Figure]
    tombstones: tuple[Tombstone, ...] = ()
    method: Text = field(default_factory=dict)
    quality: Mapping[str, object] = field(default_factory=dict)
    targets: tuple[TargetCard, ...] = ()
    drivers: tuple[DriverCard, ...] = ()
    id: str = field(default="", compare=False)

    @cached_property
    def _by_key(self) -> Mapping[Key, int]:
        found = getattr(self.figures, "by_key", None)
        return found if found is not None else {figure.key: at for at, figure in enumerate(self.figures)}

    def figure(
        self, indicator: str, wave: str, area: str = "", sex: str = "", contrast: str = LEVEL, span: int = 1
    ) -> Figure | None:
        """The figure about this, or None where the release has no such cell."""
        at = self._by_key.get((indicator, wave, area, sex, contrast, span))
        return None if at is None else self.figures[at]
