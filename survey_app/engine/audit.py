"""Whether a submission is one that its questionnaire could have given: what custody asks before it writes."""

from collections.abc import Mapping

from .answers import Answer
from .interview import submission
from .kinds import Unclear, read
from .questionnaire import WITH_CHOICES, Kind, Mode, Questionnaire
from .walk import Interview, holds_at, offered, walk

ORDER = ".order"


def possible(questionnaire: Questionnaire, mode: Mode, answers: Mapping[str, Answer]) -> bool:
    """Whether these are the answers of a completed interview: all of the path, nothing else, each one acceptable.

    The seed is not part of a submission: an order is accepted if it is a permutation, an arm if there is such an arm.
    """
    given = {name: value for name, value in answers.items() if not name.endswith(ORDER)}
    notes = {item.name: None for item in questionnaire.items if item.kind is Kind.NOTE}
    interview = Interview(questionnaire.version, mode, questionnaire.languages[0], {**notes, **given})
    walked = walk(questionnaire, interview)
    made = submission(questionnaire, interview)
    unasked = any(item.name not in walked.done for item in walked.items)
    if unasked or set(made) != set(answers) or {name: made[name] for name in given} != given:
        return False
    if any(set(_codes(made[name])) != set(_codes(answers[name])) for name in answers if name.endswith(ORDER)):
        return False
    for item in walked.items:
        known = walked.seen(item.name) if item.choice_filter or item.constraint or item.screen_out else {}
        choices = offered(item, known, 0) if item.kind in WITH_CHOICES else None
        value = given.get(item.name)
        accepted = read(item, value, choices)
        if isinstance(accepted, Unclear) or accepted != value:
            return False
        if value is not None and item.constraint and not holds_at(item, "constraint", value, known):
            return False
        if value is not None and holds_at(item, "screen_out", value, known):
            return False
    arms = (item for item in questionnaire.items if item.kind is Kind.ARM)
    return all(item.name not in given or item.choice(given[item.name]) is not None for item in arms)


def _codes(value: Answer) -> tuple[str, ...]:
    return value if isinstance(value, tuple) else ()
