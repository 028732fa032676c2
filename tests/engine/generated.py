"""Questionnaires and replies made by Hypothesis: every kind and feature in any order, and any raw input."""

from hypothesis import strategies as st

from survey_app.engine import Choice, Group, Item, Kind, Missing, Questionnaire, checked, parse
from survey_app.engine.questionnaire import ONE_CHOICE, PICTURES, WITH_CHOICES

LANGUAGES = ("ar", "fr", "en")
MISSING: list[Missing | None] = [None, None, *Missing]
CONDITIONS = ["${%s} = '1'", "${%s} != '0'", "not(${%s} >= 2)", "${%s} > 1 or true()", "selected(${%s}, '2')"]
CONSTRAINTS = {
    Kind.INTEGER: ". >= 0 and . <= 50",
    Kind.DECIMAL: ". < 100.5",
    Kind.TEXT: "string-length(.) < 30",
    Kind.MULTIPLE: "count-selected(.) <= 2",
    Kind.DATE: "substr(., 0, 2) = '20'",
}


def texts(word: str) -> dict[str, str]:
    return {language: f"{word} {language}" for language in LANGUAGES}


def piped(word: str, name: str | None) -> dict[str, str]:
    return {language: f"{word} {language}" + (f" ${{{name}}}" if name else "") for language in LANGUAGES}


@st.composite
def choice_lists(draw: st.DrawFn, kind: Kind) -> tuple[Choice, ...]:
    size = draw(st.integers(1, 5))
    return tuple(
        Choice(
            code=str(code),
            label=texts(f"option {code}"),
            missing=draw(st.sampled_from(MISSING)) if kind is not Kind.ARM and code else None,
            attributes={"side": str(code % 2)},
        )
        for code in range(size)
    )


@st.composite
def items(draw: st.DrawFn, number: int, earlier: tuple[Item, ...], groups: tuple[str, ...]) -> Item:
    kind = draw(st.sampled_from(Kind))
    named = [item.name for item in earlier if item.kind is not Kind.NOTE]
    before = draw(st.sampled_from(named)) if draw(st.booleans()) and named else None
    choices = draw(choice_lists(kind)) if kind in WITH_CHOICES else ()
    condition = draw(st.sampled_from(CONDITIONS)) % before if before else None
    return Item(
        name=f"q{number}",
        kind=kind,
        label=piped(f"question {number}", before if draw(st.booleans()) else None),
        hint=piped("hint", draw(st.sampled_from([None, *named]))),
        choices=choices,
        choice_filter=(
            parse(f"side = '1' or ${{{before}}} = '1'", frozenset({"side"}))
            if before and kind in ONE_CHOICE | {Kind.MULTIPLE} and draw(st.booleans())
            else None
        ),
        random_choices=kind in WITH_CHOICES - {Kind.ARM} and draw(st.booleans()),
        relevant=parse(condition) if condition and draw(st.booleans()) else None,
        required=draw(st.booleans()),
        constraint_message=piped("message", draw(st.sampled_from([None, *named]))),
        constraint=parse(CONSTRAINTS[kind]) if kind in CONSTRAINTS and draw(st.booleans()) else None,
        calculation=parse(f"${{{before}}} + 1" if before else "1 + 1") if kind is Kind.CALCULATED else None,
        screen_out=parse(". = '4'") if kind is Kind.SINGLE and draw(st.integers(0, 5)) == 0 else None,
        by_text=draw(st.booleans()) or number == 0,
        groups=groups,
        page=groups[-1] if draw(st.booleans()) and groups else "",
        offers=tuple(draw(st.sets(st.sampled_from(list(Missing))))) if kind not in WITH_CHOICES | {Kind.NOTE} else (),
        precision=draw(st.sampled_from(["day", "month", "year"])),
        long=draw(st.booleans()),
        pictures=draw(st.sampled_from(["", *sorted(PICTURES)])) if kind in (Kind.SINGLE, Kind.SCALE) else "",
        low_label=texts("low"),
        high_label=texts("high"),
    )


@st.composite
def questionnaires(draw: st.DrawFn) -> Questionnaire:
    """A questionnaire that `checked` accepts, of up to eight items in up to two groups."""
    random = draw(st.booleans())
    groups = (Group("g0", texts("module"), random=random), Group("g1", texts("page"), help=draw(st.booleans())))
    made: list[Item] = []
    for number in range(draw(st.integers(1, 8))):
        inside = draw(st.sampled_from([(), ("g0",), ("g1",)]))
        # Within a group whose order is random, nothing may refer to its own group.
        visible = [item for item in made if not (random and "g0" in inside and "g0" in item.groups)]
        made.append(draw(items(number, tuple(visible), inside)))
    return checked(Questionnaire("generated", texts("title"), LANGUAGES, tuple(made), groups))


SENSIBLE = st.one_of(
    st.integers(0, 12).map(str),
    st.integers(-5, 99),
    st.sampled_from(
        ["", "٣", "۲", "２", "1 ", "1 2", "2 1 0", "2024-05-03", "5/2024", "٢٠٢٤", "2.5", "٢٫٥", "words", "كلام"]
    ),
    st.lists(st.integers(0, 4).map(str), max_size=5),
    st.sampled_from(list(Missing)),
)
ANYTHING = st.one_of(
    st.text(),
    st.integers(),
    st.floats(),
    st.none(),
    st.booleans(),
    st.lists(st.text()),
    st.dictionaries(st.text(), st.text()),
)
RAW = st.one_of(SENSIBLE, ANYTHING)


def acceptable(item: Item, choices: tuple[Choice, ...]) -> object:
    """A raw value that the item takes, whatever its kind; constraints above allow it."""
    match item.kind:
        case Kind.SINGLE | Kind.AREA | Kind.MULTIPLE:
            return choices[0].code
        case Kind.RANKING:
            return [choice.code for choice in choices if choice.missing is None]
        case Kind.SCALE:
            return item.low
        case Kind.DATE:
            return "2024-05-03"
        case Kind.TEXT:
            return "words"
    return "7"
