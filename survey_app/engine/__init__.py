"""The interview engine: questionnaire in, replies in, events and answers out; pure, for every channel.

It imports the standard library and nothing else: no clock, no randomness, no page, no storage.
"""

from .answers import Answer, AnswerError, Held, Missing, decode, encode
from .audit import possible
from .codebook import Measure, Variable, codebook
from .content import to_document
from .document import from_document
from .expression import Expression, ExpressionError, parse
from .interview import (
    Accepted,
    Asked,
    Completed,
    Event,
    LanguageSwitched,
    QuotaFilled,
    Refused,
    Reviewed,
    ScreenedOut,
    Step,
    Stopped,
    answer,
    answer_page,
    back,
    begin,
    canonical,
    complete,
    current,
    offered_choices,
    page,
    path,
    place,
    stop,
    submission,
    switch_language,
    unanswered,
    visit,
)
from .kinds import Reason, Unclear, read
from .needed import needed
from .questionnaire import Choice, Fault, Group, Item, Kind, Mode, Questionnaire, QuestionnaireError, Text, checked
from .replies import understand
from .walk import Interview, Quota, Status
from .wording import said, worded

__all__ = [
    "Accepted",
    "Answer",
    "AnswerError",
    "Asked",
    "Choice",
    "Completed",
    "Event",
    "Expression",
    "ExpressionError",
    "Fault",
    "Group",
    "Held",
    "Interview",
    "Item",
    "Kind",
    "LanguageSwitched",
    "Measure",
    "Missing",
    "Mode",
    "Questionnaire",
    "QuestionnaireError",
    "Quota",
    "QuotaFilled",
    "Reason",
    "Refused",
    "Reviewed",
    "ScreenedOut",
    "Status",
    "Step",
    "Stopped",
    "Text",
    "Unclear",
    "Variable",
    "answer",
    "answer_page",
    "back",
    "begin",
    "canonical",
    "checked",
    "codebook",
    "complete",
    "current",
    "decode",
    "encode",
    "from_document",
    "needed",
    "offered_choices",
    "page",
    "parse",
    "path",
    "place",
    "possible",
    "read",
    "said",
    "stop",
    "submission",
    "switch_language",
    "to_document",
    "unanswered",
    "understand",
    "visit",
    "worded",
]
