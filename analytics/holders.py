"""The custodian's private key, split among several holders of whom a few must come together (Shamir's scheme, SLIP-39).

A share is a line of words with a checksum of its own, to be printed and locked away. Fewer shares than the threshold
tell nothing of the key.
"""

from collections.abc import Iterable

from shamir_mnemonic import MnemonicError, combine_mnemonics, generate_mnemonics
from shamir_mnemonic.share import Share

MOST_HOLDERS = 16  # what SLIP-39 can number


class SharesError(ValueError):
    """Shares that give no key; the message says why and shows none of their words."""


def split(private_key: str, holders: int, threshold: int) -> tuple[str, ...]:
    """The shares of a private key (hexadecimal), one a holder; any `threshold` of them give it back."""
    if not 2 <= threshold <= holders <= MOST_HOLDERS:
        raise SharesError(f"there must be 2 to {MOST_HOLDERS} holders, and at least 2 of them needed to open")
    (shares,) = generate_mnemonics(1, [(threshold, holders)], bytes.fromhex(private_key), iteration_exponent=0)
    return tuple(shares)


def needed(share: str) -> int:
    """How many shares are needed, by what one of them says. Raises SharesError if it is none."""
    try:
        return int(Share.from_mnemonic(_words(share)).member_threshold)
    except (MnemonicError, ValueError):
        raise SharesError("this is no share: a word is misspelt, missing or in the wrong place") from None


def joined(shares: Iterable[str]) -> str:
    """The private key (hexadecimal) that these shares give. Raises SharesError."""
    words = list(dict.fromkeys(_words(share) for share in shares))
    if not words:
        raise SharesError("no share was given")
    threshold = needed(words[0])
    for share in words[1:]:
        needed(share)
    if len(words) < threshold:
        raise SharesError(f"{threshold} different shares are needed, and {len(words)} were given")
    try:
        return bytes(combine_mnemonics(words[:threshold])).hex()
    except (MnemonicError, ValueError):
        raise SharesError("these shares do not belong to one key") from None


def _words(share: str) -> str:
    return " ".join(share.lower().split())
