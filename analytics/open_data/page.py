"""The page of a release: static, in three languages, without a script and without a request to anybody.

It opens from a folder as from a server. A policy in it forbids everything but its own style.
"""

import base64
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from analytics.release.content import CONFIDENTIAL, UNAVAILABLE, UNRELIABLE, Release
from analytics.release_words import SIGNS, month
from analytics.release_words import mode as mode_name
from translations.languages import LANGUAGES, NATIVE_NAMES, day, direction, fenced, number, translator

from . import method_note, words
from .data_package import LICENCE, credit, titles
from .exhibits import exhibits, main_cards, newest, spans
from .numerals import days
from .page_words import page_words, span_words
from .periods import in_time
from .quality_words import Table, Tables, no_tables, parameters, waves_said
from .sentences import in_language

HERE = Path(__file__).parent / "templates"


def pages(release: Release, files: Mapping[str, bytes], tables: Tables = no_tables) -> dict[str, bytes]:
    """index.html and a page in each language, for a release with these files by name; tables: of its quality."""
    wave = newest(release)
    last = replace(release, figures=[figure for figure in release.figures if wave and figure.wave == wave.id])
    found = {f"{language}.html": _page(last, files, tables(release, language), language) for language in LANGUAGES}
    names = {language: in_language(release.survey, language) for language in LANGUAGES}
    return {"index.html": _rendered("index.html", "ar", names=names), **found}


def _page(release: Release, files: Mapping[str, bytes], tables: Sequence[Table], language: str) -> bytes:
    _ = translator(language)
    wave = newest(release)
    pooled = spans(release, wave) if wave else ()
    shown = exhibits(release, wave, pooled, language) if wave else ()
    chosen = {card.id for card in main_cards(release)}
    return _rendered(
        "page.html",
        language,
        w=page_words(language),
        survey=in_language(release.survey, language),
        created=day(release.created, language),
        synthetic=release.synthetic,
        wave=month(wave, language) if wave else "",
        main=[exhibit for exhibit, card in zip(shown, release.indicators, strict=False) if card.id in chosen],
        exhibits=shown,
        pooled=[span_words(span, language) for span in pooled],
        waves=[
            {
                "name": month(each, language),
                "id": each.id,
                "days": days(each, language),
                "n": fenced(number(each.n, language), language),
                "modes": [
                    _("%(mode)s: %(n)s", mode=mode_name(mode, language), n=fenced(number(n, language), language))
                    for mode, n in sorted(each.modes.items())
                ],
            }
            for each in reversed(in_time(release.waves))
        ],
        signs=[
            (SIGNS[code], words.status(code, language), words.meaning(code, language))
            for code in (UNRELIABLE, CONFIDENTIAL, UNAVAILABLE)
        ],
        sample=words.sample(release, language),
        method=method_note.html(in_language(release.method, language)),
        quality=waves_said(release, language),
        tables=tables,
        parameters=parameters(release),
        stones=[
            (in_language(stone.name, language), words.act(stone, language), in_language(stone.reason, language))
            for stone in release.tombstones
        ],
        files=[
            (name, titles(language)[name], size(len(content), language), hashlib.sha256(content).hexdigest())
            for name, content in files.items()
        ],
        licence=LICENCE,
        credit=credit(release),
        software=release.software,
    )


def size(count: int, language: str) -> str:
    """A number of bytes as people write it."""
    _ = translator(language)
    if count < 100_000:
        return _("%(n)s kB", n=fenced(number(count / 1e3, language, 1), language))
    return _("%(n)s MB", n=fenced(number(count / 1e6, language, 1), language))


def _rendered(template: str, language: str, **values: object) -> bytes:
    style = (HERE / "page.css").read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    page = _templates().get_template(template)
    return page.render(
        language=language,
        direction=direction(language),
        languages=[(code, NATIVE_NAMES[code], direction(code)) for code in LANGUAGES],
        style=Markup(style),  # noqa: S704  # our own file
        policy=f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'",
        **values,
    ).encode()


@cache
def _templates() -> Environment:
    return Environment(
        loader=FileSystemLoader(HERE), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
