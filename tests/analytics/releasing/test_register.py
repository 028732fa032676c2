"""The register: a definition counts from the first day on which exactly it was written down."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.release import AnswerCard, IndicatorCard, ReleaseError
from analytics.release.definition import definition_digest
from analytics.releasing.register import REGISTER, read_register, register, registered, registration
from tests.analytics.release.made import KEYS, OTHER, TEXT, card, release

FIRST, LATER = date(2025, 6, 2), date(2026, 2, 1)
ANSWER = AnswerCard("1", TEXT, True, True)


@pytest.mark.parametrize(
    "other",
    [
        replace(card("trust"), item="confidence"),
        replace(card("trust"), question={**TEXT, "ar": "سؤال آخر"}),
        replace(card("trust"), direction="down"),
        replace(card("trust"), filter="${contact} = 'yes'"),
        replace(card("trust"), answers=card("trust").answers[:1]),
        replace(card("trust"), answers=tuple(reversed(card("trust").answers))),
        *(
            replace(card("trust"), answers=(replace(ANSWER, **change), *card("trust").answers[1:]))
            for change in (
                {"code": "2"}, {"label": {**TEXT, "fr": "autre"}}, {"positive": False}, {"based": False},
                {"missing": "refused"},
            )
        ),
    ],
)  # fmt: skip
def test_any_part_of_a_definition_changes_its_digest(other: IndicatorCard) -> None:
    assert definition_digest(other) != definition_digest(card("trust"))


def test_what_is_no_part_of_the_definition_does_not() -> None:
    """The order of languages, what it is called, where it comes from, and when it was registered."""
    same = replace(card("trust"), name={"en": "Trust"}, source="x", headline=True, registered="2026-01-01")
    turned = replace(same, question=dict(reversed(list(card("trust").question.items()))))
    assert definition_digest(turned) == definition_digest(card("trust"))


def test_the_first_day_counts_and_a_changed_definition_is_another(tmp_path: Path) -> None:
    assert register(tmp_path, [card("trust"), card("safe")], FIRST, KEYS.private) == ("trust", "safe")
    changed = card("trust", "How far do you trust them?")
    assert register(tmp_path, [changed, card("safe")], LATER, KEYS.private) == ("trust",)
    assert register(tmp_path, [changed, card("safe")], LATER, KEYS.private) == ()
    days = registered(read_register(tmp_path))
    assert days == {
        ("trust", definition_digest(card("trust"))): "2025-06-02",
        ("safe", definition_digest(card("safe"))): "2025-06-02",
        ("trust", definition_digest(changed)): "2026-02-01",
    }


def test_quality_says_what_was_registered_before_the_first_wave_opened() -> None:
    cards = [
        replace(card(name), registered=day)
        for name, day in (("a", "2025-12-31"), ("b", "2026-01-01"), ("c", "2026-05-01"), ("d", ""))
    ]
    assert registration(cards, release().waves) == {
        "first_wave_opened": "2026-01-01",
        "before": ["a"],
        "after": ["b", "c"],  # the day on which it opened is not before
        "never": ["d"],
    }


@given(at=st.integers(0, 10**4), by=st.integers(1, 255))
def test_a_changed_register_shows(tmp_path_factory: pytest.TempPathFactory, at: int, by: int) -> None:
    directory = tmp_path_factory.mktemp("register")
    register(directory, [card("trust"), card("safe")], FIRST, KEYS.private)
    content = bytearray((directory / REGISTER).read_bytes())
    content[at % len(content)] ^= by
    (directory / REGISTER).write_bytes(content)
    with pytest.raises(ReleaseError, match=r"register\.jsonl"):
        read_register(directory)


def test_a_register_of_another_key_is_refused_where_the_key_is_pinned(tmp_path: Path) -> None:
    register(tmp_path, [card("trust")], FIRST, OTHER.private)
    with pytest.raises(ReleaseError, match="another key"):
        read_register(tmp_path, [KEYS.public])
