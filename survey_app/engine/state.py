"""An interview as bytes and back, for whoever keeps it between two moves (sealed; never in the clear)."""

import json

from .interview import Interview, Status
from .questionnaire import Mode


class StateError(ValueError):
    """Bytes that are no interview."""


def dump(interview: Interview) -> bytes:
    """The interview as UTF-8 JSON."""
    state = {
        "version": interview.version,
        "mode": interview.mode.value,
        "language": interview.language,
        "answers": dict(interview.answers),
        "cursor": interview.cursor,
        "status": interview.status.value,
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
            answers=state["answers"],
            cursor=state["cursor"],
            status=Status(state["status"]),
        )
    except (ValueError, KeyError, TypeError) as error:
        raise StateError("not an interview") from error
