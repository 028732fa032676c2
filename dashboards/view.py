"""What a reader looks at: language, indicator and wave, kept in the query string so that a view can be sent to others.

Whatever arrives is checked against the release's own lists; what is unknown falls back and nothing raises.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from urllib.parse import parse_qsl, urlencode

from analytics.release import IndicatorCard, Release, Text, Wave
from translations.languages import LANGUAGES, negotiate

LONGEST_QUERY = 2000


@dataclass(frozen=True)
class View:
    """One indicator in one wave, in one language."""

    language: str
    indicator: IndicatorCard
    wave: Wave

    @property
    def query(self) -> str:
        """The query string that leads back here, with its question mark."""
        state = {"lang": self.language, "indicator": self.indicator.id, "wave": self.wave.id}
        return "?" + urlencode(state)

    def with_language(self, language: str) -> "View":
        """The same figures in another language."""
        return replace(self, language=language)

    def with_indicator(self, indicator: IndicatorCard) -> "View":
        """Another indicator in the same wave."""
        return replace(self, indicator=indicator)


def read_view(search: object, accepted: list[str], release: Release) -> View:
    """The view that a query string asks for; `accepted` are the reader's languages, best first."""
    asked = parameters(search)
    indicators = {card.id: card for card in release.indicators}
    waves = {wave.id: wave for wave in in_time(release.waves)}
    return View(
        language(asked, accepted),
        indicators.get(asked.get("indicator", ""), release.indicators[0]),
        waves.get(asked.get("wave", ""), list(waves.values())[-1]),
    )


def parameters(search: object) -> Mapping[str, str]:
    """The parameters of a query string; none when it is no string, too long or cannot be read. Never raises."""
    if not isinstance(search, str) or len(search) > LONGEST_QUERY:
        return {}
    try:
        return dict(parse_qsl(search.removeprefix("?"), max_num_fields=20))
    except ValueError:
        return {}


def language(asked: Mapping[str, str], accepted: list[str]) -> str:
    """The language asked for, else the first one the reader accepts that we speak."""
    return asked["lang"] if asked.get("lang") in LANGUAGES else negotiate(accepted)


def in_time(waves: tuple[Wave, ...]) -> tuple[Wave, ...]:
    """The waves in the order of their fieldwork."""
    return tuple(sorted(waves, key=lambda wave: (wave.opens, wave.closes, wave.id)))


def in_language(text: Text, language: str) -> str:
    """A text of the release in a language; in another one where it has none, so that a name is never empty."""
    return text.get(language) or next((text[other] for other in LANGUAGES if text.get(other)), "")
