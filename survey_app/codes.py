"""Codes that people copy by hand: letters and digits that cannot be mistaken for one another, in groups of four."""

import secrets

ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"  # without I, O, 0 and 1
CODE_CHARS = 12  # 60 bits
GROUP = 4


def new_code() -> str:
    """A fresh code from the operating system's random source."""
    return "".join(secrets.choice(ALPHABET) for _ in range(CODE_CHARS))


def grouped(code: str) -> str:
    """The code as it is written and read aloud: ABCD-EFGH-JKLM."""
    return "-".join(code[at : at + GROUP] for at in range(0, len(code), GROUP))


def read_code(typed: str) -> str | None:
    """The code that a person typed, in small letters or with spaces and hyphens; None if it cannot be one."""
    if len(typed) > 4 * CODE_CHARS:
        return None
    plain = "".join(char for char in typed.upper() if char.isalnum())
    return plain if len(plain) == CODE_CHARS and set(plain) <= set(ALPHABET) else None
