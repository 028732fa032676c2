"""Finds fonts for Arabic and Latin letters: one that was named, or one of those that systems usually have."""

import os
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from shutil import which

import uharfbuzz

from .sheet import PaperError

ARABIC = frozenset("ءآأؤإئابةتثجحخدذرزسشصضطظعغفقكلمنهوىي،")
LATIN = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789éèêàçîôù’-_.:/")
# Names of files without their ending, regular and bold, the preferred first.
FOR_ARABIC = (
    ("NotoNaskhArabic-Regular", "NotoNaskhArabic-Bold"),
    ("NotoNaskhArabic[wght]", ""),
    ("NotoSansArabic-Regular", "NotoSansArabic-Bold"),
    ("NotoSansArabic[wght]", ""),
    ("Amiri-Regular", "Amiri-Bold"),
    ("amiri-regular", "amiri-bold"),
)
FOR_BOTH = (("DejaVuSans", "DejaVuSans-Bold"), ("Arial", "Arial Bold"), ("arial", "arialbd"), ("tahoma", "tahomabd"))
FOR_LATIN = (
    ("NotoSans-Regular", "NotoSans-Bold"),
    ("NotoSans[wght]", ""),
    ("LiberationSans-Regular", "LiberationSans-Bold"),
)
FOLDERS = (
    "/usr/share/fonts",
    "/usr/local/share/fonts",
    "~/.fonts",
    "~/.local/share/fonts",
    "/System/Library/Fonts",
    "/Library/Fonts",
    "~/Library/Fonts",
    "C:/Windows/Fonts",
    "~/AppData/Local/Microsoft/Windows/Fonts",
)
ADVICE = "install Noto Naskh Arabic (Debian: apt install fonts-noto-core) or name a font file with --font."


@dataclass(frozen=True, slots=True)
class Face:
    """The files of one font, regular and bold."""

    regular: Path
    bold: Path


@dataclass(frozen=True, slots=True)
class Typeface:
    """What a sheet is printed with: a font with Arabic letters and one with Latin letters, which may be the same."""

    arabic: Face
    latin: Face


def find_typeface(named: Path | None = None) -> Typeface:
    """The fonts to print with: a named file for the letters that it has, else what the system has.

    Raises PaperError when the file is no font or has no Arabic letters, or when nothing on the system has them.
    """
    installed = _installed()
    if named is None:
        arabic = _first((*FOR_ARABIC, *FOR_BOTH), ARABIC, installed)
        if arabic is None:
            raise PaperError(f"No font with Arabic letters was found: {ADVICE}")
    else:
        signs = characters(named)
        if not signs >= ARABIC:
            raise PaperError(f"{named.name} has no Arabic letters: {ADVICE}")
        arabic = Face(named, named)
        if signs >= LATIN:
            return Typeface(arabic, arabic)
    latin = _first((*FOR_LATIN, *FOR_BOTH), LATIN, installed)
    if latin is None:
        raise PaperError("No font with Latin letters was found: install Noto Sans or DejaVu Sans.")
    return Typeface(arabic, latin)


def characters(font: Path) -> frozenset[str]:
    """The characters for which a font file has a sign. Raises PaperError when it is no TrueType or OpenType font."""
    try:
        face = uharfbuzz.Face(uharfbuzz.Blob.from_file_path(str(font)))
    except (OSError, uharfbuzz.HarfBuzzError):
        raise PaperError(f"{font.name} cannot be read as a font.") from None
    found = frozenset(map(chr, face.unicodes))
    if not found:
        raise PaperError(f"{font.name} cannot be read as a font.")
    return found


def _first(names: tuple[tuple[str, str], ...], needed: frozenset[str], installed: Mapping[str, Path]) -> Face | None:
    for regular, bold in names:
        path = installed.get(regular)
        if path and characters(path) >= needed:
            return Face(path, installed.get(bold, path))
    return None


def _installed() -> Mapping[str, Path]:
    """Font files by name without ending. Where a name is found twice, the first by path counts."""
    paths = sorted({*_listed(), *_walked()}, reverse=True)
    return {path.stem: path for path in paths if path.suffix.lower() in (".ttf", ".otf")}


def _listed() -> Iterator[Path]:
    """What fontconfig knows, where it is installed."""
    if lister := which("fc-list"):
        found = subprocess.run([lister, "--format", "%{file}\n"], capture_output=True, check=False)  # noqa: S603 (fixed words)
        yield from (Path(os.fsdecode(line)) for line in found.stdout.splitlines() if line)


def _walked() -> Iterator[Path]:
    for folder in FOLDERS:
        yield from Path(folder).expanduser().rglob("*.[ot]tf")
