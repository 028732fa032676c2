"""A method note as elements: headings, lists, quotes, paragraphs, bold and code, and nothing else."""

from collections.abc import Iterator
from typing import Any

from analytics.release.note import blocks, parts
from dashboards.elements import html


def drawn_note(note: str) -> list[Any]:
    """The note as it stands below a heading of the second level: its own headings are all of the third."""
    found: list[Any] = []
    for kind, texts in blocks(note):
        if kind == "heading":
            found += [html.H3(list(marked(text))) for text in texts]
        elif kind == "item":
            found.append(html.Ul([html.Li(list(marked(text))) for text in texts]))
        elif kind == "quote":
            found.append(html.Blockquote(list(marked(" ".join(texts)))))
        else:
            found.append(html.P(list(marked(" ".join(texts)))))
    return found


def marked(text: str) -> Iterator[Any]:
    """A line with its bold and code parts as elements, and the rest as text."""
    for kind, part in parts(text):
        yield html.Strong(part) if kind == "strong" else html.Code(part, dir="ltr") if kind == "code" else part
