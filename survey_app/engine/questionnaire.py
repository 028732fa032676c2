"""The questionnaire: frozen values, the check that refuses a broken one, and the hash that names its version.

A questionnaire is data. It knows nothing of pages, messages, storage or time.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property

from .expression import Expression, ExpressionError, parse

Text = Mapping[str, str]  # language -> text


class Kind(StrEnum):
    """What an item asks for."""

    SINGLE = "single"
    INTEGER = "integer"
    NOTE = "note"


class Missing(StrEnum):
    """Why a choice is not a substantive answer. "Not asked" is not a code: the item is then off the path."""

    DONT_KNOW = "dont_know"
    REFUSED = "refused"
    NOT_APPLICABLE = "not_applicable"


class Mode(StrEnum):
    """How the interview is held (AAPOR: mode of administration)."""

    WEB = "web"
    SMS = "sms"

    @property
    def by_text(self) -> bool:
        """Whether the questions travel as text messages, readable by the carrier."""
        return self is Mode.SMS


@dataclass(frozen=True, slots=True)
class Choice:
    """One option of a list: the code that is stored, its label, other words for it, and whether it is missing."""

    code: str
    label: Text
    missing: Missing | None = None
    synonyms: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Item:
    """One item. `short` is its wording for text messages; items that are not `by_text` never go that way."""

    name: str
    kind: Kind
    label: Text
    hint: Text = field(default_factory=dict)
    short: Text = field(default_factory=dict)
    choices: tuple[Choice, ...] = ()
    relevant: Expression | None = None
    required: bool = False
    required_message: Text = field(default_factory=dict)
    constraint: Expression | None = None
    constraint_message: Text = field(default_factory=dict)
    by_text: bool = True

    def choice(self, code: object) -> Choice | None:
        """The choice with this code, or None."""
        return next((choice for choice in self.choices if choice.code == code), None)


@dataclass(frozen=True)
class Questionnaire:
    """A complete questionnaire: items in the order of asking. Make it with `checked`, which refuses faults."""

    form_id: str
    title: Text
    languages: tuple[str, ...]
    items: tuple[Item, ...]

    @cached_property
    def version(self) -> str:
        """SHA-256 of the canonical document, in hexadecimal: the same content has the same version everywhere."""
        document = json.dumps(to_document(self), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(document.encode()).hexdigest()

    @cached_property
    def by_name(self) -> Mapping[str, Item]:
        """Items by name."""
        return {item.name: item for item in self.items}


@dataclass(frozen=True, slots=True)
class Fault:
    """One reason why a questionnaire is refused."""

    code: str
    item: str
    detail: str = ""


class QuestionnaireError(ValueError):
    """A questionnaire that is refused, with every fault that was found."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__("; ".join(f"{fault.item}: {fault.code} {fault.detail}".strip() for fault in faults))
        self.faults = tuple(faults)


def checked(questionnaire: Questionnaire) -> Questionnaire:
    """The same questionnaire, or QuestionnaireError with all its faults: names, references, languages, choices."""
    faults: list[Fault] = []
    earlier: set[str] = set()
    if not questionnaire.items or not questionnaire.languages:
        faults.append(Fault("empty", questionnaire.form_id))
    for item in questionnaire.items:
        if item.name in earlier:
            faults.append(Fault("duplicate_name", item.name))
        faults += _reference_faults(item, earlier)
        earlier.add(item.name)
        faults += [
            Fault("missing_language", item.name, language)
            for language in questionnaire.languages
            if not all(text.get(language) for text in (item.label, *(choice.label for choice in item.choices)))
        ]
        faults += _choice_faults(item)
    if faults:
        raise QuestionnaireError(faults)
    return questionnaire


def _reference_faults(item: Item, earlier: set[str]) -> list[Fault]:
    relevant = item.relevant.references if item.relevant else frozenset()
    constraint = item.constraint.references if item.constraint else frozenset()
    unknown = (relevant - earlier) | (constraint - earlier - {item.name})
    return [Fault("unknown_or_later_reference", item.name, name) for name in sorted(unknown)]


def _choice_faults(item: Item) -> list[Fault]:
    codes = [choice.code for choice in item.choices]
    if item.kind is Kind.SINGLE and not codes:
        return [Fault("no_choices", item.name)]
    return [
        Fault("duplicate_choice", item.name, code) for code in sorted({code for code in codes if codes.count(code) > 1})
    ]


def to_document(questionnaire: Questionnaire) -> dict[str, object]:
    """The questionnaire as plain JSON values, for storage and for the version's hash."""
    return {
        "form_id": questionnaire.form_id,
        "title": dict(questionnaire.title),
        "languages": list(questionnaire.languages),
        "items": [_item_document(item) for item in questionnaire.items],
    }


def _item_document(item: Item) -> dict[str, object]:
    return {
        "name": item.name,
        "kind": item.kind.value,
        "label": dict(item.label),
        "hint": dict(item.hint),
        "short": dict(item.short),
        "choices": [
            {
                "code": choice.code,
                "label": dict(choice.label),
                "missing": choice.missing.value if choice.missing else None,
                "synonyms": {language: list(words) for language, words in choice.synonyms.items()},
            }
            for choice in item.choices
        ],
        "relevant": item.relevant.source if item.relevant else None,
        "required": item.required,
        "required_message": dict(item.required_message),
        "constraint": item.constraint.source if item.constraint else None,
        "constraint_message": dict(item.constraint_message),
        "by_text": item.by_text,
    }


def from_document(document: Mapping[str, object]) -> Questionnaire:
    """The questionnaire of a document that `to_document` made. Raises QuestionnaireError on any other."""
    try:
        items = tuple(_item(entry) for entry in document["items"])  # type: ignore[attr-defined]  # checked by the except
        languages: tuple[str, ...] = tuple(document["languages"])  # type: ignore[arg-type]  # the same
        return checked(Questionnaire(str(document["form_id"]), document["title"], languages, items))  # type: ignore[arg-type]  # the same
    except (KeyError, TypeError, AttributeError, ExpressionError, ValueError) as error:
        if isinstance(error, QuestionnaireError):
            raise
        raise QuestionnaireError([Fault("unreadable_document", str(document.get("form_id")), str(error))]) from error


def _item(entry: Mapping[str, object]) -> Item:
    fields = dict(entry)
    choices = tuple(
        Choice(
            choice["code"],
            choice["label"],
            Missing(choice["missing"]) if choice["missing"] else None,
            {language: tuple(words) for language, words in choice["synonyms"].items()},
        )
        for choice in fields.pop("choices")  # type: ignore[attr-defined]  # checked by the caller's except
    )
    for name in ("relevant", "constraint"):
        fields[name] = parse(str(fields[name])) if fields[name] else None
    return Item(kind=Kind(str(fields.pop("kind"))), choices=choices, **fields)  # type: ignore[arg-type]  # the same
