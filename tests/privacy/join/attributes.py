"""What an insider gains who also knows something of each person, or sees it: guesses inside a batch, by likeness."""

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass

from .evidence import Row
from .matching import Guesses
from .people import Person

Known = Callable[[Person], tuple[Hashable, ...]]


def _nothing(_person: Person) -> tuple[Hashable, ...]:
    return ()


def _seen(person: Person) -> tuple[Hashable, ...]:
    return person.mode, person.language, person.hurried, len(person.replies)


# What he sees anyway: the channel, the language of the pages, whether the answers came faster than anybody reads (from
# the times of the requests), and how many questions were answered (from the revisions of the draft, or the texts).
KNOWLEDGE: Mapping[str, Known] = {
    "order and times only": _nothing,
    "and the channel": lambda person: (person.mode,),
    "and all that he sees: channel, language, hurry, number of answers": _seen,
    "and the area": lambda person: (person.area,),
    "and the area, and all that he sees": lambda person: (*_seen(person), person.area),
    "and area, sex, age band": lambda person: (person.area, person.sex, person.age),
    "and area, sex, age band, and all that he sees": lambda p: (*_seen(p), p.area, p.sex, p.age),
    "and area, sex, age band, and the PSU of who was invited by text": lambda p: (p.area, p.sex, p.age, p.psu),
}


@dataclass(frozen=True, slots=True)
class Gain:
    """How many right guesses are expected, and how many people are alone with what is known of them."""

    expected: int
    certain: int


def gain(people: Mapping[str, Person], groups: Mapping[str, object], known: Known) -> Gain:
    """Who are alike in a group cannot be told apart: of each such class one is guessed right on average."""
    classes = Counter((groups[name], *known(person)) for name, person in people.items())
    return Gain(len(classes), sum(size == 1 for size in classes.values()))


def as_answered(row: Row, answers: Mapping[str, object]) -> Person:
    """What a response says of who gave it, as if it were known of a person."""
    values = row.values
    return Person(
        "",
        str(values["mode"]),
        str(values["language"]),
        str(answers["area"]),
        str(answers["sex"]),
        str(answers["age"]),
        answers["contact"] == "yes",
        bool(values["hurried"]),
        0,
        str(values["psu"] or ""),
    )


def guesses(
    people: Mapping[str, Person],
    groups: Mapping[str, object],
    said: Mapping[object, Person],
    written: Mapping[object, object],
    known: Known,
) -> Guesses:
    """Each person beside a response of her batch that says what is known of her; of several, in the order of ids."""
    alike: dict[object, list[object]] = defaultdict(list)
    for response in sorted(said, key=str, reverse=True):
        alike[written[response], *known(said[response])].append(response)
    return {name: alike[groups[name], *known(people[name])].pop() for name in sorted(people)}
