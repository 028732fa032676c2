"""The method note of a release taken apart: the little of Markdown that it uses, for whoever shows it in a page.

Everything else stands as it was written: no link, picture or markup of the note is told as one.
"""

import re
from collections.abc import Iterator
from itertools import groupby
from typing import Literal

Block = Literal["heading", "item", "quote", "text"]
Part = Literal["strong", "code", "plain"]
_KINDS: tuple[tuple[Block, re.Pattern[str]], ...] = (
    ("heading", re.compile(r"#{1,6} +")),
    ("item", re.compile(r"[-*] +")),
    ("quote", re.compile(r"> ?")),
)
_PARTS = re.compile(r"\*\*(?P<strong>[^*\n]{1,500})\*\*|`(?P<code>[^`\n]{1,500})`")


def blocks(note: str) -> Iterator[tuple[Block, list[str]]]:
    """Neighbouring lines of a kind, without what marks the kind: headings, items of a list, lines of a quote, text."""
    for kind, lines in groupby(map(_kind, note.splitlines()), key=lambda line: line[0]):
        if kind:
            yield kind, [text for _, text in lines]


def parts(line: str) -> Iterator[tuple[Part, str]]:
    """A line with what is bold and what is code told from the rest."""
    at = 0
    for found in _PARTS.finditer(line):
        if found.start() > at:
            yield "plain", line[at : found.start()]
        yield ("strong", found["strong"]) if found["strong"] else ("code", found["code"])
        at = found.end()
    if at < len(line):
        yield "plain", line[at:]


def _kind(line: str) -> tuple[Block | None, str]:
    text = line.strip()
    for kind, pattern in _KINDS:
        if found := pattern.match(text):
            return kind, text[found.end() :]
    return ("text" if text else None), text
