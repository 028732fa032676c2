"""The chain of releases as oversight is given it: acts with their reasons, and whatever is wrong, never an error."""

from pathlib import Path

from dashboards.publications import KEPT_FOR, CheckedChain
from tests.analytics.release.made import REASON, history


def test_acts_are_those_of_the_chain_with_their_reasons(tmp_path: Path) -> None:
    first, second, third = history(tmp_path)
    found = CheckedChain(tmp_path)()
    assert [(act.act, act.release) for act in found.acts] == [
        ("published", first),
        ("published", second),
        ("published", third),
        ("withdrawn", third),
    ]
    assert found.acts[-1].reason == REASON
    assert found.is_kept
    assert found.head
    assert found.faults == ()


def test_a_changed_file_is_told_once_the_result_is_no_longer_fresh(tmp_path: Path) -> None:
    first, _, _ = history(tmp_path)
    now = [0.0]
    chain = CheckedChain(tmp_path, clock=lambda: now[0])
    assert chain().faults == ()
    (tmp_path / first / "quality.json").write_text("{}")
    assert chain().faults == ()
    now[0] = KEPT_FOR
    assert chain().faults == (f"{first}/quality.json is not what the manifest says",)


def test_a_chain_that_cannot_be_followed_is_a_fault_and_no_error(tmp_path: Path) -> None:
    history(tmp_path)
    (tmp_path / "chain.jsonl").write_text("x\n")
    found = CheckedChain(tmp_path)()
    assert found.acts == ()
    assert found.faults


def test_a_chain_that_was_taken_away_is_a_fault(tmp_path: Path) -> None:
    history(tmp_path)
    (tmp_path / "chain.jsonl").unlink()
    assert CheckedChain(tmp_path)().faults
