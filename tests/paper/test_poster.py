"""The poster: its ways in can be read back from the paper, its Arabic is shaped, and nothing leaves its place."""

import hashlib
import os
import subprocess
import sys
import unicodedata
from itertools import combinations
from pathlib import Path
from xml.etree.ElementTree import fromstring

import pytest
import uharfbuzz
import zxingcpp
from hypothesis import given
from hypothesis import strategies as st

from survey_app.areas import Area
from survey_app.instrument import Instrument
from survey_app.paper.fitting import breadth, fitted, plain
from survey_app.paper.pdf import pdf
from survey_app.paper.poster import COLUMN, GAP, MARGIN, poster
from survey_app.paper.sheet import HEIGHT, WIDTH, PaperError, Sheet, area_address, checked_address
from survey_app.paper.svg import svg
from survey_app.paper.typeface import Typeface, find_typeface

from .pictures import drawn, pieces, read_codes, words

SITE = "https://survey.example.org"
TITLE = {"ar": "الأمن والثقة في الشرطة", "fr": "Sécurité et confiance", "en": "Safety and trust"}
NAMES = {"ar": "عين السبع", "fr": "Aïn-Sebaâ", "en": "Ain-Sebaa"}
CONTACT = "مكتب الوسيط، الهاتف 05 22 00 11 22"
HOSTILE = [
    "</text><script>alert(1)</script>",
    '" onload="alert(1)',
    "&lt;b&gt; &amp; ]]>",
    "{nb} {% x %} **bold** [a](http://example.org)",
    "(a) \\ ) Tj ET",
]
SVG = "{http://www.w3.org/2000/svg}"


def area_poster(area: Area, instrument: Instrument, *, demo: bool = False) -> Sheet:
    return poster(instrument.title, area.names, area_address(SITE, area.code), CONTACT, demo=demo)


def asked(instrument: Instrument) -> list[Area]:
    return [area for area in instrument.areas.areas if area.level == instrument.level]


# The way in


def test_the_code_on_the_paper_gives_the_exact_address(instrument: Instrument, typeface: Typeface) -> None:
    for area in asked(instrument):
        address = f"{SITE}/a/{area.code}"
        content = pdf([area_poster(area, instrument)], typeface)
        (code,) = read_codes(drawn(content))
        assert code.text == address
        assert code.ec_level in ("Q", "H")
        assert address in words(content)


def test_the_code_is_read_when_a_fifth_of_it_is_torn_off(typeface: Typeface) -> None:
    picture = drawn(pdf([poster(TITLE, NAMES, f"{SITE}/a/x")], typeface))
    (code,) = read_codes(picture)
    corner = code.position.bottom_right
    side = (corner.x - code.position.top_left.x) // 3
    picture.paste((255, 255, 255), (corner.x - side, corner.y - side, corner.x + 1, corner.y + 1))
    assert [found.text for found in read_codes(picture)] == [f"{SITE}/a/x"]


@pytest.mark.parametrize(
    "code", ["", "..", ".", "a..b", "a/b", "a b", "a?b", "a#b", "%2e", "ا", "a\n", "../x", ".a", "a."]
)
def test_a_code_that_could_lead_elsewhere_is_refused(code: str) -> None:
    with pytest.raises(PaperError, match="may have the letters"):
        area_address(SITE, code)


@pytest.mark.parametrize(
    "address",
    [
        "",
        "survey.example.org",
        "ftp://a.example",
        "javascript:alert(1)",
        "https://",
        "https://a:b@c.example",
        "https://a.example/?x",
        "https://a.example/#x",
        "https://a b.example",
        "https://é.example",
        "https://[",
        "https://a.example\n",
    ],
)
def test_what_is_no_plain_address_is_refused(address: str) -> None:
    with pytest.raises(PaperError, match="THIQA_PUBLIC_URL"):
        checked_address(address)


def test_the_sites_address_may_end_in_a_slash() -> None:
    assert area_address(f"{SITE}/", "06.141-a_B") == f"{SITE}/a/06.141-a_B"


# The words


def test_the_sheet_says_who_may_answer_and_what_is_promised_in_three_languages(typeface: Typeface) -> None:
    found = " ".join(words(pdf([poster(TITLE, NAMES, f"{SITE}/a/x", CONTACT)], typeface)).split())
    for said in ("18 سنة فأكثر", "اختيارية", "لا أحد في الشرطة", *TITLE.values(), *NAMES.values()):
        assert said in found
    for said in (
        "Residents aged 18 or over",
        "no name is asked",
        "Nobody at the police",
        "18 ans et plus",
        "aucun nom",
    ):
        assert said in found
    assert "05 22 00 11 22" in found, "the groups of the number keep their order within Arabic"


def test_a_demonstration_says_so_on_the_sheet() -> None:
    real, demo = (poster(TITLE, NAMES, f"{SITE}/a/x", demo=is_demo) for is_demo in (False, True))
    said = [line.text for line in demo.lines]
    assert "Demonstration with" in " ".join(said)
    assert "عرض تجريبي ببيانات اصطناعية." in said
    assert "Demonstration" not in " ".join(line.text for line in real.lines)


def test_nobody_is_named_where_no_contact_is_given() -> None:
    assert "Contact" not in {line.text for line in poster(TITLE, NAMES, f"{SITE}/a/x").lines}


def test_arabic_is_shaped_and_runs_from_the_right(typeface: Typeface) -> None:
    """The title is as wide as its joined letters are, which is not what the letters take one by one."""
    content = pdf([poster(TITLE, NAMES, f"{SITE}/a/x")], typeface)
    title = next(piece for piece in pieces(content) if piece.text == TITLE["ar"])
    face = uharfbuzz.Face(uharfbuzz.Blob.from_file_path(str(typeface.arabic.bold)))
    font, buffer = uharfbuzz.Font(face), uharfbuzz.Buffer()
    buffer.add_str(TITLE["ar"])
    buffer.guess_segment_properties()
    uharfbuzz.shape(font, buffer)
    em = 34 * 25.4 / 72 / face.upem
    joined = sum(position.x_advance for position in buffer.glyph_positions) * em
    apart = sum(font.get_glyph_h_advance(font.get_nominal_glyph(ord(char))) for char in TITLE["ar"]) * em
    assert title.right - title.left == pytest.approx(joined, rel=0.03)
    assert abs(apart - joined) > 0.1 * joined
    assert title.right == pytest.approx(WIDTH - MARGIN, abs=1)


def test_a_vowel_sign_does_not_break_a_word(typeface: Typeface) -> None:
    signed = "الدَّار"
    bare = "".join(char for char in signed if unicodedata.category(char) != "Mn")
    sheets = [poster(TITLE, NAMES | {"ar": name}, f"{SITE}/a/x") for name in (signed, bare)]
    assert pdf(sheets[:1], typeface) == pdf(sheets[1:], typeface)
    assert signed in {line.text for line in sheets[0].lines}, "SVG keeps it"


# Nothing leaves its place


@pytest.mark.parametrize("font", ["", "DejaVuSans.ttf", "NotoKufiArabic-Regular.ttf"])
def test_every_area_of_the_bundled_list_fits_on_its_sheet(
    instrument: Instrument, typeface: Typeface, font: str
) -> None:
    """Measured on the drawn page, with the machine's usual fonts and with wide ones, where they are installed."""
    installed = [path for path in Path("/usr/share/fonts").rglob("*.ttf") if path.name == font]
    if font and not installed:
        pytest.skip(f"{font} is not installed")
    fonts = find_typeface(installed[0]) if font else typeface
    longest = sorted(instrument.areas.areas, key=lambda area: -max(map(len, area.names.values())))
    for area in longest[:4] if font else longest:
        found = pieces(pdf([area_poster(area, instrument, demo=True)], fonts))
        assert len(found) > 12
        for piece in found:
            assert piece.left >= MARGIN - 1, piece
            assert piece.right <= WIDTH - MARGIN + 1, piece
            assert 10 < piece.bottom < piece.top < HEIGHT - MARGIN, piece
        for one, other in combinations(found, 2):
            # pdfium gives a word of Arabic in pieces, whose boxes touch; two texts that collide overlap by more.
            side_by_side = min(one.right, other.right) - max(one.left, other.left) < 1
            above = min(one.top, other.top) - max(one.bottom, other.bottom) < 1
            assert side_by_side or above, (one, other)


def test_the_longest_names_keep_to_their_columns(instrument: Instrument, typeface: Typeface) -> None:
    longest = max(asked(instrument), key=lambda area: len(area.names["fr"]))
    found = pieces(pdf([area_poster(longest, instrument)], typeface))
    french = [piece for piece in found if piece.left < MARGIN + 1 and piece.top < 100]
    assert len(french) > 6
    assert max(piece.right for piece in french) < MARGIN + COLUMN + GAP


@given(st.lists(st.text("aMmi.اب", min_size=1, max_size=40), min_size=1, max_size=12), st.integers(1, 4), st.booleans())
def test_a_fitted_text_keeps_its_words_its_lines_and_its_room(parts: list[str], most: int, bold: bool) -> None:
    text = " ".join(parts)
    try:
        size, lines = fitted(text, 80, 16, 8, most, bold=bold)
    except PaperError:
        assert breadth(text, 8, bold=bold) > 80
        return
    assert 8 <= size <= 16
    assert len(lines) <= most
    assert " ".join(lines) == text
    assert all(breadth(line, size, bold=bold) <= 80 for line in lines)


def test_a_text_that_has_no_room_is_refused_in_a_sentence() -> None:
    for language in ("ar", "fr", "en"):
        with pytest.raises(PaperError, match="too long for the sheet"):
            poster(TITLE | {language: "كلمة word " * 60}, NAMES, f"{SITE}/a/x")
    with pytest.raises(PaperError, match="too long"):
        poster(TITLE, NAMES, f"{SITE}/a/{'x' * 3000}")


def test_a_sign_that_no_font_has_is_refused_and_not_printed_as_a_box(typeface: Typeface) -> None:
    with pytest.raises(PaperError, match=r"no sign for .*U\+13000"):
        pdf([poster(TITLE, NAMES | {"en": "Ain \U00013000"}, f"{SITE}/a/x")], typeface)


# Hostile names


@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_name_is_printed_as_it_is(text: str, typeface: Typeface) -> None:
    sheet = poster(TITLE | {"en": text}, NAMES | {"fr": text}, f"{SITE}/a/x", "Contact")
    tree = fromstring(svg(sheet))
    assert {element.tag for element in tree.iter()} == {
        SVG + tag for tag in ("svg", "title", "rect", "line", "path", "text")
    }
    content = pdf([sheet], typeface)
    assert "".join(words(content).split()).count("".join(text.split())) == 2
    assert [code.text for code in read_codes(drawn(content))] == [f"{SITE}/a/x"]


@given(title=st.text(min_size=1), name=st.text(min_size=1), contact=st.text())
def test_whatever_stands_in_a_text_the_svg_is_valid_and_says_it(title: str, name: str, contact: str) -> None:
    try:
        sheet = poster(TITLE | {"ar": title}, NAMES | {"fr": name}, f"{SITE}/a/x", contact)
    except PaperError:
        return
    texts = [element.text or "" for element in fromstring(svg(sheet)).iter(f"{SVG}text")]
    assert texts == [line.text for line in sheet.lines]
    assert plain(name).replace(" ", "") in "".join(texts).replace(" ", "")


@given(st.text())
def test_plain_text_has_nothing_that_reorders_or_breaks(text: str) -> None:
    found = plain(text)
    assert plain(found) == found
    assert not set(found) & set("\n\r\t\0\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\ufeff")
    assert not any(unicodedata.category(char) in ("Cc", "Cs", "Cn") for char in found)


def test_the_svg_takes_nothing_from_elsewhere_and_says_language_and_direction() -> None:
    root = fromstring(svg(poster(TITLE, NAMES, f"{SITE}/a/x", CONTACT)))
    assert (root.get("width"), root.get("height"), root.get("viewBox")) == ("210mm", "297mm", "0 0 210 297")
    for element in root.iter():
        assert not [name for name, value in element.items() if "href" in name or "url(" in value or "//" in value]
    by_text = {element.text: element for element in root.iter(f"{SVG}text")}
    ways = {"ar": "rtl", "fr": "ltr", "en": "ltr"}
    for language, name in NAMES.items():
        assert (by_text[name].get("lang"), by_text[name].get("direction")) == (language, ways[language])
    address = by_text[f"{SITE}/a/x"]
    assert (address.get("lang"), address.get("direction"), address.get("unicode-bidi")) == ("", "ltr", "isolate")


# The same again


def test_the_same_input_gives_the_same_bytes_in_another_process_on_another_day(typeface: Typeface) -> None:
    code = (
        "import hashlib\n"
        "from survey_app.paper.pdf import pdf\nfrom survey_app.paper.svg import svg\n"
        "from survey_app.paper.poster import poster\nfrom survey_app.paper.typeface import find_typeface\n"
        f"sheet = poster({TITLE!r}, {NAMES!r}, '{SITE}/a/x')\n"
        "print(hashlib.sha256(pdf([sheet], find_typeface()) + svg(sheet)).hexdigest())"
    )
    runs = [
        subprocess.run(
            [sys.executable, "-c", code],
            env=os.environ | {"PYTHONHASHSEED": seed, "TZ": zone},
            capture_output=True,
            text=True,
            check=True,
        ).stdout.strip()
        for seed, zone in (("1", "UTC"), ("2", "Asia/Tokyo"))
    ]
    sheet = poster(TITLE, NAMES, f"{SITE}/a/x")
    here = pdf([sheet], typeface)
    assert {*runs, hashlib.sha256(here + svg(sheet)).hexdigest()} == {runs[0]}
    assert b"/CreationDate (D:19700101000000Z)" in here


def test_zxing_reads_what_it_says() -> None:
    """The reader that the tests trust finds nothing where nothing is."""
    assert zxingcpp.read_barcodes(drawn(pdf([Sheet("", (), ())], find_typeface()))) == []
