"""Invitation cards: each code and address is on its own card, and nowhere else."""

import subprocess
import sys
from pathlib import Path

import pypdfium2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey_app.paper.cards import CARD_HEIGHT, CARD_WIDTH, COLUMNS, LEFT, TOP, cards, grouped
from survey_app.paper.sheet import HEIGHT, PaperError
from survey_app.paper.typeface import Typeface

from .pictures import drawn, pieces, read_codes, words

SITE = "https://survey.example.org/i"
LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"


def invitations(count: int) -> list[tuple[str, str]]:
    codes = [f"{LETTERS[at % 32]}{LETTERS[at // 32]}CDEFGHJKLM" for at in range(count)]
    return [(code, f"{SITE}/{code}") for code in codes]


def test_ten_cards_stand_on_a_page_in_order_each_with_its_own_code(typeface: Typeface) -> None:
    given_out = invitations(23)
    content = cards(given_out, typeface, SITE)
    with pypdfium2.PdfDocument(content) as document:
        assert len(document) == 3
    read = [code.text for page in range(3) for code in read_codes(drawn(content, page))]
    assert read == [address for _, address in given_out]
    printed = [piece.text for page in range(3) for piece in pieces(content, page) if piece.text.endswith("-HJKL-M")]
    assert not printed, "the groups are of four"
    for page, (first, last) in enumerate(((0, 10), (10, 20), (20, 23))):
        said = words(content, page)
        assert [grouped(code) in said for code, _ in given_out] == [first <= at < last for at in range(23)]
        assert said.count(SITE) == last - first


def test_a_card_says_in_three_languages_that_it_works_once_and_not_what_it_is_about(typeface: Typeface) -> None:
    said = " ".join(words(cards(invitations(1), typeface)).split())
    for sentence in ("It works once.", "Elle sert une seule fois.", "تصلح لمرة واحدة", "Keep it to yourself."):
        assert sentence in said
    assert "police" not in said.casefold()
    assert "شرطة" not in said


def test_everything_stands_within_its_card_and_clear_of_the_code(typeface: Typeface) -> None:
    content = cards(invitations(10), typeface, "https://a-rather-long-name-of-a-site.example.org/invitation")
    found = pieces(content)
    assert len(found) > 70
    for piece in found:
        column = int((piece.left - LEFT) // CARD_WIDTH)
        row = int((HEIGHT - TOP - piece.top) // CARD_HEIGHT)
        assert 0 <= column < COLUMNS
        assert piece.right < LEFT + (column + 1) * CARD_WIDTH - 2, piece
        assert piece.bottom > HEIGHT - TOP - (row + 1) * CARD_HEIGHT + 1, piece
        below_the_square = HEIGHT - TOP - row * CARD_HEIGHT - piece.top > 36
        assert below_the_square or piece.left > LEFT + column * CARD_WIDTH + 36, piece


def test_the_same_invitations_give_the_same_bytes(typeface: Typeface) -> None:
    assert cards(invitations(11), typeface) == cards(invitations(11), typeface)
    assert cards(invitations(11), typeface) != cards(invitations(12)[1:], typeface)


@pytest.mark.usefixtures("typeface")
def test_no_file_is_written_while_cards_are_made(tmp_path: Path) -> None:
    code = (
        "import sys\n"
        "from survey_app.paper.cards import cards\nfrom survey_app.paper.typeface import find_typeface\n"
        "typeface, written = find_typeface(), []\n"
        "def watch(event, details):\n"
        "    made = event in ('os.mkdir', 'os.rename', 'os.link', 'subprocess.Popen', 'socket.connect')\n"
        "    if made or event.startswith('tempfile.') or event == 'open' and details[2] & 3:\n"
        "        written.append((event, details))\n"
        "sys.addaudithook(watch)\n"
        f"content = cards({invitations(11)!r}, typeface, {SITE!r})\n"
        "open(sys.argv[1], 'wb').close()\n"
        "assert len(content) > 10_000\n"
        "assert len(written) == 1, written\n"  # the one above: the watch sees
    )
    subprocess.run([sys.executable, "-B", "-c", code, str(tmp_path / "seen")], check=True, timeout=60)


@given(st.text(LETTERS, min_size=4, max_size=24))
def test_groups_are_of_four_and_keep_every_letter(code: str) -> None:
    found = grouped(code)
    assert found.replace("-", "") == code
    *full, last = found.split("-")
    assert all(len(group) == 4 for group in full)
    assert 1 <= len(last) <= 4
    assert grouped(found) == found


@pytest.mark.parametrize(
    ("code", "address"),
    [
        ("", f"{SITE}/x"),
        ("SECRETSECRET!", f"{SITE}/x"),
        ("SECRETé", f"{SITE}/x"),
        ("SECRET" * 9, f"{SITE}/x"),
        ("SECRET", "javascript:SECRET"),
        ("SECRET", f"{SITE}/SECRET?SECRET"),
        ("SECRET", f"{SITE}/{'SECRET' * 500}"),
    ],
)
def test_an_unfit_invitation_is_refused_without_repeating_it(code: str, address: str, typeface: Typeface) -> None:
    with pytest.raises(PaperError) as refusal:
        cards([*invitations(2), (code, address)], typeface)
    assert "SECRET" not in str(refusal.value)


def test_no_invitation_is_no_card(typeface: Typeface) -> None:
    with pytest.raises(PaperError, match="no invitation"):
        cards([], typeface)
