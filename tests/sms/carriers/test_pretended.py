"""The pretended carrier: each ending of a number does what the table says, the same again for the same seed."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from sms.carriers import BusyError, Carrier, Failure, Fate, Outgoing, RejectedError, UncertainError
from sms.carriers.pretended import ENDINGS, Conduct, PretendedCarrier, conduct

ARABIC = "2/11 ما مدى ثقتكم في الشرطة؟ " * 4
LATER = datetime(2026, 3, 9, tzinfo=UTC)
TAKEN = [
    Conduct.PROMPT, Conduct.LATE, Conduct.TWICE, Conduct.DISORDERED, Conduct.GARBLED, Conduct.CUT,
    *(how for how in Conduct if how.startswith("brought")),
]  # fmt: skip


class Hours:
    """A clock that goes on when it is told to."""

    def __init__(self) -> None:
        self.now = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def hours() -> Hours:
    return Hours()


@pytest.fixture
def carrier(hours: Hours) -> PretendedCarrier:
    return PretendedCarrier(hours)


def number(how: Conduct) -> str:
    return f"+999550123{ENDINGS[how]}"


def message(how: Conduct, token: str = "t1", body: str = ARABIC) -> Outgoing:
    return Outgoing(token, number(how), body)


def test_it_is_a_carrier(carrier: PretendedCarrier) -> None:
    carried: Carrier = carrier
    assert carried.name == "pretended"
    assert carried.erase("any")


def test_every_conduct_has_an_ending_and_other_numbers_are_prompt() -> None:
    assert {conduct(number(how)) for how in Conduct} == set(Conduct)
    assert conduct("+99955012345") is conduct("simulator:+99955012300") is conduct("") is Conduct.PROMPT


@pytest.mark.parametrize("how", TAKEN)
def test_what_is_taken_arrives_and_is_told(carrier: PretendedCarrier, hours: Hours, how: Conduct) -> None:
    sent = carrier.send(message(how))
    assert carrier.find(message(how), hours.now) == sent
    arrived = carrier.received(number(how), LATER)
    assert len(arrived) == (2 if how is Conduct.TWICE else 1)
    told = carrier.receipts(LATER)
    assert [receipt.fate for receipt in told].count(Fate.DELIVERED) == len(arrived)
    assert {(receipt.token, receipt.reference) for receipt in told} == {("t1", sent.reference)}
    assert carrier.receipts(LATER) == []


@pytest.mark.parametrize(
    ("how", "failure"),
    [
        (Conduct.OPTED_OUT, Failure.OPTED_OUT),
        (Conduct.INVALID, Failure.INVALID),
        (Conduct.LANDLINE, Failure.LANDLINE),
        (Conduct.UNREACHABLE, Failure.UNREACHABLE),
        (Conduct.BLOCKED, Failure.BLOCKED),
    ],
)
def test_what_is_refused_is_refused_by_name_and_never_arrives(
    carrier: PretendedCarrier, hours: Hours, how: Conduct, failure: Failure
) -> None:
    with pytest.raises(RejectedError) as caught:
        carrier.send(message(how))
    assert caught.value.failure is failure
    assert carrier.find(message(how), hours.now) is None
    assert not [*carrier.received(number(how), LATER), *carrier.receipts(LATER), *carrier.handed]


def test_late_is_minutes_later(carrier: PretendedCarrier, hours: Hours) -> None:
    carrier.send(message(Conduct.LATE))
    assert carrier.received(number(Conduct.LATE), hours.now + timedelta(minutes=2)) == []
    assert not any(receipt.fate is Fate.DELIVERED for receipt in carrier.receipts(hours.now + timedelta(minutes=2)))
    assert carrier.received(number(Conduct.LATE), hours.now + timedelta(minutes=41))


def test_out_of_order_the_second_overtakes_the_first_and_receipts_too(carrier: PretendedCarrier, hours: Hours) -> None:
    carrier.send(message(Conduct.DISORDERED, "first"))
    carrier.send(message(Conduct.DISORDERED, "second"))
    assert [each.token for each in carrier.received(number(Conduct.DISORDERED), LATER)] == ["second", "first"]
    fates = [receipt.fate for receipt in carrier.receipts(LATER) if receipt.token == "second"]
    assert fates == [Fate.DELIVERED, Fate.SENT]


def test_what_is_dropped_was_taken_and_nothing_is_ever_told(carrier: PretendedCarrier) -> None:
    assert carrier.send(message(Conduct.DROPPED)).reference
    assert not [*carrier.received(number(Conduct.DROPPED), LATER), *carrier.receipts(LATER)]


def test_what_fails_later_was_taken_first(carrier: PretendedCarrier) -> None:
    carrier.send(message(Conduct.FAILS_LATER))
    assert carrier.received(number(Conduct.FAILS_LATER), LATER) == []
    assert [(told.fate, told.failure) for told in carrier.receipts(LATER)] == [(Fate.FAILED, Failure.UNREACHABLE)]


def test_arabic_is_spoilt_or_cut_and_latin_is_not(carrier: PretendedCarrier) -> None:
    carrier.send(message(Conduct.GARBLED, body="2/11 ثقة é"))
    carrier.send(message(Conduct.CUT))
    assert carrier.received(number(Conduct.GARBLED), LATER)[0].body == "2/11 ??? é"
    assert carrier.received(number(Conduct.CUT), LATER)[0].body == ARABIC[:67]


def test_busy_for_a_while_and_then_it_takes(carrier: PretendedCarrier, hours: Hours) -> None:
    refused = 0
    for _ in range(60):
        hours.now += timedelta(seconds=1)
        try:
            carrier.send(message(Conduct.BUSY))
        except BusyError:
            refused += 1
    assert refused == 30
    assert len(carrier.handed) == 30


def test_a_time_out_with_the_message_taken(carrier: PretendedCarrier, hours: Hours) -> None:
    with pytest.raises(UncertainError):
        carrier.send(message(Conduct.TIMEOUT_TAKEN))
    assert carrier.find(message(Conduct.TIMEOUT_TAKEN), hours.now)
    assert len(carrier.received(number(Conduct.TIMEOUT_TAKEN), LATER)) == 1


def test_a_time_out_with_the_message_not_taken(carrier: PretendedCarrier, hours: Hours) -> None:
    uncertain = 0
    for second in range(60):
        hours.now += timedelta(seconds=1)
        tried = message(Conduct.TIMEOUT_NOT_TAKEN, f"t{second}")
        try:
            carrier.send(tried)
        except UncertainError:
            uncertain += 1
            assert carrier.find(tried, hours.now) is None
        else:
            assert carrier.find(tried, hours.now)
    assert uncertain == 30
    assert len(carrier.received(number(Conduct.TIMEOUT_NOT_TAKEN), LATER)) == 30


def test_texts_are_brought_as_the_number_says(carrier: PretendedCarrier, hours: Hours) -> None:
    def brought(how: Conduct, text: str = "1") -> list[tuple[str, timedelta]]:
        found = carrier.bring(number(how), text, hours.now)
        return [(each.reference, each.at - hours.now) for each in found]

    ((one, soon),) = brought(Conduct.PROMPT)
    assert soon < timedelta(seconds=2)
    twice = brought(Conduct.BROUGHT_TWICE)
    assert len(twice) == 2
    assert twice[0][0] == twice[1][0] != one
    assert brought(Conduct.BROUGHT_LATE)[0][1] > timedelta(minutes=1)
    first, second = brought(Conduct.BROUGHT_DISORDERED)[0], brought(Conduct.BROUGHT_DISORDERED)[0]
    assert first[1] > second[1]
    assert len(brought(Conduct.BROUGHT_IN_PARTS)) == 1
    parts = carrier.bring(number(Conduct.BROUGHT_IN_PARTS), ARABIC, hours.now)
    assert "".join(part.text for part in parts) == ARABIC
    assert all(a.reference != b.reference and a.at < b.at for a, b in pairwise(parts))


def test_the_same_seed_does_the_same_again(hours: Hours) -> None:
    def run(seed: int) -> list[datetime]:
        carrier = PretendedCarrier(hours, seed=seed)
        for how in TAKEN:
            carrier.send(message(how, how))
            carrier.bring(number(how), "1", hours.now)
        return [arrival.at for arrival in carrier.arriving()]

    assert run(1) == run(1) != run(2)


def test_what_arrives_is_told_once(carrier: PretendedCarrier) -> None:
    carrier.send(message(Conduct.PROMPT))
    assert [arrival.token for arrival in carrier.arriving()] == ["t1"]
    assert carrier.arriving() == []


def test_several_threads_may_hand_over_at_once(carrier: PretendedCarrier) -> None:
    with ThreadPoolExecutor(8) as threads:
        references = list(threads.map(lambda at: carrier.send(message(Conduct.PROMPT, f"t{at}")).reference, range(400)))
    assert len(set(references)) == len(carrier.received(number(Conduct.PROMPT), LATER)) == 400


def test_nothing_of_a_person_is_in_a_representation(carrier: PretendedCarrier, hours: Hours) -> None:
    carrier.send(message(Conduct.PROMPT))
    shown = repr((carrier.arriving(), carrier.bring(number(Conduct.PROMPT), "a secret", hours.now), carrier))
    assert "999" not in shown
    assert "secret" not in shown
    assert "ثقتكم" not in shown
