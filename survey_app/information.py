"""What the people who are asked must know of a survey: who asks, who keeps the answers, whom they can turn to.

Read from one TOML file, which is checked whole before anything of it is shown; docs/information.md shows such a file.
"""

import re
import tomllib
from collections.abc import Mapping, Set
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, ConfigDict, Field, TypeAdapter, ValidationError, model_validator
from pydantic.dataclasses import dataclass
from pydantic_core import ErrorDetails

from translations.languages import LANGUAGES

EXAMPLE = Path(__file__).parent / "questionnaires" / "casablanca-information.toml"
MAX_LINE_CHARS = 300
_SPACES = str.maketrans(dict.fromkeys("\u00a0\u202f", " "))  # those of French typography
_TELEPHONE = re.compile(r"\+?[0-9](?:[ -]?[0-9]){1,19}")
_WEB = re.compile(r"(?:https?://)?[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){1,9}(?:/[A-Za-z0-9._~/-]*)?")
_STRICT = ConfigDict(extra="forbid")
_REASONS = {
    "missing": "is missing",
    "unexpected_keyword_argument": "is not a known key",
    "dataclass_type": "must be a table",
    "enum": "must be one of emergency, help, complaints",
    "too_short": "must name at least one, or be left out",
}


class InformationError(ValueError):
    """A file of information that cannot be used; the message names the file, the place and the reason."""


class ContactKind(StrEnum):
    """What a contact is for, in the order in which a page lists them."""

    EMERGENCY = "emergency"
    HELP = "help"
    COMPLAINTS = "complaints"


def _line(text: str) -> str:
    if not text.strip():
        raise ValueError("is empty")
    if len(text) > MAX_LINE_CHARS:
        raise ValueError(f"has more than {MAX_LINE_CHARS} characters")
    if not text.translate(_SPACES).isprintable():
        raise ValueError("has a new line or an invisible character")
    return text.strip()


def _in_each_language(texts: Mapping[str, str]) -> Mapping[str, str]:
    for language in LANGUAGES:
        if language not in texts:
            raise ValueError(f'has no text in "{language}"')
    if len(texts) > len(LANGUAGES):
        raise ValueError(f"must have texts in {', '.join(LANGUAGES)} and no others")
    return texts


def _telephone(number: str) -> str:
    # Only what can be dialled: other signs might start a service of the carrier, or hide which number it is.
    if not _TELEPHONE.fullmatch(number):
        raise ValueError("must be digits in groups, with + only at the beginning")
    return number


def _web(address: str) -> str:
    if len(address) > 100 or not _WEB.fullmatch(address):
        raise ValueError("must be an address such as www.example.org, without spaces, in Latin letters")
    return address


Line = Annotated[str, AfterValidator(_line)]
Words = Annotated[Mapping[str, Line], AfterValidator(_in_each_language)]
Telephone = Annotated[str, AfterValidator(_telephone)]
Web = Annotated[str, AfterValidator(_web)]


@dataclass(frozen=True, slots=True, config=_STRICT)
class Party:
    """An institution by its name in each language."""

    name: Words


@dataclass(frozen=True, slots=True, config=_STRICT)
class Office:
    """Who answers questions about the survey: a number to call, an address to write to, or both."""

    name: Words
    telephone: Telephone | None = None
    address: Words | None = None

    @model_validator(mode="after")
    def _can_be_reached(self) -> "Office":
        if self.telephone is None and self.address is None:
            raise ValueError("has neither telephone nor address")
        return self


@dataclass(frozen=True, slots=True, config=_STRICT)
class Ethics:
    """The committee that approved the survey, and under which reference."""

    name: Words
    reference: Line


@dataclass(frozen=True, slots=True, config=_STRICT)
class Contact:
    """Whom a person can turn to. `areas` are codes of the questionnaire's areas; without any it is for everyone."""

    kind: ContactKind
    name: Words
    telephone: Telephone | None = None
    web: Web | None = None
    hours: Words | None = None
    areas: Annotated[frozenset[Line], Field(min_length=1)] | None = None

    @model_validator(mode="after")
    def _can_be_reached(self) -> "Contact":
        if self.telephone is None and self.web is None:
            raise ValueError("has neither telephone nor web")
        return self


@dataclass(frozen=True, slots=True, config=_STRICT)
class Information:
    """Everything that the file says. `retention` is a sentence: how long the custodian keeps the answers."""

    sponsor: Party
    custodian: Party
    office: Office
    retention: Words
    ethics: Ethics | None = None
    contacts: Annotated[tuple[Contact, ...], Field(alias="contact")] = ()


def read_information(path: Path) -> Information:
    """The information of a TOML file. Raises InformationError with the first fault, and never with what is written."""
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        where = re.search(r"line \d+", str(error))
        raise InformationError(f"{path.name}: is not TOML" + (f" from {where[0]} on" if where else "")) from None
    except (OSError, ValueError, RecursionError) as error:
        raise InformationError(f"{path.name}: cannot be read ({type(error).__name__})") from None
    return _checked(path.name, document)


def contacts(information: Information | None, areas: Set[str]) -> tuple[Contact, ...]:
    """Those of the person's own areas first, then those for everyone; none of another area."""
    found = information.contacts if information else ()
    near = tuple(contact for contact in found if contact.areas and contact.areas & areas)
    return near + tuple(contact for contact in found if not contact.areas)


def _checked(name: str, document: Mapping[str, Any]) -> Information:
    try:
        return TypeAdapter(Information).validate_python(document)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        raise InformationError(f"{name}: {_place(first)} {_reason(first)}") from None


def _place(fault: ErrorDetails) -> str:
    parts = (str(part + 1) if isinstance(part, int) else part for part in fault["loc"] if part != "[key]")
    return " ".join(ascii(part)[1:-1][:40] for part in parts) or "the file"


def _reason(fault: ErrorDetails) -> str:
    if fault["type"] == "value_error":
        return fault["msg"].removeprefix("Value error, ")
    return _REASONS.get(fault["type"]) or fault["msg"].replace("Input should", "should")
