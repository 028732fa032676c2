"""What a page is made from: the viewer's part of the release, the view, and the records that staff keep.

A page is a function from a scene to what stands below the header. It knows no request and no account.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from analytics.release import Fault, Release, Text
from dashboards.access import Viewer
from dashboards.view import View

ACCOUNT, ACTION, DOWNLOAD = "account", "action", "download"  # what a record of the trail is of, if it is no look


@dataclass(frozen=True, slots=True)
class Action:
    """What the police of an area did about what residents said: "you said, we did".

    indicator, wave: the figure that it answers to. said, done: by language, written by an officer. day: ISO;
    published: whether residents see it.
    """

    number: int
    area: str
    indicator: str
    said: dict[str, str]
    done: dict[str, str]
    day: str
    published: bool
    wave: str = ""


@dataclass(frozen=True, slots=True)
class Look:
    """A record of the trail, as oversight reads it: when, by whom (a name of the trail), in which role, at what.

    Of a look, page and query are the address; of a download, page is DOWNLOAD, the page and the file; of an act, page
    is ACCOUNT or ACTION and the act, and query says to whom or what (dashboards.trail puts all of them into words).
    """

    number: int
    at: str
    account: str
    role: str
    page: str
    query: str
    release: str
    digest: str


@dataclass(frozen=True, slots=True)
class Act:
    """What was done to a release, as the chain of releases has it.

    act: "published" or "withdrawn"; day: ISO; reason by language. indicator: the one that alone was withdrawn, "" for
    the whole release.
    """

    act: str
    release: str
    day: str
    reason: Text
    indicator: str = ""


@dataclass(frozen=True, slots=True)
class Publications:
    """The chain of releases, oldest act first: whether anybody keeps one here, its last hash, and what is wrong."""

    is_kept: bool
    acts: Sequence[Act] = ()
    head: str = ""
    faults: Sequence[Fault] = ()


def no_publications() -> Publications:
    """Where nobody keeps a chain."""
    return Publications(is_kept=False)


class Records(Protocol):
    """What is kept beside the figures. The public site reads actions that were published and nothing else."""

    def actions(self, area: str) -> Sequence[Action]:
        """Of an area ("" all), newest first: to the public those that are published."""

    def looks(self, before: int | None, most: int) -> Sequence[Look]:
        """The trail, newest first, from below a number."""

    def trail_faults(self) -> Sequence[str]:
        """What is wrong with the chain of the trail, in sentences; empty when it is whole."""


@dataclass(frozen=True)
class Scene:
    """Everything a page may know. `release` holds only what the viewer may see; `prefix` is where the site is.

    publications: reads the chain of releases. open_data: the address of the release's open data, "" where there are
    none.
    """

    release: Release
    view: View
    viewer: Viewer
    prefix: str
    records: Records
    publications: Callable[[], Publications] = no_publications
    open_data: str = ""

    def address(self, view: View) -> str:
        """The link to another view."""
        return self.prefix + view.path + view.query

    def about(self, view: View | None = None) -> str:
        """The link to all that stands behind a figure: that of the scene's own view, or of another."""
        return self.address((view or self.view).behind)

    def file(self, exhibit: str, kind: str) -> str:
        """The link to one of this page's exhibits as a file."""
        return f"{self.prefix}{self.download(exhibit, kind)}{self.view.query}"

    def download(self, exhibit: str, kind: str) -> str:
        """The place of that file below the prefix, by which the trail names it too."""
        return f"{DOWNLOAD}/{self.view.path or 'overview'}/{exhibit}.{kind}"
