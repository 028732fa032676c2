"""What gateways bring: only with their proof, written as declared, and whatever it is, survived."""

from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from sms.carriers import E164, Failure, Fate, Incoming, Receipt, brought
from sms.carriers.brought import Brought, Inbound, Proof, Where
from sms.carriers.calls import Call
from sms.carriers.codings import Coding
from sms.carriers.declared import Adapter, Channel
from sms.carriers.gateway import Gateway

from ..conftest import NUMBER, START
from .conftest import OURS
from .gateways import PROOF, example, kannel_brings, phone_brings

ARABIC = "توقف ١"
STAMP = int(START.timestamp())


@pytest.fixture
def kannel(tmp_path: Path) -> Channel:
    return example("kannel", tmp_path, "http://127.0.0.1:9")


@pytest.fixture
def phone(tmp_path: Path) -> Channel:
    return example("phone", tmp_path, "http://127.0.0.1:9")


@pytest.mark.parametrize(
    ("sender", "text", "charset"),
    [
        (NUMBER, ARABIC, "UTF-16BE"),
        ("00212600000001", "oui & non + 1", "UTF-8"),
        ("0600000001", "déjà", "WINDOWS-1252"),
        ("212600000001", "", "UTF-8"),
    ],
)
def test_fault_34_kannel_says_with_each_text_how_it_is_written(
    kannel: Channel, sender: str, text: str, charset: str
) -> None:
    found = brought.inbound(kannel, Brought(kannel_brings(sender, text, charset)))
    assert found == Incoming("f2a4-1", NUMBER, text)


def test_fault_34_what_is_not_as_declared_is_an_empty_text_and_never_guessed(kannel: Channel) -> None:
    query = kannel_brings(NUMBER, ARABIC, "UTF-16BE")
    for wrong in (query.replace(b"UTF-16BE", b"UTF-8"), query.replace(b"UTF-16BE", b"KOI8-R"), query[:-3]):
        assert brought.inbound(kannel, Brought(wrong)) == Incoming("f2a4-1", NUMBER, "")


@pytest.mark.parametrize("coding", list(Coding))
@given(text=st.text(st.characters(exclude_categories=["Cs", "Cc"]) | st.just("\n"), max_size=200))
def test_fault_34_every_coding_gives_back_what_it_was_given(coding: Coding, text: str) -> None:
    try:
        text.encode(coding.charset)
    except UnicodeEncodeError:
        assert b"?" in coding.write(text)
        return
    assert coding.read(coding.write(text)) == text


@pytest.mark.parametrize(
    ("coding", "field", "text"),
    [
        (Coding.UCS2_HEX, b"062A06480642", "توق"),
        (Coding.UCS2_HEX, b"062a064", None),
        (Coding.UCS2_HEX, b"1", None),
        (Coding.UCS2_BASE64, b"BioGSAZC", "توق"),
        (Coding.UTF8_BASE64, b"2KrZiNmC", "توق"),
        (Coding.UTF8_BASE64, b"2KrZ*iNmC", None),
        (Coding.UTF8_BASE64, b"2KrZiNk=", None),
        (Coding.UTF8_HEX, b"c3a9", "é"),
        (Coding.UCS2, b"\xd8\x00\x00A", None),
        (Coding.UTF8, b"\xd9", None),
        (Coding.LATIN1, b"\xe9", "é"),
    ],
)
def test_fault_34_bodies_in_hexadecimal_and_base64_are_read_as_declared(
    coding: Coding, field: bytes, text: str | None
) -> None:
    assert coding.read(field) == text


def test_a_phone_brings_texts_and_its_own_name_of_them(phone: Channel) -> None:
    payload: dict[str, object] = {"messageId": "same", "message": ARABIC, "phoneNumber": "0600000001", "simNumber": 1}
    body, headers = phone_brings("sms:received", payload, STAMP)
    found = brought.inbound(phone, Brought(body=body, headers=headers))
    assert found == Incoming("Ey6ECgOk", NUMBER, ARABIC)


@pytest.mark.parametrize("sender", ["12345", "Bank", "", "+212600000099", "+2126", f"{NUMBER}\n", "+٢١٢٦٠٠٠٠٠٠٠١"])
def test_fault_37_what_no_person_can_have_sent_is_not_taken(kannel: Channel, sender: str) -> None:
    assert brought.inbound(kannel, Brought(kannel_brings(sender, "one", "UTF-8"))) is None


def test_a_text_without_a_name_cannot_be_told_from_its_repetition(kannel: Channel) -> None:
    query = kannel_brings(NUMBER, "one", "UTF-8")
    assert brought.inbound(kannel, Brought(query.replace(b"f2a4-1", b""))) is None
    assert brought.inbound(kannel, Brought(query.replace(b"f2a4-1", b"a" * 65))) is None


@pytest.mark.parametrize(
    ("status", "receipt"),
    [
        ("8", Receipt("kannel", OURS, None, Fate.SENT)),
        ("1", Receipt("kannel", OURS, None, Fate.DELIVERED)),
        ("2", Receipt("kannel", OURS, None, Fate.FAILED, Failure.UNREACHABLE)),
        ("16", Receipt("kannel", OURS, None, Fate.FAILED, Failure.REFUSED)),
        ("4", None),
        ("", None),
    ],
)
def test_fault_40_kannels_receipts_mean_what_is_declared(kannel: Channel, status: str, receipt: Receipt | None) -> None:
    assert brought.receipt(kannel, Brought(f"m={OURS}&status={status}".encode())) == receipt
    assert brought.receipt(kannel, Brought(f"m=1&status={status}".encode())) is None


def test_fault_40_the_phones_receipts_are_its_events(phone: Channel) -> None:
    for event, fate in (("sms:sent", Fate.SENT), ("sms:delivered", Fate.DELIVERED), ("sms:failed", Fate.FAILED)):
        body, _ = phone_brings(event, {"messageId": OURS, "phoneNumber": NUMBER}, STAMP)
        found = brought.receipt(phone, Brought(body=body))
        assert found
        assert (found.token, found.fate, bool(found.failure)) == (OURS, fate, fate is Fate.FAILED)
    body, _ = phone_brings("system:ping", {"messageId": OURS}, STAMP)
    assert brought.receipt(phone, Brought(body=body)) is None


def shown(channel: Channel, what: Brought, secret: str = PROOF, late: float = 0) -> bool:
    assert channel.gateway
    assert channel.gateway.proof
    return channel.gateway.proof.shown(what, secret, START + timedelta(seconds=late))


def test_fault_31_a_phone_must_sign_what_it_brings_with_our_key_and_now(phone: Channel) -> None:
    body, headers = phone_brings("sms:received", {"message": "one"}, STAMP)
    assert shown(phone, Brought(body=body, headers=headers))
    assert shown(phone, Brought(body=body, headers={name.title(): value for name, value in headers.items()}), late=299)
    assert not shown(phone, Brought(body=body, headers=headers), late=301)
    assert not shown(phone, Brought(body=body, headers=headers), late=-301)
    assert not shown(phone, Brought(body=body + b" ", headers=headers))
    assert not shown(phone, Brought(body=body, headers=headers), secret="")
    for changed in ({"x-signature": ""}, {"x-signature": "é"}, {"x-timestamp": str(STAMP + 1)}, {"x-timestamp": "١"}):
        assert not shown(phone, Brought(body=body, headers={**headers, **changed}))
    forged, signed = phone_brings("sms:received", {"message": "one"}, STAMP, key="another")
    assert not shown(phone, Brought(body=forged, headers=signed))


def test_fault_31_kannel_must_come_to_the_address_with_the_secret(kannel: Channel) -> None:
    assert shown(kannel, Brought(secret=PROOF))
    for wrong in ("", PROOF[:-1], PROOF.upper(), f"{PROOF}/", "é"):
        assert not shown(kannel, Brought(secret=wrong))
    assert not shown(kannel, Brought(), secret="")


def test_fault_31_or_a_header_holds_it() -> None:
    proof = Proof(header="X-Key")
    assert proof.shown(Brought(headers={"x-key": "right"}), "right", START)
    assert not proof.shown(Brought(headers={"x-key": "wrong"}, secret="right"), "right", START)


@pytest.mark.parametrize(
    ("kind", "given_", "said"),
    [
        (Proof, {}, "one of path, header and signature"),
        (Proof, {"path": True, "header": "X"}, "one of path, header and signature"),
        (Proof, {"signature": "X"}, "go together"),
        (Inbound, {"sender": "a", "text": "b", "reference": "c", "where": "json", "coding": "utf-16-be"}, "json holds"),
        (Inbound, {"sender": "a", "text": "b", "reference": "c", "coding_field": "d"}, "go together"),
        (brought.Receipts, {"status": "a", "statuses": {}}, "must name"),
        (brought.Receipts, {"status": "a", "statuses": {"1": "gone"}, "token": "m"}, "input should be"),
        (
            Gateway,
            {"send": {"url": "https://a.example"}, "receipts": {"status": "a", "statuses": {}, "token": "m"}},
            "needs",
        ),
    ],
)
def test_what_cannot_be_right_is_refused(kind: type, given_: dict[str, object], said: str) -> None:
    with pytest.raises(ValidationError) as caught:
        TypeAdapter(kind).validate_python(given_)
    assert said in str(caught.value).lower()


def anything(where: Where, coding: Coding) -> Channel:
    inbound = Inbound("s", "t", "r", where, coding, numbers={"0": "+212"})
    receipts = brought.Receipts("st", {"1": Fate.SENT, "2": Failure.INVALID}, "m", "r", where)
    send = Call("https://gateway.example")
    return Channel("any", Adapter.GATEWAY, gateway=Gateway(send, None, None, inbound, receipts, Proof(path=True)))


leaves = st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.sampled_from([NUMBER, OURS, "1", "2"])
documents = st.recursive(
    leaves, lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(["s", "t", "r", "st", "m"]), inner)
).map(lambda document: TypeAdapter(object).dump_json(document))
pairs = st.lists(st.tuples(st.sampled_from([b"s", b"t", b"r", b"st", b"m", b""]), st.binary())).map(
    lambda fields: b"&".join(name + b"=" + value for name, value in fields)
)


@given(
    where=st.sampled_from(Where),
    coding=st.sampled_from([coding for coding in Coding if coding.is_text]),
    raw=st.binary() | documents | pairs | st.just(b"[" * 100_000),
)
def test_whatever_is_brought_is_survived(where: Where, coding: Coding, raw: bytes) -> None:
    channel, what = anything(where, coding), Brought(raw, raw)
    text, told = brought.inbound(channel, what), brought.receipt(channel, what)
    assert text is None or E164.fullmatch(text.sender)
    assert told is None or told.fate in (Fate.SENT, Fate.FAILED)
