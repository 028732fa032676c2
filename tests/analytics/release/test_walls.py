"""What the rooms that read a release know of cryptography: how to verify a signature, and nothing that opens."""

import ast
from pathlib import Path

ROOT = Path(__file__).parents[3]


def test_only_verification_is_imported_where_releases_are_read() -> None:
    """import-linter cannot tell nacl.signing from nacl.public: the one import that it overlooks is looked at here."""
    found = {
        (file.relative_to(ROOT).as_posix(), module, name)
        for room in ("analytics/release", "dashboards")
        for file in (ROOT / room).rglob("*.py")
        for module, name in imports(file)
        if module.split(".")[0] in ("nacl", "cryptography")
    }
    here = "analytics/release/signature.py"
    assert found == {(here, "nacl.exceptions", "CryptoError"), (here, "nacl.signing", "VerifyKey")}


def imports(file: Path) -> set[tuple[str, str]]:
    """Module and name of each import of a file."""
    found = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom):
            found |= {(node.module or "", alias.name) for alias in node.names}
        elif isinstance(node, ast.Import):
            found |= {(alias.name, "") for alias in node.names}
    return found
