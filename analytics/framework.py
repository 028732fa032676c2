"""The results framework: what a programme wants an indicator to be, what it is, and what the interval lets one say.

For whoever pays for a programme or governs it. A word of success stands only where the whole interval bears it; from
the figures of a release and nothing else.
"""

from dataclasses import dataclass
from datetime import date
from math import hypot

from survey_app.areas import AreaList
from survey_app.instrument import DIRECTIONS, FIRST, Instrument

from .disclosure.rounding import rounded, unit
from .lattice import WHOLE, LatticeCells
from .release import PUBLISHED, UNAVAILABLE, Figure, IndicatorCard, Release, TargetCard, Wave

MET, ON_TRACK, BEHIND, UNSURE, START, NO_FIGURE = "met", "on_track", "behind", "cannot_tell", "start", "no_figure"
STATUSES = (MET, ON_TRACK, BEHIND, UNSURE, START, NO_FIGURE)
SINCE_BASELINE = "since_baseline"
NOT_RELEASED = "not_released"
_DIGITS = 6  # to which a release rounds its shares


@dataclass(frozen=True, slots=True)
class Row:
    """An indicator's target in one wave.

    baseline, actual: everybody's figures of the baseline's wave and of this one, whether published or not. due: the
    last milestone (ISO day, share) that was due when the wave closed, None before the first. change: actual minus
    baseline, a difference of shares with its interval; without numbers where either is not published, or is the other.
    status: one of STATUSES.
    """

    card: IndicatorCard
    target: TargetCard
    wave: Wave
    baseline: Figure
    actual: Figure
    due: tuple[str, float] | None
    change: Figure
    status: str

    @property
    def lower(self) -> bool:
        """Whether lower is better."""
        return lower(self.card)

    @property
    def moved(self) -> int:
        """1 better than the baseline by more than chance explains, -1 worse, 0 where that cannot be told."""
        return moved(self.change, lower_is_better=self.lower)


def target_cards(instrument: Instrument, first: str) -> tuple[TargetCard, ...]:
    """The targets of an instrument for a release whose oldest wave is `first`."""
    return tuple(
        TargetCard(
            target.indicator,
            first if target.baseline == FIRST else target.baseline,
            tuple((day.isoformat(), share) for day, share in target.milestones),
        )
        for target in instrument.targets
    )


def rows(release: Release, wave: str = "") -> tuple[Row, ...]:
    """A row for each target in this wave (the newest by default), in the order of the targets.

    A target whose indicator the release does not hold any more has none. Raises KeyError for a wave that is not there.
    """
    waves = {each.id: each for each in in_time(release)}
    if not waves:
        return ()
    cards = {card.id: card for card in release.indicators}
    now = waves[wave] if wave else list(waves.values())[-1]
    return tuple(
        _row(release, cards[target.indicator], target, now) for target in release.targets if target.indicator in cards
    )


def history(release: Release) -> tuple[Row, ...]:
    """The rows of every wave from each target's baseline on, by target, oldest first."""
    waves = in_time(release)
    days = {wave.id: wave.opens for wave in waves}
    found = [row for wave in waves for row in rows(release, wave.id)]
    order = {target.indicator: number for number, target in enumerate(release.targets)}
    kept = [row for row in found if row.wave.opens >= days.get(row.target.baseline, "")]
    return tuple(sorted(kept, key=lambda row: order[row.target.indicator]))


def in_time(release: Release) -> tuple[Wave, ...]:
    """The waves, oldest first."""
    return tuple(sorted(release.waves, key=lambda wave: (wave.opens, wave.id)))


def lower(card: IndicatorCard) -> bool:
    """Whether a lower share is better."""
    return card.direction == DIRECTIONS[1]


def side(low: float, high: float, mark: float, *, lower_is_better: bool) -> int:
    """1 where the whole interval is at the mark or better, -1 where all of it is worse, 0 where that cannot be told."""
    low, high, mark = (round(value, _DIGITS) for value in (low, high, mark))
    if lower_is_better:
        low, high, mark = -high, -low, -mark
    return 1 if low >= mark else -1 if high < mark else 0


def moved(change: Figure, *, lower_is_better: bool) -> int:
    """1 where a change is for the better by more than chance explains, -1 for the worse, 0 where that is not known."""
    if change.low is None or change.high is None or change.low <= 0 <= change.high:
        return 0
    return 1 if (change.high < 0) is lower_is_better else -1


def decided(actual: Figure, change: Figure, due: float | None, target: float, *, lower_is_better: bool) -> str:
    """The status of a figure, one of STATUSES but START.

    Against the milestone that is due; before the first, by whether the change since the baseline is more than chance
    explains, since a baseline is as uncertain as what follows it. Between two milestones nothing is interpolated: who
    has not agreed to a number there cannot miss it. The target is met once the whole interval is there, also before its
    day.
    """
    if actual.status != PUBLISHED or actual.low is None or actual.high is None:
        return NO_FIGURE
    found: int | None
    if due is not None:
        found = side(actual.low, actual.high, due, lower_is_better=lower_is_better)
    else:
        found = moved(change, lower_is_better=lower_is_better) if change.status == PUBLISHED else None
    reached = side(actual.low, actual.high, target, lower_is_better=lower_is_better) == 1
    if reached and (due is None or found == 1):
        return MET
    return NO_FIGURE if found is None else {1: ON_TRACK, -1: BEHIND, 0: UNSURE}[found]


def change_since(release: Release, card: str, baseline: str, wave: str) -> Figure:
    """An indicator's change from one wave to a later one, for everybody.

    The release's own figure where it covers just this pair. Else from the two published levels as of independent
    waves, by the method that recovers variances from intervals (Zou and Donner 2008, Statistics in Medicine 27): each
    side's distance to its own interval's end. What rounding took from the levels is added, so that the interval is
    never narrower than theirs allow; waves that share people or places would have a narrower one.
    """
    for kind in _contrasts(release, baseline, wave):
        if (told := release.figure(card, wave, contrast=kind)) and told.status == PUBLISHED:
            return told
    now, then = _level(release, card, wave), _level(release, card, baseline)
    key = (card, wave, WHOLE, WHOLE, SINCE_BASELINE)
    if wave == baseline:
        return Figure(*key, UNAVAILABLE)
    for figure in (now, then):
        if figure.status != PUBLISHED or None in (figure.estimate, figure.low, figure.high, figure.n, figure.se):
            return Figure(*key, UNAVAILABLE if figure.status == PUBLISHED else figure.status, figure.reason)
    return _difference(now, then, key)


def _difference(now: Figure, then: Figure, key: tuple[str, str, str, str, str]) -> Figure:
    p, low, high, se, n = _numbers(now)
    q, least, most, error, m = _numbers(then)
    off, other = unit(se) / 2, unit(error) / 2
    flag = "review" if "review" in (now.flag, then.flag) else ""
    value, both = p - q, hypot(se, error)
    lowest = value - off - other - hypot(max(p - off - low, 0.0), max(most - q - other, 0.0))
    highest = value + off + other + hypot(max(high - p - off, 0.0), max(q - other - least, 0.0))
    found = Figure(*key, PUBLISHED, "", flag, min(n, m), value, both, lowest, highest, None, None, "mover", min(n, m))
    return rounded(found, banded=False)


def _numbers(figure: Figure) -> tuple[float, float, float, float, int]:
    assert figure.estimate is not None
    assert figure.low is not None
    assert figure.high is not None
    assert figure.se is not None
    assert figure.n is not None
    return figure.estimate, figure.low, figure.high, figure.se, figure.n


def _contrasts(release: Release, baseline: str, wave: str) -> tuple[str, ...]:
    """The contrasts of a release that are between just these two waves."""
    waves = in_time(release)
    opens = tuple(date.fromisoformat(each.opens) for each in waves)
    lattice = LatticeCells(AreaList(()), tuple(each.id for each in waves), opens, (), (1,))
    return tuple(kind for kind, place, _, minus in lattice.contrasts if (place.wave, minus.wave) == (wave, baseline))


def _row(release: Release, card: IndicatorCard, target: TargetCard, now: Wave) -> Row:
    actual, baseline = _level(release, card.id, now.id), _level(release, card.id, target.baseline)
    due = next((each for each in reversed(target.milestones) if each[0] <= now.closes), None)
    change = change_since(release, card.id, target.baseline, now.id)
    share = None if due is None else due[1]
    status = decided(actual, change, share, target.milestones[-1][1], lower_is_better=lower(card))
    if now.id == target.baseline and due is None and actual.status == PUBLISHED and status != MET:
        status = START
    return Row(card, target, now, baseline, actual, due, change, status)


def _level(release: Release, indicator: str, wave: str) -> Figure:
    """Everybody's figure, or one without a number that says that the release has none."""
    found = release.figure(indicator, wave)
    return found or Figure(indicator, wave, WHOLE, WHOLE, "", UNAVAILABLE, NOT_RELEASED)
