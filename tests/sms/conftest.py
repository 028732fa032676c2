"""A small questionnaire, a channel with made-up keys, and a database of its own for every test."""

import json
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
from nacl.encoding import HexEncoder
from nacl.public import PrivateKey, SealedBox
from pydantic import SecretStr
from sqlalchemy import Engine
from sqlmodel import select

from sms.reception import Inbound, receive
from sms.sending import outbox
from sms.settings import ChannelSettings
from survey_app import fieldwork
from survey_app.engine import Choice, Held, Item, Kind, Missing, Questionnaire, checked, decode, encode, parse
from survey_app.intake import revealed, unpadded
from survey_app.storage.database import reading, writing
from survey_app.storage.tables import EnvelopeRow

LINK = "https://survey.example"
WAVE = "2026-03"
NUMBER = "+212600000001"
TOKEN, OLD_TOKEN = "a-token-for-tests", "the-token-before-it"
START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
CUSTODIAN = PrivateKey(bytes(range(32)))


def small_questionnaire() -> Questionnaire:
    """A note, single choices, a branch, a number, and an item that never goes by text message."""
    yes_no = (
        Choice("yes", {"ar": "نعم", "fr": "Oui", "en": "Yes"}, synonyms={"ar": ("ايه",), "fr": ("ouais",)}),
        Choice("no", {"ar": "لا", "fr": "Non", "en": "No"}),
    )
    return checked(
        Questionnaire(
            "small",
            {"ar": "الأمن في الحي", "fr": "La sécurité du quartier", "en": "Safety where you live"},
            ("ar", "fr", "en"),
            (
                Item("intro", Kind.NOTE, {"ar": "أسئلة قصيرة.", "fr": "Questions courtes.", "en": "Short questions."}),
                Item(
                    "trust",
                    Kind.SINGLE,
                    {
                        "ar": "ما مدى ثقتكم في الشرطة؟",
                        "fr": "Quelle confiance en la police ?",
                        "en": "Trust in police?",
                    },
                    short={"en": "Do you trust the police?"},
                    choices=(
                        Choice("0", {"ar": "لا ثقة", "fr": "Aucune", "en": "Not at all"}),
                        Choice("1", {"ar": "قليلة", "fr": "Un peu", "en": "A little"}),
                        Choice("2", {"ar": "كبيرة", "fr": "Beaucoup", "en": "A lot"}),
                        Choice("98", {"ar": "لا أعرف", "fr": "Ne sait pas", "en": "Don't know"}, Missing.DONT_KNOW),
                    ),
                    required=True,
                ),
                Item(
                    "contact",
                    Kind.SINGLE,
                    {"ar": "هل كان لكم اتصال بالشرطة؟", "fr": "Un contact avec la police ?", "en": "Met the police?"},
                    choices=yes_no,
                ),
                Item(
                    "bribe",
                    Kind.SINGLE,
                    {"ar": "رشوة؟", "fr": "Pot-de-vin ?", "en": "A bribe?"},
                    choices=yes_no,
                    by_text=False,
                ),
                Item(
                    "respect",
                    Kind.SINGLE,
                    {"ar": "هل عوملتم باحترام؟", "fr": "Traité avec respect ?", "en": "Treated with respect?"},
                    choices=yes_no,
                    relevant=parse("${contact} = 'yes'"),
                ),
                Item("middle", Kind.NOTE, {"ar": "سؤال أخير.", "fr": "Dernière question.", "en": "One last question."}),
                Item(
                    "age",
                    Kind.INTEGER,
                    {"ar": "كم العمر؟", "fr": "Quel âge ?", "en": "How old are you?"},
                    constraint=parse(". >= 15 and . <= 110"),
                    constraint_message={"ar": "من 15 إلى 110.", "fr": "De 15 à 110.", "en": "From 15 to 110, please."},
                ),
            ),
        )
    )


@pytest.fixture
def form() -> Questionnaire:
    return small_questionnaire()


@pytest.fixture
def settings() -> ChannelSettings:
    return ChannelSettings(
        public_url=LINK,
        custodian_public_key=CUSTODIAN.public_key.encode(HexEncoder).decode(),
        channel_key=SecretStr("00112233445566778899aabbccddeeff" * 2),
        twilio_account_sid="AC" + "0" * 32,
        twilio_auth_tokens=(SecretStr(TOKEN), SecretStr(OLD_TOKEN)),
        twilio_sender="+15005550006",
        demo=True,
    )


@pytest.fixture
def database(engine: Engine, form: Questionnaire) -> Engine:
    """Each kind of database, with a wave in the field."""
    with writing(engine) as session:
        fieldwork.field(session, form, WAVE, date(2026, 3, 1), date(2026, 3, 31))
    return engine


class Phone:
    """A phone whose carrier takes everything at once, and a clock that goes on a minute a text."""

    def __init__(self, settings: ChannelSettings, engine: Engine, number: str = NUMBER) -> None:
        self.settings, self.engine, self.number = settings, engine, number
        self.now, self.count = START, 0

    def text(self, text: str, reference: str | None = None) -> list[str]:
        """Send a text; what comes back."""
        self.count += 1
        self.now += timedelta(minutes=1)
        name = reference or f"SM{self.number}{self.count}"
        receive(self.settings, self.engine, Inbound("twilio", name, self.number, text), self.now)
        return self.arrived()

    def arrived(self) -> list[str]:
        """What the carrier takes from the outbox for this phone."""
        bodies = []
        keys = self.settings.keyring
        with writing(self.engine) as session:
            wave = fieldwork.current_wave(session)
            own = keys.of(wave.id if wave else None) or keys.channel
            while message := outbox.take(session, keys, "twilio", self.now, own.number(self.number)):
                outbox.settle(session, message.id, outbox.SENT, f"SM{message.id}")
                bodies.append(message.body)
        return bodies


@pytest.fixture
def phone(settings: ChannelSettings, database: Engine) -> Phone:
    return Phone(settings, database)


@pytest.fixture
def opened(database: Engine) -> Callable[[], list[dict[str, object]]]:
    """What the custodian reads in the envelopes."""

    def read() -> list[dict[str, object]]:
        with reading(database) as session:
            rows = session.exec(select(EnvelopeRow)).all()
        found = [json.loads(unpadded(box.decrypt(row.sealed))) for row in rows]
        return [one | {"answers": {name: answer(name, said) for name, said in one["answers"].items()}} for one in found]

    def answer(name: str, said: object) -> object:
        value = decode(said)
        return encode(revealed(box.decrypt(value.sealed), WAVE, name) if isinstance(value, Held) else value)

    box = SealedBox(CUSTODIAN)
    return read
