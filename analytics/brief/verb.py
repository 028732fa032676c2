"""`thiqa release brief`: the brief of a release as PDF files."""

from collections.abc import Iterator
from pathlib import Path

import click

from analytics.release import Release, ReleaseError, latest, read
from analytics.settings import AnalysisSettings
from survey_app.settings import read_settings
from translations.languages import LANGUAGES

from .content import area_page, leadership, pages
from .page import area_html, leadership_page
from .pdf import BriefTooLongError, PangoMissingError, pdf

ALL = "all"


@click.command()
@click.option("--area", help="Code of an area for its page instead, or: all.")
@click.option("--language", type=click.Choice([*LANGUAGES, ALL]), default=ALL, show_default=True)
@click.option(
    "--to", "folder", type=click.Path(path_type=Path, file_okay=False), default=Path(), help="Folder for the files."
)
@click.argument("path", type=click.Path(path_type=Path, exists=True, file_okay=False), required=False)
def brief(area: str | None, language: str, folder: Path, path: Path | None) -> None:
    """Make the brief of a release (the latest if none is named): two pages, or one for each area. Writes PDF files."""
    try:
        release = read(path or latest(read_settings(AnalysisSettings).releases))
        known = [each.code for each in release.areas if each.parent is not None]
        if area not in (None, ALL, *known):
            raise click.ClickException(f"The release has no area {area}. It has: {', '.join(known)}")
        folder.mkdir(parents=True, exist_ok=True)
        for name, made in briefs(release, area, LANGUAGES if language == ALL else (language,)):
            (folder / name).write_bytes(made)
            click.echo(f"Wrote {folder / name}")
    except (ReleaseError, PangoMissingError, BriefTooLongError) as error:
        raise click.ClickException(str(error)) from None


def briefs(release: Release, area: str | None, languages: tuple[str, ...]) -> Iterator[tuple[str, bytes]]:
    """Names of files and their bytes. Raises PangoMissingError, BriefTooLongError, and KeyError for an unknown area."""
    for language in languages:
        if area is None:
            yield f"brief-{release.id}-{language}.pdf", pdf(leadership_page(leadership(release, language)), 2)
            continue
        for code in [each.code for each in pages(release)] if area == ALL else [area]:
            made = pdf(area_html(area_page(release, language, code)), 1)
            yield f"brief-{release.id}-{code}-{language}.pdf", made
