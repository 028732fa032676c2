"""The page: in three languages without a remainder, every figure with its interval; nothing runs or is fetched."""

import ast
import html
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import analytics.open_data
from analytics.open_data import files, method_note
from analytics.open_data.exhibits import Cell, exhibits, newest
from analytics.open_data.numerals import hundredfold, percent
from analytics.release import Release
from tests.test_logical_style import faults as sides
from translations.languages import LANGUAGES, direction, translator

HERE = Path(analytics.open_data.__file__).parent
MARKUP = '<script>alert(1)</script><img src=x onerror=alert(1)> "quoted" {{7*7}} &lt;i&gt; \u202e'


def spaced(text: str) -> str:
    """A text with one plain space for every run of spaces of any kind."""
    return " ".join(text.split())


class Page(HTMLParser):
    """The tags of a page with their attributes, and its text."""

    def __init__(self, content: bytes) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.feed(content.decode())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        if self.tags and self.tags[-1][0] != "style":
            self.words.append(data)

    @property
    def text(self) -> str:
        """All words, without the fences around numbers and runs of space."""
        return spaced(re.sub("[\u2066-\u2069]", "", " ".join(self.words)))


@pytest.fixture(params=LANGUAGES)
def language(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def said_in_code() -> set[str]:
    """Every message that this package says."""
    found = set()
    for path in HERE.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("_", "_n"):
                found |= {str(arg.value) for arg in node.args if isinstance(arg, ast.Constant)}
    return found


@pytest.mark.parametrize("other", ["ar", "fr"])
def test_no_english_message_is_left_on_a_page_in_another_language(made: dict[str, bytes], other: str) -> None:
    page = Page(made[f"open/{other}.html"]).text
    plain = {message for message in said_in_code() if "%" not in message and len(message) > 3}
    assert len(plain) > 80
    same = {message for message in plain if translator(other)(message) == message}
    assert same <= {"Licence", "Population", "Question (code)", "Thiqa", "WhatsApp"}  # the same in French
    assert {message for message in plain - same if re.search(rf"\b{re.escape(message)}\b", page)} == set()


def test_no_latin_word_is_on_the_arabic_page_but_names_and_formats(made: dict[str, bytes]) -> None:
    """Whatever the message: codes, commands, file names and the other languages' names stand in their own tags."""
    body = made["open/ar.html"].decode().partition("<body>")[2]
    foreign = r'<(code|pre|bdi)\b.*?</\1>|<a [^>]*(?:dir="ltr").*?</a>'
    words = re.sub(r"<[^>]+>|\d{4}-\d\d-\d\d-[0-9a-f]{12}", " ", re.sub(foreign, " ", body, flags=re.DOTALL))
    found = set(re.findall(r"[A-Za-z]{2,}", html.unescape(words)))
    assert found <= {"SHA", "manifest", "json", "datapackage", "CSV", "JSON", "SDMX", "DDI"}


def test_a_page_says_what_was_asked_and_found_in_its_language(
    made: dict[str, bytes], release: Release, language: str
) -> None:
    page = Page(made[f"open/{language}.html"])
    assert page.tags[0] == ("html", {"lang": language, "dir": direction(language)})
    for text in (
        release.survey,
        *(card.name for card in release.indicators),
        *(card.question for card in release.indicators),
        *(area.name for area in release.areas if area.parent),
        release.tombstones[0].name,
        release.tombstones[0].reason,
    ):
        assert spaced(text[language]) in page.text
    others = [text for other in LANGUAGES if other != language for text in (release.survey[other],)]
    assert not any(text in page.text for text in others)
    assert "An office of statistics, CC BY 4.0" in page.text
    _ = translator(language)
    assert spaced(_("Synthetic data: no resident was asked")) in page.text


def test_a_figure_stands_with_its_interval_its_answers_and_its_caution(made: dict[str, bytes]) -> None:
    text = Page(made["open/en.html"]).text
    assert "Trust in the police: 54% (51% to 57%), down 6 points (−9.0 to −3.0) since the last wave" in text
    assert "54% (51% to 57%) 1,234" in text
    assert "The share among men is higher than among women by 8 points (women minus men: −13.0 to −3.0)" in text
    assert "21.5% (18.5% to 24.5%)" in text
    assert "to be read with caution" in text
    arabic = Page(made["open/ar.html"]).text
    assert "54% (من 51% إلى 57%)" in arabic


def test_signs_of_withheld_figures_differ_and_have_words_and_a_reason(release: Release, language: str) -> None:
    wave = newest(release)
    assert wave is not None
    trust, safe, _ = exhibits(release, wave, (2,), language)
    hidden = {row.name: row for row in trust.rows}[release.areas[2].name[language]]
    absent = {row.name: row for row in safe.rows}[release.areas[1].name[language]]
    gettext = translator(language)
    assert hidden.cell == Cell(sign=hidden.cell.sign, word=gettext("confidential"))
    assert absent.cell.word == gettext("not available")
    assert hidden.cell.sign.strip("\u2068\u2069") == "c"
    assert absent.cell.sign.strip("\u2068\u2069") == ".."
    assert hidden.answers == absent.answers == ""
    assert hidden.note.startswith(gettext("Withheld to protect respondents.").rstrip("."))
    assert absent.note == gettext("Nobody in this group was asked or answered.")
    legend = Page(files(release)[f"open/{language}.html"]).text
    for word in ("not reliable enough", "confidential", "not available"):
        assert gettext(word) in legend


def test_a_base_in_a_band_is_said_as_a_band(release: Release) -> None:
    woman = replace(release.figures[5], n=400, n_to=449)
    wave = newest(release)
    assert wave is not None
    figures = [figure for figure in release.figures if figure.key != woman.key]
    trust, *_ = exhibits(replace(release, figures=[*figures, woman]), wave, (), "en")
    assert trust.rows[1].answers == "400 to 449"


def test_nothing_runs_and_nothing_is_fetched(made: dict[str, bytes]) -> None:
    for name in ("index", *LANGUAGES):
        page = Page(made[f"open/{name}.html"])
        assert not {tag for tag, _ in page.tags} & {
            "script", "img", "link", "iframe", "object", "embed", "form", "video", "base", "svg"
        }  # fmt: skip
        found = {name for _, given in page.tags for name in given}
        assert not [name for name in found if name.startswith("on") or name in ("style", "src", "srcset", "action")]
        targets = {given["href"] for tag, given in page.tags if tag == "a"}
        assert all(
            f"open/{target}" in made if not (target or "").startswith("#") else target[1:] in str(page.tags)  # type: ignore[index]  # a link has a target
            for target in targets
        )
        (policy,) = [given["content"] for tag, given in page.tags if given.get("http-equiv")]
        assert policy is not None
        assert re.fullmatch(
            r"default-src 'none'; style-src 'sha256-[A-Za-z0-9+/=]{44}'; base-uri 'none'; form-action 'none'", policy
        )


def test_fault_20_hostile_words_are_words_on_the_page(release: Release, language: str) -> None:
    bad = dict.fromkeys(LANGUAGES, MARKUP)
    hostile = replace(
        release,
        survey=bad,
        software=MARKUP,
        method=bad,
        parameters={MARKUP: MARKUP},
        waves=tuple(replace(wave, modes={MARKUP: 1}) for wave in release.waves),
        indicators=tuple(
            replace(card, name=bad, definition=bad, base=bad, question=bad, source=MARKUP)
            for card in release.indicators
        ),
        areas=tuple(replace(area, name=bad) for area in release.areas),
        tombstones=tuple(replace(stone, name=bad, reason=bad, last=MARKUP) for stone in release.tombstones),
    )
    for name in (language, "index"):
        page = Page(files(hostile, lambda *_: [(MARKUP, [MARKUP], [[MARKUP]])])[f"open/{name}.html"])
        assert not {tag for tag, _ in page.tags} & {"script", "img", "i"}
        assert "49" not in re.findall(r"\{?\{?\b49\b\}?\}?", page.text)
        assert html.unescape("&lt;script&gt;alert(1)") in page.text


def test_the_tables_of_the_quality_report_are_shown_as_they_are_handed_in(release: Release, language: str) -> None:
    def tables(about: Release, shown: str) -> list[tuple[str, list[str], list[list[str]]]]:
        assert about.survey == release.survey
        return [(f"title {shown}", ["head", "share"], [["w1", "31%"], ["w2", "c"]])]

    page = Page(files(release, tables)[f"open/{language}.html"])
    assert f"title {language} head share w1 31% w2 c" in page.text
    assert "31%" not in Page(files(release)[f"open/{language}.html"]).text


def test_the_style_names_no_side_of_the_page() -> None:
    assert list(sides((HERE / "templates" / "page.css").read_text(encoding="utf-8"))) == []


@given(st.integers(-(10**4), 10**4))
def test_a_share_is_said_with_the_digits_that_it_was_rounded_to(share: int) -> None:
    assert hundredfold(share / 10**4) * 100 == share
    said = percent(share / 10**4, "en").rstrip("%").replace(",", "").replace("\u2212", "-")
    assert abs(float(said) - share / 100) <= 0.05 + 1e-9
    assert ("." in said) == bool(share % 100)


def test_a_method_note_keeps_its_headings_lists_and_emphasis_and_nothing_else() -> None:
    note = "# How\n\nTwo lines\nof **bold** `code`.\n\n- one\n* two\n\n> Mind\n> this.\n\n<b>x</b> [link](https://e.example)"
    assert str(method_note.html(note)) == (
        "<h3>How</h3>\n<p>Two lines of <strong>bold</strong> <code>code</code>.</p>\n<ul><li>one</li><li>two</li></ul>"
        "\n<blockquote>Mind this.</blockquote>\n<p>&lt;b&gt;x&lt;/b&gt; [link](https://e.example)</p>"
    )
