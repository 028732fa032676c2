"""What is deleted when: the rules of retention, applied each night by `thiqa purge`.

Once a wave is closed its key is destroyed first: what is sealed with it, in any copy, is noise from then on.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, Engine, bindparam, delete, func, select

from analytics import trail
from analytics.trail import Act
from sms import memory, outbox
from survey_app import drafts, invitations, pauses
from survey_app.fieldwork import CLOSED, WAVE
from survey_app.settings import RetentionSettings
from survey_app.storage.database import changing, sweep, writing
from survey_app.storage.tables import (
    ConversationRow,
    DraftRow,
    EnvelopeRow,
    InboundRow,
    InvitationRow,
    OutboxRow,
    PauseRow,
    ResponseRow,
    table,
)
from survey_app.wavekeys import WaveKeys

_ENVELOPE, _RESPONSE = table(EnvelopeRow), table(ResponseRow)
_SWEPT = (
    table(DraftRow),
    table(PauseRow),
    table(InvitationRow),
    table(ConversationRow),
    table(InboundRow),
    table(OutboxRow),
    _ENVELOPE,
    _RESPONSE,
)
_CLOSED = select(WAVE.c.id).where(WAVE.c.state == CLOSED)
_LONG_CLOSED = _CLOSED.where(WAVE.c.closes < bindparam("before"))
_OLD_ENVELOPES = delete(_ENVELOPE).where(_ENVELOPE.c.wave.in_(_LONG_CLOSED))
_OLD = select(_RESPONSE.c.wave, func.count()).where(_RESPONSE.c.wave.in_(_LONG_CLOSED)).group_by(_RESPONSE.c.wave)


@dataclass(frozen=True, slots=True)
class Purged:
    """How many of each were deleted; `invitations_mixed` are those whose table was written in a new random order."""

    wave_keys: int
    drafts: int
    resume_codes: int
    conversations: int
    notes_of_messages: int
    emptied_messages: int
    invitations: int
    invitations_mixed: int
    unopened_envelopes: int
    responses: int


def purge(engine: Engine, policy: RetentionSettings, now: datetime) -> Purged:
    """Apply the rules, as the owner of the tables. `now` has a zone."""
    today = now.date()
    with changing(engine) as work:
        closed = frozenset(work.execute(_CLOSED).scalars())
    keys = WaveKeys(policy.wave_keys)
    destroyed = sum(keys.destroy(wave) for wave in keys.waves() & closed)
    with writing(engine) as session:
        conversations = memory.forget_closed(session)
        notes, emptied = memory.forget(session, today), outbox.purge(session, now)
    with changing(engine) as work:
        purged = Purged(
            destroyed,
            drafts.purge(work, today),
            pauses.purge(work, today),
            conversations,
            notes,
            emptied,
            invitations.purge(work, today - timedelta(days=policy.keep_invitations_days)),
            invitations.mix(work),
            work.execute(_OLD_ENVELOPES, {"before": today - timedelta(days=policy.keep_envelopes_days)}).rowcount,
            _purge_responses(work, policy, now),
        )
    sweep(engine, *_SWEPT)
    return purged


def _purge_responses(work: Connection, policy: RetentionSettings, now: datetime) -> int:
    """Delete old responses wave by wave, each with its record in the trail."""
    if policy.keep_responses_days is None:
        return 0
    before = now.date() - timedelta(days=policy.keep_responses_days)
    counts: dict[str, int] = dict(work.execute(_OLD, {"before": before}).all())
    for wave in sorted(counts):
        imported = _RESPONSE.c.mode == "imported"
        work.execute(delete(_RESPONSE).where(_RESPONSE.c.wave == wave, imported))
        ours = work.execute(delete(_RESPONSE).where(_RESPONSE.c.wave == wave)).rowcount
        if ours:
            trail.append(work, wave, Act.PURGED, ours)
    return sum(counts.values())
