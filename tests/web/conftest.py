"""A small questionnaire in three languages, a database of one test, and the site over them."""

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest
from flask import Flask
from nacl.public import PrivateKey
from sqlalchemy import Engine

from survey_app.engine import Choice, Item, Kind, Missing, Questionnaire, checked, parse
from survey_app.fieldwork import field
from survey_app.settings import CollectorSettings
from survey_app.storage.database import connect, migrate, writing
from survey_app.web.application import create_site

from .respondent import HOST, Respondent

CUSTODIAN = bytes(PrivateKey(bytes(range(32))).public_key).hex()
HOSTILE = "</title><script>alert(1)</script>{{ 7*7 }}<img src=x onerror=alert(1)> \u202egnissim"


def words(ar: str, fr: str, en: str) -> dict[str, str]:
    return {"ar": ar, "fr": fr, "en": en}


DONT_KNOW = Choice("98", words("لا أعرف", "Je ne sais pas", "Don't know"), Missing.DONT_KNOW)
REFUSED = Choice("99", words("أفضل عدم الإجابة", "Je préfère ne pas répondre", "Prefer not to say"), Missing.REFUSED)
TRUST = (
    Choice("0", words("لا أثق إطلاقا", "Pas du tout confiance", "Not at all")),
    Choice("1", words("أثق قليلا", "Juste un peu confiance", "Just a little")),
    Choice("2", words("أثق إلى حد ما", "Partiellement confiance", "Somewhat")),
    Choice("3", words("أثق كثيرا", "Beaucoup confiance", "A lot")),
    DONT_KNOW,
    REFUSED,
)
YES_NO = (Choice("yes", words("نعم", "Oui", "Yes")), Choice("no", words("لا", "Non", "No")), REFUSED)


def form(title: str = "Police and residents", first: str = "How much do you trust the police?") -> Questionnaire:
    """A note, a scale with missing answers, a yes-or-no, and a number that only follows a yes."""
    items = (
        Item("welcome", Kind.NOTE, words("مرحبا", "Bienvenue", "Welcome")),
        Item(
            "trust_police",
            Kind.SINGLE,
            words("ما مدى ثقتك في الشرطة؟", "Dans quelle mesure faites-vous confiance à la police ?", first),
            choices=TRUST,
            required=True,
        ),
        Item(
            "contact12",
            Kind.SINGLE,
            words("هل كان لك أي اتصال بالشرطة؟", "Avez-vous eu un contact avec la police ?", "Any contact?"),
            choices=YES_NO,
            required=True,
        ),
        Item(
            "times",
            Kind.INTEGER,
            words("كم مرة؟", "Combien de fois ?", "How many times?"),
            relevant=parse("${contact12} = 'yes'"),
            required=True,
            constraint=parse(". >= 1 and . <= 30"),
            constraint_message=words("بين 1 و30", "Entre 1 et 30", "Between 1 and 30"),
        ),
    )
    titles = words("الشرطة والسكان", "Police et habitants", title)
    return checked(Questionnaire("small", titles, ("ar", "fr", "en"), items))


class Calendar:
    """Today, which a test may move."""

    def __init__(self) -> None:
        self.today = date(2026, 3, 2)

    def __call__(self) -> date:
        return self.today


@pytest.fixture
def calendar() -> Calendar:
    return Calendar()


@pytest.fixture
def settings(tmp_path: Path) -> CollectorSettings:
    return CollectorSettings(
        database_url=f"sqlite:///{tmp_path}/collector.sqlite3",
        public_url=HOST,
        custodian_public_key=CUSTODIAN,
        demo=False,
    )


@pytest.fixture
def database(settings: CollectorSettings) -> Iterator[Engine]:
    engine = connect(settings.database_url.get_secret_value())
    migrate(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def fielded(database: Engine) -> Questionnaire:
    return put_in_field(database, form())


def put_in_field(database: Engine, questionnaire: Questionnaire, state: str = "open") -> Questionnaire:
    with writing(database) as session:
        field(session, questionnaire, "2026-1", date(2026, 3, 1), date(2026, 3, 31), state)
    return questionnaire


@pytest.fixture
def site(settings: CollectorSettings, database: Engine, calendar: Calendar, fielded: Questionnaire) -> Flask:
    return create_site(settings, database, calendar)


@pytest.fixture
def arrive(site: Flask) -> Callable[..., Respondent]:
    """A new respondent's browser."""

    def visitor(accepts: str = "ar") -> Respondent:
        return Respondent(site, accepts)

    return visitor


@pytest.fixture
def person(arrive: Callable[..., Respondent]) -> Respondent:
    return arrive()
