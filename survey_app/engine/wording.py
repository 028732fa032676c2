"""Texts as a person reads them: earlier answers piped in, in the language of the interview.

A choice is named by its label; what was typed is fenced so that it cannot reorder the words around it.
"""

import re
from collections.abc import Mapping

from .answers import Answer, Held, Missing, joined
from .questionnaire import Questionnaire, Text

_REFERENCE = re.compile(r"\$\{\s*([A-Za-z_][\w.\-]*)\s*\}|\{\s*([A-Za-z_][\w.\-]*)\s*\}\$")
_FENCE = "\u2068{}\u2069"  # first strong isolate (UAX 9)
BLANK = "…"


def worded(questionnaire: Questionnaire, answers: Mapping[str, Answer], text: Text, language: str) -> str:
    """The text in a language, each ${name} replaced by that answer. What was not answered is an ellipsis."""
    plain = text.get(language) or next(iter(text.values()), "")
    return _REFERENCE.sub(lambda match: said(questionnaire, answers, match[1] or match[2], language), plain)


def mentioned(text: str) -> frozenset[str]:
    """The names of the items that a text pipes in."""
    return frozenset(match[1] or match[2] for match in _REFERENCE.finditer(text))


def said(questionnaire: Questionnaire, answers: Mapping[str, Answer], name: str, language: str) -> str:
    """What was answered to an item, in words of the language."""
    item, value = questionnaire.by_name.get(name), answers.get(name)
    if item is None or value is None or isinstance(value, Missing | Held):
        return BLANK
    codes = value if isinstance(value, tuple) else (value,)
    labels = [choice.label.get(language, choice.code) if (choice := item.choice(code)) else None for code in codes]
    return _FENCE.format(joined((label or str(code) for label, code in zip(labels, codes, strict=True)), language))
