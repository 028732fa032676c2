"""What two releases say differently: indicators, parameters, and each figure, in units of its own half-interval."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass

from .content import Figure, IndicatorCard, Key, Release
from .definition import definition_digest


@dataclass(frozen=True, slots=True)
class Moved:
    """A figure that both show and that is not the same.

    half_intervals: estimate of the new less that of the old, over half the length of the old interval; None where that
    has no length. It is 0 where something else than the estimate differs.
    """

    key: Key
    before: float
    after: float
    half_intervals: float | None


@dataclass(frozen=True, slots=True)
class Difference:
    """From one release to another: ids of indicators, name -> (before, after) of parameters, figures.

    Parameters are all choices, and with them waves, drivers and targets.

    appeared, vanished: figures that only the new one, or only the old one, shows with a number. moved: those that both
    show, the largest move first.
    """

    added: tuple[str, ...]
    withdrawn: tuple[str, ...]
    redefined: tuple[str, ...]
    parameters: Mapping[str, tuple[object, object]]
    moved: tuple[Moved, ...]
    appeared: tuple[Key, ...]
    vanished: tuple[Key, ...]

    def __bool__(self) -> bool:
        """Whether there is any."""
        return any(getattr(self, name) for name in self.__slots__)


def difference(before: Release, after: Release) -> Difference:
    """What the second says that the first does not."""
    old, new = _digests(before.indicators), _digests(after.indicators)
    parameters = {**_parameters(before)}, {**_parameters(after)}
    names = sorted(parameters[0].keys() | parameters[1].keys())
    pairs = {name: (parameters[0].get(name), parameters[1].get(name)) for name in names}
    shown, now = _shown(before), _shown(after)
    moved = [_moved(figure, now[key]) for key, figure in shown.items() if key in now and figure != now[key]]
    return Difference(
        added=tuple(name for name in new if name not in old),
        withdrawn=tuple(name for name in old if name not in new),
        redefined=tuple(name for name in old if name in new and old[name] != new[name]),
        parameters={name: pair for name, pair in pairs.items() if pair[0] != pair[1]},
        moved=tuple(sorted(moved, key=_largest_first)),
        appeared=tuple(sorted(now.keys() - shown.keys())),
        vanished=tuple(sorted(shown.keys() - now.keys())),
    )


def _digests(cards: tuple[IndicatorCard, ...]) -> dict[str, str]:
    return {card.id: definition_digest(card) for card in cards}


def _parameters(release: Release) -> dict[str, object]:
    about = {
        "sample": release.sample,
        "synthetic": release.synthetic,
        "software": release.software,
        "questionnaires": list(release.questionnaires),
    }
    waves = {f"wave {wave.id}": asdict(wave) for wave in release.waves}
    told = {f"driver {card.indicator}": asdict(card) for card in release.drivers}
    wanted = {f"target {card.indicator}": asdict(card) for card in release.targets}
    return {**release.parameters, **about, **waves, **told, **wanted}


def _shown(release: Release) -> dict[Key, Figure]:
    return {figure.key: figure for figure in release.figures if figure.estimate is not None}


def _moved(before: Figure, after: Figure) -> Moved:
    assert before.estimate is not None
    assert after.estimate is not None
    half = 0.0 if before.low is None or before.high is None else (before.high - before.low) / 2
    move = after.estimate - before.estimate
    return Moved(before.key, before.estimate, after.estimate, round(move / half, 6) if half else None)


def _largest_first(moved: Moved) -> tuple[float, Key]:
    return -abs(float("inf") if moved.half_intervals is None else moved.half_intervals), moved.key
