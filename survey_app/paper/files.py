"""Posters as files: drawn all of them first, then written, so that a fault leaves nothing half done."""

from collections.abc import Mapping
from pathlib import Path

from ..areas import Area
from ..settings import PrintSettings
from .pdf import pdf
from .poster import poster
from .sheet import PaperError, area_address
from .svg import svg
from .typeface import find_typeface

ENDINGS = (".pdf", ".svg")


def posters(
    title: Mapping[str, str],
    areas: Mapping[str, Area],
    wanted: Mapping[str, Path],
    settings: PrintSettings,
    contact: str = "",
    font: Path | None = None,
) -> dict[Path, bytes]:
    """The posters of the areas whose codes are wanted, by the file each is for, whose ending decides what it is.

    Raises PaperError, also for an ending that is neither .pdf nor .svg.
    """
    if unfit := [path for path in wanted.values() if path.suffix not in ENDINGS]:
        raise PaperError(f"{unfit[0].name} must end in .pdf or .svg.")
    sheets = {
        path: poster(title, areas[code].names, area_address(settings.public_url, code), contact, demo=settings.demo)
        for code, path in wanted.items()
    }
    typeface = find_typeface(font) if any(path.suffix == ".pdf" for path in sheets) else None
    return {
        path: pdf([sheet], typeface) if typeface and path.suffix == ".pdf" else svg(sheet)
        for path, sheet in sheets.items()
    }


def write(files: Mapping[Path, bytes], *, overwrite: bool = False) -> None:
    """Write the files, making their folder. Raises PaperError; if one of them is there, before any is written."""
    try:
        if not overwrite and (there := next((path for path in files if path.exists()), None)):
            raise PaperError(f"{there} is there already; --overwrite replaces it.")
        for path, content in files.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("wb" if overwrite else "xb") as target:
                target.write(content)
    except OSError as error:
        raise PaperError(f"{error.filename or 'The file'} cannot be written ({error.strerror}).") from None
