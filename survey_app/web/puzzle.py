"""A puzzle that costs a browser seconds and a flood its speed: proof of work, served and checked here.

After Hashcash (Back 2002): find a number so that SHA-256 of the challenge and the number begins with enough zero bits.
A challenge is signed, so nothing is stored of those that are given out; those that were solved are remembered until
they expire. A browser without script waits instead.
"""

import hashlib
import hmac
import secrets
from collections.abc import Callable
from threading import Lock

LIFETIME = 600  # seconds
WAIT = 20  # seconds that stand for a solution
MAX_SPENT = 100_000
NUMBER_CHARS = 12


class Puzzles:
    """Gives out challenges and checks them. `key` is shared by the processes of one site; `ticks` gives seconds."""

    def __init__(self, key: bytes, ticks: Callable[[], float]) -> None:
        self._key = hashlib.blake2b(b"puzzle", key=key).digest()
        self._ticks, self._lock = ticks, Lock()
        self._spent: dict[str, float] = {}

    def challenge(self, bits: int) -> str:
        """A fresh challenge: difficulty, time and salt, signed. Letters, digits and dots."""
        content = f"{bits}.{int(self._ticks())}.{secrets.token_hex(8)}"
        return f"{content}.{self._signature(content)}"

    def age(self, challenge: str) -> float | None:
        """How many seconds ago the challenge was given out; None if it is not ours, too old, or spent."""
        content, _, signature = challenge.rpartition(".")
        if len(challenge) > 200 or not hmac.compare_digest(signature.encode(), self._signature(content).encode()):
            return None
        age = self._ticks() - int(content.split(".")[1])
        return age if -1 <= age <= LIFETIME and challenge not in self._spent else None

    def solved(self, challenge: str, number: str, bits: int) -> bool:
        """Whether the number solves a challenge at least this hard; a solution counts once."""
        if self.age(challenge) is None or not number.isascii() or not number.isdigit() or len(number) > NUMBER_CHARS:
            return False
        asked = int(challenge.partition(".")[0])
        return asked >= bits and zero_bits(f"{challenge}:{number}") >= asked and self.spend(challenge)

    def spend(self, challenge: str) -> bool:
        """Use a challenge up; False if it was already."""
        now = self._ticks()
        with self._lock:
            if challenge in self._spent:
                return False
            if len(self._spent) >= MAX_SPENT:
                self._spent = {name: at for name, at in self._spent.items() if now - at <= LIFETIME}
            self._spent[challenge] = now
            return len(self._spent) <= MAX_SPENT

    def _signature(self, content: str) -> str:
        return hmac.new(self._key, content.encode(), "sha256").hexdigest()[:32]


def zero_bits(text: str) -> int:
    """How many zero bits SHA-256 of the text begins with."""
    return 256 - int.from_bytes(hashlib.sha256(text.encode()).digest()).bit_length()
