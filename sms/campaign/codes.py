"""The codes of a campaign whose texts carry a link: taken out of the list that `thiqa invitations make` wrote.

A code that is taken is gone from the list before anybody is sent it: after a crash some are lost, none is used twice.
"""

import csv
import io
import os
from pathlib import Path
from random import SystemRandom

import click

from survey_app.codes import read_code
from survey_app.private_file import private_file

_COLUMNS = ["code", "address"]


class CodesError(ValueError):
    """A list of codes that cannot be used; the message says no code."""


def left(path: Path) -> int:
    """How many codes the list holds. Raises CodesError."""
    return len(_read(path))


def take(path: Path, count: int) -> tuple[str, ...]:
    """The addresses of so many codes, drawn at random; the list is written anew without them. Raises CodesError."""
    rest = path.with_name(path.name + ".rest")
    try:
        # While this file is there nobody else takes any.
        with private_file(rest) as file:
            codes = _read(path)
            if len(codes) < count:
                raise CodesError(f"{path.name} holds {len(codes)} codes, and {count} are needed")
            SystemRandom().shuffle(codes)
            file.write(_written(sorted(codes[count:])))
            file.flush()
            os.fsync(file.fileno())
    except click.ClickException as error:
        raise CodesError(f"{error.message}; another run may be using it, or one that died has left it") from None
    rest.replace(path)
    return tuple(address for _, address in codes[:count])


def _read(path: Path) -> list[list[str]]:
    try:
        rows = list(csv.reader(io.StringIO(path.read_text(encoding="utf-8"), newline=""), strict=True))
    except OSError as error:
        raise CodesError(f"{path.name} cannot be read ({error.strerror})") from None
    except (ValueError, csv.Error):
        raise CodesError(f"{path.name} is no list of codes; make one with: thiqa invitations make") from None
    if not rows or rows[0] != _COLUMNS:
        raise CodesError(f"{path.name} is no list of codes; make one with: thiqa invitations make")
    for row in rows[1:]:
        if len(row) != len(_COLUMNS) or not _opens(row[0], row[1]):
            raise CodesError(f"{path.name} has a row that is no code with its address")
    return rows[1:]


def _opens(code: str, address: str) -> bool:
    plain = read_code(code)
    return plain is not None and address.endswith(f"/i/{plain}") and address.startswith(("http://", "https://"))


def _written(codes: list[list[str]]) -> bytes:
    lines = io.StringIO(newline="")
    csv.writer(lines).writerows([_COLUMNS, *codes])
    return lines.getvalue().encode()
