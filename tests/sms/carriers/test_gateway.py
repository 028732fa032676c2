"""Sending by gateways, with the channels of docs/channels.md, to servers that speak as theirs do."""

import logging
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from sms.carriers import BusyError, Failure, Outgoing, RejectedError, Sent, UncertainError, gateway
from sms.carriers.calls import Call, at, values_of
from sms.carriers.codings import Coding
from sms.carriers.declared import Adapter, Channel, ChannelsError
from sms.carriers.gateway import Gateway, GatewayCarrier

from ..conftest import NUMBER, START
from .conftest import OURS
from .gateways import PROOF, SECRET, Got, Kannel, Local, Phone, example, serving

RECEIPTS = "https://survey.example/sms/kannel/receipts"
ARABIC = "1/3 ما مدى ثقتكم؟ & + % \n1 لا ثقة 😀"


def outgoing(body: str = "one") -> Outgoing:
    return Outgoing(OURS, NUMBER, body)


@pytest.fixture
def kannel() -> Iterator[Local]:
    with serving(Kannel) as server:
        yield server


@pytest.fixture
def phone() -> Iterator[Local]:
    with serving(Phone) as server:
        yield server


def opened(name: str, folder: Path, server: Local, secret: str = SECRET) -> GatewayCarrier:
    return GatewayCarrier(example(name, folder, server.url), secret, PROOF, RECEIPTS)


@pytest.mark.parametrize(("body", "coding"), [(ARABIC, "2"), ("1 Très peu & more? £ @ [x] €", "0")])
def test_kannel_shows_a_phone_what_was_written(kannel: Local, tmp_path: Path, body: str, coding: str) -> None:
    assert opened("kannel", tmp_path, kannel).send(outgoing(body)) == Sent(OURS)
    assert kannel.got == [Got(NUMBER, body, f"{RECEIPTS}/{PROOF}?m={OURS}&status=%d", coding)]


def test_kannel_may_be_given_ucs2_itself(kannel: Local) -> None:
    query = {"username": "thiqa", "password": "{secret}", "to": "{to}", "text": "{body}", "dlr-url": "{receipts}"}
    send = Call(f"{kannel.url}/sendsms", query={**query, "charset": "UTF-16BE", "coding": "2"}, body=Coding.UCS2)
    GatewayCarrier(alone(send), SECRET, PROOF, RECEIPTS).send(outgoing(ARABIC))
    assert kannel.got == [Got(NUMBER, ARABIC, RECEIPTS, "2")]


def test_a_phone_takes_our_name_for_a_message_and_is_asked_by_it(phone: Local, tmp_path: Path) -> None:
    carrier = opened("phone", tmp_path, phone)
    assert carrier.find(outgoing(), START) is None
    assert carrier.send(outgoing(ARABIC)) == Sent(OURS)
    assert phone.got == [Got(NUMBER, ARABIC, OURS)]
    assert carrier.find(outgoing(), START) == Sent(OURS)
    assert carrier.erase(OURS) is True
    assert phone.paths == [f"/message/{OURS}", "/message", f"/message/{OURS}"]


def test_a_wrong_secret_is_for_later_since_no_message_is_at_fault(kannel: Local, phone: Local, tmp_path: Path) -> None:
    for name, server in (("kannel", kannel), ("phone", phone)):
        with pytest.raises(BusyError):
            opened(name, tmp_path, server, "wrong").send(outgoing())
        assert server.got == []


def alone(send: Call, erase: Call | None = None) -> Channel:
    return Channel("alone", Adapter.GATEWAY, two_way=False, receipts=False, gateway=Gateway(send, erase=erase))


@pytest.mark.parametrize(
    ("status", "text", "error"),
    [
        (200, "queued", None),
        (200, "BUSY now", BusyError),
        (200, "no such number", RejectedError),
        (200, "what?", UncertainError),
        (429, "", BusyError),
        (503, "", BusyError),
        (401, "", BusyError),
        (400, "", RejectedError),
        (500, "", UncertainError),
        (504, "", UncertainError),
        (302, "", UncertainError),
    ],
)
def test_fault_39_an_answer_means_what_is_configured_and_else_what_its_status_says(
    kannel: Local, status: int, text: str, error: type[Exception] | None
) -> None:
    kannel.trouble = (status, text, {"Location": f"{kannel.url}/elsewhere"})
    rules = {"taken_if": "^queued", "busy_if": "BUSY", "refused": {"invalid": "no such"}}
    send = TypeAdapter(Call).validate_python({"url": f"{kannel.url}/send?to={{to}}", **rules})
    carrier = GatewayCarrier(alone(send), "", "", RECEIPTS)
    if error is None:
        assert carrier.send(outgoing()) == Sent(OURS)
    else:
        with pytest.raises(error) as caught:
            carrier.send(outgoing())
        if isinstance(caught.value, RejectedError):
            assert caught.value.failure is (Failure.INVALID if text else Failure.REFUSED)
    assert kannel.paths == ["/send?to=%2B212600000001"]


@pytest.mark.parametrize(
    ("text", "rules", "reference"),
    [
        ('{"messages": [{"id": 17}]}', {"reference": "messages.0.id"}, "17"),
        ("OK id: abc-1\n", {"reference_if": r"id: (\S+)"}, "abc-1"),
        ('{"id": null}', {"reference": "id"}, OURS),
        ("<html>", {"reference": "id"}, OURS),
        ("id: " + "a" * 65, {"reference_if": r"id: (\S+)"}, OURS),
    ],
)
def test_the_gateways_own_name_of_a_message_is_read_from_its_answer(
    kannel: Local, text: str, rules: dict[str, str], reference: str
) -> None:
    kannel.trouble = (200, text, {})
    send = TypeAdapter(Call).validate_python({"url": f"{kannel.url}/send", **rules})
    assert GatewayCarrier(alone(send), "", "", RECEIPTS).send(outgoing()) == Sent(reference)


def test_fault_39_no_answer_leaves_the_outcome_unknown_and_nobody_there_is_for_later(
    phone: Local, tmp_path: Path
) -> None:
    carrier = opened("phone", tmp_path, phone)
    phone.breaks = True
    with pytest.raises(UncertainError):
        carrier.send(outgoing())
    with pytest.raises(BusyError):  # a question may be asked again
        carrier.find(outgoing(), START)
    phone.shutdown()
    phone.server_close()
    with pytest.raises(BusyError):
        carrier.send(outgoing())
    with pytest.raises(BusyError):
        carrier.find(outgoing(), START)


def test_fault_39_an_answer_is_not_awaited_for_ever(kannel: Local, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gateway, "READ_SECONDS", 0.2)
    kannel.trouble = (200, "late", {"Content-Length": "100"})
    with pytest.raises(UncertainError):
        GatewayCarrier(alone(Call(f"{kannel.url}/send")), "", "", RECEIPTS).send(outgoing())


def test_what_is_not_configured_is_not_asked(kannel: Local) -> None:
    carrier = GatewayCarrier(alone(Call(f"{kannel.url}/send")), "", "", RECEIPTS)
    with pytest.raises(UncertainError):
        carrier.find(outgoing(), START)
    assert carrier.erase("17") is True
    assert kannel.paths == []


@pytest.mark.parametrize(("status", "erased"), [(204, True), (404, True), (409, False), (500, None)])
def test_a_copy_is_deleted_where_the_gateway_can(kannel: Local, status: int, erased: bool | None) -> None:
    kannel.trouble = (status, "", {})
    send = Call(f"{kannel.url}/send")
    carrier = GatewayCarrier(alone(send, erase=Call(f"{kannel.url}/sent/{{reference}}")), "", "", RECEIPTS)
    if erased is None:
        with pytest.raises(BusyError):
            carrier.erase("../a?b")
    else:
        assert carrier.erase("../a?b") is erased
    assert kannel.paths == ["/sent/..%2Fa%3Fb"]


def test_nothing_is_logged_and_no_cookie_is_kept(kannel: Local, caplog: pytest.LogCaptureFixture) -> None:
    logging.getLogger("urllib3.connectionpool").disabled = False
    kannel.trouble = (200, "", {"Set-Cookie": "a=b"})
    carrier = GatewayCarrier(alone(Call(f"{kannel.url}/send?to={{to}}&text={{body}}")), "", "", RECEIPTS)
    caplog.set_level(logging.DEBUG)
    carrier.send(outgoing("canary"))
    assert caplog.text == ""
    assert not carrier._session.cookies
    assert "canary" not in repr(Call(f"{kannel.url}/{{body}}").request(values_of(outgoing("canary"), "")))


def test_a_secret_that_is_needed_must_be_there(tmp_path: Path, kannel: Local, phone: Local) -> None:
    for name, server in (("kannel", kannel), ("phone", phone)):
        with pytest.raises(ChannelsError, match=f"channel {name} needs its secret"):
            opened(name, tmp_path, server, "")


@given(body=st.text(st.characters(exclude_categories=["Cs"])))
def test_any_text_stands_whole_in_an_address_a_form_and_a_document(body: str) -> None:
    values = values_of(outgoing(body), "") | {"secret": "a&b"}
    here = Call("https://gateway.example/{body}?t={body}&k={secret}", query={"text": "<{body}>"}).request(values).url
    assert dict(parse_qsl(urlsplit(here).query, keep_blank_values=True)) == {
        "t": body,
        "k": "a&b",
        "text": f"<{body}>",
    }
    form = Call("https://gateway.example", method="POST", form={"x&y": "{body}", "to": "{digits}"}).request(values)
    found = dict(parse_qsl((form.content or b"").decode(), keep_blank_values=True))
    assert found == {"x&y": body, "to": NUMBER[1:]}
    template = {"a": ["{to}", {"b": "{body}"}], "n": 1, "t": True}
    document = TypeAdapter(dict[str, object]).validate_json(
        Call("https://gateway.example", method="POST", json=template).request(values).content or b""
    )
    assert document == {"a": [NUMBER, {"b": body}], "n": 1, "t": True}


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"url": "http://gateway.example/"}, "must be https"),
        ({"url": "http://8.8.8.8/"}, "must be https"),
        ({"url": "ftp://127.0.0.1/"}, "must be http or https"),
        ({"url": "https://{to}.example/"}, "no placeholder"),
        ({"url": "https://me:secret@gateway.example/"}, "must not hold a user"),
        ({"query": {"to": "{number}"}}, "does not know {number}"),
        ({"json": {"a": [{"b": "{Body}"}]}}, "does not know {Body}"),
        ({"form": {}, "json": {}}, "not both"),
        ({"json": {}, "body": "utf-16-be"}, "json holds text"),
        ({"json": {"a": [START]}}, "json can hold"),
        ({"headers": {"X-Text": "{body}"}}, "cannot hold"),
        ({"reference_if": "id"}, "one group"),
        ({"busy_if": "("}, "valid regular expression"),
        ({"sent": "x"}, "unexpected keyword"),
    ],
)
def test_a_template_that_cannot_be_right_is_refused(changed: dict[str, object], said: str) -> None:
    with pytest.raises(ValidationError) as caught:
        TypeAdapter(Call).validate_python({"url": "https://gateway.example/", **changed})
    assert said.lower() in str(caught.value).lower()


def test_a_path_finds_words_and_numbers_and_nothing_else() -> None:
    document = {"a": [{"b": "x"}, 2], "t": True, "n": None}
    assert [at(document, path) for path in ("a.0.b", "a.1", "a.2", "a.x", "a", "t", "n", "a.0.b.c", "")] == [
        "x",
        "2",
        *[None] * 7,
    ]
