"""The real library of the carrier against a small server on this machine that speaks its Messages API.

The answers have the shape of Twilio's documentation: 201 with a sid, 429 with code 20429, 400 with 21610 or 21211.
"""

import json
import logging
import socket
import threading
import time
from collections import Counter
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs

import pytest
from click.testing import CliRunner
from nacl.encoding import HexEncoder
from sqlalchemy import Engine

from sms import carriers
from sms.carriers import BusyError, RejectedError, Sent, TwilioCarrier, UncertainError
from sms.sending import outbox
from sms.sending.delivery import deliver
from sms.settings import ChannelSettings
from sms.verbs import sms
from survey_app.storage.database import writing

from ..conftest import CUSTODIAN, NUMBER, START, TOKEN, Phone

ACCOUNT = "AC" + "0" * 32
SENDER = "+15005550006"


class Twilio(BaseHTTPRequestHandler):
    """Answers as the text asks: "busy", "gone", "stopped", "wrong", "slow", "broken", or else takes it."""

    server: "Server"

    def do_POST(self) -> None:
        form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        self.server.requests.append((self.path, {name: values[0] for name, values in form.items()}))
        body = self.server.does.get(form["To"][0], form["Body"][0])
        if body == "slow":
            self.server.released.wait(5)
            return
        if body == "broken":
            self.connection.shutdown(socket.SHUT_RDWR)
            return
        failures = {"busy": (429, 20429), "gone": (503, None), "stopped": (400, 21610), "wrong": (400, 21211)}
        status, code = failures.get(body, (201, None))
        sid = f"SM{len(self.server.requests):032x}"
        content = {"code": code, "message": f"about {form['To'][0]}", "status": status}
        taken = {"sid": sid, "status": "queued", "body": body, "to": form["To"][0], "account_sid": ACCOUNT}
        page = b"<html>away</html>" if body == "gone" else json.dumps(taken if status == 201 else content).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(page)))
        self.end_headers()
        self.wfile.write(page)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


class Server(ThreadingHTTPServer):
    """The server, what it was sent, and what ends a slow answer."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Twilio)
        self.requests: list[tuple[str, dict[str, str]]] = []
        self.does: dict[str, str] = {}  # how it answers messages to a number, whatever they say
        self.released = threading.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


@pytest.fixture
def twilio() -> Iterator[Server]:
    with Server() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        yield server
        server.released.set()
        server.shutdown()
        thread.join()


@pytest.fixture
def carrier(twilio: Server, monkeypatch: pytest.MonkeyPatch) -> TwilioCarrier:
    monkeypatch.setattr(carriers, "TIMEOUT_SECONDS", 0.5)
    return TwilioCarrier(ACCOUNT, TOKEN, SENDER, twilio.url)


def test_a_message_arrives_as_it_was_written(twilio: Server, carrier: TwilioCarrier) -> None:
    body = "1/3 ما مدى ثقتكم؟\n1 لا ثقة & €"
    assert carrier.send(NUMBER, body) == Sent("SM" + f"{1:032x}")
    assert twilio.requests == [
        (f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json", {"To": NUMBER, "From": SENDER, "Body": body})
    ]


@pytest.mark.parametrize("body", ["busy", "gone"])
def test_too_many_requests_and_server_errors_are_for_later(carrier: TwilioCarrier, body: str) -> None:
    with pytest.raises(BusyError):
        carrier.send(NUMBER, body)


@pytest.mark.parametrize(("body", "opted_out"), [("stopped", True), ("wrong", False)])
def test_a_refusal_is_for_good_and_its_error_names_nobody(carrier: TwilioCarrier, body: str, opted_out: bool) -> None:
    with pytest.raises(RejectedError) as caught:
        carrier.send(NUMBER, body)
    assert caught.value.opted_out is opted_out
    assert NUMBER not in str(caught.value)
    assert caught.value.__suppress_context__


@pytest.mark.parametrize("body", ["slow", "broken"])
def test_no_answer_in_time_leaves_the_outcome_unknown(twilio: Server, carrier: TwilioCarrier, body: str) -> None:
    began = time.monotonic()
    with pytest.raises(UncertainError):
        carrier.send(NUMBER, body)
    assert time.monotonic() - began < 4
    assert len(twilio.requests) == 1


def test_a_carrier_that_cannot_be_reached_is_for_later(twilio: Server) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        nobody = f"http://127.0.0.1:{free.getsockname()[1]}"
    with pytest.raises(BusyError):
        TwilioCarrier(ACCOUNT, TOKEN, SENDER, nobody).send(NUMBER, "one")


def test_a_conversation_goes_out_and_the_log_is_silent_about_it(
    settings: ChannelSettings,
    database: Engine,
    twilio: Server,
    carrier: TwilioCarrier,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    bodies = ("canary one", "slow", "busy", "never reached")
    with writing(database) as session:
        outbox.queue(session, settings.keys, "twilio", NUMBER, bodies, START)
        outbox.queue(session, settings.keys, "twilio", "+212600000002", ("stopped", "canary two"), START)
    counts = deliver(settings, database, carrier, lambda: START)
    assert counts == Counter(sent=1, unknown=1, queued=1, failed=1)
    assert [form["Body"] for _, form in twilio.requests] == ["canary one", "slow", "busy", "stopped"]
    for secret in ("canary", NUMBER, NUMBER[1:], TOKEN, "212600000002", "Twilio API Request"):
        assert secret not in caplog.text
    assert Phone(settings, database, "+212600000002").text("hello") == []


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
        outbox.queue(session, settings.keys, "twilio", NUMBER, ("one",), START)
        outbox.queue(session, settings.keys, "twilio", "+212600000002", ("wrong",), START)
    result = CliRunner().invoke(sms, ["send"], env=environment(database, twilio))
    assert result.exit_code == 0, result.output
    assert [word for word in result.output.split() if word.isalpha()] == ["sent", "failed", "unknown", "later"]
    assert [word for word in result.output.split() if word.isdigit()] == ["1", "1", "0", "0"]
    assert [form["Body"] for _, form in twilio.requests] == ["one", "wrong"]


@pytest.mark.parametrize(
    ("unset", "said"),
    [
        ("THIQA_TWILIO_AUTH_TOKENS", "THIQA_TWILIO_AUTH_TOKENS must hold the carrier's auth token"),
        ("THIQA_CHANNEL_KEY", "THIQA_CHANNEL_KEY is not set."),
        ("THIQA_TWILIO_SENDER", "THIQA_TWILIO_SENDER must be set to send."),
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
