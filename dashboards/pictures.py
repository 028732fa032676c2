"""What a picture of a chart says once it has left the page: its words above and below, and the name of its file."""

import re
from collections.abc import Sequence
from textwrap import wrap

from analytics.release import Release
from analytics.release_words import how_to_read, sample
from dashboards.formats import chart_text
from dashboards.scene import Scene
from dashboards.view import in_language
from translations.languages import direction, fenced, translator

LINES = {"rtl": 165, "ltr": 135}  # letters of 13 px that fit a picture of 960 px with room to spare
_UNSAFE = re.compile(r"[^A-Za-z0-9._]+")


def file_name(exhibit: str, indicator: str, scene: Scene) -> str:
    """The name of a file without its ending: indicator, wave, area, exhibit and release; letters, digits and dashes.

    indicator: the exhibit's own, "" where it is the view's.
    """
    view = scene.view
    parts = ("thiqa", indicator or view.indicator.id, view.wave.id, view.area, exhibit, scene.release.id)
    plain = (_UNSAFE.sub("-", part).strip("-.")[:60] for part in parts)
    return "-".join(part for part in plain if part)


def words(title: str, subtitle: str, foot: Sequence[str], scene: Scene) -> dict[str, list[str]]:
    """The lines above and below a picture, as plotly takes them."""
    language = scene.view.language
    above = [f"<b>{line}</b>" for line in lines(title, language)] + lines(subtitle, language)
    below = [*foot, *origin(scene.release, language), how_to_read(language)]
    return {"above": above, "below": [line for text in below for line in lines(text, language)]}


def lines(text: str, language: str) -> list[str]:
    """A text in lines that fit a picture, each fenced by itself."""
    return [chart_text(line, language) for line in wrap(text, LINES[direction(language)])]


def origin(release: Release, language: str) -> list[str]:
    """Whose survey and which release a figure comes from, and that nobody was asked where nobody was."""
    _ = translator(language)
    survey = in_language(release.survey, language)
    said = _(
        "%(survey)s, %(sample)s. Release %(id)s.",
        survey=survey,
        sample=sample(release.sample, language),
        id=fenced(release.id, language),
    )
    return [said, *([_("Synthetic data: no resident was asked")] if release.synthetic else [])]
