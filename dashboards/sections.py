"""Parts of a page that is read more than looked at: a form of choices, a part under its heading, terms with words."""

from collections.abc import Sequence
from typing import Any

from dashboards.elements import html
from translations.languages import translator


def form(fields: Sequence[Any], action: str, language: str) -> Any:
    """The choices with their button; the language comes along."""
    _ = translator(language)
    button = html.Button(_("Show"), type="submit", name="lang", value=language)
    return html.Form([*fields, button], action=action, method="GET", className="choice")


def section(title: str, parts: Sequence[Any], name: str) -> Any:
    """A part of a page under its heading; `name` is its class."""
    return html.Section([html.H2(title), *parts], className=name)


def terms(rows: Sequence[tuple[str, Any]]) -> Any:
    """Terms and what is to be said of each."""
    return html.Dl([html.Div([html.Dt(term), html.Dd(text)]) for term, text in rows])
