"""A sentence never says more than its interval: no change where it holds zero, none of what is not published."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics import release_words
from analytics.brief import numerals, sentences
from analytics.brief.judgement import Scene
from analytics.brief.numerals import answers, between, places
from analytics.release import CHANGE, GAP, PUBLISHED, YEAR, Figure, TargetCard
from analytics.release_words import points
from translations.languages import percent, signed

from .releases import LAST, card, published, release, with_figure

SMALL = release()
TRUST = card("trust")
UP = ("up ", "higher", "hausse", "plus élevée", "زيادة", "بزيادة", "أعلى")
DOWN = ("down ", "baisse", "انخفاض", "بانخفاض")
STATES = (PUBLISHED, "unreliable", "confidential", "unavailable")
tenths = st.integers(-400, 400).map(lambda value: value / 1000)


@st.composite
def differences(draw: st.DrawFn) -> Figure:
    """A change or a gap, with an interval that holds zero or does not, of any status."""
    estimate = draw(tenths)
    below, above = draw(st.integers(1, 200)) / 1000, draw(st.integers(1, 200)) / 1000
    kind = draw(st.sampled_from((CHANGE, YEAR, GAP)))
    figure = published(("trust", LAST, "", "", kind, 1), estimate, below, above, 500)
    return replace(figure, status=draw(st.sampled_from(STATES)))


def said(figure: Figure, language: str) -> str:
    """Everything that is said of a difference of the headline."""
    scene = Scene(with_figure(SMALL, figure), language)
    if figure.contrast == GAP:
        return sentences.gap(scene, TRUST)
    if figure.contrast == YEAR:
        year = sentences.since_year(scene, TRUST)
        assert year is not None
        return year.text
    told = (sentences.since_last(scene, TRUST).text, sentences.change(scene, TRUST).text)
    return " ".join((sentences.headline(scene, TRUST), *told)).lower()


@given(differences(), st.sampled_from(("ar", "fr", "en")))
def test_a_difference_is_claimed_if_and_only_if_its_interval_holds_no_zero_and_it_is_published(
    figure: Figure, language: str
) -> None:
    text = said(figure, language)
    assert figure.low is not None
    assert figure.high is not None
    claimed = figure.status == PUBLISHED and (figure.low > 0 or figure.high < 0)
    words = (*UP, *DOWN)
    assert any(word in text for word in words) == claimed
    if figure.contrast != GAP and claimed:
        assert any(word in text for word in UP) == (figure.low > 0)
        assert any(word in text for word in DOWN) == (figure.high < 0)


@given(differences(), st.sampled_from(("ar", "fr", "en")))
def test_the_mark_says_what_the_sentence_says(figure: Figure, language: str) -> None:
    scene = Scene(with_figure(SMALL, replace(figure, contrast=CHANGE)), language)
    verdict = sentences.since_last(scene, TRUST).verdict
    assert figure.low is not None
    assert figure.high is not None
    expected = "higher" if figure.low > 0 else "lower" if figure.high < 0 else "same"
    assert verdict == (expected if figure.status == PUBLISHED else "none")
    assert sentences.change(scene, TRUST).verdict == verdict


@pytest.mark.parametrize(
    ("size", "arabic", "french", "english"),
    [
        (0.01, "نقطة واحدة", "1 point", "1 point"),
        (-0.02, "نقطتان", "2 points", "2 points"),
        (0.03, "3 نقاط", "3 points", "3 points"),
        (-0.10, "10 نقاط", "10 points", "10 points"),
        (0.11, "11 نقطة", "11 points", "11 points"),
        (0.99, "99 نقطة", "99 points", "99 points"),
        (1.0, "100 نقطة", "100 points", "100 points"),
        (0.0, "أقل من نقطة واحدة", "moins de 1 point", "less than 1 point"),
    ],
)
def test_points_are_counted_as_grammar_asks(size: float, arabic: str, french: str, english: str) -> None:
    assert [points(size, language, 0) for language in ("ar", "fr", "en")] == [arabic, french, english]


@pytest.mark.parametrize(
    ("size", "counted"),
    [(0.004, (100, 0, 2)), (0.015, (100, 1, 2)), (0.021, (100, 2, 2)), (-0.112, (100, 11, 2))],
)
def test_a_fraction_is_counted_as_each_language_counts_it(
    monkeypatch: pytest.MonkeyPatch, size: float, counted: tuple[int, int, int]
) -> None:
    """French: 1,5 point, 2,1 points; English: 0.4 points; Arabic: the form of a hundred (CLDR 46, plural rules)."""

    def form(_one: str, _many: str, count: int, **_values: object) -> str:
        return str(count)

    monkeypatch.setattr(release_words, "plural_translator", lambda _language: form)
    assert tuple(int(points(size, language, 1)) for language in ("ar", "fr", "en")) == counted


@pytest.mark.parametrize(
    ("n", "arabic"),
    [
        (0, "لا إجابات"),
        (1, "إجابة واحدة"),
        (2, "إجابتان"),
        (3, "\u20683\u2069 إجابات"),
        (11, "\u206811\u2069 إجابة"),
        (1100, "\u20681.100\u2069 إجابة"),
    ],
)
def test_people_are_counted_in_six_forms(n: int, arabic: str) -> None:
    figure = replace(published(("trust", LAST, "", "", "", 1), 0.5, 0.1, 0.1, n), n=n, n_to=n)
    assert answers(figure, "ar") == arabic


def test_a_small_base_is_said_as_its_band() -> None:
    figure = replace(published(("trust", LAST, "", "", "", 1), 0.5, 0.1, 0.1, 100), n_to=199)
    assert [token for token in answers(figure, "en").split() if token.isdecimal()] == ["100", "199"]
    assert numerals.base(figure, "en") == "100\u00a0to\u00a0199"


def test_numbers_are_written_as_the_country_writes_them() -> None:
    assert [percent(0.545, language, 1) for language in ("ar", "fr", "en")] == [
        "\u206854,5%\u2069",
        "54,5\u00a0%",
        "54.5%",
    ]
    assert [signed(value, "en", 1) for value in (0.041, -0.003, 0.0, -0.0004)] == ["+4.1", "\u22120.3", "0.0", "0.0"]
    assert between("a", "b", "en") == "a\u00a0to\u00a0b"


@given(st.integers(-1000, 1000), st.sampled_from((1, 10)))
def test_a_share_shows_the_decimals_that_it_carries(value: int, step: int) -> None:
    share = round(value * step / 1000, 4)
    assert places(share) == int(value * step % 10 != 0)


def test_the_first_wave_has_nothing_before_it() -> None:
    alone = replace(
        SMALL, waves=SMALL.waves[-1:], figures=[f for f in SMALL.figures if f.contrast not in (CHANGE, YEAR)]
    )
    scene = Scene(alone, "en")
    assert sentences.since_last(scene, TRUST).text == "First wave: no earlier one to compare with"
    assert sentences.since_year(scene, TRUST) is None
    assert "no earlier wave" in sentences.headline(scene, TRUST)


@pytest.mark.parametrize(
    ("code", "share", "words"),
    [
        ("trust", 0.10, "is better"),
        ("trust", 0.90, "falls short"),
        ("bribe", 0.90, "is better"),
        ("bribe", 0.10, "falls short"),
        ("trust", None, "cannot be told apart"),
    ],
)
def test_a_target_is_reached_only_where_the_interval_says_so(code: str, share: float | None, words: str) -> None:
    figure = SMALL.figure(code, LAST)
    assert figure is not None
    wanted = figure.high if share is None else share
    assert wanted is not None
    made = replace(SMALL, targets=(TargetCard(code, "w1", (("2026-12-31", wanted),)),))
    assert words in sentences.target(Scene(made, "en"), card(code))


def test_the_target_is_the_milestone_that_comes_next_and_the_last_one_when_all_are_past() -> None:
    scene = Scene(SMALL, "en")
    assert sentences.target_of(scene, TRUST) == ("2026-12-31", 0.613)
    past = replace(SMALL, targets=(TargetCard("trust", "w1", (("2025-01-01", 0.5), ("2026-01-01", 0.6))),))
    assert sentences.target_of(Scene(past, "en"), TRUST) == ("2026-01-01", 0.6)
    assert sentences.target(scene, card("safe")) == ""


@pytest.mark.parametrize(("area", "wanted"), [(0.9, "higher"), (0.05, "lower"), (None, "cannot be told apart")])
def test_an_area_stands_to_the_whole_as_its_interval_says(area: float | None, wanted: str) -> None:
    whole = SMALL.figure("trust", LAST)
    assert whole is not None
    assert whole.estimate is not None
    figure = published(("trust", LAST, "za", "", "", 1), area or whole.estimate, 0.03, 0.03, 200)
    scene = Scene(with_figure(SMALL, figure), "en", "za")
    assert wanted in sentences.beside_the_whole(scene, TRUST)
