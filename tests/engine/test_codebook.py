"""The codebook: derived from the questionnaire alone, with missing codes and measure levels."""

from hypothesis import given

from survey_app.engine import Kind, Measure, Missing, Questionnaire, codebook

from .generated import questionnaires


@given(questionnaires())
def test_every_variable_of_an_answer_is_in_the_codebook(form: Questionnaire) -> None:
    book = codebook(form)
    assert set(book) == {item.name for item in form.items if item.kind is not Kind.NOTE}
    for variable in book.values():
        for kind in Missing:
            assert not variable.missing(kind) & variable.substantive


def test_measure_levels_follow_from_kinds_and_codes(questionnaire: Questionnaire) -> None:
    measures = {name: variable.measure for name, variable in codebook(questionnaire).items()}
    assert measures["trust_police"] is Measure.ORDINAL
    assert measures["area"] is Measure.NOMINAL
    assert measures["sex"] is Measure.NOMINAL
