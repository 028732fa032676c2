"""Recordings and pictures: what is shown and sent, and that nothing else in or around the folder ever is."""

import logging
import os
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from html import unescape
from pathlib import Path

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from sqlalchemy import Engine
from werkzeug.test import TestResponse

from survey_app.engine import Choice, Questionnaire
from survey_app.fieldwork import CLOSED, field
from survey_app.media import EVERY, content_type, find
from survey_app.settings import CollectorSettings
from survey_app.storage.database import writing
from survey_app.web.application import create_site

from .conftest import CUSTODIAN, Calendar, put_in_field
from .illustrated import ILLUSTRATED, SOUND, sound, square
from .respondent import Respondent

Visit = Callable[..., Respondent]
HOSTILE = (
    "../secret.mp3", "..", ".", "", "/etc/passwd", "..\\secret.mp3", "a/../../secret.mp3", "C:secret.mp3", ".mp3",
    "\0.mp3", "secret.mp3\0.png", "a\nb.mp3", "\u202eab.mp3", "\ud800.mp3", "x" * 5_000 + ".mp3", "~/secret.mp3",
    "deep/inside.mp3", "%2e%2e%2fsecret.mp3", "secret.mp3/", "picture.svg", "page.html", "notes.txt", "noending",
)  # fmt: skip


@pytest.fixture
def media(tmp_path: Path) -> Path:
    """A folder with what the form names, with more beside it, in it and below it."""
    folder = tmp_path / "media"
    (folder / "deep").mkdir(parents=True)
    for name in SOUND.values():
        (folder / name).write_bytes(sound())
    (folder / "street.png").write_bytes(square())
    for name in ("unnamed.mp3", "picture.svg", "page.html", "notes.txt", "noending", "deep/inside.mp3"):
        (folder / name).write_bytes(b"secret")
    (tmp_path / "secret.mp3").write_bytes(b"secret")
    (folder / "link.mp3").symlink_to(tmp_path / "secret.mp3")
    (folder / "away.mp3").symlink_to(folder / "deep" / "inside.mp3")
    (folder / "folder.mp3").mkdir()
    os.mkfifo(folder / "pipe.mp3")
    return folder


@pytest.fixture
def settings(tmp_path: Path, media: Path) -> CollectorSettings:
    return CollectorSettings(
        database_url=f"sqlite:///{tmp_path}/collector.sqlite3",
        public_url="https://survey.example",
        custodian_public_key=CUSTODIAN,
        media=media,
    )


@pytest.fixture
def fielded(database: Engine) -> Questionnaire:
    return put_in_field(database, ILLUSTRATED)


def fetched(person: Respondent, path: str, **headers: str) -> TestResponse:
    """The whole answer, its file closed as a server would close it."""
    response = person.get(path, **headers)
    assert response.data is not None
    response.close()
    return response


def naming(*names: str) -> Questionnaire:
    """A form that names these files, well or badly meant."""
    choices = tuple(Choice(str(at), dict.fromkeys(("ar", "fr", "en"), "x"), image=n) for at, n in enumerate(names))
    first = replace(ILLUSTRATED.items[0], audio=dict(zip(("ar", "fr", "en"), names, strict=False)), pictures="")
    return replace(ILLUSTRATED, items=(replace(first, choices=choices),))


def test_a_recording_is_sent_whole_with_its_type_and_kept_nowhere(person: Respondent) -> None:
    response = fetched(person, "/media/treatment-ar.wav")
    assert response.status_code == 200
    assert response.data == sound()
    assert response.headers["Content-Type"] == "audio/wav"
    assert response.headers["Cache-Control"] == "no-store"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Accept-Ranges"] == "bytes"
    assert "media-src 'self'" in response.headers["Content-Security-Policy"]
    assert "Set-Cookie" not in response.headers


def test_a_part_of_a_recording_is_sent_on_demand(person: Respondent) -> None:
    part = fetched(person, "/media/treatment-ar.wav", Range="bytes=4-11")
    assert part.status_code == 206
    assert part.data == sound()[4:12]
    assert part.headers["Content-Range"] == f"bytes 4-11/{len(sound())}"
    assert part.headers["Cache-Control"] == "no-store"
    assert fetched(person, "/media/treatment-ar.wav", Range="bytes=999999-").status_code == 416
    with person.client.head("/media/street.png", base_url="https://survey.example") as head:
        assert (head.status_code, head.data) == (200, b"")


@pytest.mark.parametrize("name", [*HOSTILE, "unnamed.mp3", "link.mp3", "away.mp3", "folder.mp3", "pipe.mp3"])
def test_a_file_that_no_fielded_form_names_is_not_sent(person: Respondent, name: str) -> None:
    response = fetched(person, f"/media/{name.encode('utf-8', 'surrogatepass').decode('latin-1')}")
    assert response.status_code in (400, 404)
    assert b"secret" not in response.data


@pytest.mark.parametrize("name", [*HOSTILE, "link.mp3", "away.mp3", "folder.mp3", "pipe.mp3"])
def test_a_hostile_name_in_a_form_is_neither_sent_nor_shown(
    settings: CollectorSettings, media: Path, database: Engine, calendar: Calendar, name: str
) -> None:
    assert find(media, name) is None
    if "\ud800" in name or "\0" in name:
        return  # no database would keep such a form
    with writing(database) as session:
        field(session, naming(name), "2026-2", date(2026, 3, 2), date(2026, 3, 31))
    person = Respondent(create_site(settings, database, calendar))
    response = fetched(person, f"/media/{name}")
    assert response.status_code in (400, 404)
    assert b"secret" not in response.data
    person.start()
    page = person.get(person.at("treatment"))
    assert page.status_code == 200
    assert "/media/" not in page.text


@given(st.text() | st.sampled_from(sorted(EVERY)).flatmap(lambda end: st.text().map(lambda text: text + end)))
def test_no_name_has_a_type_unless_it_is_one_plain_part_of_a_path(name: str) -> None:
    if content_type(name) is not None:
        assert Path(name).name == name
        assert name.isprintable()
        assert name.lower().endswith(tuple(EVERY))


@pytest.mark.parametrize(
    ("name", "kind"), [("A.MP3", "audio/mpeg"), ("سوق.opus", "audio/ogg"), ("a b.JPG", "image/jpeg")]
)
def test_the_type_follows_the_ending(name: str, kind: str) -> None:
    assert content_type(name) == kind


@pytest.mark.parametrize("name", ["سوق.mp3", "a b?#.mp3", "50%.mp3", "'\".mp3"])
def test_any_plain_name_can_be_linked_and_fetched(
    settings: CollectorSettings, media: Path, database: Engine, calendar: Calendar, name: str
) -> None:
    (media / name).write_bytes(b"heard")
    with writing(database) as session:
        field(session, naming(name), "2026-2", date(2026, 3, 2), date(2026, 3, 31))
    person = Respondent(create_site(settings, database, calendar))
    person.start()
    page = person.get(person.at("treatment")).text
    address = page.partition('preload="none" src="')[2].partition('"')[0]
    assert fetched(person, unescape(address)).data == b"heard"


def test_a_question_with_a_recording_in_the_pages_language_can_be_listened_to(person: Respondent) -> None:
    person.start()
    page = person.get(person.at("treatment")).text
    assert '<audio controls preload="none" src="/media/treatment-ar.wav" aria-label="الاستماع إلى هذا النص">' in page
    person.get(person.at("treatment") + "?lang=fr")
    page = person.get(person.at("treatment")).text
    assert 'src="/media/treatment-fr.wav" aria-label="Écouter ce texte">' in page
    person.get(person.at("treatment") + "?lang=en")
    assert "<audio" not in person.get(person.at("treatment")).text


def test_a_choice_shows_its_picture_without_words_of_its_own(person: Respondent) -> None:
    person.start()
    for name, reply in (("treatment", "3"), ("safe", "1"), ("trust", "5")):
        person.answer(name, reply)
    page = person.get(person.at("where")).text
    assert page.count("<img") == 1
    assert '<img src="/media/street.png" alt="" width="64" height="64"><span>الشارع</span>' in page


def test_missing_files_are_logged_once_by_their_items_and_nothing_else(
    arrive: Visit, media: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (media / "treatment-fr.wav").unlink()
    with caplog.at_level(logging.INFO, logger="survey_app"):
        for _ in range(2):
            person = arrive()
            person.start()
            for name in ("treatment", "safe"):
                person.get(person.at(name))
                person.answer(name, "1")
    assert [record.getMessage() for record in caplog.records] == [
        "recordings or pictures are missing for treatment, where"
    ]


def test_without_a_folder_nothing_is_sent_or_shown(
    settings: CollectorSettings, database: Engine, calendar: Calendar, fielded: Questionnaire
) -> None:
    person = Respondent(create_site(settings.model_copy(update={"media": None}), database, calendar))
    person.start()
    assert "<audio" not in person.get(person.at("treatment")).text
    assert fetched(person, "/media/treatment-ar.wav").status_code == 404


def test_a_form_that_is_no_longer_in_the_field_sends_nothing(site: Flask, database: Engine, person: Respondent) -> None:
    assert fetched(person, "/media/street.png").status_code == 200
    put_in_field(database, ILLUSTRATED, CLOSED)
    assert fetched(person, "/media/street.png").status_code == 404


def test_a_draft_of_an_earlier_wave_still_has_its_files(site: Flask, database: Engine, arrive: Visit) -> None:
    early = arrive()
    early.start()
    with writing(database) as session:
        field(session, naming("unnamed.mp3"), "2026-2", date(2026, 3, 2), date(2026, 3, 31))
    assert fetched(early, "/media/street.png").status_code == 200
    late = arrive()
    late.start()
    assert fetched(late, "/media/street.png").status_code == 404


def test_a_folder_that_is_not_there_stops_the_start_and_an_empty_one_is_none(tmp_path: Path) -> None:
    with pytest.raises(ValidationError, match="must be a folder that is there"):
        CollectorSettings(custodian_public_key=CUSTODIAN, media=tmp_path / "nowhere")
    assert CollectorSettings(custodian_public_key=CUSTODIAN, media="").media is None
