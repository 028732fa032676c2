"""The real library of the carrier against a small server on this machine that speaks its Messages API."""

import json
import logging
import socket
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from click.testing import CliRunner
from nacl.encoding import HexEncoder
from sqlalchemy import Engine

from sms.carriers import BusyError, Failure, Outgoing, RejectedError, Sent, UncertainError
from sms.carriers.declared import Adapter, Channel
from sms.carriers.twilio import TwilioCarrier
from sms.sending import outbox
from sms.settings import ChannelSettings
from sms.verbs import sms
from survey_app.engine import Mode
from survey_app.storage.database import writing

from ..conftest import CUSTODIAN, NUMBER, START, TOKEN, WAVE, Phone
from ..delivering import deliver
from .conftest import OURS, RECEIPTS, SENDER, SERVICE
from .description import PLACES, described
from .twilio_server import ACCOUNT, BASE, Server

OTHER, THIRD = "+212600000002", "+212600000003"
WHATSAPP = Channel(
    "whatsapp",
    Adapter.TWILIO,
    Mode.WHATSAPP,
    sender=SENDER,
    window_hours=24,
    templates={"reminder.ar": "HX" + "b" * 32},
)


def outgoing(body: str, template: str = "") -> Outgoing:
    return Outgoing(OURS, NUMBER, body, template)


def test_the_carriers_description_is_beside_the_repository() -> None:
    if described() is None:
        pytest.skip(f"Twilio's description is not at {' or '.join(path.parent.name for path in PLACES[:1])}")


def test_a_request_that_the_description_does_not_know_is_found_out() -> None:
    description = described()
    if description is None:
        pytest.skip("Twilio's description does not lie beside the repository, in ../shared/twilio")
    path = f"{BASE}/Messages.json"
    assert description.of_request("POST", path, {}, {"To": NUMBER, "From": SENDER, "Body": "one"}) == []
    wrong = {"Form": SENDER, "MessagingServiceSid": "MGx", "Attempt": "one"}
    found = " ".join(description.of_request("POST", path, {}, wrong))
    for said in ("To is missing", "Form is not known", "does not match ^MG", "Attempt is no integer"):
        assert said in found
    assert description.of_request("GET", path, {"Since": "1"}, {}) == ["GET query: Since is not known"]
    assert description.of_request("PUT", path, {}, {}) == [f"PUT {path}: no such operation"]
    assert description.of_answer("POST", path, 201, b'{"sid": "XX1", "status": "gone", "num_media": 0}') != []
    assert description.of_answer("POST", path, 200, b"{}") == [f"POST {path}: no answer 200"]


def test_a_message_arrives_as_it_was_written(twilio: Server, carrier: TwilioCarrier) -> None:
    body = "1/3 ما مدى ثقتكم؟\n1 لا ثقة & €"
    assert carrier.send(outgoing(body)) == Sent("SM" + f"{1:032x}")
    form = {"To": NUMBER, "From": SENDER, "Body": body, "StatusCallback": f"{RECEIPTS}?m={OURS}"}
    assert twilio.requests == [(f"{BASE}/Messages.json", form)]
    if twilio.description:
        assert (twilio.description.requests, twilio.description.answers) == (1, 1)


def test_several_threads_may_send_by_one_carrier(twilio: Server, carrier: TwilioCarrier) -> None:
    with ThreadPoolExecutor(8) as several:
        sent = list(several.map(carrier.send, [outgoing(str(nth)) for nth in range(40)]))
    assert {each.reference for each in sent} == set(twilio.messages)
    assert sorted(form["Body"] for _, form in twilio.requests) == sorted(map(str, range(40)))


def test_a_channel_without_receipts_asks_for_none(twilio: Server) -> None:
    channel = Channel("quiet", Adapter.TWILIO, sender=SENDER, receipts=False)
    TwilioCarrier(channel, ACCOUNT, TOKEN, RECEIPTS, twilio.url).send(outgoing("one"))
    assert twilio.requests[0][1] == {"To": NUMBER, "From": SENDER, "Body": "one"}


def test_a_service_sends_in_place_of_a_number(twilio: Server) -> None:
    channel = Channel("service", Adapter.TWILIO, sender=SERVICE)
    TwilioCarrier(channel, ACCOUNT, TOKEN, RECEIPTS, twilio.url).send(outgoing("one", template="reminder.ar"))
    form = twilio.requests[0][1]
    assert (form["MessagingServiceSid"], form["Body"], form.get("From")) == (SERVICE, "one", None)


def test_whatsapp_has_its_own_addresses_and_outside_its_window_an_approved_text(twilio: Server) -> None:
    carrier = TwilioCarrier(WHATSAPP, ACCOUNT, TOKEN, RECEIPTS, twilio.url)
    carrier.send(outgoing("one"))
    reminder = Outgoing(OURS, NUMBER, "words of ours", "reminder.ar", ("https://survey.example/a\n b", "٣"))
    sent = carrier.send(reminder)
    inside, outside = (form for _, form in twilio.requests)
    assert (inside["To"], inside["From"], inside["Body"]) == (f"whatsapp:{NUMBER}", f"whatsapp:{SENDER}", "one")
    assert outside["ContentSid"] == "HX" + "b" * 32
    assert json.loads(outside["ContentVariables"]) == {"1": "https://survey.example/a b", "2": "٣"}
    assert "Body" not in outside
    with pytest.raises(RejectedError):
        carrier.send(outgoing("one", template="reminder.fr"))
    assert carrier.find(outgoing("one"), datetime.now(UTC)) == Sent("SM" + f"{1:032x}")
    with pytest.raises(UncertainError):  # two are there, and a template's words are not ours
        carrier.find(reminder, datetime.now(UTC))
    del twilio.messages["SM" + f"{1:032x}"]
    assert carrier.find(reminder, datetime.now(UTC)) == sent


@pytest.mark.parametrize("body", ["busy", "limited", "gone", "overflow", "suspended"])
def test_fault_39_what_was_surely_not_taken_is_for_later(carrier: TwilioCarrier, body: str) -> None:
    with pytest.raises(BusyError):
        carrier.send(outgoing(body))


@pytest.mark.parametrize(
    ("body", "failure"),
    [
        ("stopped", Failure.OPTED_OUT),
        ("wrong", Failure.INVALID),
        ("landline", Failure.LANDLINE),
        ("region", Failure.BLOCKED),
        ("unlisted", Failure.REFUSED),
        ("conflict", Failure.REFUSED),
    ],
)
def test_a_refusal_is_for_good_and_its_error_names_nobody(carrier: TwilioCarrier, body: str, failure: Failure) -> None:
    with pytest.raises(RejectedError) as caught:
        carrier.send(outgoing(body))
    assert caught.value.failure is failure
    assert NUMBER not in str(caught.value)
    assert caught.value.__suppress_context__


@pytest.mark.parametrize("body", ["slow", "broken", "odd"])
def test_fault_39_no_answer_in_time_leaves_the_outcome_unknown(
    twilio: Server, carrier: TwilioCarrier, body: str
) -> None:
    began = time.monotonic()
    with pytest.raises(UncertainError):
        carrier.send(outgoing(body))
    assert time.monotonic() - began < 4
    assert len(twilio.requests) == 1


@pytest.mark.parametrize("address", ["http://127.0.0.1:{port}", "http://nowhere.invalid", "http://behind.example"])
def test_fault_39_a_carrier_that_cannot_be_reached_is_for_later(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_name(*_: object, **__: object) -> None:
        raise socket.gaierror(-2, "Name or service not known")

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        free_port = free.getsockname()[1]
        nobody = address.format(port=free_port)
    if "behind" in address:
        monkeypatch.delenv("NO_PROXY", raising=False)
        monkeypatch.delenv("no_proxy", raising=False)
        monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{free_port}")
    if "invalid" in address:
        monkeypatch.setattr(socket, "getaddrinfo", no_name)
    channel = Channel("twilio", Adapter.TWILIO, sender=SENDER)
    carrier = TwilioCarrier(channel, ACCOUNT, TOKEN, RECEIPTS, nobody)
    with pytest.raises(BusyError):
        carrier.send(outgoing("one"))
    with pytest.raises(BusyError):
        carrier.find(outgoing("one"), START)


def test_what_was_taken_without_an_answer_is_found_and_what_was_not_is_not(
    twilio: Server, carrier: TwilioCarrier
) -> None:
    began = datetime.now(UTC)
    twilio.create({"To": NUMBER, "From": SENDER, "Body": "lost"}, began - timedelta(minutes=5))
    twilio.create({"To": OTHER, "From": SENDER, "Body": "lost"})
    twilio.create({"To": NUMBER, "From": "+15005550007", "Body": "lost"})
    assert carrier.find(outgoing("lost"), began) is None
    with pytest.raises(UncertainError):
        carrier.send(outgoing("lost"))
    newest = list(twilio.messages)[-1]
    assert twilio.messages[newest].sent is None, "one that waits at Twilio has no day of sending"
    assert carrier.find(outgoing("lost"), began) == Sent(newest)
    with pytest.raises(UncertainError):
        carrier.send(outgoing("broken"))
    assert carrier.find(outgoing("broken"), began) is None


def test_it_is_found_among_many_by_pages(twilio: Server, carrier: TwilioCarrier) -> None:
    began = datetime.now(UTC)
    wanted = twilio.create({"To": NUMBER, "From": SENDER, "Body": "wanted"}, began)
    for nth in range(120):
        twilio.create({"To": NUMBER, "From": SENDER, "Body": str(nth)}, began + timedelta(seconds=nth))
    assert carrier.find(outgoing("wanted"), began) == Sent(wanted.sid)
    assert len(twilio.asked) == 3


def test_it_is_found_if_it_was_created_in_the_second_in_which_it_was_sent(
    twilio: Server, carrier: TwilioCarrier
) -> None:
    began = datetime(2026, 3, 2, 9, 0, 5, 900_000, tzinfo=UTC)
    message = twilio.create({"To": NUMBER, "From": SENDER, "Body": "one"}, began.replace(microsecond=0))
    assert carrier.find(outgoing("one"), began) == Sent(message.sid)


@pytest.mark.parametrize("away", ["busy", "gone", "suspended"])
def test_a_carrier_that_cannot_be_asked_now_is_asked_later(twilio: Server, carrier: TwilioCarrier, away: str) -> None:
    twilio.away = away
    with pytest.raises(BusyError):
        carrier.find(outgoing("one"), START)
    with pytest.raises(BusyError):
        carrier.erase("SM" + "0" * 32)
    with pytest.raises(BusyError):
        carrier.erase("MM" + "0" * 32)


def test_a_copy_is_deleted_once_it_is_final_and_stays_deleted(twilio: Server, carrier: TwilioCarrier) -> None:
    reference = carrier.send(outgoing("one")).reference
    assert carrier.erase(reference) is False
    twilio.messages[reference].status = "delivered"
    assert carrier.erase(reference) is True
    assert twilio.messages == {}
    assert carrier.erase(reference) is True


def test_a_text_with_media_is_deleted_with_them_and_they_are_never_fetched(
    twilio: Server, carrier: TwilioCarrier
) -> None:
    message = twilio.create({"To": SENDER, "From": NUMBER, "Body": ""}, kind="MM")
    message.status, message.media = "received", ["ME" + f"{nth:032x}" for nth in range(2)]
    assert carrier.erase(message.sid) is True
    assert (message.media, twilio.messages) == ([], {})
    assert [path for method, path, _ in twilio.asked if method == "GET"] == [
        f"{BASE}/Messages/{message.sid}/Media.json"
    ]
    assert carrier.erase(message.sid) is True


@pytest.mark.parametrize("reference", ["", "SM1", "../Calls", "SM" + "g" * 32, "AC" + "0" * 32])
def test_what_is_no_name_of_a_message_is_not_asked_for(twilio: Server, carrier: TwilioCarrier, reference: str) -> None:
    assert carrier.erase(reference) is True
    assert twilio.asked == []


def test_nothing_of_what_is_asked_is_logged(
    twilio: Server, carrier: TwilioCarrier, caplog: pytest.LogCaptureFixture
) -> None:
    logging.getLogger("urllib3.connectionpool").disabled = False
    TwilioCarrier(Channel("again", Adapter.TWILIO, sender=SENDER), ACCOUNT, TOKEN, RECEIPTS, twilio.url)
    caplog.set_level(logging.DEBUG)
    carrier.send(outgoing("canary"))
    carrier.find(outgoing("canary"), START)
    assert [query["To"] for method, _, query in twilio.asked if method == "GET"] == [NUMBER]
    assert caplog.text == ""


def test_a_conversation_goes_out_and_the_log_is_silent_about_it(
    settings: ChannelSettings,
    database: Engine,
    twilio: Server,
    carrier: TwilioCarrier,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    bodies = ("canary one", "slow", "never reached before that is known")
    keys = settings.keys.within(settings.keyring.waves.make(WAVE))
    with writing(database) as session:
        for number, texts in ((NUMBER, bodies), (OTHER, ("stopped", "canary two")), (THIRD, ("busy",))):
            outbox.queue(session, outbox.Recipient("twilio", number, WAVE, keys), texts, START)
    counts = deliver(settings, database, carrier, lambda: START)
    assert counts == Counter(sent=1, unknown=1, queued=1, failed=1)
    assert sorted(form["Body"] for _, form in twilio.requests) == ["busy", "canary one", "slow", "stopped"]
    for secret in ("canary", NUMBER, NUMBER[1:], TOKEN, OTHER[1:], "Twilio API Request"):
        assert secret not in caplog.text
    assert Phone(settings, database, OTHER).text("hello") == []


def environment(engine: Engine, server: Server) -> dict[str, str]:
    return {
        "THIQA_DATABASE_URL": engine.url.render_as_string(hide_password=False),
        "THIQA_CUSTODIAN_PUBLIC_KEY": CUSTODIAN.public_key.encode(HexEncoder).decode(),
        "THIQA_CHANNEL_KEY": "00112233445566778899aabbccddeeff" * 2,
        "THIQA_TWILIO_ACCOUNT_SID": ACCOUNT,
        "THIQA_TWILIO_AUTH_TOKENS": f"{TOKEN}, older",
        "THIQA_TWILIO_SENDER": SENDER,
        "THIQA_TWILIO_BASE_URL": server.url,
    }


def test_the_verb_sends_once_and_prints_what_it_did(
    settings: ChannelSettings, database: Engine, twilio: Server
) -> None:
    with writing(database) as session:
        for number, text in ((NUMBER, "one"), (OTHER, "wrong")):
            outbox.queue(session, outbox.Recipient("twilio", number, None, settings.keys), (text,), datetime.now(UTC))
    result = CliRunner().invoke(sms, ["send"], env=environment(database, twilio))
    assert result.exit_code == 0, result.output
    assert [word for word in result.output.split() if word.isalpha()] == ["sent", "failed", "unknown", "later"]
    assert [word for word in result.output.split() if word.isdigit()] == ["1", "1", "0", "0"]
    assert sorted(form["Body"] for _, form in twilio.requests) == ["one", "wrong"]


@pytest.mark.parametrize(
    ("unset", "said"),
    [
        ("THIQA_TWILIO_AUTH_TOKENS", "THIQA_TWILIO_AUTH_TOKENS must hold the carrier's auth token"),
        ("THIQA_CHANNEL_KEY", "THIQA_CHANNEL_KEY is not set."),
        ("THIQA_TWILIO_SENDER", "THIQA_TWILIO_SENDER (or the channel's sender) must be set to send."),
    ],
)
def test_the_verb_says_what_is_not_configured(database: Engine, twilio: Server, unset: str, said: str) -> None:
    given: dict[str, str | None] = {**environment(database, twilio), unset: None}
    result = CliRunner().invoke(sms, ["send"], env=given)
    assert result.exit_code == 1
    assert said.split() == [word for word in result.output.split() if word in said.split()][: len(said.split())]
    assert TOKEN not in result.output


def test_the_help_says_what_the_verb_changes() -> None:
    assert "marks it in the database" in " ".join(CliRunner().invoke(sms, ["send", "--help"]).output.split())
