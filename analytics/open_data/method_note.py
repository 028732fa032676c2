"""A method note as HTML: headings, lists, quotes, paragraphs, bold and code, and nothing else."""

from markupsafe import Markup, escape

from analytics.release.note import blocks, parts

_PARTS = {"strong": Markup("<strong>{}</strong>"), "code": Markup("<code>{}</code>")}


def html(note: str, level: int = 3) -> Markup:
    """The note. Its largest heading gets this level, so that it stands below the page's own."""
    found = []
    for kind, texts in blocks(note):
        if kind == "heading":
            found += [Markup("<h{0}>{1}</h{0}>").format(level, _marked(text)) for text in texts]
        elif kind == "item":
            items = Markup("").join(Markup("<li>{}</li>").format(_marked(text)) for text in texts)
            found.append(Markup("<ul>{}</ul>").format(items))
        elif kind == "quote":
            found.append(Markup("<blockquote>{}</blockquote>").format(_marked(" ".join(texts))))
        else:
            found.append(Markup("<p>{}</p>").format(_marked(" ".join(texts))))
    return Markup("\n").join(found)


def _marked(text: str) -> Markup:
    return Markup("").join(_PARTS[kind].format(part) if kind in _PARTS else escape(part) for kind, part in parts(text))
