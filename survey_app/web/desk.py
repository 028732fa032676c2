"""What a view works with: the settings, the database, the day; the request's ticket; the language of its page."""

import re
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import Any, cast

import flask
from flask import current_app, g, request
from sqlalchemy import Engine

from translations import languages

from .. import engine
from ..engine import Interview, Questionnaire, Text
from ..information import Information
from ..intake import Ticket
from ..settings import CollectorSettings
from ..wavekeys import WaveKeys
from . import cookie
from .content import Asset
from .gate import Gate
from .puzzle import Puzzles
from .sittings import Place, Sitting

_BEFORE_MARK = re.compile(r" (?=[?!:;»])|(?<=«) ")


@dataclass(frozen=True, slots=True)
class Desk:
    """What the views work with. `clock` gives the day, `ticks` the seconds since 1970.

    `checked` and `looked` are the versions whose contacts and whose media this process has looked for.
    """

    settings: CollectorSettings
    database: Engine
    clock: Callable[[], date]
    ticks: Callable[[], float]
    gate: Gate
    puzzles: Puzzles
    style: Asset
    script: Asset
    information: Information | None
    checked: set[str] = field(default_factory=set)
    looked: set[str] = field(default_factory=set)
    drawn: dict[Hashable, str] = field(default_factory=dict)

    @property
    def place(self) -> Place:
        """Where sittings are kept."""
        return Place(self.database, WaveKeys(self.settings.wave_keys))


def desk() -> Desk:
    """The desk of the site that serves this request."""
    return cast("Desk", current_app.extensions["thiqa"])


def ticket() -> Ticket | None:
    """The ticket that this request brought."""
    if "ticket" not in g:
        g.ticket = cookie.read(request, desk().settings.secure)
    found: Ticket | None = g.ticket
    return found


def language() -> str:
    """The language of this page: the open draft's, else the one in the address, else the browser's first of ours."""
    sitting: Sitting | None = g.get("sitting")
    asked = sitting.interview.language if sitting else request.args.get("lang")
    if asked in languages.LANGUAGES:
        return asked
    return languages.negotiate(request.accept_languages.values())


def url_for(endpoint: str, **values: Any) -> str:
    """As Flask's, which takes as long as a small query: each address is made once, unless a code stands in it."""
    if "code" in values or "next" in values:
        return flask.url_for(endpoint, **values)
    return _address(request.script_root, request.blueprint, endpoint, **values)


@lru_cache(maxsize=4_096)
def _address(_root: str, _blueprint: str | None, endpoint: str, **values: Any) -> str:
    return flask.url_for(endpoint, **values)


def wording(text: Text) -> str:
    """The questionnaire's text in the language of this page, or else in its first; no line begins with French marks."""
    return _bound(text.get(language()) or next(iter(text.values()), ""))


def piped(form: Questionnaire, interview: Interview | None) -> Callable[[Text], str]:
    """The same for one interview: the answers on its path piped into the text."""
    answers, spoken = engine.submission(form, interview) if interview else {}, language()
    return lambda text: _bound(engine.worded(form, answers, text, spoken))


def _bound(text: str) -> str:
    return _BEFORE_MARK.sub("\u00a0", text)
