"""A method note in Markdown as HTML: headings, lists, quotes, paragraphs, bold and code, and nothing else.

Everything else stands as it was written; no link, picture or markup of the note reaches the page.
"""

import re
from itertools import groupby

from markupsafe import Markup, escape

_KINDS = (("heading", re.compile(r"#{1,6} +")), ("item", re.compile(r"[-*] +")), ("quote", re.compile(r"> ?")))
_STRONG, _CODE = re.compile(r"\*\*(.+?)\*\*"), re.compile(r"`([^`]+)`")


def html(note: str, level: int = 3) -> Markup:
    """The note. Its largest heading gets this level, so that it stands below the page's own."""
    parts = []
    for kind, lines in groupby(map(_kind, note.splitlines()), key=lambda line: line[0]):
        texts = [text for _, text in lines]
        if kind == "heading":
            parts += [Markup("<h{0}>{1}</h{0}>").format(level, _marked(text)) for text in texts]
        elif kind == "item":
            items = Markup("").join(Markup("<li>{}</li>").format(_marked(text)) for text in texts)
            parts.append(Markup("<ul>{}</ul>").format(items))
        elif kind == "quote":
            parts.append(Markup("<blockquote>{}</blockquote>").format(_marked(" ".join(texts))))
        elif kind == "text":
            parts.append(Markup("<p>{}</p>").format(_marked(" ".join(texts))))
    return Markup("\n").join(parts)


def _kind(line: str) -> tuple[str, str]:
    text = line.strip()
    for kind, pattern in _KINDS:
        if found := pattern.match(text):
            return kind, text[found.end() :]
    return ("text" if text else "nothing"), text


def _marked(text: str) -> Markup:
    safe = _CODE.sub(r"<code>\1</code>", _STRONG.sub(r"<strong>\1</strong>", str(escape(text))))
    return Markup(safe)  # noqa: S704  # escaped in the line above; only our own tags were put in
