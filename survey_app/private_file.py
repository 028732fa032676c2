"""Files with codes or keys in them: new, readable by their owner alone, and gone again where the work fails."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import click


@contextmanager
def private_file(out: Path) -> Iterator[BinaryIO]:
    """A new file to write into. Raises ClickException if it is there already or cannot be made."""
    try:
        descriptor = os.open(out, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise click.ClickException(f"{out} cannot be written ({error.strerror})") from None
    with os.fdopen(descriptor, "wb") as file:
        try:
            yield file
        except BaseException:
            out.unlink(missing_ok=True)
            raise
