"""Every kind of page of the respondent's site, brought up once by the site itself and kept, to be looked at again.

Each page is what the real site answered to a real request, with its status and headers. It is kept because many (a
refused answer, an error, a draft that is gone) have no address that could be opened twice.
"""

import base64
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from flask import Flask, template_rendered
from nacl.public import PrivateKey
from pydantic import SecretStr
from sqlalchemy import Engine
from werkzeug.test import TestResponse
from werkzeug.wrappers import Response

from survey_app import drafts, fieldwork, invitations
from survey_app.codes import new_code
from survey_app.engine import Item, Kind, Mode, Questionnaire, begin, checked
from survey_app.information import EXAMPLE
from survey_app.intake import Ticket
from survey_app.invitations import Invitation
from survey_app.paradata import Entry
from survey_app.settings import CollectorSettings
from survey_app.storage.database import connect, migrate, writing
from survey_app.wavekeys import WaveKeys
from survey_app.web.application import create_site
from survey_app.web.gate import WRONG_CODES
from tests.web.heavy import AREAS, HEAVY
from tests.web.illustrated import ILLUSTRATED, SOUND, sound, square
from tests.web.kinds import KINDS, LANGUAGES, REPLIES, reply, words
from tests.web.respondent import HOST, Respondent, hidden

from .questionnaire import QUESTIONNAIRE

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

TODAY = date(2026, 3, 2)
KEY = bytes(range(32))
CUSTODIAN = bytes(PrivateKey(bytes(range(32))).public_key).hex()
# What is refused by each kind; nothing at all where this has no entry.
REFUSED = {
    "concerns": {"choices": ["theft", "0"]},
    "priorities": {"place.0": "1", "place.1": "1"},
    "times": {"answer": "many"},
    "distance": {"answer": "999"},
    "called": {"day": "31", "month": "2", "year": "2024"},
    "been": {"answer": "yes", "answer@waited": "x"},
}
NEVER_REFUSED = ("welcome",)
SCALES = checked(
    Questionnaire(
        "scales",
        words("سلالم", "Échelles", "Scales"),
        LANGUAGES,
        tuple(
            Item(
                f"from{low}to{high}",
                Kind.SCALE,
                words(f"من {low} إلى {high}", f"De {low} à {high}", f"From {low} to {high}"),
                low=low,
                high=high,
                required=True,
                page="scales",
            )
            for low, high in ((1, 5), (1, 7), (1, 10), (0, 20), (0, 100))
        ),
    )
)


@dataclass
class Gallery:
    """Pages by language and name, and the templates that drew them. As a WSGI application it serves them again."""

    folder: Path
    pages: dict[tuple[str, str], TestResponse] = field(default_factory=dict)
    templates: set[str] = field(default_factory=set)
    sites: list[tuple[Flask, Engine]] = field(default_factory=list)

    def keep(self, language: str, name: str, page: TestResponse, status: int = 200) -> TestResponse:
        """Keep a page, which must have this status and be in this language."""
        assert page.status_code == status, (name, page.status_code)
        assert f'<html lang="{language}"' in page.text, name
        assert (language, name) not in self.pages, name
        self.pages[language, name] = page
        return page

    def names(self, language: str) -> list[str]:
        """The names of a language's pages."""
        return [name for spoken, name in self.pages if spoken == language]

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """`/<language>/<name>` is a kept page; the rest is for the site that has the pictures and recordings."""
        language, _, name = environ["PATH_INFO"][1:].partition("/")
        kept = self.pages.get((language, name))
        if kept is None:
            return self.sites[0][0](environ | {"HTTP_HOST": HOST.partition("://")[2]}, start_response)
        headers = [(key, value) for key, value in kept.headers if key != "Set-Cookie"]
        return Response(kept.data, kept.status_code, headers)(environ, start_response)

    @contextmanager
    def site(self, form: Questionnaire | None, **settings: object) -> Iterator[tuple[Flask, Engine]]:
        """A site over a database of its own with the questionnaire in the field."""
        engine = connect(f"sqlite:///{self.folder}/{len(self.sites)}.sqlite3")
        migrate(engine)
        if form:
            put(engine, form)
        given = {"public_url": HOST, "custodian_public_key": CUSTODIAN, "site_key": SecretStr(KEY.hex()), **settings}
        site = create_site(CollectorSettings.model_validate(given), engine, lambda: TODAY)
        self.sites.append((site, engine))
        with template_rendered.connected_to(self._drawn, site):
            yield site, engine

    def _drawn(self, sender: Flask, template: object, **_: object) -> None:
        self.templates.add(str(template.name))  # type: ignore[attr-defined]  # a template of Jinja


def put(engine: Engine, form: Questionnaire, state: str = fieldwork.OPEN) -> None:
    """Put a questionnaire into the field, or out of it."""
    with writing(engine) as session:
        fieldwork.field(session, form, "2026-1", date(2026, 3, 1), date(2026, 3, 31), state)


def followed(person: Respondent, page: TestResponse) -> TestResponse:
    """The page that an answer leads to."""
    assert page.status_code == 303, page.status_code
    return person.get(page.location)


def hang(gallery: Gallery, language: str) -> None:
    """Bring up every kind of page in one language."""
    for part in (_pictures, _kinds, _scales, _help, _doors, _assisted, _flood, _trouble, _away):
        part(gallery, language)


def _pictures(gallery: Gallery, language: str) -> None:
    folder = gallery.folder / "media"
    folder.mkdir(exist_ok=True)
    for name in SOUND.values():
        (folder / name).write_bytes(sound())
    for name in ("street.png", "market.webp"):
        (folder / name).write_bytes(square(64))
    with gallery.site(ILLUSTRATED, media=folder) as (site, _):
        person = Respondent(site, language)
        page = person.start(language)
        for item in ILLUSTRATED.items:
            gallery.keep(language, f"pictures-{item.name}", followed(person, page))
            page = person.answer(item.name, None)


def _kinds(gallery: Gallery, language: str) -> None:
    with gallery.site(KINDS) as (site, _):
        person = Respondent(site, language)
        gallery.keep(language, "privacy", person.get(f"/privacy?lang={language}"))
        page = person.start(language)
        for name, sent, _ in REPLIES:
            gallery.keep(language, f"kind-{name}", followed(person, page))
            if name not in NEVER_REFUSED:
                refused = reply(person, name, REFUSED.get(name, {}))  # type: ignore[arg-type]  # as sent
                gallery.keep(language, f"kind-{name}-fault", refused, 422)
            page = reply(person, name, sent)
        gallery.keep(language, "kind-answered", person.get(person.at("concerns")))
        gallery.keep(language, "review", followed(person, page))
        gallery.keep(language, "privacy-within", person.get("/privacy"))
        gallery.keep(language, "paused", person.post(f"/pause?lang={language}", {"csrf": person.csrf()}))
        gallery.keep(language, "resume", person.get(f"/resume?lang={language}"))
        wrong = person.post(f"/resume?lang={language}", {"code": new_code()})
        gallery.keep(language, "resume-refused", wrong, 422)
        person.start(language)
        reply(person, "welcome", {})
        gallery.keep(language, "ended", followed(person, reply(person, "adult", {"answer": "no"})))


def _scales(gallery: Gallery, language: str) -> None:
    with gallery.site(SCALES) as (site, _):
        person = Respondent(site, language)
        gallery.keep(language, "scales", followed(person, person.start(language)))
        blank = {"csrf": person.csrf(), "shown": " ".join(SCALES.by_name)}
        gallery.keep(language, "scales-fault", person.post(person.at("from1to5"), blank), 422)


def _help(gallery: Gallery, language: str) -> None:
    with gallery.site(HEAVY, information=EXAMPLE) as (site, _):
        person = Respondent(site, language)
        gallery.keep(language, "consent", person.get(f"/?lang={language}"))
        gallery.keep(language, "consent-poster", person.get(f"/a/{AREAS[1]}?lang={language}"))
        gallery.keep(language, "privacy-informed", person.get(f"/privacy?lang={language}"))
        person.start(language)
        person.answer("area", AREAS[1])
        page = person.answer("light", "yes")
        gallery.keep(language, "help", followed(person, page))
        gallery.keep(language, "help-fault", person.answer("force", "perhaps"), 422)
        for name in ("force", "threat", "insult", "school"):
            page = person.answer(name, "yes")
        gallery.keep(language, "thanks", followed(person, person.send()))
        person.start(language)
        gallery.keep(
            language, "left", followed(person, person.post(f"/leave?lang={language}", {"csrf": person.csrf()}))
        )


def _doors(gallery: Gallery, language: str) -> None:
    with gallery.site(None) as (site, _):
        gallery.keep(language, "closed", Respondent(site, language).get(f"/?lang={language}"))
    with gallery.site(QUESTIONNAIRE, open_link=False) as (site, engine):
        person = Respondent(site, language)
        gallery.keep(language, "invitation", person.get(f"/?lang={language}"))
        gallery.keep(language, "invitation-typed", person.get(f"/invitation?lang={language}"))
        code = _invited(engine, Entry.INVITED)
        gallery.keep(language, "consent-invited", person.get(f"/i/{code}?lang={language}"))
        gallery.keep(language, "no-invitation", person.get(f"/i/{new_code()}?lang={language}"), 404)
    with gallery.site(QUESTIONNAIRE, demo=True) as (site, _):
        person = Respondent(site, language)
        gallery.keep(language, "consent-demo", person.get(f"/?lang={language}"))
        person.start(language)
        gallery.keep(language, "five-options", followed(person, person.answer("welcome", None)))
        gallery.keep(language, "five-options-fault", person.answer("trust_police", None), 422)


def _assisted(gallery: Gallery, language: str) -> None:
    with gallery.site(KINDS) as (site, engine):
        person, code = Respondent(site, language), _invited(engine, Entry.ASSISTED)
        gallery.keep(language, "consent-assisted", person.get(f"/i/{code}?lang={language}"))
        person.post(f"/start?lang={language}", {"code": code})
        for name, sent, _ in REPLIES:
            page = reply(person, name, sent)
        gallery.keep(language, "review-assisted", followed(person, page))
        gallery.keep(language, "review-unconfirmed", person.send(), 422)
        page = person.post("/send", {"csrf": person.csrf(), "confirmed": "yes"})
        gallery.keep(language, "thanks-assisted", followed(person, page))
        person.post(f"/start?lang={language}", {"code": code})
        reply(person, "welcome", {})
        gallery.keep(language, "ended-assisted", followed(person, reply(person, "adult", {"answer": "no"})))


def _flood(gallery: Gallery, language: str) -> None:
    with gallery.site(QUESTIONNAIRE, starts_an_hour_from_one_address=1) as (site, _):
        person = Respondent(site, language)
        person.start(language)
        person = Respondent(site, language)
        page = gallery.keep(language, "consent-challenge", person.get(f"/?lang={language}"))
        started = {"challenge": hidden(page, "challenge"), "number": ""}
        gallery.keep(language, "consent-waiting", person.post(f"/start?lang={language}", started), 429)
        for _ in range(WRONG_CODES):
            page = person.get(f"/i/{new_code()}?lang={language}")
        gallery.keep(language, "notice-429", person.get(f"/i/{new_code()}?lang={language}"), 429)


def _trouble(gallery: Gallery, language: str) -> None:
    with gallery.site(QUESTIONNAIRE) as (site, engine):
        site.add_url_rule("/fails", "fails", lambda: str(1 / 0))
        asked = f"lang={language}"
        person = Respondent(site, language)
        person.start(language)
        gallery.keep(language, "notice-403", person.post(f"/send?{asked}", {"csrf": "x"}), 403)
        gallery.keep(language, "notice-400", person.post(f"/send?{asked}", {"csrf": ["x", "y"]}), 400)
        gallery.keep(language, "notice-404", person.get(f"/nowhere?{asked}"), 404)
        gallery.keep(language, "notice-405", person.get(f"/send?{asked}"), 405)
        gallery.keep(language, "notice-413", person.post(f"/send?{asked}", {"csrf": "x" * 70_000}), 413)
        gallery.keep(language, "notice-500", person.get(f"/fails?{asked}"), 500)
        gallery.keep(language, "notice-410-gone", Respondent(site, language).get(f"/review?{asked}"), 410)
        gallery.keep(language, "notice-409", _sent_otherwise(person, engine, language), 409)
        person.start(language)
        put(engine, QUESTIONNAIRE, "closed")
        gallery.keep(language, "notice-410-closed", person.get(f"/page/1?{asked}"), 410)


def _away(gallery: Gallery, language: str) -> None:
    with gallery.site(QUESTIONNAIRE) as (site, engine):
        person = Respondent(site, language)
        person.start(language)
        sent = {"csrf": person.csrf(), "answer": "2"}
        with writing(engine) as session:
            session.connection().exec_driver_sql("ALTER TABLE draft RENAME TO elsewhere")
        gallery.keep(language, "notice-503", person.get(f"/page/2?lang={language}"), 503)
        gallery.keep(language, "again", person.post(f"/page/2?lang={language}", sent), 503)


def _invited(engine: Engine, entry: Entry) -> str:
    with writing(engine) as session:
        (code,) = invitations.issue(session, KEY, Invitation(entry, "2026-1", ""), 1, 2)
    return code


def _sent_otherwise(person: Respondent, engine: Engine, language: str) -> TestResponse:
    """Send other answers under a ticket that has sent some."""
    ways = (("welcome", None), ("trust_police", "1"), ("safe_dark", "1"), ("contact12", "0"), ("sex", "f"))
    cookie = person.cookie or ""
    for name, given in ways:
        person.answer(name, given)
    person.send()
    ticket, first = Ticket(base64.urlsafe_b64decode(cookie + "=")), begin(QUESTIONNAIRE, Mode.WEB, language).interview
    with writing(engine) as session:
        drafts.create(
            session,
            WaveKeys(Path(os.environ["THIQA_WAVE_KEYS"])).make("2026-1"),
            ticket,
            "2026-1",
            QUESTIONNAIRE,
            first,
            TODAY,
        )
    person.cookie = cookie
    for name, given in (*ways[:-1], ("sex", "m")):
        person.answer(name, given)
    return person.send()
