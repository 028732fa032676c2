"""The elements of pages. Nothing else belongs here; every other module takes its elements from this one.

Those of HTML are made here, as the JSON that goes over the wire: Dash's own classes look at every property many times,
and a page with two tables of hundreds of areas has thousands of cells.
"""

from collections.abc import Callable
from functools import cache
from typing import Any

import dash

# Without their generated types, which have no place for aria attributes.
dcc: Any = dash.dcc


class Element(dict[str, Any]):
    """An element as Dash sends it: type, namespace and properties, which are attributes too."""

    __slots__ = ()

    def __getattr__(self, name: str) -> Any:
        try:
            return self["props"][name]
        except KeyError:
            raise AttributeError(name) from None

    def __setattr__(self, name: str, value: object) -> None:
        self["props"][name] = value

    def to_plotly_json(self) -> "Element":
        """Itself, as of any component of Dash."""
        return self


class _Html:
    """`html.Td("54%", className="n")`, with the names and properties of `dash.html`."""

    def __getattr__(self, kind: str) -> Callable[..., Element]:
        return _maker(kind)


html = _Html()


@cache
def _maker(kind: str) -> Callable[..., Element]:
    """What makes the elements of a kind. Raises AttributeError where HTML has no such kind."""
    known = frozenset(getattr(dash.html, kind)().available_properties)
    element: type[Element] = type(kind, (Element,), {"__slots__": ()})

    def make(children: object = None, **properties: object) -> Element:
        """Raises TypeError on a property that the kind does not have."""
        for name in properties:
            if name not in known and not name.startswith(("data-", "aria-")):
                raise TypeError(f"{kind} has no property {name}")
        return element(props={"children": children, **properties}, type=kind, namespace="dash_html_components")

    return make
