"""The keys of the text channel, derived from one and from the waves' own: pseudonyms and sealing.

A pseudonym is a keyed hash; without the key nobody can try all numbers. Nothing here is ever printed.
"""

import hashlib
import hmac
from dataclasses import dataclass, field

from nacl.secret import Aead

from survey_app.wavekeys import WaveKeys


@dataclass(frozen=True, slots=True)
class Keys:
    """What derives from the channel's key of 32 bytes."""

    root: bytes = field(repr=False)
    _subkeys: dict[bytes, bytes] = field(default_factory=dict, init=False, repr=False, compare=False)

    def number(self, address: str) -> str:
        """The pseudonym of a number, the same in every wave: for delivery and for those who said stop."""
        return self._pseudonym(b"number", address)

    def within(self, wave_key: bytes) -> "Keys":
        """The keys of one wave. Pseudonyms of two waves cannot be joined, nor made once the wave's key is destroyed."""
        return Keys(hashlib.blake2b(wave_key, key=self.root, digest_size=32, person=b"wave").digest())

    def period(self, name: str, address: str) -> str:
        """The pseudonym of a number in a day or a month, so that two of them cannot be joined."""
        return self._pseudonym(b"period:" + name.encode(), address)

    def message(self, channel: str, reference: str) -> str:
        """The pseudonym of a message that was taken."""
        return self._pseudonym(b"message:" + channel.encode(), reference)

    def turn(self, address: str) -> int:
        """One of 256 queues for a number. Everyone with an account of the database sees who locks which."""
        return int(self._pseudonym(b"turn", address)[:2], 16)

    def seal(self, content: bytes, place: str) -> bytes:
        """Content that only this key opens, and only in the same place (XChaCha20-Poly1305)."""
        return bytes(Aead(self._derived(b"seal")).encrypt(content, place.encode()))

    def unseal(self, sealed: bytes, place: str) -> bytes:
        """What was sealed in this place. Raises nacl.exceptions.CryptoError on anything else."""
        return Aead(self._derived(b"seal")).decrypt(sealed, place.encode())

    def _derived(self, purpose: bytes) -> bytes:
        found = self._subkeys.get(purpose)
        if found is None:
            found = self._subkeys[purpose] = hashlib.blake2b(purpose, key=self.root, digest_size=32).digest()
        return found

    def _pseudonym(self, purpose: bytes, value: str) -> str:
        return hmac.digest(self._derived(purpose), value.encode("utf-8", "surrogatepass"), "sha256").hex()


@dataclass(frozen=True, slots=True)
class Keyring:
    """The channel's keys, and those of the waves whose own key is still there."""

    channel: Keys
    waves: WaveKeys

    def of(self, wave: str | None) -> Keys | None:
        """The keys of a wave, or of the channel where there is none; None once they are destroyed.

        Raises survey_app.wavekeys.WaveKeyError if the wave's key cannot be read now.
        """
        if wave is None:
            return self.channel
        found = self.waves.find(wave)
        return self.channel.within(found) if found else None
