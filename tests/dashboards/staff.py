"""The staff's site without accounts, and a release of one indicator without areas."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from flask import Flask

from analytics.release import Figure, IndicatorCard, Release, Wave, write
from dashboards.access import Viewer
from dashboards.application import Staff, create_dashboards
from dashboards.scene import Action, Look
from dashboards.settings import DashboardSettings

Note = Callable[[Viewer, str, str, str], None]


def unnoted(viewer: Viewer, place: str, query: str, release: str) -> None:
    """No trail."""


def staff_site(directory: Path, release: Release, viewer: Viewer | None, note: Note = unnoted) -> Flask:
    """The site over a release, as `viewer` sees it."""
    write(directory, replace(release, id=""))
    staff = Staff(lambda server: None, lambda: viewer, NoRecords(), note, "/account/login")
    return create_dashboards(DashboardSettings(releases=directory), "/dashboards/", staff)


class NoRecords:
    """Where nobody keeps any."""

    def actions(self, area: str) -> Sequence[Action]:
        """None."""
        return ()

    def looks(self, before: int | None, most: int) -> Sequence[Look]:
        """None."""
        return ()

    def trail_faults(self) -> Sequence[str]:
        """None."""
        return ()


def lone(*figures: Figure) -> Release:
    """A release of one indicator, for properties, which can have no fixture."""
    words = {"ar": "الثقة", "fr": "Confiance", "en": "Trust"}
    return Release(
        survey=words,
        created="2026-06-15",
        sample="probability",
        synthetic=True,
        parameters={"k": 10},
        questionnaires=(),
        software="thiqa",
        waves=(Wave("w3", "2026-05-01", "2026-05-31", 1234, {"web": 1234}),),
        indicators=(IndicatorCard("trust", words, words, words, words, "Core"),),
        areas=(),
        geometry={},
        figures=figures,
    )
