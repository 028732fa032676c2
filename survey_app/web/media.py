"""Recordings and pictures on the pages: where they are shown, and the route that sends those of a fielded form.

A file that is missing is shown nowhere. All of a form are looked for when it is first shown, and the items that miss
one are logged together, so that the log does not tell which question somebody has reached.
"""

import logging

from flask import Blueprint, abort, send_file
from flask.typing import ResponseReturnValue

from ..engine import Choice, Item, Questionnaire
from ..fieldwork import open_wave
from ..media import AUDIO, IMAGES, Types, content_type, find, named
from ..storage.database import alone
from . import sittings
from .desk import desk, language, ticket, url_for
from .sittings import Sitting

media = Blueprint("media", __name__)
log = logging.getLogger(__name__)


@media.get("/media/<name>")
def send(name: str) -> ResponseReturnValue:
    """One file that the questionnaire of the open draft or of the open wave names, whole or in part."""
    path = find(desk().settings.media, name) if _fielded(name) else None
    if path is None:
        abort(404)
    response = send_file(path, mimetype=content_type(name))
    response.headers["Cache-Control"] = "no-store"
    return response


@media.app_template_global("recording")
def recording(item: Item) -> str:
    """The address of the recorded text of an item in the language of this page; empty if there is none."""
    return _address(item.audio.get(language(), ""), AUDIO)


@media.app_template_global("image")
def image(choice: Choice) -> str:
    """The address of a choice's picture; empty if there is none."""
    return _address(choice.image, IMAGES)


def look(form: Questionnaire) -> None:
    """Log the items that miss a file which the form names, once for each process."""
    if form.version in desk().looked:
        return
    desk().looked.add(form.version)
    folder = desk().settings.media
    missing = dict.fromkeys(item for item, name, types in named(form) if find(folder, name, types) is None)
    if missing:
        log.warning("recordings or pictures are missing for %s", ", ".join(missing))


def _address(name: str, types: Types) -> str:
    return url_for("media.send", name=name) if find(desk().settings.media, name, types) else ""


def _fielded(name: str) -> bool:
    sitting = sittings.find(desk().place, ticket(), desk().clock())
    if isinstance(sitting, Sitting) and _names(sitting.questionnaire, name):
        return True
    with alone(desk().database) as work:
        wave = open_wave(work)
    return wave is not None and _names(wave.questionnaire, name)


def _names(form: Questionnaire, name: str) -> bool:
    return any(name == known for _, known, _ in named(form))
