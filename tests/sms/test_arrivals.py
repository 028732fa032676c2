"""What arrives at the webhook, well and badly, on each kind of database (faults 31 to 37, 41)."""

import logging
import os
import threading
import time
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from nacl.public import SealedBox
from sqlalchemy import Engine
from twilio.request_validator import RequestValidator  # type: ignore[import-untyped]  # the library has no types

from sms import spool, webhook
from sms.settings import ChannelSettings
from sms.talk.conversation import State
from survey_app.engine import Held
from survey_app.intake import revealed
from survey_app.storage.database import connect

from .conftest import CUSTODIAN, LINK, NUMBER, START, TOKEN, WAVE
from .site import URL, Site, bring, form_of

SECRETS = (NUMBER, NUMBER[1:], "canary", TOKEN)


@pytest.fixture
def site(settings: ChannelSettings, database: Engine) -> Site:
    return Site(settings, database)


FIELDS = st.dictionaries(
    st.text(st.characters(codec="utf-8"), min_size=1, max_size=20), st.text(st.characters(codec="utf-8"), max_size=200)
)


@given(FIELDS, st.sampled_from([("sha1", "HMAC_SHA1"), ("sha256", "HMAC_SHA256")]))
def test_fault_31_the_signature_is_the_one_that_twilios_library_makes(
    form: dict[str, str], algorithm: tuple[str, str]
) -> None:
    from pydantic import SecretStr

    said = URL + "".join(name + form[name] for name in sorted(form))
    made = webhook._signature(said.encode(), SecretStr(TOKEN), algorithm[0])
    assert made.decode() == RequestValidator(TOKEN).compute_signature(URL, form, algorithm[1])


@pytest.mark.parametrize("seen", [{"X-Forwarded-Proto": "http"}, {"X-Forwarded-Proto": "https"}, {"Host": "10.0.0.7"}])
def test_fault_31_behind_a_proxy_the_configured_address_decides(site: Site, seen: dict[str, str]) -> None:
    form = form_of("trust", "SMa")
    for url, status in ((URL, 200), (URL.replace("https", "http"), 403), ("http://10.0.0.7/twilio", 403)):
        signed = str(RequestValidator(TOKEN).compute_signature(url, form))
        response = site.client.post("/twilio", data=form, headers={**seen, "X-Twilio-Signature": signed})
        assert response.status_code == status
    assert site.taken() == 1


@pytest.mark.parametrize("later", [timedelta(0), timedelta(hours=1), timedelta(days=3)])
def test_fault_32_a_repeat_is_taken_once_also_by_another_process(site: Site, later: timedelta) -> None:
    site.text("trust")
    assert len(site.text("1", "SMsame")) == 1
    site.now += later
    child = os.fork()
    if child == 0:
        other = Site(site.settings, connect(site.engine.url.render_as_string(hide_password=False)))
        other.now = site.now
        os._exit(0 if bring(other.client, "1", "SMsame") == 200 else 1)
    assert os.waitpid(child, 0)[1] == 0
    assert site.phone.arrived() == []
    assert (site.taken(), site.answers) == (2, {"intro": None} if "intro" in site.answers else {})


@pytest.mark.parametrize("order", [("1", "2"), ("2", "1")])
def test_fault_33_two_texts_at_once_from_two_processes_are_no_two_answers(site: Site, order: tuple[str, str]) -> None:
    site.text("trust")
    site.text("1")
    children = []
    for said in order:
        child = os.fork()
        if child == 0:
            other = Site(site.settings, connect(site.engine.url.render_as_string(hide_password=False)))
            other.now = site.now + timedelta(minutes=1)
            os._exit(0 if bring(other.client, said) == 200 else 1)
        children.append(child)
    assert [os.waitpid(child, 0)[1] for child in children] == [0, 0]
    site.phone.now = site.now + timedelta(minutes=1)
    (asked,) = site.phone.arrived()  # the second came before the next question went out
    assert (asked.split()[0], site.taken()) == ("2/3", 4)
    kept = site.answers["trust"]
    assert isinstance(kept, Held)
    assert revealed(SealedBox(CUSTODIAN).decrypt(kept.sealed), WAVE, "trust") in ("0", "1")
    assert "contact" not in site.answers


def test_fault_34_a_long_arabic_text_in_two_parts_is_no_answer(site: Site) -> None:
    for said in ("ثقة", "1"):
        site.text(said)
    before = site.answers
    for part in ("أظن أن الأمور في حينا ليست على ما يرام ", "ولكنني لا أعرف كيف أقول ذلك"):
        assert len(site.text(part)) == 1
    assert site.answers == before


@pytest.mark.parametrize(
    "mojibake", ["كبيرة".encode().decode("latin-1"), "كبيرة".encode("utf-16-be").decode("latin-1"), "2YPYqNmK2LHYqQ=="]
)
def test_fault_34_mojibake_is_never_stored_as_an_answer(site: Site, mojibake: str) -> None:
    for said in ("ثقة", "1"):
        site.text(said)
    before = site.answers
    assert len(site.text(mojibake)) == 1
    assert site.answers == before


DEFINED = ["help", "lang", "back", "", "😀😀", "x" * 1_600, "ق" * 1_600, "repeat", "\u202e\u0000\ud7ff"]


@pytest.mark.parametrize("said", DEFINED, ids=[repr(said[:5]) for said in DEFINED])
def test_fault_36_whatever_comes_in_the_middle_has_one_reply_and_changes_no_answer(site: Site, said: str) -> None:
    for each in ("trust", "1"):
        site.text(each)
    before = site.answers
    media = {"NumMedia": "1", "MediaUrl0": "https://203.0.113.1/a.jpg", "MediaContentType0": "image/jpeg"}
    assert len(site.text(said, **media)) == 1  # a socket beyond loopback would fail the test
    assert site.answers == before


def test_fault_37_an_answering_machine_hears_three_times_and_then_nothing(site: Site) -> None:
    for each in ("trust", "1"):
        site.text(each)
    replies = [site.text("You have reached my voice mail") for _ in range(8)]
    assert [len(each) for each in replies] == [1, 1, 1, 0, 0, 0, 0, 0]


@pytest.mark.parametrize(
    "sender", ["+15005550006", "12345", "THIQA", "whatsapp:THIQA", "", "+212", "tel:+212600000001"]
)
def test_fault_37_no_person_is_no_case(site: Site, sender: str) -> None:
    assert bring(site.client, "trust", From=sender) == 200
    assert site.taken() == 0


def test_fault_37_a_text_from_the_number_that_was_written_to_is_an_echo(site: Site) -> None:
    assert bring(site.client, "trust", From="+212611111111", To="+212611111111") == 200
    assert site.taken() == 0


def test_what_the_carrier_stopped_itself_is_stopped_without_a_word(site: Site) -> None:
    site.text("trust")
    assert site.text("assez", OptOutType="STOP") == []
    assert site.conversation().state is State.STOPPED
    assert site.text("1") == []
    assert len(site.text("allons-y", OptOutType="START")) == 1
    assert site.conversation().state is not State.STOPPED


def test_what_the_carrier_says_of_a_word_that_is_ours_is_heard_once(site: Site) -> None:
    site.text("trust")
    assert site.text("STOP", OptOutType="STOP") == []
    assert len(site.text("START", OptOutType="START")) == 1


def test_a_receipt_must_be_signed_for_its_own_address(site: Site) -> None:
    form = {"MessageSid": "SM" + "a" * 32, "MessageStatus": "delivered", "To": NUMBER}
    path = "/twilio/receipts?m=" + "0" * 32
    for url, status in ((f"{LINK}/sms{path}", 200), (URL, 403), (f"{LINK}/sms/twilio/receipts", 403)):
        signed = str(RequestValidator(TOKEN).compute_signature(url, form))
        assert site.client.post(path, data=form, headers={"X-Twilio-Signature": signed}).status_code == status
    assert site.client.post(path, data=form).status_code == 403


@pytest.mark.parametrize("path", ["/nobody", "/nobody/receipts", "/twilio/secret", "/twilio/receipts/secret"])
def test_a_channel_that_is_not_there_takes_nothing(site: Site, path: str) -> None:
    assert site.client.post(path, data=form_of("trust", "SMa")).status_code == 404


def away(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE inbound RENAME TO elsewhere")


def back(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE elsewhere RENAME TO inbound")


def test_fault_41_while_the_database_is_away_texts_wait_and_are_taken_in_order(
    site: Site, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    for said in ("trust", "1"):
        site.text(said)
    site.now += timedelta(minutes=1)
    away(site.engine)
    for said in ("canary 1", "back", "help"):
        assert bring(site.client, said) == 200
    waiting = spool.of(site.settings)
    assert len(waiting._names()) == 3
    back(site.engine)
    assert bring(site.client, "repeat") == 200  # brings those that waited before it along
    site.now += timedelta(minutes=1)
    site.phone.now = site.now
    assert (waiting.waits(), site.taken(), len(site.phone.arrived())) == (False, 6, 4)
    assert "a text waits on disk" in caplog.text
    assert not [secret for secret in SECRETS if secret in caplog.text]


def test_fault_41_stop_overtakes_what_waits_and_is_the_last_word(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    for said in ("trust", "1"):
        site.text(said)
    away(site.engine)
    for said in ("2", "start"):
        site.now += timedelta(minutes=1)
        assert bring(site.client, said) == 200
    back(site.engine)
    with monkeypatch.context() as patch:
        patch.setattr(spool.Spool, "drain", lambda *_: pytest.fail("stop waited"))
        (confirmed,) = site.text("stop")
    assert confirmed.startswith("Stopped.")
    assert spool.drain(site.settings, site.engine, lambda: site.now) == 2
    assert (site.conversation().state, site.phone.arrived()) == (State.STOPPED, [])
    assert len(site.text("start")) == 1


def test_fault_41_what_waits_is_taken_by_the_worker_too(site: Site) -> None:
    away(site.engine)
    assert bring(site.client, "trust") == 200
    assert spool.drain(site.settings, site.engine, lambda: site.now) == 0
    back(site.engine)
    assert spool.drain(site.settings, site.engine, lambda: site.now) == 1
    assert len(site.phone.arrived()) == 1


def test_fault_41_a_full_spool_is_an_alarm_and_the_carrier_is_told(
    settings: ChannelSettings, database: Engine, caplog: pytest.LogCaptureFixture
) -> None:
    site = Site(settings.model_copy(update={"spool_texts": 1}), database)
    away(database)
    assert bring(site.client, "canary", "SMcanary1") == 200
    assert bring(site.client, "canary", "SMcanary2") == 503
    assert [record for record in caplog.records if record.levelno == logging.CRITICAL]
    assert not [secret for secret in SECRETS if secret in caplog.text]
    back(database)
    assert bring(site.client, "canary", "SMcanary2") == 200
    assert site.taken() == 2


def test_fault_41_where_nothing_can_be_written_the_carrier_is_told(
    settings: ChannelSettings, database: Engine, caplog: pytest.LogCaptureFixture
) -> None:
    settings.spool.write_text("a file where the folder should be")
    site = Site(settings, database)
    assert bring(site.client, "trust") == 200
    away(database)
    assert bring(site.client, "canary") == 503
    assert [record for record in caplog.records if record.levelno == logging.CRITICAL]
    assert "canary" not in caplog.text


def test_fault_41_a_database_that_never_answers_is_waited_for_no_longer_than_the_carrier_waits(
    settings: ChannelSettings, postgres_engine: Engine, form: object
) -> None:
    engine = connect(postgres_engine.url.render_as_string(hide_password=False), impatient=True)
    site = Site(settings, engine)
    with postgres_engine.begin() as other:
        other.exec_driver_sql("LOCK TABLE inbound IN ACCESS EXCLUSIVE MODE")
        began = time.monotonic()
        assert bring(site.client, "trust") == 200
        assert time.monotonic() - began < 15
    assert spool.of(settings).waits()
    assert spool.drain(settings, engine, lambda: START) == 1
    engine.dispose()


def test_whatever_fails_the_text_waits_and_the_carrier_has_its_answer(
    site: Site, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    with monkeypatch.context() as broken:
        broken.setattr("sms.reception.reply", lambda *_, **__: 1 / 0)
        assert bring(site.client, "canary trust") == 200
    assert "canary" not in caplog.text
    assert spool.drain(site.settings, site.engine, lambda: site.now) == 1
    assert site.taken() == 1


def test_texts_of_many_people_at_once_are_all_taken(site: Site) -> None:
    statuses: list[int] = []

    def send(number: int) -> None:
        statuses.extend(bring(site.client, said, From=f"+2126000000{number:02}") for said in ("trust", "help"))

    threads = [threading.Thread(target=send, args=(number,)) for number in range(10, 22)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    spool.drain(site.settings, site.engine, lambda: site.now)
    assert (statuses, site.taken()) == ([200] * 24, 24)
