"""What Twilio brings: receipts, as it signs and posts them, and texts. Any form is survived."""

import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from twilio.request_validator import RequestValidator  # type: ignore[import-untyped]  # the library has no types

from sms.carriers import E164, Failure, Fate, Incoming, Outgoing, Receipt
from sms.carriers.declared import Adapter, Channel
from sms.carriers.twilio import TwilioCarrier, inbound, receipt
from survey_app.engine import Mode

from ..conftest import NUMBER, TOKEN
from .conftest import OURS, SENDER
from .twilio_server import ACCOUNT, Server

SID = "SM" + "1" * 32
TEXT = {"MessageSid": SID, "From": NUMBER, "To": SENDER, "Body": "نعم", "NumMedia": "0"}


def test_receipts_come_signed_to_the_address_that_names_our_token(twilio: Server) -> None:
    got: list[Receipt | None] = []

    class Us(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            form = dict(parse_qsl(self.rfile.read(int(self.headers["Content-Length"])).decode()))
            url = f"http://127.0.0.1:{us.server_port}{self.path}"
            assert RequestValidator(TOKEN).validate(url, form, self.headers["X-Twilio-Signature"])
            got.append(receipt("twilio", form, dict(parse_qsl(urlsplit(self.path).query)).get("m")))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with HTTPServer(("127.0.0.1", 0), Us) as us:
        thread = threading.Thread(target=us.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        told = f"http://127.0.0.1:{us.server_port}/sms/twilio/receipts"
        channel = Channel("twilio", Adapter.TWILIO, sender=SENDER)
        sent = TwilioCarrier(channel, ACCOUNT, TOKEN, told, twilio.url).send(Outgoing(OURS, NUMBER, "one"))
        for status, error in (("sending", None), ("sent", None), ("undelivered", 30003)):
            assert twilio.call_back(sent.reference, TOKEN, status, error) == 204
        us.shutdown()
        thread.join()
    assert got == [
        None,
        Receipt("twilio", OURS, sent.reference, Fate.SENT),
        Receipt("twilio", OURS, sent.reference, Fate.FAILED, Failure.UNREACHABLE),
    ]


@pytest.mark.parametrize(
    ("status", "code", "fate", "failure"),
    [
        ("sent", "", Fate.SENT, None),
        ("delivered", "", Fate.DELIVERED, None),
        ("read", "", Fate.DELIVERED, None),
        ("failed", "30005", Fate.FAILED, Failure.INVALID),
        ("failed", "30006", Fate.FAILED, Failure.LANDLINE),
        ("undelivered", "30007", Fate.FAILED, Failure.BLOCKED),
        ("undelivered", "21610", Fate.FAILED, Failure.OPTED_OUT),
        ("failed", "63016", Fate.FAILED, Failure.REFUSED),
        ("failed", "30001", Fate.FAILED, Failure.UNREACHABLE),
        ("undelivered", "", Fate.FAILED, Failure.UNREACHABLE),
        ("failed", "99999", Fate.FAILED, Failure.REFUSED),
        ("failed", "٣٠٠٠٥", Fate.FAILED, Failure.REFUSED),
    ],
)
def test_fault_40_a_receipt_has_a_fate_and_a_failure_a_name(
    status: str, code: str, fate: Fate, failure: Failure | None
) -> None:
    form = {"MessageSid": SID, "MessageStatus": status, "ErrorCode": code}
    assert receipt("twilio", form, OURS) == Receipt("twilio", OURS, SID, fate, failure)


@pytest.mark.parametrize("status", ["queued", "accepted", "scheduled", "sending", "receiving", "", "new", "Sent"])
def test_fault_40_a_status_that_says_nothing_yet_or_is_unknown_is_no_receipt(status: str) -> None:
    assert receipt("twilio", {"MessageSid": SID, "MessageStatus": status}, OURS) is None


def test_a_receipt_without_our_token_is_found_by_twilios_id_and_without_both_not_at_all() -> None:
    form = {"MessageSid": SID, "MessageStatus": "sent"}
    assert receipt("twilio", form, "../1") == Receipt("twilio", None, SID, Fate.SENT)
    assert receipt("twilio", {"MessageStatus": "sent"}, None) is None


def test_a_text_is_taken_with_what_it_says_and_nothing_of_its_media() -> None:
    assert inbound(TEXT) == Incoming(SID, NUMBER, "نعم")
    picture = {**TEXT, "MessageSid": "MM" + "1" * 32, "NumMedia": "1", "MediaUrl0": "http://127.0.0.1:9/"}
    picture.pop("Body")
    assert inbound(picture) == Incoming("MM" + "1" * 32, NUMBER, "")
    spoken = {**TEXT, "From": f"whatsapp:{NUMBER}", "To": f"whatsapp:{SENDER}"}
    assert inbound(spoken) == Incoming(SID, NUMBER, "نعم", Mode.WHATSAPP)
    assert inbound({**TEXT, "OptOutType": "stop"}) == Incoming(SID, NUMBER, "نعم", opt_out="STOP")
    assert inbound({**TEXT, "OptOutType": "else"}) == Incoming(SID, NUMBER, "نعم")


@pytest.mark.parametrize(
    "changed",
    [
        {"From": "12345"},
        {"From": "Bank"},
        {"From": ""},
        {"From": "whatsapp:Bank"},
        {"From": SENDER},
        {"From": f"whatsapp:{SENDER}", "To": f"whatsapp:{SENDER}"},
        {"From": "+15005550007"},
        {"From": f"{NUMBER}\n"},
        {"From": "+٢١٢٦٠٠٠٠٠٠٠١"},
        {"MessageSid": ""},
        {"MessageSid": "SM" * 40},
        {"MessageSid": "SM\x001"},
    ],
)
def test_fault_37_what_no_person_can_have_sent_is_not_taken(changed: dict[str, str]) -> None:
    assert inbound({**TEXT, **changed}, own={"+15005550007"}) is None


names = st.sampled_from(["MessageSid", "From", "To", "Body", "OptOutType", "MessageStatus", "SmsStatus", "ErrorCode"])
values = st.one_of(st.text(), st.sampled_from([SID, NUMBER, f"whatsapp:{NUMBER}", "failed", "sent", "30003", "STOP"]))


@given(form=st.dictionaries(names, values), token=st.none() | st.text() | st.just(OURS))
def test_any_form_is_survived(form: dict[str, str], token: str | None) -> None:
    text, told = inbound(form), receipt("twilio", form, token)
    assert text is None or (E164.fullmatch(text.sender) and text.reference == form["MessageSid"])
    assert told is None or ((told.failure is not None) == (told.fate is Fate.FAILED))
