"""Questionnaires and replies made by Hypothesis: any order of kinds, conditions on earlier items, any raw input."""

from hypothesis import strategies as st

from survey_app.engine import Choice, Item, Kind, Missing, Questionnaire, checked, parse

LANGUAGES = ("ar", "fr", "en")
MISSING: list[Missing | None] = [None, *Missing]


def texts(word: str) -> dict[str, str]:
    return {language: f"{word} {language}" for language in LANGUAGES}


@st.composite
def questionnaires(draw: st.DrawFn) -> Questionnaire:
    items = list[Item]()
    for number in range(draw(st.integers(1, 8))):
        kind = draw(st.sampled_from(Kind))
        choices: tuple[Choice, ...] = ()
        if kind is Kind.SINGLE:
            size = draw(st.integers(1, 5))
            choices = tuple(
                Choice(str(code), texts(f"option {code}"), draw(st.sampled_from(MISSING))) for code in range(size)
            )
        earlier = [item for item in items if item.kind is not Kind.NOTE]
        relevant = None
        if draw(st.booleans()) and earlier:
            before = draw(st.sampled_from(earlier))
            relevant = parse(
                draw(st.sampled_from(["${%s} = '1'", "${%s} != '0'", "not(${%s} >= 2)", "${%s} > 1 or true()"]))
                % before.name
            )
        items.append(
            Item(
                name=f"q{number}",
                kind=kind,
                label=texts(f"question {number}"),
                choices=choices,
                relevant=relevant,
                required=draw(st.booleans()),
                constraint=parse(". >= 0 and . <= 50") if kind is Kind.INTEGER and draw(st.booleans()) else None,
                by_text=draw(st.booleans()) or number == 0,
            )
        )
    return checked(Questionnaire("generated", texts("title"), LANGUAGES, tuple(items)))


SENSIBLE = st.one_of(st.integers(0, 5).map(str), st.integers(-5, 99), st.sampled_from(["", "٣", "۲", "２", "1 "]))
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
