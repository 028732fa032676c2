"""An interview as bytes and back, for whoever keeps it between two moves (sealed; never in the clear)."""

import json

from .answers import decode, encode
from .questionnaire import Mode
from .walk import Interview, Status


class StateError(ValueError):
    """Bytes that are no interview."""


def dump(interview: Interview) -> bytes:
    """The interview as UTF-8 JSON."""
    state = {
        "version": interview.version,
        "mode": interview.mode.value,
        "language": interview.language,
        "answers": {name: encode(value) for name, value in interview.answers.items()},
        "cursor": interview.cursor,
        "status": interview.status.value,
        "seed": interview.seed,
    }
    return json.dumps(state, ensure_ascii=False, separators=(",", ":")).encode()


def load(content: bytes) -> Interview:
    """The interview that `dump` wrote. Raises StateError on anything else."""
    try:
        state = json.loads(content)
        return Interview(
            version=state["version"],
            mode=Mode(state["mode"]),
            language=state["language"],
            answers={str(name): decode(value) for name, value in state["answers"].items()},
            cursor=state["cursor"],
            status=Status(state["status"]),
            seed=int(state.get("seed", 0)),  # the first interviews had no order to draw
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise StateError("not an interview") from error
