"""Who vouches for a release: an Ed25519 signature of its manifest, in a file beside it (RFC 8032).

Only verification is here: a key that verifies opens no answer. What is signed are the bytes of manifest.json as they
stand, so that any other program can check them too.
"""

import hashlib
import json
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from nacl.exceptions import CryptoError
from nacl.signing import VerifyKey

from .bundle import SIGNATURE
from .content import ReleaseError
from .content import fault as _

ALGORITHM = "ed25519"


@dataclass(frozen=True, slots=True)
class Signature:
    """A signature and the key that verifies it, in hexadecimal."""

    public_key: str
    signature: str


def fingerprint(public_key: str) -> str:
    """A key in 16 digits, for people to compare: the beginning of its SHA-256."""
    digits = hashlib.sha256(public_key.encode("ascii")).hexdigest()[:16]
    return " ".join(digits[at : at + 4] for at in range(0, 16, 4))


def valid(public_key: str, message: bytes, signature: str) -> bool:
    """Whether this key signed these bytes. False for what is no key or no signature."""
    try:
        VerifyKey(bytes.fromhex(public_key)).verify(message, bytes.fromhex(signature))
    except (CryptoError, ValueError, TypeError):
        return False
    return True


def encoded(signature: Signature) -> bytes:
    """The file of a signature."""
    content = {
        "algorithm": ALGORITHM,
        "fingerprint": fingerprint(signature.public_key),
        "public_key": signature.public_key,
        "signature": signature.signature,
    }
    return json.dumps(content, indent=1).encode("ascii") + b"\n"


def check(path: Path, manifest: bytes, pinned: Collection[str] = ()) -> Signature:
    """The signature of a release directory. Raises ReleaseError where it is not there, not valid, or by no pinned key.

    manifest: the bytes of its manifest. pinned: public keys in hexadecimal; none means any key will do.
    """
    file = f"{path.name}/{SIGNATURE}"
    try:
        found = json.loads((path / SIGNATURE).read_bytes())
        signature = Signature(str(found["public_key"]), str(found["signature"]))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ReleaseError(_("%(file)s is not there or unreadable: nobody vouches for it", file=file)) from error
    if not valid(signature.public_key, manifest, signature.signature):
        raise ReleaseError(_("%(file)s does not fit the manifest", file=file))
    if pinned and signature.public_key not in pinned:
        key = fingerprint(signature.public_key)
        raise ReleaseError(_("%(release)s is signed by another key, %(key)s", release=path.name, key=key))
    return signature
