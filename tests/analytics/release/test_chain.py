"""The chain: whoever changes, moves, cuts or adds a record, or any file of a release, is found."""

import json
import random
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from shutil import which

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.release import LATEST, MANIFEST, ReleaseError, latest
from analytics.release.chain import CHAIN, Act, read_chain, verify_all
from analytics.release.ledger import BEGINNING, digest, read_ledger
from analytics.release.signature import valid
from analytics.releasing.keys import signed
from analytics.releasing.publishing import publish, withdraw
from analytics.releasing.store import append
from tests.conftest import unavailable

from .made import DAY, KEYS, OTHER, REASON, candidate, history, on, published, release


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory with three releases, the last withdrawn. It is copied, not changed."""
    directory = tmp_path_factory.mktemp("kept")
    history(directory)
    return directory


@pytest.fixture
def directory(kept: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(kept, tmp_path / "releases"))


def lines(directory: Path) -> list[bytes]:
    return (directory / CHAIN).read_bytes().splitlines(keepends=True)


def test_the_latest_is_the_last_that_was_not_withdrawn(directory: Path) -> None:
    chain = read_chain(directory)
    assert [entry.act for entry in chain.entries] == [*[Act.PUBLISHED] * 3, Act.WITHDRAWN]
    assert chain.entries[-1].reason == REASON
    assert latest(directory).name == chain.latest == chain.published[1]
    withdraw(directory, chain.published[1], REASON, KEYS.private, DAY)
    withdraw(directory, chain.published[0], REASON, KEYS.private, DAY)
    with pytest.raises(ReleaseError, match="no release"):
        latest(directory)
    assert verify_all(directory).faults == ()


def test_an_untouched_directory_has_no_fault_and_counts_what_is_shown(directory: Path) -> None:
    verdict = verify_all(directory, [KEYS.public])
    assert verdict.faults == ()
    assert list(verdict.shown.values()) == [8, 8, None]
    for record in verdict.chain.records:
        assert verify_all(directory, noted=record.digest).faults == ()


def test_the_hash_of_a_record_is_as_worked_out_by_hand() -> None:
    """By: printf '[1,{"act":"published"},"%064d"]' 0 | sha256sum"""
    by_hand = "bad90e2579e4d031badcf1bf0031799d95117880e5263d23e070fa3da0f8557b"
    assert digest(1, {"act": "published"}, BEGINNING) == by_hand


@given(data=st.data())
def test_a_changed_byte_of_the_chain_shows(
    kept: Path, tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    folder = tmp_path_factory.mktemp("changed")
    content = bytearray((kept / CHAIN).read_bytes())
    at = data.draw(st.integers(0, len(content) - 1))
    content[at] ^= data.draw(st.integers(1, 255))
    (folder / CHAIN).write_bytes(content)
    with pytest.raises(ReleaseError, match=r"chain\.jsonl"):
        read_chain(folder)


@given(order=st.permutations(range(4)), keep=st.integers(1, 4))
def test_a_missing_or_moved_record_shows(
    kept: Path, tmp_path_factory: pytest.TempPathFactory, order: list[int], keep: int
) -> None:
    """The last records alone can be cut without a break: then the pointer or the noted hash tells."""
    folder = tmp_path_factory.mktemp("moved")
    chosen = order[:keep]
    (folder / CHAIN).write_bytes(b"".join(lines(kept)[at] for at in chosen))
    if chosen == list(range(keep)):
        assert len(read_chain(folder).records) == keep
    else:
        with pytest.raises(ReleaseError, match="missing, moved or put in"):
            read_chain(folder)


@pytest.mark.parametrize("left", [0, 1, 2, 3])
def test_a_chain_that_was_cut_shows_by_the_noted_hash(directory: Path, left: int) -> None:
    noted = read_chain(directory).head
    (directory / CHAIN).write_bytes(b"".join(lines(directory)[:left]))
    assert any("noted" in fault for fault in verify_all(directory, noted=noted).faults)
    if left != 2:  # cut to just where the latest was published: the pointer fits
        assert any(fault.startswith(LATEST) for fault in verify_all(directory).faults)


def test_a_chain_made_anew_by_another_key_shows_where_the_key_is_pinned(directory: Path) -> None:
    contents = [record.content for record in read_ledger(directory / CHAIN)]
    (directory / CHAIN).unlink()
    append(directory / CHAIN, contents, OTHER.private)
    assert len(read_chain(directory).records) == 4
    with pytest.raises(ReleaseError, match="signed by another key"):
        read_chain(directory, [KEYS.public])


def test_a_record_whose_signature_is_of_another_record_shows(directory: Path) -> None:
    found = [json.loads(line) for line in lines(directory)]
    found[1]["signature"] = found[0]["signature"]
    whole = [json.dumps(one, ensure_ascii=False, sort_keys=True, separators=(",", ":")) for one in found]
    (directory / CHAIN).write_text("".join(f"{line}\n" for line in whole), encoding="utf-8")
    with pytest.raises(ReleaseError, match="signature of record 2"):
        read_chain(directory)


@pytest.mark.parametrize("spelling", [lambda text: text.replace(b":", b": ", 1), lambda text: text[:-1] + b" \n"])
def test_a_record_that_says_the_same_in_other_bytes_shows(directory: Path, spelling: Callable[[bytes], bytes]) -> None:
    first, *rest = lines(directory)
    (directory / CHAIN).write_bytes(spelling(first) + b"".join(rest))
    with pytest.raises(ReleaseError, match="line 1"):
        read_chain(directory)


@pytest.mark.parametrize("content", [b"\n", b"[]\n", b"{}\n", b"\xff\n", b"[" * 100_000 + b"\n"])
def test_what_is_no_record_is_said_by_its_line(tmp_path: Path, content: bytes) -> None:
    (tmp_path / CHAIN).write_bytes(content)
    with pytest.raises(ReleaseError, match="line 1"):
        read_chain(tmp_path)


def test_a_published_release_that_is_gone_shows_as_missing(directory: Path) -> None:
    first, _, third = read_chain(directory).published
    shutil.rmtree(directory / first)
    assert verify_all(directory).faults == (f"{first} was published and is missing",)
    shutil.rmtree(directory / third)
    assert f"{third} was published and is missing" in verify_all(directory).faults  # its tombstone has to stay


def test_a_withdrawn_release_may_lose_its_figures_and_keeps_its_words(directory: Path) -> None:
    third = read_chain(directory).published[2]
    withdraw(directory, third, REASON, KEYS.private, DAY, remove=True)
    left = {file.name for file in (directory / third).iterdir()}
    assert left == {MANIFEST, "manifest.sig", "indicators.json", "tombstones.json"}
    assert verify_all(directory, [KEYS.public]).faults == ()
    assert len(read_chain(directory).records) == 4
    (directory / third / "indicators.json").write_bytes(b"[]")
    assert verify_all(directory).faults != ()


@pytest.mark.parametrize(
    "name", ["figures.parquet", "indicators.json", "areas.json", "targets.json", MANIFEST, "manifest.sig"]
)
def test_a_changed_or_missing_file_of_any_published_release_shows(directory: Path, name: str) -> None:
    chain = read_chain(directory)
    file = directory / chain.published[0] / name
    content = bytearray(file.read_bytes())
    place = content.index(b"signature") + 15 if name == "manifest.sig" else random.Random(1).randrange(len(content) - 1)
    content[place] = content[place] ^ 1
    file.write_bytes(content)
    assert any(chain.published[0] in fault for fault in verify_all(directory).faults)
    file.unlink()
    assert any(chain.published[0] in fault for fault in verify_all(directory).faults)


def test_a_file_that_the_manifest_does_not_name_shows(directory: Path) -> None:
    first = read_chain(directory).published[0]
    (directory / first / "more.csv").write_text("1")
    assert verify_all(directory).faults == (f"{first} holds a file that the manifest does not name: more.csv",)


def test_a_release_is_published_once_and_only_with_a_signature_that_fits(tmp_path: Path) -> None:
    name = published(tmp_path, release())
    assert latest(tmp_path).name == name
    assert not publish(tmp_path, name, KEYS.private, DAY)
    other = candidate(tmp_path, release(shift=0.1), OTHER)
    with pytest.raises(ReleaseError, match="another key"):
        publish(tmp_path, other, KEYS.private, DAY, [KEYS.public])
    (tmp_path / other / "manifest.sig").unlink()
    with pytest.raises(ReleaseError, match="nobody vouches"):
        publish(tmp_path, other, KEYS.private, DAY)
    assert read_chain(tmp_path).published == (name,)
    assert latest(tmp_path).name == name


def test_what_was_withdrawn_is_not_published_again_under_another_day(directory: Path) -> None:
    third = read_chain(directory).published[2]
    with pytest.raises(ReleaseError, match="withdrawn"):
        publish(directory, third, KEYS.private, DAY)
    again = candidate(directory, on(release(shift=0.02), "2026-12-01"))
    with pytest.raises(ReleaseError, match="which was withdrawn"):
        publish(directory, again, KEYS.private, DAY)
    same = candidate(directory, on(release(shift=0.01), "2026-12-01"))
    with pytest.raises(ReleaseError, match="which is the latest"):
        publish(directory, same, KEYS.private, DAY)


def test_the_signature_is_that_of_the_standard() -> None:
    """RFC 8032, 7.1, TEST 2: the message is the byte 72."""
    secret = "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb"
    found = signed(secret, b"\x72")
    assert found.public_key == "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c"
    assert found.signature == (
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
        "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
    )
    assert valid(found.public_key, b"\x72", found.signature)
    assert not valid(found.public_key, b"\x73", found.signature)
    assert not valid("no key", b"", "é")


def test_the_signature_of_a_manifest_verifies_by_openssl(tmp_path: Path) -> None:
    if which("openssl") is None:
        unavailable("no openssl on this machine")
    path = tmp_path / published(tmp_path, release())
    found = json.loads((path / "manifest.sig").read_bytes())
    assert found["public_key"] == KEYS.public
    (tmp_path / "key").write_bytes(bytes.fromhex("302a300506032b6570032100" + found["public_key"]))  # RFC 8410
    (tmp_path / "signature").write_bytes(bytes.fromhex(found["signature"]))
    words = ["openssl", "pkeyutl", "-verify", "-pubin", "-keyform", "DER", "-rawin", "-inkey", str(tmp_path / "key")]
    words += ["-sigfile", str(tmp_path / "signature"), "-in", str(path / MANIFEST)]
    assert subprocess.run(words, capture_output=True, check=False).returncode == 0
    (path / MANIFEST).write_bytes((path / MANIFEST).read_bytes() + b" ")
    assert subprocess.run(words, capture_output=True, check=False).returncode != 0


@pytest.mark.parametrize(
    ("reason", "match"), [({}, "three|Arabic"), ({**REASON, "fr": " "}, "Arabic"), ({"en": "x"}, "Arabic")]
)
def test_a_withdrawal_has_its_reason_in_three_languages(directory: Path, reason: dict[str, str], match: str) -> None:
    with pytest.raises(ReleaseError, match=match):
        withdraw(directory, read_chain(directory).latest, reason, KEYS.private, DAY)
