"""Keys that sign (Ed25519): the custodian's for releases, an officer's for the policy."""

from dataclasses import dataclass, field

from nacl.encoding import HexEncoder
from nacl.signing import SigningKey

from analytics.release.signature import Signature


@dataclass(frozen=True, slots=True)
class SigningPair:
    """A pair of keys in hexadecimal."""

    public: str
    private: str = field(repr=False)


def new_signing_pair() -> SigningPair:
    """A fresh pair from the operating system's random source."""
    key = SigningKey.generate()
    return SigningPair(key.verify_key.encode(HexEncoder).decode("ascii"), key.encode(HexEncoder).decode("ascii"))


def public_key(private: str) -> str:
    """The public key of a private one. Raises ValueError or CryptoError where it is none."""
    return SigningKey(private.encode("ascii"), HexEncoder).verify_key.encode(HexEncoder).decode("ascii")


def signed(private: str, message: bytes) -> Signature:
    """The signature of these bytes."""
    key = SigningKey(private.encode("ascii"), HexEncoder)
    return Signature(key.verify_key.encode(HexEncoder).decode("ascii"), key.sign(message).signature.hex())
