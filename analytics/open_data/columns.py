"""What each column of each table is: its type, what it may hold, its name in three languages (Table Schema v1)."""

from collections.abc import Mapping, Sequence
from typing import Any

from analytics.release.content import Release
from analytics.release_words import mode as mode_name
from translations.languages import LANGUAGES, NATIVE_NAMES, translator

from . import words
from .tables import COLUMNS, COUNTS, TEXTS

KEY = ["indicator", "wave", "area", "sex", "contrast", "span"]
_SHARES = ("estimate", "low", "high")
ABOUT = {
    "indicator": "Code of the indicator, as in indicators.csv.",
    "wave": "Code of the wave, as in waves.csv; of pooled waves the last one.",
    "area": "Code of the area, as in areas.csv; empty is the whole survey.",
    "sex": "woman or man; empty is both.",
    "contrast": "Empty is a level (a share, 0 to 1); else a difference of two shares (-1 to 1), see the enumeration.",
    "status": "Whether the figure is published and, if not, why in general; see `statuses`.",
    "reason": "Why a figure is not published, or why it wants caution, as a code; see `reasons`.",
    "flag": "review: the figure is published and wants caution.",
    "n": "Respondents in the base, or the lower end of a band. Empty where the figure is not published.",
    "estimate": "Weighted share of the base that gave a positive answer, or a difference of shares.",
    "se": "Standard error of the estimate, by the design of the sample.",
    "low": "Lower end of the 95 % interval.",
    "high": "Upper end of the 95 % interval.",
    "df": "Degrees of freedom of the interval.",
    "deff": "Design effect: the variance over that of a simple random sample of the same size.",
    "method": "How the interval was made.",
    "n_to": "Upper end of the band of respondents; equal to n where the base is told exactly.",
    "span": "How many waves are pooled, ending with `wave`.",
}


def titles(language: str) -> Mapping[str, str]:
    """Column -> its name in a language."""
    _ = translator(language)
    return {
        "indicator": _("Indicator"), "wave": _("Wave"), "area": _("Area"), "sex": _("Sex"),
        "contrast": _("Level or difference"), "status": _("Status"), "reason": _("Reason"), "flag": _("Caution"),
        "n": _("Answers behind the figure"), "estimate": _("Estimate"), "se": _("Standard error"),
        "low": _("Lower end of the interval"), "high": _("Upper end of the interval"),
        "df": _("Degrees of freedom"), "deff": _("Design effect"), "method": _("Method"),
        "n_to": _("Answers behind the figure, at most"), "span": _("Waves pooled"), "item": _("Question (code)"),
        "headline": _("Main indicator"), "direction": _("Better direction"), "sensitive": _("Sensitive"),
        "source": _("Source of the question"), "filter": _("Asked only if"), "digest": _("Hash of the definition"),
        "registered": _("Day of registration"), "name": _("Name"), "definition": _("What it says"),
        "base": _("Who is counted"), "question": _("The question as it was asked"), "level": _("Level of the area"),
        "parent": _("Area that holds it"), "population": _("Population"), "opens": _("First day"),
        "closes": _("Last day"), "hurried": _("Set aside as too fast"), "straight": _("All alike in a series"),
    }  # fmt: skip


def figures() -> dict[str, Any]:
    """The schema of figures.csv and figures.json, without the keys that lead to other tables."""
    found = [_figure_field(name) for name in COLUMNS]
    for field in found:
        if field["name"] in ("status", "contrast"):
            field["labels"] = _labels(field["name"])
    return {"fields": found, "missingValues": [""], "primaryKey": KEY}


def indicators() -> dict[str, Any]:
    """The schema of indicators.csv."""
    texts = [_text("indicator", required=True, unique=True), _text("item"), _flag("headline"), _text("direction"),
             _flag("sensitive"), _text("source"), _text("filter"), _text("digest"), _text("registered")]  # fmt: skip
    named = [_in(name, language) for name in ("name", "definition", "base", "question") for language in LANGUAGES]
    return {"fields": texts + named, "missingValues": [""], "primaryKey": "indicator"}


def areas() -> dict[str, Any]:
    """The schema of areas.csv; an area is within another of the same table."""
    fields = [_text("area", required=True, unique=True), _text("level"), _text("parent"), _whole("population", 0)]
    return {
        "fields": fields + [_in("name", language) for language in LANGUAGES],
        "missingValues": [""],
        "primaryKey": "area",
        "foreignKeys": [{"fields": "parent", "reference": {"resource": "", "fields": "area"}}],
    }


def waves(release: Release) -> dict[str, Any]:
    """The schema of waves.csv."""
    days = [_titled({"name": name, "type": "date", "format": "%Y-%m-%d"}) for name in ("opens", "closes")]
    modes = sorted({mode for wave in release.waves for mode in wave.modes})
    counts = [_whole(name, 0) for name in ("n", "hurried", "straight")]
    by_mode = [
        {
            "name": f"n_{mode}",
            "type": "integer",
            "constraints": {"minimum": 0},
            "titles": {language: mode_name(mode, language) for language in LANGUAGES},
        }
        for mode in modes
    ]
    return {
        "fields": [_text("wave", required=True, unique=True), *days, *counts, *by_mode],
        "missingValues": [""],
        "primaryKey": "wave",
    }


def sdg(columns: Sequence[str], dimensions: Sequence[str]) -> dict[str, Any]:
    """The schema of sdg.csv: codes as they are named in SDMX, values in per cent."""
    numbers = ("OBS_VALUE", "UPPER_BOUND", "LOWER_BOUND")
    return {
        "fields": [
            {"name": name, "type": "number", "constraints": {"minimum": 0, "maximum": 100}}
            if name in numbers
            else {"name": name, "type": "string", "constraints": {"required": name in dimensions}}
            for name in columns
        ],
        "missingValues": [""],
        "primaryKey": list(dimensions),
    }


def _figure_field(name: str) -> dict[str, Any]:
    about = {"description": ABOUT[name]}
    if name in TEXTS:
        limits: dict[str, Any] = {"required": name in ("indicator", "wave", "status")}
        if name == "status":
            limits["enum"] = ["published", "unreliable", "confidential", "unavailable"]
        if name == "contrast":
            limits["enum"] = ["women_minus_men", "since_previous", "since_year"]
        return _titled({"name": name, "type": "string", "constraints": limits, **about})
    if name in COUNTS:
        least = 1 if name == "span" else 0
        return _titled({"name": name, "type": "integer", "constraints": {"minimum": least}, **about})
    bounds = {"minimum": -1, "maximum": 1} if name in _SHARES else {"minimum": 0}
    return _titled({"name": name, "type": "number", "constraints": bounds, **about})


def _labels(name: str) -> list[dict[str, Any]]:
    say = words.status if name == "status" else words.contrast
    codes = {
        "status": ["published", "unreliable", "confidential", "unavailable"],
        "contrast": ["", "women_minus_men", "since_previous", "since_year"],
    }[name]
    return [{"value": code, "label": {language: say(code, language) for language in LANGUAGES}} for code in codes]


def _text(name: str, **limits: bool) -> dict[str, Any]:
    return _titled({"name": name, "type": "string", "constraints": limits})


def _whole(name: str, least: int) -> dict[str, Any]:
    return _titled({"name": name, "type": "integer", "constraints": {"minimum": least}})


def _flag(name: str) -> dict[str, Any]:
    return _titled({"name": name, "type": "boolean"})


def _in(name: str, language: str) -> dict[str, Any]:
    field = _titled({"name": name, "type": "string"})
    named = {shown: f"{title} ({NATIVE_NAMES[language]})" for shown, title in field["titles"].items()}
    return {**field, "name": f"{name}_{language}", "title": named["en"], "titles": named}


def _titled(field: dict[str, Any]) -> dict[str, Any]:
    named = {language: titles(language)[field["name"]] for language in LANGUAGES}
    return {**field, "title": named["en"], "titles": named}
