"""A form's fields: what a browser sends for an item, turned into what the engine reads, and an answer into fields.

Names of fields are made here and looked up, never taken apart. Nothing here decides whether an answer is good.
"""

from collections.abc import Iterator, Mapping

from werkzeug.datastructures import MultiDict

from ..engine import Answer, Choice, Item, Kind, Missing, Reason, Unclear, read
from ..engine.kinds import MAX_TEXT_CHARS
from ..engine.normalise import digits, readable, visible

Values = Mapping[str, tuple[str, ...]]  # what one item's fields hold, by the fields' short names

ANSWER, SEVERAL, MISSING = "answer", "choices", "missing"
DATE_PARTS = {"day": ("day", "month", "year"), "month": ("month", "year"), "year": ("year",)}
MAX_POINTS = 21  # of a scale in a row; a longer one is a box for a number
SHOWN_CHARS = 40
VALUE_CHARS = 16
_BETWEEN = "@"
_WIDGETS = {
    Kind.INTEGER: "number",
    Kind.DECIMAL: "decimal",
    Kind.DATE: "date",
    Kind.NOTE: "note",
    Kind.SINGLE: "options",
    Kind.AREA: "options",
    Kind.MULTIPLE: "boxes",
    Kind.RANKING: "places",
}


def name(key: str, item: Item, first: str) -> str:
    """A field's name: bare for the item in the form's address, followed by the item's name for its neighbours."""
    return key if item.name == first else f"{key}{_BETWEEN}{item.name}"


def may_repeat(field: str) -> bool:
    """Whether a form of ours can send this field more than once: boxes to tick."""
    return field.partition(_BETWEEN)[0] in (SEVERAL, MISSING)


def widget(item: Item) -> str:
    """How the item is shown."""
    if item.kind is Kind.TEXT:
        return "long" if item.long else "text"
    if item.kind is Kind.SCALE:
        return "scale" if len(points(item)) <= MAX_POINTS else "number"
    return _WIDGETS[item.kind]


def points(item: Item) -> range:
    """The points of a scale."""
    return range(item.low, item.high + 1, item.step)


def place(number: int) -> str:
    """The field for the place of the item's choice with this number, as authored."""
    return f"place.{number}"


def keys(item: Item) -> Iterator[str]:
    """The short names of the item's fields."""
    shown = widget(item)
    if shown == "note":
        return
    if shown == "boxes":
        yield SEVERAL
    elif shown == "places":
        yield from (place(number) for number, _ in enumerate(item.choices))
    else:
        yield from DATE_PARTS[item.precision] if shown == "date" else (ANSWER,)
    if shown not in ("options", "boxes", "scale"):
        yield MISSING


def value(code: object) -> str:
    """A code as its box sends it: filled, so that the length of what is sent does not tell which was chosen."""
    return str(code).ljust(VALUE_CHARS, "*")


def sent(item: Item, form: MultiDict[str, str], first: str) -> Values:
    """What the browser sent for this item; fields that are blank are left out."""
    found = {key: tuple(filter(visible, form.getlist(name(key, item, first)))) for key in keys(item)}
    codes = _codes(item)
    return {key: tuple(codes.get(box, box) for box in values) for key, values in found.items() if values}


def _codes(item: Item) -> dict[str, str]:
    """The codes that the item's boxes can send, by what they send."""
    codes = [*(choice.code for choice in item.choices), *(kind.value for kind in item.offers)]
    if widget(item) == "scale":
        codes += map(str, points(item))
    return {value(code): code for code in codes}


def shown_again(item: Item, values: Values) -> Values:
    """What was sent as the page may show it again: bounded, without signs that reorder text or hide it."""
    if item.kind is Kind.TEXT:
        limit = MAX_TEXT_CHARS[item.long]
        return {key: tuple(readable(value, limit) for value in found) for key, found in values.items()}
    return {key: tuple(readable(visible(value), SHOWN_CHARS) for value in found) for key, found in values.items()}


def filled(item: Item, answer: Answer, decimal_sign: str) -> Values:
    """The fields that hold an earlier answer; a decimal number with the sign of the page's language."""
    if answer is None:
        return {}
    shown = widget(item)
    if isinstance(answer, Missing):
        return {ANSWER if shown == "scale" else MISSING: (answer.value,)}
    if isinstance(answer, tuple):
        if shown == "boxes":
            return {SEVERAL: answer}
        if set(answer) & {choice.code for choice in item.choices if choice.missing}:
            return {MISSING: answer}
        numbers = {choice.code: number for number, choice in enumerate(item.choices)}
        return {place(numbers[code]): (str(at),) for at, code in enumerate(answer, 1) if code in numbers}
    if shown == "date":
        parts = dict(zip(("year", "month", "day"), str(answer).split("-"), strict=False))
        return {key: (value if key == "year" else value.lstrip("0"),) for key, value in parts.items()}
    if isinstance(answer, float):
        return {ANSWER: (f"{answer:.6f}".rstrip("0").rstrip(".").replace(".", decimal_sign),)}
    return {ANSWER: (str(answer),)}


def raw(item: Item, values: Values, choices: tuple[Choice, ...], before: Answer) -> object:
    """What the engine is to read.

    Where a box such as "I don't know" is ticked beside a written answer, what is new counts: a box that was ticked
    before gives way to the writing, an answer that was there before gives way to the box. If both are new, nobody can
    tell, and the reply is refused.
    """
    written, ticked = _written(item, values), values.get(MISSING, ())
    if not ticked:
        return written
    if len(ticked) > 1:
        return Unclear(Reason.EXCLUSIVE)
    if written is None:
        return _ticked(item, ticked[0])
    if before is not None and before in (ticked, ticked[0]):
        return written
    earlier = written if isinstance(written, Unclear) else read(item, written, choices)
    return _ticked(item, ticked[0]) if earlier == before else Unclear(Reason.EXCLUSIVE)


def _ticked(item: Item, code: str) -> object:
    if item.kind is Kind.RANKING:
        return [code]
    return Missing(code) if code in list(Missing) else Unclear(Reason.NOT_A_CHOICE)


def _written(item: Item, values: Values) -> object:
    match widget(item):
        case "boxes":
            return list(values[SEVERAL]) if SEVERAL in values else None
        case "places":
            return _ranking(item, values)
        case "date":
            return _date(item, values)
    answer = values.get(ANSWER, (None,))[0]
    return Missing(answer) if item.kind is Kind.SCALE and answer in list(Missing) else answer


def _ranking(item: Item, values: Values) -> object:
    taken = {}
    for number, choice in enumerate(item.choices):
        for value in values.get(place(number), ()):
            if value in taken:
                return Unclear(Reason.INCOMPLETE_RANKING)
            taken[value] = choice.code
    if not taken:
        return None
    wanted = [str(at) for at in range(1, len(taken) + 1)]
    return [taken[at] for at in wanted] if set(wanted) == set(taken) else Unclear(Reason.INCOMPLETE_RANKING)


def _date(item: Item, values: Values) -> object:
    if not any(part in values for part in DATE_PARTS[item.precision]):
        return None
    parts = [digits(visible(values.get(part, ("",))[0])).strip() for part in reversed(DATE_PARTS[item.precision])]
    # Joined parts must not make up a date that no part is: a month typed into the year's box.
    return "-".join(parts) if all(part.isdecimal() for part in parts) else Unclear(Reason.NOT_A_DATE)
