"""The state of a conversation, as a frozen value and as bytes; what came of a text; how a case stands in the end."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from survey_app.engine import Event, Interview, Item, Kind, Mode, Questionnaire, path
from survey_app.engine.state import StateError
from survey_app.engine.state import dump as dump_interview
from survey_app.engine.state import load as load_interview
from survey_app.paradata import Design, Entry

MAX_UNCLEAR = 2
PARTIAL = 0.5  # of the questions asked (AAPOR Standard Definitions: a partial interview has at least half)


class State(StrEnum):
    """Where the conversation stands. INVITED: we wrote first, and nothing has come back."""

    INVITED = "invited"
    NEW = "new"
    LANGUAGE = "language"
    CONSENT = "consent"
    INTERVIEW = "interview"
    DONE = "done"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class Conversation:
    """One person's conversation in one wave.

    `seed` decides orders and arms; it is drawn outside, and forgotten at the end (0), since an order that is kept with
    the answers would lead back to it. `finished` means that answers were sent, `interviews` how many, `ended` that the
    survey was not for this person, `outcome` how the case ended. Nothing in it leads to the envelope.

    `area` is a code: known of who was invited, else what a poster said, a suggestion. `declared`: 0 and 9 have been
    explained. `several` are answers that wait for a yes. `design`, `reminders` (left) and `seen` (the last text, in
    seconds since 1970) are carried for others.
    """

    wave: str
    state: State = State.NEW
    language: str | None = None
    interview: Interview | None = field(default=None, repr=False)
    unclear: int = 0
    finished: bool = False
    ended: bool = False
    seed: int = field(default=0, repr=False)
    mode: Mode = Mode.SMS
    entry: Entry = Entry.OPEN
    area: str = field(default="", repr=False)
    design: Design | None = field(default=None, repr=False)
    reminders: int = 0
    seen: int = 0
    several: tuple[str, ...] = field(default=(), repr=False)
    declared: bool = False
    interviews: int = 0
    outcome: str = ""


@dataclass(frozen=True, slots=True)
class Turn:
    """What came of one text: the new conversation, the messages in return, and the interview if it was completed.

    `events` are what happened in the interview on the way; they are for showing, and are not kept.
    """

    conversation: Conversation
    messages: tuple[str, ...] = ()
    completed: Interview | None = field(default=None, repr=False)
    events: tuple[Event, ...] = ()


def invited(
    wave: str, language: str | None, area: str, design: Design | None, seed: int, mode: Mode = Mode.SMS
) -> Conversation:
    """A conversation that we begin: the area is known for sure ("" if it is not), the language may be."""
    return Conversation(
        wave, State.INVITED, language or None, seed=seed, mode=mode, entry=Entry.INVITED, area=area, design=design
    )


def known_area(conversation: Conversation, item: Item) -> bool:
    """Whether this item is answered by the invitation, without asking. Its code may still not be on offer."""
    return item.kind is Kind.AREA and conversation.entry is Entry.INVITED and item.choice(conversation.area) is not None


def case_state(conversation: Conversation, questionnaire: Questionnaire) -> str:
    """How the case stands, as the conversation table has it.

    "invited", "open", "partial" (at least half of the questions on the path answered), "completed", "refused" (no at
    consent, or stop before any answer), "stopped" (after one), "screened_out" or "quota_full".
    """
    if conversation.interviews:
        return "completed"
    if conversation.outcome:
        return conversation.outcome
    match conversation.state:
        case State.INVITED:
            return "invited"
        case State.STOPPED:
            return "stopped" if answered(conversation, questionnaire) else "refused"
        case State.DONE if conversation.ended:
            return "screened_out"
        case State.INTERVIEW | State.LANGUAGE if conversation.interview:
            asked = [item for item in path(questionnaire, conversation.interview) if item.kind is not Kind.NOTE]
            return "partial" if answered(conversation, questionnaire) >= PARTIAL * len(asked) else "open"
    return "open"


def answered(conversation: Conversation, questionnaire: Questionnaire) -> int:
    """How many questions on the path the person answered; what was passed over, or known before, does not count."""
    interview = conversation.interview
    if interview is None:
        return 0
    asked = path(questionnaire, interview)
    return sum(interview.answers.get(item.name) is not None and not known_area(conversation, item) for item in asked)


def dump(conversation: Conversation) -> bytes:
    """The conversation as bytes, to be sealed."""
    design = conversation.design
    state = {
        "wave": conversation.wave,
        "state": conversation.state.value,
        "language": conversation.language,
        "interview": dump_interview(conversation.interview).decode() if conversation.interview else None,
        "unclear": conversation.unclear,
        "finished": conversation.finished,
        "ended": conversation.ended,
        "seed": conversation.seed,
        "mode": conversation.mode.value,
        "entry": conversation.entry.value,
        "area": conversation.area,
        "design": [design.stratum, design.psu, design.weight] if design else None,
        "reminders": conversation.reminders,
        "seen": conversation.seen,
        "several": list(conversation.several),
        "declared": conversation.declared,
        "interviews": conversation.interviews,
        "outcome": conversation.outcome,
    }
    return json.dumps(state, ensure_ascii=False, separators=(",", ":")).encode()


def load(content: bytes) -> Conversation:
    """The conversation that `dump` wrote, today's or an earlier one. Raises StateError on anything else."""
    try:
        state = json.loads(content)
        return Conversation(
            wave=state["wave"],
            state=State(state["state"]),
            language=state["language"],
            interview=load_interview(state["interview"].encode()) if state["interview"] else None,
            unclear=state["unclear"],
            finished=state["finished"],
            ended=state.get("ended", False),  # the first conversations knew neither
            seed=int(state.get("seed", 0)),
            **_newer(state),
        )
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        raise StateError("not a conversation") from error


def _newer(state: Mapping[str, Any]) -> dict[str, Any]:
    """What conversations hold since there are invitations."""
    design = state.get("design")
    return {
        "mode": Mode(state.get("mode", Mode.SMS)),
        "entry": Entry(state.get("entry", Entry.OPEN)),
        "area": str(state.get("area", "")),
        "design": Design(str(design[0]), str(design[1]), float(design[2])) if design else None,
        "reminders": int(state.get("reminders", 0)),
        "seen": int(state.get("seen", 0)),
        "several": tuple(map(str, state.get("several", ()))),
        "declared": bool(state.get("declared", False)),
        "interviews": int(state.get("interviews", state["finished"])),
        "outcome": str(state.get("outcome", "")),
    }
