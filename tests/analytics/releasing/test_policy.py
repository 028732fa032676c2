"""The policy: only upward, only by two people, and no release under a weaker one."""

import json
from dataclasses import asdict
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.releasing.keys import new_signing_pair
from analytics.releasing.policy import (
    POLICY,
    PROPOSED,
    Policy,
    PolicyError,
    agree,
    current,
    propose,
    refuse_weaker,
)

PAIRS = [new_signing_pair() for _ in range(3)]
A, B, STRANGER = PAIRS
OFFICERS = (A.public, B.public)


def in_force(directory: Path, policy: Policy) -> Policy:
    propose(directory, policy, A.private, OFFICERS)
    return agree(directory, B.private, OFFICERS)


def test_without_a_file_a_cell_needs_ten_answers(tmp_path: Path) -> None:
    assert current(tmp_path, ()) == Policy(10, 0, 0)


def test_two_officers_make_it_stronger(tmp_path: Path) -> None:
    propose(tmp_path, Policy(15), A.private, OFFICERS)
    assert current(tmp_path, OFFICERS) == Policy(10)
    assert agree(tmp_path, B.private, OFFICERS) == Policy(15)
    assert current(tmp_path, OFFICERS) == Policy(15)
    assert not (tmp_path / PROPOSED).exists()
    assert in_force(tmp_path, Policy(15, 20_000, 30)) == current(tmp_path, OFFICERS)


def test_one_person_is_not_two(tmp_path: Path) -> None:
    propose(tmp_path, Policy(15), A.private, OFFICERS)
    with pytest.raises(PolicyError, match="another officer"):
        agree(tmp_path, A.private, OFFICERS)
    with pytest.raises(PolicyError, match="not among"):
        agree(tmp_path, STRANGER.private, OFFICERS)
    with pytest.raises(PolicyError, match="not among"):
        propose(tmp_path, Policy(20), STRANGER.private, OFFICERS)
    (tmp_path / POLICY).write_bytes((tmp_path / PROPOSED).read_bytes())
    with pytest.raises(PolicyError, match="signatures of 2"):
        current(tmp_path, OFFICERS)
    content = json.loads((tmp_path / POLICY).read_text())
    content["signatures"] *= 2  # the same person, twice
    (tmp_path / POLICY).write_text(json.dumps(content))
    with pytest.raises(PolicyError, match="signatures of 2"):
        current(tmp_path, OFFICERS)


def test_nothing_is_proposed_that_is_weaker_or_the_same(tmp_path: Path) -> None:
    in_force(tmp_path, Policy(15, 20_000, 30))
    for weaker in (Policy(14, 20_000, 30), Policy(20, 10_000, 30), Policy(20, 20_000, 29), Policy(9), Policy(15)):
        with pytest.raises(PolicyError, match="stronger"):
            propose(tmp_path, weaker, A.private, OFFICERS)
    with pytest.raises(PolicyError, match="already"):
        propose(tmp_path, Policy(15, 20_000, 30), A.private, OFFICERS)


def test_an_old_proposal_is_not_agreed_to_once_the_policy_is_stronger(tmp_path: Path) -> None:
    propose(tmp_path, Policy(12), A.private, OFFICERS)
    old = (tmp_path / PROPOSED).read_bytes()
    in_force(tmp_path, Policy(15))
    (tmp_path / PROPOSED).write_bytes(old)
    with pytest.raises(PolicyError, match="stronger than this"):
        agree(tmp_path, B.private, OFFICERS)


def test_agreeing_to_nothing_is_said(tmp_path: Path) -> None:
    with pytest.raises(PolicyError, match="nothing is proposed"):
        agree(tmp_path, A.private, OFFICERS)


@settings(max_examples=30)
@given(k=st.integers(0, 40), which=st.sampled_from(list(asdict(Policy()))))
def test_a_number_that_was_changed_after_signing_counts_for_nothing(
    tmp_path_factory: pytest.TempPathFactory, k: int, which: str
) -> None:
    directory = tmp_path_factory.mktemp("policy")
    in_force(directory, Policy(41, 41, 41))
    content = json.loads((directory / POLICY).read_text())
    content["policy"][which] = k
    (directory / POLICY).write_text(json.dumps(content))
    with pytest.raises(PolicyError, match="signatures of 2"):
        current(directory, OFFICERS)


def test_officers_who_left_count_no_more(tmp_path: Path) -> None:
    in_force(tmp_path, Policy(15))
    for officers in ((A.public,), (A.public, STRANGER.public), ()):
        with pytest.raises(PolicyError, match="signatures of 2"):
            current(tmp_path, officers)


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"policy": {"k": "15"}, "signatures": []}', '{"policy": 1}'])
def test_what_is_no_policy_is_said_and_is_not_taken_for_the_usual_one(tmp_path: Path, content: str) -> None:
    (tmp_path / POLICY).write_text(content)
    with pytest.raises(PolicyError, match="no policy"):
        current(tmp_path, OFFICERS)


@pytest.mark.parametrize(
    ("k", "policy", "before", "match"),
    [
        (12, Policy(10), 0, "by the policy"),
        (10, Policy(15), 0, "by the policy"),
        (9, Policy(9), 0, "lower one"),
        (10, Policy(10), 15, "lower one"),
    ],
)
def test_a_release_under_another_k_or_a_lower_one_is_refused(k: int, policy: Policy, before: int, match: str) -> None:
    with pytest.raises(PolicyError, match=match):
        refuse_weaker(k, policy, before)
    refuse_weaker(15, Policy(15), 12)
