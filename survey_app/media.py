"""Recordings and pictures of a questionnaire: which files it names, and where they are in the folder of the survey.

Only audio and raster images, only files that lie in the folder itself: a name is never a path.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path

from .engine import Questionnaire

Types = Mapping[str, str]  # ending -> content type

AUDIO: Types = {
    ".mp3": "audio/mpeg", ".m4a": "audio/mp4", ".ogg": "audio/ogg", ".opus": "audio/ogg", ".wav": "audio/wav",
}  # fmt: skip
IMAGES: Types = {".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".webp": "image/webp"}
EVERY: Types = {**AUDIO, **IMAGES}
_SEPARATORS = frozenset("/\\:")


def named(form: Questionnaire) -> Iterator[tuple[str, str, Types]]:
    """The files that the form names: the item, the name, and the types that would do. Recordings, then pictures."""
    for item in form.items:
        for names, types in ((item.audio.values(), AUDIO), ((choice.image for choice in item.choices), IMAGES)):
            yield from ((item.name, name, types) for name in dict.fromkeys(names) if name)


def content_type(name: str, types: Types = EVERY) -> str | None:
    """The type of a file of this name; None if it is none of these types, or no plain name of a file."""
    plain = name.isprintable() and not _SEPARATORS & set(name) and not name.startswith(".")
    return types.get(Path(name).suffix.casefold()) if plain else None


def find(folder: Path | None, name: str, types: Types = EVERY) -> Path | None:
    """The file of this name in the folder; None if there is none, or if it is a link that leads out of the folder."""
    if folder is None or content_type(name, types) is None:
        return None
    try:
        root = folder.resolve(strict=True)
        path = (root / name).resolve(strict=True)
    except OSError:
        return None
    return path if path.parent == root and path.is_file() else None
