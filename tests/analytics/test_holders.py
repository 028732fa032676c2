"""The private key among several holders: any few of them open, fewer learn nothing, and mistakes are told plainly."""

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.custody import new_keys
from analytics.holders import SharesError, joined, needed, split

KEY = new_keys().private


@given(st.integers(2, 6).flatmap(lambda holders: st.tuples(st.just(holders), st.integers(2, holders))))
def test_any_threshold_of_the_shares_gives_the_key_and_no_fewer_do(numbers: tuple[int, int]) -> None:
    holders, threshold = numbers
    shares = split(KEY, holders, threshold)
    assert all(needed(share) == threshold for share in shares)
    for some in combinations(shares, threshold):
        assert joined(some) == KEY
        with pytest.raises(SharesError, match=f"{threshold} different shares are needed"):
            joined(some[:-1])


def test_shares_are_of_one_length_and_none_holds_the_key() -> None:
    shares = split(KEY, 5, 3)
    assert {len(share.split()) for share in shares} == {33}
    assert len(set(shares)) == 5
    assert not any(KEY in share for share in shares)


def test_what_a_holder_types_may_be_in_capitals_and_over_several_lines() -> None:
    first, second, _ = split(KEY, 3, 2)
    assert joined([first.upper().replace(" ", "\n", 5), f"  {second}\t"]) == KEY


@pytest.mark.parametrize("spoil", ["misspelt", "missing", "another"])
def test_a_word_that_is_wrong_is_noticed_and_not_repeated(spoil: str) -> None:
    first, second, _ = split(KEY, 3, 2)
    words = first.split()
    ways = {"misspelt": [*words[:-1], "canary"], "missing": words[1:], "another": [*words[:-1], words[0]]}
    spoiled = " ".join(ways[spoil])
    with pytest.raises(SharesError) as caught:
        joined([spoiled, second])
    assert not set(spoiled.split()) & set(str(caught.value).split()) - {"is", "no", "a", "in"}


def test_shares_of_two_keys_and_one_share_twice_give_none() -> None:
    ours, theirs = split(KEY, 3, 2), split(new_keys().private, 3, 2)
    with pytest.raises(SharesError, match="do not belong to one key"):
        joined([ours[0], theirs[1]])
    with pytest.raises(SharesError, match="2 different shares are needed, and 1 were given"):
        joined([ours[0], ours[0]])
    with pytest.raises(SharesError, match="no share was given"):
        joined([])


@pytest.mark.parametrize(("holders", "threshold"), [(1, 1), (3, 1), (3, 4), (17, 2)])
def test_a_split_that_protects_nothing_is_refused(holders: int, threshold: int) -> None:
    with pytest.raises(SharesError, match="2 to 16 holders"):
        split(KEY, holders, threshold)
