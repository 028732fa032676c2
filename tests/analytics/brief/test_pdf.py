"""The file: tagged A4 of so many pages, the same bytes again, fonts in it; and what is said without Pango."""

import ctypes
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pypdfium2
import pypdfium2.raw as pdfium
import pytest
from click.testing import CliRunner

import analytics.brief.pdf as brief_pdf
from analytics.brief.content import area_page, leadership
from analytics.brief.page import area_html, leadership_page
from analytics.brief.pdf import BriefTooLongError, PangoMissingError, pdf
from analytics.release import Release, write
from deploy.command import main
from tests.conftest import unavailable
from tests.test_logical_style import faults

from .conftest import Made

ROOT = Path(__file__).parents[3]
STYLE = ROOT / "analytics" / "brief" / "brief.css"


def fonts(document: pypdfium2.PdfDocument) -> dict[str, bool]:
    """Names of the fonts of all texts, and whether they are in the file."""
    found: dict[str, bool] = {}
    for page in document:
        for each in page.get_objects(filter=(pdfium.FPDF_PAGEOBJ_TEXT,), max_depth=9):
            font = pdfium.FPDFTextObj_GetFont(each.raw)
            name = ctypes.create_string_buffer(200)
            pdfium.FPDFFont_GetBaseFontName(font, name, 200)
            found[name.value.decode()] = bool(pdfium.FPDFFont_GetIsEmbedded(font))
    return found


@pytest.mark.parametrize("language", ["ar", "fr", "en"])
def test_the_leaders_get_two_a4_pages_and_an_area_one_tagged_with_title_and_date(made: Made, language: str) -> None:
    for (spoken, area), (_html, content) in made.items():
        if spoken != language:
            continue
        document = pypdfium2.PdfDocument(content)
        assert len(document) == (1 if area else 2)
        assert all(
            abs(side - a4) < 1 for page in document for side, a4 in zip(page.get_size(), (595, 842), strict=True)
        )
        assert pdfium.FPDFCatalog_IsTagged(document.raw)
        about = document.get_metadata_dict()
        assert about["Title"]
        assert about["CreationDate"].startswith("D:20260615")
        assert f'<html lang="{language}"' in _html
        assert all(fonts(document).values())


def test_arabic_letters_are_set_in_an_arabic_font_that_is_in_the_file(made: Made) -> None:
    known = subprocess.run(["fc-list", ":lang=ar", "family"], capture_output=True, text=True, check=False).stdout
    if "Arabic" not in known:
        unavailable("no font named for Arabic on this machine: install fonts-noto-core")
    found = fonts(pypdfium2.PdfDocument(made["ar", ""][1]))
    assert any("Arabic" in name and inside for name, inside in found.items())


def test_the_same_release_gives_the_same_bytes_in_another_process(small: Release, made: Made) -> None:
    code = (
        "import sys; from tests.analytics.brief.releases import release;"
        "from analytics.brief.content import leadership; from analytics.brief.page import leadership_page;"
        "from analytics.brief.pdf import pdf;"
        "sys.stdout.buffer.write(pdf(leadership_page(leadership(release(), 'ar')), 2))"
    )
    again = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, cwd=ROOT).stdout
    assert again == made["ar", ""][1]
    assert pdf(leadership_page(leadership(small, "ar")), 2) == again
    assert pdf(leadership_page(leadership(replace(small, created="2026-06-16"), "ar")), 2) != again


def test_long_names_are_set_smaller_and_too_long_ones_are_refused(
    small: Release, monkeypatch: pytest.MonkeyPatch
) -> None:
    longer = "a name that goes on and on " * 3
    cards = tuple(replace(card, name={"en": f"{card.name['en']} {longer}"}) for card in small.indicators)
    page = area_html(area_page(replace(small, indicators=cards), "en", "za"))
    assert len(pypdfium2.PdfDocument(pdf(page, 1))) == 1
    monkeypatch.setattr(brief_pdf, "SMALLER", (1.0,))
    with pytest.raises(BriefTooLongError, match="does not fit"):
        pdf(page, 1)


def test_what_comes_from_a_release_is_text_and_nothing_is_fetched(small: Release) -> None:
    hostile = '<img src="http://example.org/x"><script>1</script>&'
    page = leadership_page(leadership(replace(small, survey={"en": hostile}), "en"))
    assert "<img" not in page
    assert "<script" not in page
    assert "&lt;img" in page
    with pytest.raises(ValueError, match="loads nothing"):
        brief_pdf._nothing("file:///etc/passwd")


@pytest.mark.parametrize("blocked", [None, OSError("cannot load library 'libpango-1.0-0'")])
def test_without_pango_the_verb_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, small: Release, blocked: OSError | None
) -> None:
    path = write(tmp_path, replace(small, id=""))
    brief_pdf._engine.cache_clear()
    for name in [name for name in sys.modules if name.partition(".")[0] == "weasyprint"]:
        monkeypatch.delitem(sys.modules, name)
    if blocked is None:
        monkeypatch.setitem(sys.modules, "weasyprint", None)
    else:
        monkeypatch.setattr(sys, "meta_path", [_Refusing(blocked), *sys.meta_path])
    told = CliRunner().invoke(main, ["release", "brief", "--to", str(tmp_path), str(path)])
    assert told.exit_code == 1
    assert "libpango" in told.output
    assert "apt-get install" in told.output
    assert not list(tmp_path.glob("*.pdf"))
    with pytest.raises(PangoMissingError):
        pdf("", 1)
    brief_pdf._engine.cache_clear()


class _Refusing:
    """Finds weasyprint and fails as it does where Pango is missing."""

    def __init__(self, error: OSError) -> None:
        self.error = error

    def find_spec(self, name: str, *_more: object) -> None:
        if name == "weasyprint":
            raise self.error


def test_no_other_verb_loads_the_library_of_the_brief() -> None:
    code = "import sys, deploy.command; print('weasyprint' in sys.modules)"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert result.stdout.strip() == "False"


def test_the_verb_writes_a_file_for_each_language_or_area(tmp_path: Path, small: Release) -> None:
    path = write(tmp_path / "releases", replace(small, id=""))
    asked = ["release", "brief", "--to", str(tmp_path), str(path), "--language", "en"]
    assert CliRunner().invoke(main, asked).exit_code == 0
    assert CliRunner().invoke(main, [*asked, "--area", "all"]).exit_code == 0
    names = sorted(found.name for found in tmp_path.glob("*.pdf"))
    assert names == sorted(f"brief-{path.name}{area}-en.pdf" for area in ("", "-za", "-zb", "-zc", "-zd"))
    unknown = CliRunner().invoke(main, [*asked, "--area", "nowhere"])
    assert unknown.exit_code == 1
    assert "The release has no area nowhere" in unknown.output


def test_fault_72_the_style_sheet_of_the_brief_names_no_side(made: Made) -> None:
    assert list(faults(STYLE.read_text(encoding="utf-8"))) == []
    for html, _pdf in made.values():
        styles = [part.partition('"')[0] for part in html.split('style="')[1:]]
        assert [fault for style in styles for fault in faults(style)] == []
