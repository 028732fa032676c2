"""What a browser makes of a page: its elements with their attributes, and the text in each."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

EMPTY = {"meta", "link", "input", "br", "img", "hr"}
ELEMENTS = {
    "html", "head", "meta", "title", "link", "body", "header", "main", "footer", "nav", "form", "p", "div", "span", "a",
    "button", "input", "ul", "li", "h1", "h2", "h3", "fieldset", "legend", "label", "bdi", "progress", "select",
    "option", "textarea", "dl", "dt", "dd", "script",
}  # fmt: skip
ATTRIBUTES = {
    "lang", "dir", "charset", "name", "content", "rel", "href", "hreflang", "class", "aria-label", "aria-hidden",
    "aria-describedby", "aria-labelledby", "aria-invalid", "method", "action", "type", "value", "id", "for", "src",
    "defer", "autofocus", "tabindex",
    "data-kept", "data-sending", "data-listen", "data-stop", "maxlength", "inputmode", "checked", "selected",
    "rows", "spellcheck", "autocomplete", "novalidate", "max", "role",
}  # fmt: skip


@dataclass
class Element:
    """One element: its name, its attributes, and all text inside it."""

    name: str
    attributes: dict[str, str | None]
    text: str = ""


@dataclass
class Page(HTMLParser):
    """A page that was read; raises AssertionError where tags do not close in order."""

    elements: list[Element] = field(default_factory=list)
    comments: int = 0

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[Element] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert len(dict(attrs)) == len(attrs), f"an attribute stands twice in {tag}"
        self.elements.append(Element(tag, dict(attrs)))
        if tag not in EMPTY:
            self.open.append(self.elements[-1])

    def handle_endtag(self, tag: str) -> None:
        assert self.open, f"</{tag}> closes nothing"
        closed = self.open.pop()
        assert closed.name == tag, f"</{tag}> closes <{closed.name}>"

    def handle_data(self, data: str) -> None:
        for element in self.open:
            element.text += data

    def handle_comment(self, data: str) -> None:
        self.comments += 1

    handle_pi = unknown_decl = handle_comment

    @property
    def names(self) -> list[str]:
        return [element.name for element in self.elements]

    @property
    def shape(self) -> list[tuple[str, frozenset[str]]]:
        """Every element with the names of its attributes: what must not change with the words on the page."""
        return [(element.name, frozenset(element.attributes)) for element in self.elements]

    def texts(self, name: str) -> list[str]:
        return [element.text for element in self.elements if element.name == name]


def read(page: str) -> Page:
    """The page as read, which holds only elements and attributes of ours."""
    found = Page()
    found.feed(page)
    found.close()
    assert found.open == []
    assert found.comments == 0
    assert set(found.names) <= ELEMENTS
    assert {name for element in found.elements for name in element.attributes} <= ATTRIBUTES
    return found
