"""The information for participants: a whole file or one sentence that says what is wrong, and who is shown to whom."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey_app.information import EXAMPLE, Information, InformationError, contacts, read_information
from survey_app.settings import CollectorSettings, SettingsError, read_settings
from tests.web.heavy import INFORMATION, information_file

KEY = "07a37cbc142093c8b755dc1b10e86cb426374ad16aa853ed0bdfc0b2b86d1c7c"

SIGNS = st.sampled_from([b'"', b"\n", b"[", b"]", b"=", b"{", b"a", b"fr", b"\\u202e", b"#", b"7", b"\xff"])


def names(information: Information, *areas: str) -> list[str]:
    return [contact.name["en"] for contact in contacts(information, set(areas))]


def test_the_example_is_whole_and_its_numbers_and_addresses_reach_nobody() -> None:
    text = EXAMPLE.read_text(encoding="utf-8")
    information = read_information(EXAMPLE)
    assert {contact.kind.value for contact in information.contacts} == {"emergency", "help", "complaints"}
    assert all(re.fullmatch(r"0800 000 00\d", number) for number in re.findall('telephone = "(.*)"', text))
    assert all(address.endswith(".example") for address in re.findall('web = "(.*)"', text))


def test_the_own_area_comes_first_and_no_other_areas_contact_at_all(tmp_path: Path) -> None:
    information = read_information(information_file(tmp_path))
    assert names(information) == ["Complaints X", "Help X", "Rescue X"]
    assert names(information, "06.141.01.53") == ["Help Y", "Complaints X", "Help X", "Rescue X"]
    assert names(information, "06.141.01.03") == ["Help Z", "Complaints X", "Help X", "Rescue X"]
    assert names(information, "06.141.01.81", "refused") == ["Complaints X", "Help X", "Rescue X"]
    assert contacts(None, {"06.141.01.53"}) == ()


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('fr = "Le commanditaire X", ', "", 'sponsor name has no text in "fr"'),
        ('en = "Mornings"', 'en = "Mornings", es = "Mañanas"', "contact 2 hours must have texts in ar, fr, en and no"),
        ("[sponsor]", "[sponsors]", "sponsor is missing"),
        ("reference =", "number =", "ethics reference is missing"),
        ('reference = "REF-17"', 'reference = "REF-17"\nextra = 1', "ethics extra is not a known key"),
        ("[[contact]]", "[[contacts]]", "contacts is not a known key"),
        ('kind = "help"', 'kind = "police"', "contact 2 kind must be one of emergency, help, complaints"),
        ('areas = ["06.141.01.53"]', "areas = []", "contact 3 areas must name at least one, or be left out"),
        ('areas = ["06.141.01.53"]', 'areas = "06"', "contact 3 areas should be a valid frozenset"),
        ('telephone = "+212 800 00-00-11"', "", "office has neither telephone nor address"),
        ('web = "www.complaints.example"', "", "contact 1 has neither telephone nor web"),
        ("www.complaints.example", "javascript:alert(1)", "contact 1 web must be an address"),
        ("www.complaints.example", "www.complaints.example?from=survey", "contact 1 web must be an address"),
        ("Kept for a year.", " ", "retention en is empty"),
        ("Kept for a year.", "Kept\\u202e for a year.", "retention en has a new line or an invisible character"),
        ("Kept for a year.", "Kept " * 100, "retention en has more than 300 characters"),
        ('reference = "REF-17"', "reference = 17", "ethics reference should be a valid string"),
        ("[retention]", "[retention", "is not TOML from line 12 on"),
    ],
)
def test_a_file_that_is_not_whole_is_refused_with_the_place_and_the_reason(
    tmp_path: Path, old: str, new: str, says: str
) -> None:
    assert old in INFORMATION
    count = -1 if old == "[[contact]]" else 1
    with pytest.raises(InformationError, match=re.escape(f"information.toml: {says}")):
        read_information(information_file(tmp_path, INFORMATION.replace(old, new, count)))


@pytest.mark.parametrize("number", ["15", "190", "0800 000 012", "+212 5 22-00-00-00", "080000001"])
def test_a_number_that_can_be_dialled_is_taken(tmp_path: Path, number: str) -> None:
    text = INFORMATION.replace('"15"', f'"{number}"')
    assert read_information(information_file(tmp_path, text)).contacts[-1].telephone == number


@pytest.mark.parametrize(
    "number", ["1", "", "*100#", "٠٨٠٠ ٠٠٠", "0800  000", "0800 000 ", "08\u202e00", "00+212", "0800000a", "1" * 21]
)
def test_a_number_with_other_signs_is_refused_and_not_repeated(tmp_path: Path, number: str) -> None:
    with pytest.raises(InformationError, match="contact 5 telephone must be digits") as refused:
        read_information(information_file(tmp_path, INFORMATION.replace('"15"', f'"{number}"')))
    assert len(number) < 2 or number not in str(refused.value)


@given(
    start=st.integers(0, len(INFORMATION.encode())),
    cut=st.integers(0, 40),
    new=st.one_of(st.binary(max_size=20), st.lists(SIGNS, max_size=8).map(b"".join)),
)
def test_whatever_a_file_holds_it_is_read_whole_or_refused_in_a_line(
    tmp_path_factory: pytest.TempPathFactory, start: int, cut: int, new: bytes
) -> None:
    content = INFORMATION.encode()
    file = tmp_path_factory.getbasetemp() / "mutated.toml"
    file.write_bytes(content[:start] + new + content[start + cut :])
    said, information = "", None
    try:
        information = read_information(file)
    except InformationError as refused:
        said = str(refused)
    assert information or re.fullmatch(r"mutated\.toml: [\x20-\x7e]+", said)
    for contact in information.contacts if information else ():
        assert set(contact.name) == {"ar", "fr", "en"}
        assert all(text.strip() for text in contact.name.values())


HOSTILE = (b"", b"a = " + b"[" * 100_000, b"a = " + b"9" * 6_000, b"\xff\xfe", b"a = 1\na = 2")


@pytest.mark.parametrize("content", HOSTILE, ids=["empty", "deep", "long", "bytes", "twice"])
def test_a_hostile_file_is_refused(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "hostile.toml"
    file.write_bytes(content)
    with pytest.raises(InformationError):
        read_information(file)


def test_a_broken_or_missing_file_stops_the_start_with_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("THIQA_ENV_FILE", raising=False)
    monkeypatch.setenv("THIQA_CUSTODIAN_PUBLIC_KEY", KEY)
    monkeypatch.setenv("THIQA_INFORMATION", str(tmp_path / "nowhere.toml"))
    with pytest.raises(SettingsError) as refused:
        read_settings(CollectorSettings)
    said = "THIQA_INFORMATION nowhere.toml: cannot be read (FileNotFoundError). See docs/configuration.md."
    assert str(refused.value) == said
    monkeypatch.setenv("THIQA_INFORMATION", str(information_file(tmp_path, INFORMATION.replace('"15"', '"*15#"'))))
    with pytest.raises(
        SettingsError, match=r"^THIQA_INFORMATION information.toml: contact 5 telephone must"
    ) as refused:
        read_settings(CollectorSettings)
    assert "*15#" not in str(refused.value)
    monkeypatch.setenv("THIQA_INFORMATION", str(information_file(tmp_path)))
    assert read_settings(CollectorSettings).information == tmp_path / "information.toml"
