"""What an indicator is, as a hash: any change of question, answers, base or direction gives another one.

It is made from the card that a release shows, so that whoever has a release can make it again.
"""

import hashlib
import json

from .content import IndicatorCard


def canonical(card: IndicatorCard) -> str:
    """The definition as canonical JSON: item, wording, answers and which of them count, base, filter, direction."""
    content = {
        "item": card.item,
        "question": dict(card.question),
        "answers": [
            [answer.code, dict(answer.label), answer.positive, answer.based, answer.missing] for answer in card.answers
        ],
        "filter": card.filter,
        "direction": card.direction,
    }
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def definition_digest(card: IndicatorCard) -> str:
    """The SHA-256 of the canonical definition, in hexadecimal."""
    return hashlib.sha256(canonical(card).encode()).hexdigest()
