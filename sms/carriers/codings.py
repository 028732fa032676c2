"""How the words of a message are written on the wire: declared for each gateway, never guessed from the bytes."""

import base64
from enum import StrEnum

_CONTROLS = frozenset(map(chr, range(32))) - frozenset("\t\n\f\r")


class Coding(StrEnum):
    """A character set, and what its bytes are wrapped in where a field holds no bytes."""

    UTF8 = "utf-8"
    UTF8_HEX = "utf-8-hex"
    UTF8_BASE64 = "utf-8-base64"
    UCS2 = "utf-16-be"
    UCS2_HEX = "utf-16-be-hex"
    UCS2_BASE64 = "utf-16-be-base64"
    LATIN1 = "iso-8859-1"
    WINDOWS = "windows-1252"

    @property
    def charset(self) -> str:
        """The character set alone."""
        return self.value.removesuffix("-hex").removesuffix("-base64")

    @property
    def is_text(self) -> bool:
        """Whether a field of JSON can hold it."""
        return self is Coding.UTF8 or self.charset != self.value

    def write(self, text: str) -> bytes:
        """The bytes of a text as they are to stand in the field, a question mark for what the set does not have."""
        raw = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace").encode(self.charset, "replace")
        if self.value.endswith("-hex"):
            return raw.hex().upper().encode()
        return base64.b64encode(raw) if self.value.endswith("-base64") else raw

    def read(self, field: bytes) -> str | None:
        """The text that a field holds; None if it does not hold what was declared.

        Arabic in UCS-2 is well-formed UTF-8 of control characters, which no phone writes: such a text is none.
        """
        try:
            if self.value.endswith("-hex"):
                field = bytes.fromhex(field.decode("ascii"))
            elif self.value.endswith("-base64"):
                field = base64.b64decode(field, validate=True)
            text = field.decode(self.charset)
        except ValueError:
            return None
        return None if _CONTROLS & set(text) else text
