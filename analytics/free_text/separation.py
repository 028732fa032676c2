"""Open answers leave the response: the words go one way, all else the other, and nothing joins them again."""

import secrets
import uuid
from collections import Counter
from collections.abc import Mapping, Sequence
from random import SystemRandom
from typing import Any

from survey_app.engine import Kind, Questionnaire

from .redaction import redacted

WRITTEN = "written"  # all that a response keeps of an open answer
FEW = 10  # texts of an item and language, below which not even that is kept: the marker would lead to the text


def open_items(questionnaire: Questionnaire) -> tuple[frozenset[str], frozenset[str]]:
    """The items that are answered in words, and those that are calculated from their words, at however many steps."""
    words = frozenset(item.name for item in questionnaire.items if item.kind is Kind.TEXT)
    derived: frozenset[str] = frozenset()
    while True:
        more = frozenset(
            item.name
            for item in questionnaire.items
            if item.kind is Kind.CALCULATED
            and item.calculation is not None
            and item.calculation.references & (words | derived)
        )
        if more <= derived:
            return words, derived
        derived |= more


def separated(
    questionnaire: Questionnaire, wave: str, responses: Sequence[Mapping[str, Any]]
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The responses of a batch without what was written in them; and the redacted texts as rows, in an order of chance.

    responses: with `language` and `answers` as they are stored. A response keeps WRITTEN where at least FEW of the
    batch wrote on the item in its language, and else nothing, as if she had passed the question over. What was
    calculated from words is not kept.
    """
    words, derived = open_items(questionnaire)
    texts = [
        (response["language"], name, response["answers"][name])
        for response in responses
        for name in sorted(words)
        if _said(response["answers"], name)
    ]
    wrote = Counter((language, name) for language, name, _ in texts)
    kept = []
    for response in responses:
        answers = dict(response["answers"])
        for name in words & answers.keys():
            if _said(answers, name):
                answers[name] = WRITTEN if wrote[response["language"], name] >= FEW else None
        answers |= dict.fromkeys(derived & answers.keys())  # even a length would lead to the text
        kept.append({**response, "answers": answers})
    SystemRandom().shuffle(texts)
    rows = [
        {"id": _id(), "wave": wave, "item": name, "language": language, "said": redacted(said)}
        for language, name, said in texts
    ]
    return kept, rows


def _said(answers: Mapping[str, Any], name: str) -> bool:
    return isinstance(answers.get(name), str) and answers[name] != ""


def _id() -> uuid.UUID:
    return uuid.UUID(bytes=secrets.token_bytes(16), version=4)
