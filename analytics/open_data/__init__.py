"""A release as open data: tables with a description, SDMX and DDI, and a page in three languages that needs no server.

Made from the content of a release alone; this room cannot reach an answer.
"""

from collections.abc import Mapping
from dataclasses import replace

from analytics.release.content import Release

from .codebook import codebook
from .data_package import data_package
from .page import pages
from .quality_words import Tables, no_tables
from .sdg import sdg_csv
from .tables import areas_csv, figures_csv, figures_json, figures_read, in_order, indicators_csv, waves_csv

FOLDER = "open"

__all__ = ["FOLDER", "figures_read", "files"]


def files(release: Release, tables: Tables = no_tables) -> Mapping[str, bytes]:
    """Every file by its name below the release. The same content gives the same bytes.

    tables: makes the tables of the release's quality report in a language, which the page shows.
    """
    figures = in_order(release.figures)
    release = replace(release, figures=figures)
    found = {
        "figures.csv": figures_csv(figures),
        "figures.json": figures_json(figures),
        "indicators.csv": indicators_csv(release),
        "areas.csv": areas_csv(release),
        "waves.csv": waves_csv(release),
        "sdg.csv": sdg_csv(release, figures),
    }
    found["ddi.xml"] = codebook(release, found["figures.csv"], len(figures))
    found["datapackage.json"] = data_package(release, found)
    found |= pages(release, found, tables)
    return {f"{FOLDER}/{name}": content for name, content in found.items()}
