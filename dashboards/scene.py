"""What a page is made from: the viewer's part of the release, the view, and the records that staff keep.

A page is a function from a scene to what stands below the header. It knows no request and no account.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from analytics.release import Release
from dashboards.access import Viewer
from dashboards.view import View


@dataclass(frozen=True, slots=True)
class Action:
    """What the police of an area did about what residents said: "you said, we did".

    said, done: by language, written by an officer. day: ISO; published: whether residents see it.
    """

    number: int
    area: str
    indicator: str
    said: dict[str, str]
    done: dict[str, str]
    day: str
    published: bool


@dataclass(frozen=True, slots=True)
class Look:
    """A look at figures, as oversight reads it: when, by whom (a name of the trail), in which role, at what."""

    number: int
    at: str
    account: str
    role: str
    page: str
    query: str
    release: str
    digest: str


class Records(Protocol):
    """What is kept beside the figures. The public site reads actions that were published and nothing else."""

    def actions(self, area: str) -> Sequence[Action]:
        """Of an area ("" all), newest first: to the public those that are published."""

    def looks(self, before: int | None, most: int) -> Sequence[Look]:
        """The trail, newest first, from below a number."""

    def trail_faults(self) -> Sequence[str]:
        """What is wrong with the chain of the trail, in sentences; empty when it is whole."""


class NoRecords:
    """Where nobody keeps any."""

    def actions(self, area: str) -> Sequence[Action]:  # noqa: ARG002  # there are none
        """None."""
        return ()

    def looks(self, before: int | None, most: int) -> Sequence[Look]:  # noqa: ARG002  # there are none
        """None."""
        return ()

    def trail_faults(self) -> Sequence[str]:
        """None."""
        return ()


@dataclass(frozen=True)
class Scene:
    """Everything a page may know. `release` holds only what the viewer may see; `prefix` is where the site is."""

    release: Release
    view: View
    viewer: Viewer
    prefix: str
    records: Records

    def address(self, view: View) -> str:
        """The link to another view."""
        return self.prefix + view.path + view.query

    def file(self, exhibit: str, kind: str) -> str:
        """The link to one of this page's exhibits as a file."""
        return f"{self.prefix}download/{self.view.path or 'overview'}/{exhibit}.{kind}{self.view.query}"
