"""What a reader looks at: page, language, indicator, wave and area, kept in the address so that it can be sent on.

Whatever arrives is checked against the release's own lists; what is unknown falls back and nothing raises.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from urllib.parse import parse_qsl, urlencode

from analytics.release import CHANGE, GAP, YEAR, IndicatorCard, Release, Text, Wave
from dashboards.access import Page, Role
from dashboards.judgement import MEN, WOMEN
from translations.languages import LANGUAGES, negotiate

LONGEST_QUERY = 2000
SEXES, CONTRASTS = (WOMEN, MEN), (GAP, CHANGE, YEAR)


@dataclass(frozen=True)
class View:
    """One indicator in one wave, in one language, on one page.

    `area` is a code of the release, "" the whole; `span` is how many waves are pooled; `compared` are further
    indicators and areas of a comparison, each in the release's own order; `step` is the page of a long list, from 0.
    `sex` and `contrast` say with the others which figure it is; `role` is whose looks are listed, "" all.
    """

    language: str
    indicator: IndicatorCard
    wave: Wave
    page: Page = Page.OVERVIEW
    area: str = ""
    span: int = 1
    indicators: tuple[str, ...] = ()
    areas: tuple[str, ...] = ()
    step: int = 0
    sex: str = ""
    contrast: str = ""
    role: str = ""

    @property
    def path(self) -> str:
        """The page's place below the prefix."""
        return str(self.page)

    @property
    def query(self) -> str:
        """The query string that leads back here, with its question mark."""
        state = [("lang", self.language), ("indicator", self.indicator.id), ("wave", self.wave.id)]
        state += [("area", self.area)] if self.area else []
        state += [("span", str(self.span))] if self.span != 1 else []
        state += [("with", name) for name in self.indicators] + [("place", code) for code in self.areas]
        state += [("step", str(self.step))] if self.step else []
        more = (("sex", self.sex), ("contrast", self.contrast), ("role", self.role))
        state += [(name, value) for name, value in more if value]
        return "?" + urlencode(state)

    @property
    def behind(self) -> "View":
        """All that stands behind the figure: the page about it."""
        return replace(self, page=Page.ABOUT, step=0, role="")

    def with_language(self, language: str) -> "View":
        """The same figures in another language."""
        return replace(self, language=language)

    def with_indicator(self, indicator: IndicatorCard) -> "View":
        """Another indicator in the same wave."""
        return replace(self, indicator=indicator)


def read_view(
    search: object, accepted: list[str], release: Release, page: Page = Page.OVERVIEW, own: tuple[str, ...] = ()
) -> View:
    """The view that a query string asks for; `accepted` are the reader's languages, best first.

    own: the areas that the viewer chooses among, of which the first is looked at where a page is about one area.
    """
    asked = parameters(search)
    indicators = {card.id: card for card in release.indicators}
    waves = {wave.id: wave for wave in in_time(release.waves)}
    area = asked.get("area", "")
    known = {card.code for card in release.areas}
    first = own[0] if own and page is Page.AREA else ""
    pooled = {str(span): span for span in spans(release)}
    step, beside, places = asked.get("step", ""), repeated(search, "with"), repeated(search, "place")
    return View(
        language(asked, accepted),
        indicators.get(asked.get("indicator", ""), release.indicators[0]),
        waves.get(asked.get("wave", ""), list(waves.values())[-1]),
        page,
        area if area in (own if page is Page.AREA else known) else first,
        pooled.get(asked.get("span", ""), 1),
        tuple(card.id for card in release.indicators if card.id in beside),
        tuple(card.code for card in release.areas if card.code in places),
        int(step) if step.isascii() and step.isdecimal() and len(step) < 6 else 0,
        _among(SEXES, asked.get("sex")),
        _among(CONTRASTS, asked.get("contrast")),
        _among(tuple(Role), asked.get("role")),
    )


def _among(known: tuple[str, ...], value: str | None) -> str:
    return value if value is not None and value in known else ""


def repeated(search: object, name: str) -> frozenset[str]:
    """All values of a parameter that may stand more than once. Never raises."""
    if not isinstance(search, str) or len(search) > LONGEST_QUERY:
        return frozenset()
    try:
        return frozenset(value for key, value in parse_qsl(search.removeprefix("?"), max_num_fields=40) if key == name)
    except ValueError:
        return frozenset()


def is_exact(search: object, view: View) -> bool:
    """Whether a view is the one that was asked for, and nothing that was asked for fell back to something else."""
    if not isinstance(search, str) or len(search) > LONGEST_QUERY:
        return False
    try:
        asked = parse_qsl(search.removeprefix("?"), max_num_fields=40)
    except ValueError:
        return False
    there = {*parse_qsl(view.query.removeprefix("?")), ("span", str(view.span))}
    about = ("indicator", "wave", "area", "span", "with", "place")
    return all((name, value) in there for name, value in asked if name in about)


def spans(release: Release) -> tuple[int, ...]:
    """How many waves the figures of a release pool: 1 and what else it says."""
    said = str(release.parameters.get("spans", "1")).split()
    return tuple(int(part) for part in said if part.isascii() and part.isdecimal())


def parameters(search: object) -> Mapping[str, str]:
    """The parameters of a query string; none when it is no string, too long or cannot be read. Never raises."""
    if not isinstance(search, str) or len(search) > LONGEST_QUERY:
        return {}
    try:
        return dict(parse_qsl(search.removeprefix("?"), max_num_fields=40))
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
