"""The questionnaire: frozen values, the check that refuses a broken one, and the hash that names its version.

A questionnaire is data. It knows nothing of pages, messages, storage or time.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import Any

from .answers import Missing
from .content import to_document
from .expression import Expression

Text = Mapping[str, str]  # language -> text

MAX_ITEMS = 5_000


class Kind(StrEnum):
    """What an item asks for. A calculated item and an arm are never asked: their values follow."""

    SINGLE = "single"
    MULTIPLE = "multiple"
    RANKING = "ranking"
    SCALE = "scale"
    AREA = "area"
    INTEGER = "integer"
    DECIMAL = "decimal"
    DATE = "date"
    TEXT = "text"
    NOTE = "note"
    CALCULATED = "calculated"
    ARM = "arm"


ONE_CHOICE = frozenset({Kind.SINGLE, Kind.AREA})
WITH_CHOICES = ONE_CHOICE | {Kind.MULTIPLE, Kind.RANKING, Kind.ARM}
DERIVED = frozenset({Kind.CALCULATED, Kind.ARM})
PICTURES = frozenset({"faces", "faces-reversed", "bars", "bars-reversed"})


class Mode(StrEnum):
    """How the interview is held (AAPOR: mode of administration)."""

    WEB = "web"
    SMS = "sms"
    WHATSAPP = "whatsapp"
    ASSISTED = "assisted"

    @property
    def by_text(self) -> bool:
        """Whether the questions travel as text messages, readable by the carrier."""
        return self in (Mode.SMS, Mode.WHATSAPP)


@dataclass(frozen=True, slots=True)
class Choice:
    """One option of a list: the code that is stored, its label, other words for it, and whether it is missing.

    `attributes` are what a choice filter may ask of it; `image` is a picture's file name.
    """

    code: str
    label: Text
    missing: Missing | None = None
    synonyms: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    attributes: Mapping[str, str] = field(default_factory=dict)
    image: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """A group of items: a module or a page. `random` shuffles what is directly in it, by the interview's seed.

    `help` says that its questions may weigh on a person, so that whoever shows them says where help is.
    """

    name: str
    label: Text = field(default_factory=dict)
    random: bool = False
    help: bool = False


@dataclass(frozen=True, slots=True)
class Item:
    """One item. `short` is its wording for text messages; items that are not `by_text` never go that way.

    `groups` are the groups around it, outermost first; `page` joins items that are shown together; `stem` is the
    question that a battery shares. `offers` are the missing answers offered where there is no list of choices.
    `pictures` draws a face or a bar beside each point, the first as authored being the saddest or emptiest.
    """

    name: str
    kind: Kind
    label: Text
    hint: Text = field(default_factory=dict)
    short: Text = field(default_factory=dict)
    stem: Text = field(default_factory=dict)
    audio: Text = field(default_factory=dict)
    choices: tuple[Choice, ...] = ()
    choice_filter: Expression | None = None
    random_choices: bool = False
    relevant: Expression | None = None
    required: bool = False
    required_message: Text = field(default_factory=dict)
    constraint: Expression | None = None
    constraint_message: Text = field(default_factory=dict)
    calculation: Expression | None = None
    screen_out: Expression | None = None
    by_text: bool = True
    groups: tuple[str, ...] = ()
    page: str = ""
    offers: tuple[Missing, ...] = ()
    low: int = 0
    high: int = 10
    step: int = 1
    low_label: Text = field(default_factory=dict)
    high_label: Text = field(default_factory=dict)
    precision: str = "day"
    long: bool = False
    area_level: str = ""
    pictures: str = ""

    def choice(self, code: object) -> Choice | None:
        """The choice with this code, or None."""
        return next((choice for choice in self.choices if choice.code == code), None)

    @property
    def expressions(self) -> Iterator[tuple[str, Expression]]:
        """The item's expressions by the field that holds them."""
        for name in ("relevant", "constraint", "calculation", "choice_filter", "screen_out"):
            expression: Expression | None = getattr(self, name)
            if expression is not None:
                yield name, expression

    @property
    def texts(self) -> Iterator[Text]:
        """The texts that must be there in every language."""
        if self.kind not in DERIVED:
            yield self.label
        for choice in self.choices if self.kind is not Kind.ARM else ():
            yield choice.label


@dataclass(frozen=True)
class Questionnaire:
    """A complete questionnaire: items in the order of authoring. Make it with `checked`, which refuses faults."""

    form_id: str
    title: Text
    languages: tuple[str, ...]
    items: tuple[Item, ...]
    groups: tuple[Group, ...] = ()

    @cached_property
    def version(self) -> str:
        """The version of its document: the same content has the same version everywhere.

        One that was read from a document keeps that document's, which an earlier model may have written otherwise.
        """
        return version_of(to_document(self))

    @cached_property
    def random_groups(self) -> frozenset[str]:
        """The names of the groups whose children are shuffled."""
        return frozenset(group.name for group in self.groups if group.random)

    @cached_property
    def help_groups(self) -> frozenset[str]:
        """The names of the groups whose questions may weigh on a person."""
        return frozenset(group.name for group in self.groups if group.help)

    def __hash__(self) -> int:
        return hash(self.version)

    @cached_property
    def numbers(self) -> Mapping[str, int]:
        """The items' places in the order of authoring, from 1."""
        return {item.name: number for number, item in enumerate(self.items, 1)}

    @cached_property
    def by_name(self) -> Mapping[str, Item]:
        """Items by name."""
        return {item.name: item for item in self.items}


def version_of(document: Mapping[str, Any]) -> str:
    """SHA-256 of a document in canonical form, in hexadecimal."""
    canonical = json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


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
    if not questionnaire.items or not questionnaire.languages:
        raise QuestionnaireError([Fault("empty", questionnaire.form_id)])
    if len(questionnaire.items) > MAX_ITEMS:
        raise QuestionnaireError([Fault("too_many_items", questionnaire.form_id, str(len(questionnaire.items)))])
    faults: list[Fault] = []
    earlier: dict[str, Item] = {}
    known = {group.name for group in questionnaire.groups}
    for item in questionnaire.items:
        if item.name in earlier:
            faults.append(Fault("duplicate_name", item.name))
        faults += [Fault("unknown_group", item.name, name) for name in item.groups if name not in known]
        faults += _reference_faults(item, earlier, questionnaire.random_groups)
        faults += _language_faults(item, questionnaire.languages)
        faults += _kind_faults(item)
        earlier[item.name] = item
    if faults:
        raise QuestionnaireError(faults)
    return questionnaire


def _reference_faults(item: Item, earlier: Mapping[str, Item], random: frozenset[str]) -> Iterator[Fault]:
    for where, expression in item.expressions:
        own = {item.name} if where in ("constraint", "screen_out") else set()
        for name in sorted(expression.references - own):
            if name not in earlier:
                yield Fault("unknown_or_later_reference", item.name, name)
            elif shuffled := set(item.groups) & set(earlier[name].groups) & random:
                yield Fault("reference_inside_random_group", item.name, f"{name} in {sorted(shuffled)[0]}")


def _language_faults(item: Item, languages: tuple[str, ...]) -> Iterator[Fault]:
    texts = list(item.texts)
    for language in languages:
        if not all(text.get(language) for text in texts):
            yield Fault("missing_language", item.name, language)


def _kind_faults(item: Item) -> Iterator[Fault]:
    codes = [choice.code for choice in item.choices]
    if item.kind in WITH_CHOICES and not codes:
        yield Fault("no_choices", item.name)
    for code in sorted({code for code in codes if codes.count(code) > 1}):
        yield Fault("duplicate_choice", item.name, code)
    if item.kind in (Kind.MULTIPLE, Kind.RANKING) and any(" " in code for code in codes):
        yield Fault("space_in_choice", item.name)
    if item.kind is Kind.SCALE and not (item.step > 0 and 0 < (item.high - item.low) // item.step <= 1_000):
        yield Fault("unusable_scale", item.name, f"{item.low} to {item.high} by {item.step}")
    if item.kind is Kind.CALCULATED and item.calculation is None:
        yield Fault("no_calculation", item.name)
    if item.precision not in ("day", "month", "year"):
        yield Fault("unknown_precision", item.name, item.precision)
    if item.pictures and item.pictures not in PICTURES:
        yield Fault("unknown_pictures", item.name, item.pictures)
    elif item.pictures and item.kind not in (Kind.SINGLE, Kind.SCALE):
        yield Fault("pictures_without_points", item.name, item.kind)
