"""A method note in Markdown as elements: headings, lists, quotes, paragraphs, bold and code, and nothing else.

Everything else stands as it was written: no link, picture or markup of the note reaches the page.
"""

import re
from collections.abc import Iterator
from itertools import groupby
from typing import Any

from dashboards.elements import html

_KINDS = (("heading", re.compile(r"#{1,6} +")), ("item", re.compile(r"[-*] +")), ("quote", re.compile(r"> ?")))
_PARTS = re.compile(r"\*\*(?P<strong>[^*\n]{1,500})\*\*|`(?P<code>[^`\n]{1,500})`")


def drawn_note(note: str) -> list[Any]:
    """The note as it stands below a heading of the second level: its own headings are all of the third."""
    found: list[Any] = []
    for kind, lines in groupby(map(_kind, note.splitlines()), key=lambda line: line[0]):
        texts = [line for _, line in lines]
        if kind == "heading":
            found += [html.H3(list(marked(text))) for text in texts]
        elif kind == "item":
            found.append(html.Ul([html.Li(list(marked(text))) for text in texts]))
        elif kind == "quote":
            found.append(html.Blockquote(list(marked(" ".join(texts)))))
        elif kind == "text":
            found.append(html.P(list(marked(" ".join(texts)))))
    return found


def marked(text: str) -> Iterator[Any]:
    """A line with its bold and code parts as elements, and the rest as text."""
    at = 0
    for part in _PARTS.finditer(text):
        if part.start() > at:
            yield text[at : part.start()]
        yield html.Strong(part["strong"]) if part["strong"] else html.Code(part["code"], dir="ltr")
        at = part.end()
    if at < len(text):
        yield text[at:]


def _kind(line: str) -> tuple[str, str]:
    text = line.strip()
    for kind, pattern in _KINDS:
        if found := pattern.match(text):
            return kind, text[found.end() :]
    return ("text" if text else "nothing"), text
