"""What each kind of item takes and refuses, and what the rest of the logic does: one example each."""

import pytest

from survey_app.engine import (
    Accepted,
    Choice,
    Item,
    Kind,
    Missing,
    Mode,
    Questionnaire,
    QuestionnaireError,
    QuotaFilled,
    Reason,
    Refused,
    ScreenedOut,
    Status,
    answer,
    answer_page,
    begin,
    canonical,
    checked,
    from_document,
    offered_choices,
    page,
    parse,
    path,
    submission,
    to_document,
    worded,
)
from survey_app.engine.order import arm, choices
from survey_app.engine.state import dump, load

from .generated import LANGUAGES, texts


def one(kind: Kind, **fields: object) -> Questionnaire:
    """A questionnaire of one item."""
    return checked(Questionnaire("one", texts("title"), LANGUAGES, (Item("q", kind, texts("question"), **fields),)))  # type: ignore[arg-type]  # by name


OPTIONS = (*(Choice(code, texts(code)) for code in "abc"), Choice("dk", texts("dk"), Missing.DONT_KNOW))


@pytest.mark.parametrize(
    ("form", "raw", "expected"),
    [
        (one(Kind.MULTIPLE, choices=OPTIONS), ["c", "a"], ("a", "c")),
        (one(Kind.MULTIPLE, choices=OPTIONS), ["dk"], ("dk",)),
        (one(Kind.MULTIPLE, choices=OPTIONS), ["a", "dk"], Reason.EXCLUSIVE),
        (one(Kind.MULTIPLE, choices=OPTIONS), ["a", "z"], Reason.NOT_A_CHOICE),
        (one(Kind.RANKING, choices=OPTIONS), ["b", "c", "a"], ("b", "c", "a")),
        (one(Kind.RANKING, choices=OPTIONS), ["b", "c"], Reason.INCOMPLETE_RANKING),
        (one(Kind.RANKING, choices=OPTIONS), ["b", "b", "a"], Reason.INCOMPLETE_RANKING),
        (one(Kind.SCALE), "١٠", 10),
        (one(Kind.SCALE), "11", Reason.OUT_OF_SCALE),
        (one(Kind.DECIMAL), "٢٫٥", 2.5),
        (one(Kind.DECIMAL), "1e309", Reason.NOT_A_NUMBER),
        (one(Kind.DECIMAL), float("nan"), Reason.NOT_A_NUMBER),
        (one(Kind.DATE, precision="month"), "5/2024", "2024-05"),
        (one(Kind.DATE, precision="year"), "٢٠٢٤", "2024"),
        (one(Kind.DATE), "2024-02-30", Reason.NOT_A_DATE),
        (one(Kind.DATE), "31/12/2024", "2024-12-31"),
        (one(Kind.TEXT), "  a\u202eb\x00  ", "ab"),
        (one(Kind.TEXT), "x" * 251, Reason.TOO_LONG),
        (one(Kind.INTEGER, offers=(Missing.DONT_KNOW,)), Missing.DONT_KNOW, Missing.DONT_KNOW),
        (one(Kind.INTEGER), Missing.DONT_KNOW, Reason.NOT_A_CHOICE),
        (one(Kind.TEXT, offers=(Missing.REFUSED,)), "refused", "refused"),
    ],
)
def test_each_kind_takes_what_it_asks_for_and_names_what_it_refuses(
    form: Questionnaire, raw: object, expected: object
) -> None:
    step = answer(form, begin(form, Mode.WEB, "ar").interview, raw)
    if isinstance(expected, Reason):
        assert step.events == (Refused("q", expected),)
    else:
        value = submission(form, step.interview)["q"]
        assert value == expected
        assert type(value) is type(expected)
        assert load(dump(step.interview)) == step.interview


def test_a_typed_word_is_never_taken_for_a_missing_code() -> None:
    form = one(Kind.TEXT, offers=(Missing.REFUSED,))
    typed, chosen = (
        answer(form, begin(form, Mode.WEB, "ar").interview, raw).interview for raw in ("refused", Missing.REFUSED)
    )
    assert canonical(form, typed) != canonical(form, chosen)


def test_a_screen_out_keeps_nothing() -> None:
    form = one(Kind.SINGLE, choices=OPTIONS, screen_out=parse(". = 'c'"))
    ended = answer(form, begin(form, Mode.WEB, "ar").interview, "c")
    assert ended.events == (Accepted("q"), ScreenedOut("q"))
    assert (ended.interview.status, ended.interview.answers) == (Status.SCREENED_OUT, {})


def test_a_full_quota_ends_the_interview_and_keeps_nothing() -> None:
    form = one(Kind.SINGLE, choices=OPTIONS)
    start = begin(form, Mode.WEB, "ar").interview
    assert answer(form, start, "a", quota=lambda known: known.get("q") == "b").interview.status is Status.OPEN
    full = answer(form, start, "b", quota=lambda known: known.get("q") == "b")
    assert full.events[-1] == QuotaFilled()
    assert full.interview.answers == {}


def test_arms_are_drawn_evenly_recorded_and_decide_the_path() -> None:
    form = checked(
        Questionnaire("arms", texts("t"), LANGUAGES, (
            Item("arm", Kind.ARM, {}, choices=OPTIONS[:2]),
            Item("q", Kind.INTEGER, texts("q"), relevant=parse("${arm} = 'a'")),
            Item("last", Kind.INTEGER, texts("q")),
        ))
    )  # fmt: skip
    drawn = [arm(form.items[0], seed) for seed in range(2_000)]
    assert 900 < drawn.count("a") < 1_100
    for seed in range(20):
        interview = begin(form, Mode.WEB, "ar", seed).interview
        assert ("q" in {item.name for item in path(form, interview)}) == (submission(form, interview)["arm"] == "a")


def test_options_are_shuffled_but_missing_ones_stay_last_and_the_order_is_recorded() -> None:
    form = one(Kind.SINGLE, choices=OPTIONS, random_choices=True)
    orders = {tuple(choice.code for choice in choices(form.items[0], seed)) for seed in range(60)}
    assert len(orders) == 6
    assert {order[-1] for order in orders} == {"dk"}
    interview = answer(form, begin(form, Mode.WEB, "ar", 5).interview, "a").interview
    assert submission(form, interview)["q.order"] == tuple(choice.code for choice in choices(form.items[0], 5))


def test_a_changed_filter_asks_again_for_a_choice_that_is_no_longer_offered() -> None:
    cities = tuple(Choice(code, texts(code), attributes={"region": code[0]}) for code in ("n1", "n2", "s1"))
    form = checked(
        Questionnaire("filter", texts("t"), LANGUAGES, (
            Item("region", Kind.SINGLE, texts("r"), choices=(Choice("n", texts("n")), Choice("s", texts("s")))),
            Item("city", Kind.SINGLE, texts("c"), choices=cities,
                 choice_filter=parse("region = ${region}", frozenset({"region"}))),
        ))
    )  # fmt: skip
    interview = answer(form, begin(form, Mode.WEB, "ar").interview, "n").interview
    assert [choice.code for choice in offered_choices(form, interview, form.items[1])] == ["n1", "n2"]
    assert isinstance(answer(form, interview, "s1").events[0], Refused)
    interview = answer(form, interview, "n2").interview
    moved = answer(form, interview, "s", "region").interview
    assert moved.cursor == "city"
    assert "city" not in submission(form, moved)


def test_a_page_is_answered_together_and_keeps_what_is_right() -> None:
    form = checked(
        Questionnaire("page", texts("t"), LANGUAGES, (
            Item("a", Kind.INTEGER, texts("a"), page="p", required=True),
            Item("b", Kind.INTEGER, texts("b"), page="p", required=True),
            Item("c", Kind.INTEGER, texts("c")),
        ))
    )  # fmt: skip
    start = begin(form, Mode.WEB, "ar").interview
    assert [item.name for item in page(form, start)] == ["a", "b"]
    step = answer_page(form, start, {"a": "1", "b": "x"})
    assert step.interview.cursor == "b"
    assert Refused("b", Reason.NOT_A_NUMBER) in step.events
    assert submission(form, step.interview) == {"a": 1}
    assert answer_page(form, step.interview, {"a": "1", "b": "2"}).interview.cursor == "c"


def test_earlier_answers_are_piped_in_the_readers_language_and_fenced() -> None:
    form = checked(
        Questionnaire("pipe", texts("t"), LANGUAGES, (
            Item("a", Kind.SINGLE, texts("a"), choices=OPTIONS),
            Item("b", Kind.TEXT, dict.fromkeys(LANGUAGES, "${a} – {a}$ – ${b}")),
        ))
    )  # fmt: skip
    said = worded(form, {"a": "c", "b": "\u202eevil"}, form.items[1].label, "fr")
    assert said == "\u2068c fr\u2069 – \u2068c fr\u2069 – \u2068\u202eevil\u2069"
    assert worded(form, {}, form.items[1].label, "fr") == "… – … – …"


def test_an_item_that_was_not_on_the_page_is_asked_afterwards() -> None:
    form = checked(
        Questionnaire("page", texts("t"), LANGUAGES, (
            Item("a", Kind.INTEGER, texts("a"), page="p"),
            Item("b", Kind.INTEGER, texts("b"), page="p"),
        ))
    )  # fmt: skip
    step = answer_page(form, begin(form, Mode.WEB, "ar").interview, {"a": "1"})
    assert step.interview.cursor == "b"
    assert submission(form, step.interview) == {"a": 1}


@pytest.mark.parametrize("kind", Kind)
def test_drawings_are_for_single_choices_and_scales_alone(kind: Kind) -> None:
    fields: dict[str, object] = {"calculation": parse("1")}
    fields |= {"choices": (Choice("1", texts("a")), Choice("2", texts("b")))}
    plain = one(kind, **fields)
    assert "pictures" not in to_document(plain)["items"][0]
    with pytest.raises(QuestionnaireError, match="unknown_pictures"):
        one(kind, pictures="smileys", **fields)
    if kind in (Kind.SINGLE, Kind.SCALE):
        drawn = one(kind, pictures="faces", **fields)
        assert drawn.version != plain.version
        assert from_document(to_document(drawn)) == drawn
    else:
        with pytest.raises(QuestionnaireError, match="pictures_without_points"):
            one(kind, pictures="faces", **fields)


def test_an_item_in_a_group_that_nobody_lists_is_refused() -> None:
    with pytest.raises(QuestionnaireError, match="unknown_group"):
        checked(Questionnaire("q", texts("t"), LANGUAGES, (Item("a", Kind.INTEGER, texts("a"), groups=("g",)),)))
