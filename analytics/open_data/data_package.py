"""datapackage.json: what the tables are, for a machine (Data Package, version 1, profile tabular-data-package).

Names in three languages stand in `titles`, since `title` takes one text. `statuses` and `reasons` say the codes in
words. Every file has its length in bytes and its SHA-256; those of figures.json stand among the `documents`, since
frictionless counts no bytes of a JSON file and finds fault with a resource that says how many there are.
"""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from analytics.release.content import CONFIDENTIAL, PUBLISHED, UNAVAILABLE, UNRELIABLE, Release
from analytics.release_words import SIGNS, reason
from translations.languages import LANGUAGES, translator

from . import columns, words
from .sdg import COLUMNS, DIMENSIONS

LICENCE = {
    "name": "CC-BY-4.0",
    "path": "https://creativecommons.org/licenses/by/4.0/",
    "title": "Creative Commons Attribution 4.0",
}


def titles(language: str) -> Mapping[str, str]:
    """File -> what it is, in a language."""
    _ = translator(language)
    return {
        "figures.csv": _("All figures, as a table"),
        "figures.json": _("All figures, as JSON"),
        "indicators.csv": _("The indicators"),
        "areas.csv": _("The areas"),
        "waves.csv": _("The waves"),
        "sdg.csv": _("Indicators of the Sustainable Development Goals, as SDMX"),
        "datapackage.json": _("Description of the tables, for machines"),
        "ddi.xml": _("Description of the survey, for archives (DDI)"),
    }


def data_package(release: Release, files: Mapping[str, bytes]) -> bytes:
    """The description of these files, by name. The tables among them are its resources, the others are named beside."""
    title = {language: _named(release, language) for language in LANGUAGES}
    schemas = _schemas(release)
    reasons = sorted({figure.reason for figure in release.figures if figure.reason})
    content = {
        "profile": "tabular-data-package",
        "name": "thiqa-figures",
        "title": title["en"],
        "titles": title,
        "description": "Every published figure of the survey with its interval, every withheld one with the reason.",
        "version": release.created,
        "created": f"{release.created}T00:00:00Z",
        "licenses": [LICENCE],
        "sources": [{"title": title["en"]}, *({"title": source} for source in _sources(release))],
        "synthetic": release.synthetic,
        "sample": release.sample,
        "software": release.software,
        "parameters": dict(sorted(release.parameters.items())),
        "formulas": "In a CSV file a text that begins with one of = + - @, a tab, a return, one of them in full width "
        "or an apostrophe has an apostrophe before it. Take one off to have the text.",
        "statuses": [_status(code) for code in (PUBLISHED, UNRELIABLE, CONFIDENTIAL, UNAVAILABLE)],
        "reasons": [
            {"reason": code, "label": {language: reason(code, language, release.parameters) for language in LANGUAGES}}
            for code in reasons
        ],
        "resources": [_resource(name, files[name], schema) for name, schema in schemas.items()],
        "documents": [
            {"path": name, "titles": {language: titles(language).get(name, name) for language in LANGUAGES},
             **_measured(content)}
            for name, content in sorted(files.items()) if not name.endswith(".csv")
        ],
    }  # fmt: skip
    return json.dumps(content, ensure_ascii=False, indent=1).encode() + b"\n"


def _named(release: Release, language: str) -> str:
    return release.survey.get(language) or next(iter(release.survey.values()), "")


def credit(release: Release) -> str:
    """Whose the names and borders of the areas are, as their licence asks to say; "" where nobody asks."""
    found = release.geometry.get("credit")
    return found if isinstance(found, str) else ""


def _sources(release: Release) -> list[str]:
    asked = sorted({card.source for card in release.indicators if card.source})
    return [*filter(None, [credit(release)]), *asked]


def _status(code: str) -> dict[str, Any]:
    return {
        "status": code,
        "symbol": SIGNS[code],
        "label": {language: words.status(code, language) for language in LANGUAGES},
        "meaning": {language: words.meaning(code, language) for language in LANGUAGES},
    }


def _schemas(release: Release) -> Mapping[str, dict[str, Any]]:
    links = [
        {"fields": field, "reference": {"resource": table, "fields": field}}
        for field, table in (("indicator", "indicators"), ("wave", "waves"), ("area", "areas"))
    ]
    return {
        "figures.csv": {**columns.figures(), "foreignKeys": links},
        "indicators.csv": columns.indicators(),
        "areas.csv": columns.areas(),
        "waves.csv": columns.waves(release),
        "sdg.csv": columns.sdg(COLUMNS, DIMENSIONS),
        "figures.json": columns.figures(),
    }


def _resource(name: str, content: bytes, schema: dict[str, Any]) -> dict[str, Any]:
    stem, _, form = name.partition(".")
    shape: dict[str, Any] = {"format": form, "mediatype": "application/json" if form == "json" else "text/csv"}
    if form == "csv":
        shape["dialect"] = {"delimiter": ",", "lineTerminator": "\r\n", "doubleQuote": True, "header": True}
    return {
        "profile": "tabular-data-resource",
        "name": stem if form == "csv" else f"{stem}-{form}",
        "path": name,
        "title": titles("en")[name],
        "titles": {language: titles(language)[name] for language in LANGUAGES},
        **shape,
        "encoding": "utf-8",
        **(_measured(content) if form == "csv" else {}),
        "schema": schema,
    }


def _measured(content: bytes) -> dict[str, Any]:
    return {"bytes": len(content), "hash": f"sha256:{hashlib.sha256(content).hexdigest()}"}
