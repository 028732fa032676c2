"""The webhook: what the carrier signed is taken, what it did not sign changes nothing (faults 31, 32, 37, 41)."""

import base64
import hashlib
import hmac
import subprocess
import sys
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from pydantic import SecretStr
from sqlalchemy import Engine
from sqlmodel import func, select
from twilio.request_validator import RequestValidator  # type: ignore[import-untyped]  # the library has no types
from werkzeug.datastructures import MultiDict
from werkzeug.middleware.dispatcher import DispatcherMiddleware
from werkzeug.test import Client, TestResponse
from werkzeug.wrappers import Response

from sms.settings import ChannelSettings
from sms.webhook import create_channel
from survey_app.storage.database import reading
from survey_app.storage.tables import InboundRow, OutboxRow

from .conftest import LINK, NUMBER, OLD_TOKEN, START, TOKEN, Phone

URL = f"{LINK}/sms/twilio"
FORM = {"MessageSid": "SM" + "a" * 32, "From": NUMBER, "To": "+15005550006", "Body": "trust", "NumMedia": "0"}


@pytest.fixture
def client(settings: ChannelSettings, database: Engine) -> FlaskClient:
    return create_channel(settings, database, lambda: START).test_client()


def signature(url: str = URL, form: dict[str, str] | MultiDict[str, str] = FORM, token: str = TOKEN) -> str:
    return str(RequestValidator(token).compute_signature(url, form))


def post(
    client: FlaskClient, signed: str | None, form: object = None, path: str = "/twilio", **headers: str
) -> TestResponse:
    sent = {"X-Twilio-Signature": signed} if signed is not None else {}
    return client.post(path, data=form or FORM, headers={**sent, **headers})


def taken(engine: Engine) -> tuple[int, int]:
    with reading(engine) as session:
        return tuple(session.exec(select(func.count()).select_from(table)).one() for table in (InboundRow, OutboxRow))  # type: ignore[return-value]  # two of them


def test_a_signed_text_is_taken_and_answered_with_nothing_but_an_empty_response(
    client: FlaskClient, database: Engine
) -> None:
    response = post(client, signature())
    assert (response.status_code, response.mimetype) == (200, "text/xml")
    assert response.text == '<?xml version="1.0" encoding="UTF-8"?><Response />'
    assert taken(database) == (1, 1)


def test_the_same_request_again_does_nothing(client: FlaskClient, database: Engine) -> None:
    for _ in range(3):
        assert post(client, signature()).status_code == 200
    assert taken(database) == (1, 1)


def test_the_token_that_is_being_replaced_still_counts(client: FlaskClient, database: Engine) -> None:
    assert post(client, signature(token=OLD_TOKEN)).status_code == 200
    assert taken(database) == (1, 1)


def test_a_signature_of_sha_256_is_read_as_its_header_says(client: FlaskClient, database: Engine) -> None:
    # Twilio's documented scheme, computed here without its library: the address, then each sorted name with its value
    said = URL + "".join(name + FORM[name] for name in sorted(FORM))
    signed = base64.b64encode(hmac.digest(TOKEN.encode(), said.encode(), hashlib.sha256)).decode()
    setting = "key=webhooks_sharedkey_1,algorithm=HMAC_SHA256"
    assert post(client, signed).status_code == 403
    assert post(client, signed, **{"X-Twilio-Webhooks-Signature-Settings": "algorithm=none"}).status_code == 403
    assert post(client, signed, **{"X-Twilio-Webhooks-Signature-Settings": setting}).status_code == 200
    assert taken(database) == (1, 1)


FORGED = {
    "missing": None,
    "empty": "",
    "made up": base64.b64encode(bytes(20)).decode(),
    "truncated": signature()[:-1],
    "not base64": "é" * 28,
    "another token": signature(token="guess"),
    "http for https": signature(URL.replace("https", "http")),
    "another path": signature(LINK + "/sms/twilio/"),
    "without our prefix": signature(LINK + "/twilio"),
    "another host": signature("https://elsewhere.example/sms/twilio"),
    "a query that was not sent": signature(URL + "?a=1"),
    "another text": signature(form={**FORM, "Body": "stop"}),
    "a parameter less": signature(form={name: value for name, value in FORM.items() if name != "To"}),
    "no parameters": signature(form={}),
}


@pytest.mark.parametrize("signed", FORGED.values(), ids=FORGED)
def test_what_the_carrier_did_not_sign_is_refused_and_changes_nothing(
    client: FlaskClient, database: Engine, signed: str | None
) -> None:
    response = post(client, signed.encode().decode("latin-1") if signed else signed)
    assert (response.status_code, response.data) == (403, b"")
    assert taken(database) == (0, 0)


@pytest.mark.parametrize("repeated", [("Body", "trust"), ("Body", "stop"), ("From", "+212600000009"), ("Extra", "x")])
def test_an_added_or_repeated_parameter_is_refused(
    client: FlaskClient, database: Engine, repeated: tuple[str, str]
) -> None:
    form = MultiDict([*FORM.items(), repeated])
    assert post(client, signature(), form).status_code == 403
    assert taken(database) == (0, 0)


def test_a_repeated_parameter_is_refused_even_when_it_is_signed(client: FlaskClient, database: Engine) -> None:
    form = MultiDict([*FORM.items(), ("Body", "stop")])
    assert post(client, signature(form=form), form).status_code == 403
    assert taken(database) == (0, 0)


def test_the_signature_covers_the_query(client: FlaskClient) -> None:
    assert post(client, signature(URL + "?wave=1"), path="/twilio?wave=1").status_code == 200
    assert post(client, signature(URL), path="/twilio?wave=1").status_code == 403


def test_the_address_is_the_configured_one_whatever_the_request_says(client: FlaskClient) -> None:
    assert post(client, signature(), Host="elsewhere.example").status_code == 200
    forged = signature("https://elsewhere.example/sms/twilio")
    assert post(client, forged, **{"X-Forwarded-Host": "elsewhere.example"}).status_code == 403


def test_mounted_under_its_prefix_it_is_the_same(settings: ChannelSettings, database: Engine) -> None:
    app = DispatcherMiddleware(Response("", 404), {"/sms": create_channel(settings, database, lambda: START)})
    response = Client(app).post("/sms/twilio", data=FORM, headers={"X-Twilio-Signature": signature()})
    assert response.status_code == 200
    assert taken(database) == (1, 1)


def test_without_any_token_nothing_is_accepted(settings: ChannelSettings, database: Engine) -> None:
    bare = settings.model_copy(update={"twilio_auth_tokens": ()})
    client = create_channel(bare, database, lambda: START).test_client()
    assert post(client, signature(token="")).status_code == 403


@pytest.mark.parametrize(
    "sender", ["12345", "THIQA", "", "+15005550006", "whatever", "+0123456789", "+1234567890123456"]
)
def test_a_sender_that_is_no_person_is_ignored(client: FlaskClient, database: Engine, sender: str) -> None:
    form = {**FORM, "From": sender}
    assert post(client, signature(form=form), form).status_code == 200
    assert taken(database) == (0, 0)


def test_a_picture_is_never_fetched(client: FlaskClient, database: Engine) -> None:
    form = {**FORM, "Body": "", "NumMedia": "1", "MediaUrl0": "https://203.0.113.1/picture.jpg"}
    assert post(client, signature(form=form), form).status_code == 200  # sockets beyond loopback would fail the test
    assert taken(database) == (1, 1)


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH"])
def test_other_methods_are_refused(client: FlaskClient, method: str) -> None:
    assert client.open("/twilio", method=method).status_code == 405


def test_a_body_beyond_all_measure_is_refused(client: FlaskClient, database: Engine) -> None:
    assert post(client, signature(), {**FORM, "Body": "x" * 200_000}).status_code in (403, 413)
    assert taken(database) == (0, 0)


def test_every_response_has_the_headers(client: FlaskClient) -> None:
    for response in (post(client, signature()), post(client, None), client.get("/none"), client.get("/simulator")):
        assert response.headers["Content-Security-Policy"].startswith("default-src 'none'")
        assert response.headers["Cache-Control"] == "no-store"
        assert response.headers["X-Content-Type-Options"] == "nosniff"


def test_the_webhook_never_imports_the_carriers_client() -> None:
    unwanted = "('twilio.rest', 'pandas', 'dash', 'requests')"
    script = f"import sms.webhook, sys; sys.exit(any(name.startswith({unwanted}) for name in sys.modules))"
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0


def test_a_whole_interview_goes_through_the_webhook(settings: ChannelSettings, database: Engine, phone: Phone) -> None:
    client = create_channel(settings, database, lambda: phone.now).test_client()
    for number, said in enumerate(("ثقة", "١", "2", "لا", "٤١")):
        phone.now += timedelta(minutes=1)
        form = {**FORM, "Body": said, "MessageSid": f"SM{number:032}"}
        assert post(client, signature(form=form), form).status_code == 200
        assert len(phone.arrived()) == 1


def test_outside_the_demo_there_is_no_simulator(settings: ChannelSettings, database: Engine) -> None:
    real = settings.model_copy(update={"demo": False})
    client = create_channel(real, database, lambda: START).test_client()
    assert client.get("/simulator").status_code == 404
    assert client.post("/simulator", data={"send": "1", "text": "trust"}).status_code == 404


def test_tokens_are_in_no_representation(settings: ChannelSettings) -> None:
    assert isinstance(settings.twilio_auth_tokens[0], SecretStr)
    assert TOKEN not in repr(settings)
