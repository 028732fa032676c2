"""Static files, read once: their content, and a short hash of it for an address that a browser may keep for good."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

STATIC = Path(__file__).parent / "static"


@dataclass(frozen=True, slots=True)
class Asset:
    """A file: its bytes, its content type, and the hash that stands in its address."""

    content: bytes
    kind: str
    digest: str


def read_asset(name: str, kind: str) -> Asset:
    """The file of this name among the site's own, without the lines that are comments (`//`): bytes are dear."""
    lines = (STATIC / name).read_bytes().splitlines(keepends=True)
    content = b"".join(line for line in lines if not line.lstrip().startswith(b"//"))
    return Asset(content, kind, hashlib.sha256(content).hexdigest()[:12])
