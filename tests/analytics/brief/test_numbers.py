"""Every number of the brief is one of the release, or one of a short list: read back from the PDF and compared."""

import re
from collections.abc import Iterator
from dataclasses import replace
from html.parser import HTMLParser

import pypdfium2
import pytest

from analytics.brief.content import area_page, leadership
from analytics.brief.page import area_html, leadership_page
from analytics.release import CHANGE, CONFIDENTIAL, GAP, PROTECTED, YEAR, Figure, Release

from .conftest import Made
from .releases import AREAS, HEADLINE, LAST, NAMES, WAVES, with_figure

# The axes, "95 of 100" and "5 of 100", k, pooled waves, pages.
DECLARED = {"0", "25", "50", "75", "100", "95", "5", "10", "4", "1", "2"}
DATES = {part for wave in WAVES for day in (wave.opens, wave.closes) for part in (day[:4], str(int(day[8:])))}
TARGET = {"31", "2026"}  # the day of the milestone; its share is checked by itself
NUMBER = re.compile(r"(?<![\w.,])[+\u2212]?\d+(?:[.,]\d+)*(?!\w)")
SEXES = ("", "woman", "man")


def written(value: float, language: str, decimals: int = 0, sign: str = "") -> str:
    """A number as the country writes it, by other means than the brief's own."""
    plain = f"{abs(value):,.{decimals}f}"
    if language == "en":
        return sign + plain
    return sign + plain.replace(",", "~").replace(".", ",").replace("~", "." if language == "ar" else "")


def numbers_of(figure: Figure, language: str) -> set[str]:
    """How the numbers of a published figure may be written."""
    if figure.status != "published":
        return set()
    ends = [figure.estimate, figure.low, figure.high]
    assert None not in ends
    decimals = int(any(round(end * 1000) % 10 for end in ends if end is not None))
    found = {written(figure.n or 0, language)}
    for end in ends:
        assert end is not None
        sign = "" if not figure.contrast else "+" if end > 0 else "\u2212" if end < 0 else ""
        found.add(written(end * 100, language, decimals, sign))
        if figure.contrast:  # "up 4.1 points"
            found.add(written(end * 100, language, decimals))
    return found


def cells(made: Release, area: str) -> Iterator[Figure | None]:
    """The figures that a page may print: the leaders' ("") or an area's, and the whole survey beside it."""
    for code in NAMES:
        for sex in SEXES:
            yield made.figure(code, LAST, area, sex)
            yield made.figure(code, LAST, area, sex, span=4)
        for kind in (CHANGE, YEAR, GAP):
            yield made.figure(code, LAST, area, "", kind)
        yield made.figure(code, LAST, area, "", GAP, span=4)
        if area:
            yield made.figure(code, LAST)
            yield made.figure(code, LAST, span=4)
    if not area:
        yield from (made.figure("trust", wave.id) for wave in WAVES)
        yield from (made.figure("trust", LAST, each.code) for each in AREAS)


def counts(made: Release, area: str) -> set[int]:
    """How many shares the page's places have, and how many of each status."""
    codes = {area} if area else {"", *(each.code for each in AREAS)}
    states = [f.status for f in made.figures if f.wave == LAST and f.area in codes and not f.contrast and f.span == 1]
    return {len(states), *(states.count(state) for state in ("published", "unreliable", "confidential"))}


def allowed(made: Release, area: str, language: str) -> set[str]:
    found = DECLARED | DATES | TARGET | {written(61.3, language, 1)}
    for figure in cells(made, area):
        found |= numbers_of(figure, language) if figure else set()
    wave = WAVES[-1]
    return found | {written(n, language) for n in (wave.n, *wave.modes.values(), *counts(made, area), 30)}


def printed(text: str, made: Release) -> set[str]:
    """The numbers in a text: grouped thousands put together, the name of the release left out."""
    text = re.sub(rf"{made.id}", "", text.replace("\r\n", "\n"))
    text = re.sub(r"(?<=\d)[\u202f\u00a0](?=\d{3}(?!\d))", "", text)
    return set(NUMBER.findall(text))


def text_of(pdf: bytes) -> str:
    document = pypdfium2.PdfDocument(pdf)
    return "\n".join(page.get_textpage().get_text_bounded() for page in document)


@pytest.mark.parametrize("area", ["", "za", "zc", "zd"])
@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_number_in_the_pdf_is_one_of_the_release(made: Made, small: Release, language: str, area: str) -> None:
    found = printed(text_of(made[language, area][1]), small)
    assert found - allowed(small, area, language) == set()
    assert len(found) > 15


@pytest.mark.parametrize("language", ["fr", "en"])
def test_what_the_leaders_are_told_is_all_there(made: Made, small: Release, language: str) -> None:
    found = printed(text_of(made[language, ""][1]), small)
    wanted: set[str] = set()
    for code in HEADLINE:
        for kind in ("", CHANGE, YEAR, GAP):
            figure = small.figure(code, LAST, contrast=kind)
            assert figure is not None
            numbers = numbers_of(figure, language)
            # The n of a difference is not printed, nor the estimate of a change that chance explains.
            wanted |= numbers if not kind else {n for n in numbers if n[0] in "+\u2212"} - _estimate(figure, language)
    for each in ("za", "zb"):
        figure = small.figure("trust", LAST, each)
        assert figure is not None
        wanted |= numbers_of(figure, language) - {written(figure.n or 0, language)}
    assert wanted - found == set()


@pytest.mark.parametrize("language", ["fr", "en"])
def test_what_an_area_is_told_is_all_there(made: Made, small: Release, language: str) -> None:
    found = printed(text_of(made[language, "za"][1]), small)
    for code in ("trust", "safe", "respect", "bribe", "local"):
        single, gap = small.figure(code, LAST, "za"), small.figure(code, LAST, "za", "", GAP, span=4)
        assert single is not None
        assert gap is not None
        assert numbers_of(single, language) - found == set()
        if code in HEADLINE:
            assert {each for each in numbers_of(gap, language) if each[0] in "+\u2212"} - found == set()


def _estimate(figure: Figure, language: str) -> set[str]:
    assert figure.estimate is not None
    return {written(figure.estimate * 100, language, d, "+" if figure.estimate > 0 else "\u2212") for d in (0, 1)}


class _Seen(HTMLParser):
    """The text of a page by whether it stands in an element of its own direction; drawings are left out."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.inside = 0
        self.skipped = 0
        self.fenced: list[str] = []
        self.open: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.skipped += tag in ("style", "svg", "title")
        if tag == "bdi":
            assert ("dir", "ltr") in attrs
            self.inside += 1

    def handle_endtag(self, tag: str) -> None:
        self.skipped -= tag in ("style", "svg", "title")
        self.inside -= tag == "bdi"

    def handle_data(self, data: str) -> None:
        if not self.skipped:
            (self.fenced if self.inside else self.open).append(data)


@pytest.mark.parametrize("area", ["", "za", "zc", "zd"])
def test_in_arabic_every_number_of_the_release_is_fenced_and_is_one_of_the_release(
    made: Made, small: Release, area: str
) -> None:
    seen = _Seen(made["ar", area][0])
    assert printed(" ".join(seen.fenced), small) - allowed(small, area, "ar") == set()
    assert printed(" ".join(seen.open), small) - DECLARED - DATES - TARGET == set()
    assert not re.search(r"[%+\u2212]\s*\d|\d\s*%", " ".join(seen.open))
    assert len(seen.fenced) > 20


@pytest.mark.parametrize("language", ["ar", "fr", "en"])
@pytest.mark.parametrize("kind", ["", CHANGE, YEAR])
def test_another_estimate_gives_another_brief(small: Release, language: str, kind: str) -> None:
    before = leadership_page(leadership(small, language))
    figure = small.figure("safe", LAST, contrast=kind)
    assert figure is not None
    assert figure.estimate is not None
    other = replace(figure, estimate=0.8887, low=0.8874, high=0.8896)
    after = leadership_page(leadership(with_figure(small, other), language))
    new = {written(each, language, 1) for each in (88.9, 88.7, 89.0)}
    assert {each for each in new if each in before} == set()
    assert {each for each in new if each in after} == new


@pytest.mark.parametrize("language", ["ar", "fr", "en"])
def test_a_figure_that_is_not_published_lends_no_number_whatever_its_row_holds(small: Release, language: str) -> None:
    for kind, sex, area in (("", "", ""), (CHANGE, "", ""), (GAP, "", ""), ("", "woman", ""), ("", "", "za")):
        figure = small.figure("trust", LAST, area, sex, kind)
        assert figure is not None
        leaking = replace(
            figure, status=CONFIDENTIAL, reason=PROTECTED, estimate=0.8887, low=0.8874, high=0.8896, n=7654, n_to=7654
        )
        other = with_figure(small, leaking)
        pages = leadership_page(leadership(other, language)) + area_html(area_page(other, language, "za"))
        told = (written(88.9, language, 1), written(88.7, language, 1), written(89.0, language, 1))
        assert [each for each in (*told, "654") if each in pages] == []
