"""How a question is put in a text message: its place, its words, its numbered options, and how to reply.

One question a message, in the order of this interview, with earlier answers in its words where the author asked for
them. Typography that would double the price of a Latin text is written plainly; no letter is ever changed.
"""

import re

from survey_app.engine import (
    Choice,
    Interview,
    Item,
    Kind,
    Missing,
    Questionnaire,
    Text,
    offered_choices,
    path,
    place,
    submission,
    worded,
)
from survey_app.engine.answers import joined
from survey_app.engine.kinds import MAX_TEXT_CHARS
from survey_app.engine.normalise import visible
from survey_app.engine.questionnaire import ONE_CHOICE
from translations.languages import translator

from ..segments import GSM7, segments

SKIP = 9
SEVERAL = frozenset({Kind.MULTIPLE, Kind.RANKING})
MAX_STEM_CHARS = 40
MAX_PIPED_CHARS = 60
_QUOTES = re.compile(r"«\s*|\s*»")
_TYPOGRAPHY = str.maketrans(
    {"’": "'", "‘": "'", "“": '"', "”": '"', "–": "-", "—": "-", "…": "...", "\u00a0": " ", "\u202f": " "}
    | {"\u2068": "", "\u2069": ""}  # fences: a text of one direction needs none
)


def question(questionnaire: Questionnaire, interview: Interview, item: Item) -> str:
    """The question with its place first, its options on their own lines, and how to reply."""
    number, total = place(questionnaire, interview)
    choices, _zero = numbered(item, offered_choices(questionnaire, interview, item))
    options = (f"{at} {spoken(questionnaire, interview, choice.label)}" for at, choice in enumerate(choices, 1))
    asked = (*_stem(questionnaire, interview, item), _words(questionnaire, interview, item))
    ways = (_way(questionnaire, interview, item, choices), _offers(item, interview.language))
    return plainly("\n".join((f"{number}/{total} " + "\n".join(asked), *options, *filter(None, ways))))


def numbered(item: Item, choices: tuple[Choice, ...]) -> tuple[tuple[Choice, ...], Choice | None]:
    """The choices that have a number, and the one that 0 stands for: don't know, which is then not listed."""
    zero = next((choice for choice in choices if choice.missing is Missing.DONT_KNOW), None)
    if zero is None or len(choices) == 1 or item.kind not in ONE_CHOICE | SEVERAL:
        return choices, None
    return tuple(choice for choice in choices if choice is not zero), zero


def skips(item: Item, choices: tuple[Choice, ...]) -> bool:
    """Whether 9 passes over this item: where it cannot be an answer itself."""
    listed = item.kind in ONE_CHOICE | SEVERAL and len(numbered(item, choices)[0]) < SKIP
    return listed or item.kind is Kind.DATE


def served(item: Item, choices: tuple[Choice, ...]) -> bool:
    """Whether 0 or 9 says something at this item that its message does not."""
    doubt = item.kind is Kind.DATE and Missing.DONT_KNOW in item.offers
    return doubt or numbered(item, choices)[1] is not None or (skips(item, choices) and not item.required)


def note(questionnaire: Questionnaire, interview: Interview, item: Item) -> str:
    """What is told before the next question."""
    return plainly(_words(questionnaire, interview, item))


def spoken(questionnaire: Questionnaire, interview: Interview, text: Text) -> str:
    """A text of the form in the interview's language, with earlier answers piped in, each on one short line."""
    plain = text.get(interview.language) or next(iter(text.values()), "")
    if "{" not in plain:
        return plain
    known = submission(questionnaire, interview)
    typed = {
        name: visible(value)[:MAX_PIPED_CHARS]
        for name, value in known.items()
        if isinstance(value, str) and name in questionnaire.by_name and questionnaire.by_name[name].kind is Kind.TEXT
        if not isinstance(value, Missing)
    }
    return worded(questionnaire, {**known, **typed}, text, interview.language)


def plainly(text: str) -> str:
    """The text with plain punctuation, if that brings all of it into the GSM alphabet; else as it is."""
    plain = _QUOTES.sub('"', text).translate(_TYPOGRAPHY)
    return plain if segments(plain).encoding == GSM7 else text


def _words(questionnaire: Questionnaire, interview: Interview, item: Item) -> str:
    short = item.short if item.short.get(interview.language) else item.label
    return spoken(questionnaire, interview, short)


def _stem(questionnaire: Questionnaire, interview: Interview, item: Item) -> tuple[str, ...]:
    """The question that a battery shares: whole at its first item, its first words at the others.

    An item with a wording of its own for text messages needs none.
    """
    stem = spoken(questionnaire, interview, item.stem)
    if not stem or item.short.get(interview.language):
        return ()
    items = path(questionnaire, interview)
    at = next((at for at, other in enumerate(items) if other.name == item.name), 0)
    if at and items[at - 1].stem == item.stem and items[at - 1].groups == item.groups and len(stem) > MAX_STEM_CHARS:
        return (stem[: MAX_STEM_CHARS - 3].rsplit(" ", 1)[0].rstrip(" ,;:،؛") + "...",)
    return (stem,)


def _way(questionnaire: Questionnaire, interview: Interview, item: Item, choices: tuple[Choice, ...]) -> str:
    """How this kind of question is answered, where a number is not all there is to say."""
    _ = translator(interview.language)
    substantive = [str(at) for at, choice in enumerate(choices, 1) if choice.missing is None]
    match item.kind:
        case Kind.MULTIPLE if len(substantive) > 1:
            return _("Several numbers possible, e.g. %(numbers)s", numbers=f"{substantive[0]} {substantive[-1]}")
        case Kind.RANKING if len(substantive) > 1:
            return _("All the numbers, your first choice first: %(numbers)s", numbers=" ".join(substantive))
        case Kind.SCALE:
            return _scale(questionnaire, interview, item)
        case Kind.DECIMAL:
            return _("A number, e.g. 2.5")
        case Kind.DATE:
            return {
                "day": _("A date, e.g. 31/12/2024"),
                "month": _("A month and a year, e.g. 12/2024"),
                "year": _("A year, e.g. 2024"),
            }[item.precision]
        case Kind.TEXT:
            return _(
                "In your own words, at most %(limit)s characters. Please name nobody.",
                limit=MAX_TEXT_CHARS[item.long],
            )
    return ""


def _scale(questionnaire: Questionnaire, interview: Interview, item: Item) -> str:
    _ = translator(interview.language)
    bounds = {"low": item.low, "high": item.high, "step": item.step}
    if item.step == 1:
        numbers = _("A number from %(low)s to %(high)s", **bounds)
    else:
        numbers = _("A number from %(low)s to %(high)s, in steps of %(step)s", **bounds)
    ends = ((item.low, item.low_label), (item.high, item.high_label))
    named = [f"{end} = {spoken(questionnaire, interview, label)}" for end, label in ends if label]
    return "\n".join((numbers, joined(named, interview.language))) if named else numbers


def _offers(item: Item, language: str) -> str:
    """The missing answers that may be given in words, in words that are understood."""
    _ = translator(language)
    words = {
        Missing.DONT_KNOW: _("don't know"),
        Missing.REFUSED: _("no answer"),
        Missing.NOT_APPLICABLE: _("not applicable"),
    }
    # Beside a date 0 can be nothing else.
    offers = [kind for kind in item.offers if not (item.kind is Kind.DATE and kind is Missing.DONT_KNOW)]
    return _("or: %(words)s", words=" / ".join(words[kind] for kind in offers)) if offers else ""
