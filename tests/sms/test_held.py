"""What who has all of the text channel's keys reads of an unfinished interview: what later logic needs, no more."""

import json
from collections.abc import Callable
from datetime import date
from itertools import product

import pytest
from nacl.encoding import HexEncoder
from nacl.exceptions import CryptoError
from nacl.public import PrivateKey, SealedBox
from sqlalchemy import Engine, text
from sqlmodel import select

from analytics.custody import Opening, close_wave
from sms.memory import find
from sms.settings import ChannelSettings
from survey_app.engine import Answer, Choice, Held, Item, Kind, Questionnaire, checked, parse
from survey_app.intake import unpadded
from survey_app.storage.database import reading
from survey_app.storage.tables import ConversationRow, EnvelopeRow, QuarantineRow, ResponseRow
from survey_app.wavekeys import WaveKeys

from .conftest import CUSTODIAN, NUMBER, WAVE, Phone

CANARY, WORDS = "canary-7731", "كناري canary words"
Seized = Callable[[], dict[str, Answer]]


@pytest.fixture
def form() -> Questionnaire:
    """One answer that a later question needs, among others."""
    title = {"en": "Police"}
    codes = (Choice(CANARY, {"en": "Afraid"}), Choice("calm", {"en": "Calm"}))
    yes_no = (Choice("yes", {"en": "Yes"}), Choice("no", {"en": "No"}))
    met = parse("${contact} = 'yes'")
    items = (
        Item("fear", Kind.SINGLE, {"en": "How do you feel?"}, choices=codes, required=True),
        Item("contact", Kind.SINGLE, {"en": "Met the police?"}, choices=yes_no),
        Item("words", Kind.TEXT, {"en": "What happened?"}, relevant=met),
        Item("others", Kind.MULTIPLE, {"en": "Who else?"}, choices=codes),
        Item("age", Kind.INTEGER, {"en": "How old are you?"}),
    )
    return checked(Questionnaire("held", title, ("en",), items))


@pytest.fixture
def seized(settings: ChannelSettings, database: Engine) -> Seized:
    """What a thief with the database and every key of the channel reads, who also looks for canaries everywhere."""

    def read() -> dict[str, Answer]:
        with reading(database) as session:
            kept = find(session, settings.keys, WaveKeys(settings.wave_keys).find(WAVE), WAVE, NUMBER)
            row = session.exec(select(ConversationRow)).one()
            assert kept.keys
            opened = unpadded(kept.keys.unseal(row.sealed, f"{row.person}:{row.revision}"))
        with database.connect() as connection:
            rest = [connection.execute(text(f"SELECT * FROM {name}")).all() for name in ("conversation", "outbox")]
        for canary in (CANARY, WORDS):
            assert canary not in json.dumps(json.loads(opened), ensure_ascii=False)
            assert canary.encode() not in opened
            assert canary not in str(rest)
        assert kept.conversation.interview
        return dict(kept.conversation.interview.answers)

    return read


def test_what_is_answered_by_text_is_at_once_for_the_custodian_alone(
    phone: Phone, settings: ChannelSettings, database: Engine, seized: Seized
) -> None:
    private = CUSTODIAN.encode(HexEncoder).decode()
    names: list[str] = []
    for said, name in (("hi", ""), ("1", ""), ("1", "fear"), ("1", "contact"), (WORDS, "words"), ("1 2", "others")):
        phone.text(said)
        names += [name] if name else []
        if not names:
            continue
        answers = seized()
        assert sorted(answers) == sorted(names)
        assert {name for name, value in answers.items() if not isinstance(value, Held)} == set(names) & {"contact"}
    pieces = [value.sealed for value in answers.values() if isinstance(value, Held)]
    for key, piece in product((settings.keys.root, WaveKeys(settings.wave_keys).find(WAVE) or b""), pieces):
        with pytest.raises(CryptoError):
            SealedBox(PrivateKey(key)).decrypt(piece)
    assert phone.text("41") == [
        "Thank you. Your answers have arrived, sealed, and this conversation has forgotten them."
    ]
    assert close_wave(database, private, WAVE, date(2026, 3, 31)) == Opening(1)
    with reading(database) as session:
        assert session.exec(select(ResponseRow.answers)).one() == {
            "fear": CANARY, "contact": "yes", "words": None, "others": [CANARY, "calm"], "age": 41
        }  # fmt: skip
        assert session.exec(select(QuarantineRow.said)).one() == WORDS  # what was written stands apart, alone


def test_one_may_go_back_to_a_held_answer_skip_it_and_change_the_way(
    phone: Phone, database: Engine, seized: Seized
) -> None:
    for said in ("hi", "1", "1", "1", WORDS, "back", "back", "2"):
        phone.text(said)
    assert set(seized()) == {"fear", "contact", "words"}  # what is off the path stays held, and is never sent
    assert phone.text("back") == ["2/4 Met the police?\n1 Yes\n2 No"]
    phone.text("1")
    assert phone.text("1 2")[0].startswith("5/5")
    phone.text("back")
    phone.text("skip")
    assert {name for name, value in seized().items() if isinstance(value, Held)} == {"fear", "words", "others"}
    phone.text("41")
    close_wave(database, CUSTODIAN.encode(HexEncoder).decode(), WAVE, date(2026, 3, 31))
    with reading(database) as session:
        assert session.exec(select(ResponseRow.answers)).one() == {
            "fear": CANARY, "contact": "yes", "words": None, "others": None, "age": 41
        }  # fmt: skip
        assert session.exec(select(QuarantineRow.said)).one() == WORDS


def test_an_envelope_by_text_has_the_size_of_any_other(
    phone: Phone, settings: ChannelSettings, database: Engine
) -> None:
    short = Phone(settings, database, "+212600000002")
    for said in ("hi", "1", "1", "1", WORDS * 10, "1 2", "41"):
        phone.text(said)
    for said in ("hi", "1", "2", "2", "skip", "skip"):
        short.text(said)
    with reading(database) as session:
        sizes = [len(sealed) for sealed in session.exec(select(EnvelopeRow.sealed))]
    assert len(sizes) == 2
    assert len(set(sizes)) == 1
