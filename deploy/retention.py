"""What is deleted when: the rules of retention, applied each night by `thiqa purge`.

Once a wave is closed its key is destroyed first: what is sealed with it, in any copy, is noise from then on.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, Connection, Engine, Table, bindparam, delete, func, or_, select
from sqlalchemy.exc import OperationalError

from analytics import trail
from analytics.trail import Act
from sms import memory
from sms.sending import caps, outbox
from survey_app import drafts, invitations, pauses
from survey_app.fieldwork import CLOSED, WAVE
from survey_app.settings import RetentionSettings
from survey_app.storage.database import changing, sweep, writing
from survey_app.storage.tables import (
    CarrierCopyRow,
    ConversationRow,
    DraftRow,
    EnvelopeRow,
    InboundRow,
    InvitationRow,
    OpeningRow,
    OutboxRow,
    PauseRow,
    QuarantineRow,
    ReadingRow,
    ResponseRow,
    TallyRow,
    table,
)
from survey_app.wavekeys import WaveKeyError, WaveKeys

_OUTBOX, _COPY = table(OutboxRow), table(CarrierCopyRow)
_TEXT, _READING = table(QuarantineRow), table(ReadingRow)
_ENVELOPE, _RESPONSE, _TRAIL = table(EnvelopeRow), table(ResponseRow), table(OpeningRow)
_SWEPT = (
    table(DraftRow),
    table(PauseRow),
    table(InvitationRow),
    table(ConversationRow),
    table(InboundRow),
    table(TallyRow),
    _OUTBOX,
    _COPY,
    _TEXT,
    _READING,
    _ENVELOPE,
    _RESPONSE,
)
_DAY = timedelta(days=1)
_PARTING = timedelta(hours=1)  # a last answer, that the survey is over, may still go out
_COPIES_KEPT = timedelta(days=30)
_CLOSED = select(WAVE.c.id).where(WAVE.c.state == CLOSED)
_LONG_CLOSED = _CLOSED.where(WAVE.c.closes < bindparam("before"))
# What was left unopened by a crash is not what no key opens: only a wave whose close is in the trail loses envelopes.
_OPENED = select(_TRAIL.c.wave).where(_TRAIL.c.act == Act.CLOSED.value)


@dataclass(frozen=True, slots=True)
class Purged:
    """How many of each were deleted; `invitations_mixed` are those whose table was written in a new random order."""

    wave_keys: int = 0
    drafts: int = 0
    resume_codes: int = 0
    conversations: int = 0
    notes_of_messages: int = 0
    emptied_messages: int = 0
    invitations: int = 0
    invitations_mixed: int = 0
    unopened_envelopes: int = 0
    responses: int = 0
    open_answers: int = 0
    messages_of_closed_waves: int = 0
    tallies: int = 0
    names_of_carriers_copies: int = 0
    failed_sign_ins: int = 0


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was deleted, and in sentences what could not be done now."""

    purged: Purged
    left: tuple[str, ...]


def destroy_keys(engine: Engine, keys: WaveKeys, lost: str = "") -> Outcome:
    """Destroy the keys of closed waves, and the one that is replaced since it is `lost` elsewhere."""
    with changing(engine) as work:
        closed = frozenset(work.execute(_CLOSED).scalars())
    destroyed, left = 0, []
    for wave in sorted(keys.waves() & (closed | {lost})):
        try:
            destroyed += keys.destroy(wave)
        except WaveKeyError as error:
            left.append(str(error))
    return Outcome(Purged(wave_keys=destroyed), tuple(left))


def purge_rows(engine: Engine, policy: RetentionSettings, now: datetime, lost: str = "") -> Outcome:
    """Apply the rules to the tables, as their owner; also to what hung on a key that is `lost`. `now` has a zone."""
    today = now.date()
    with writing(engine) as session:
        conversations = memory.forget_closed(session, lost)
        notes, emptied = memory.forget(session, today), outbox.purge(session, now)
        # In which time zone messages are counted is not known here: a day is kept on either side.
        tallies = caps.purge(session, today - _DAY, today, today + _DAY)
    with changing(engine) as work:
        purged = Purged(
            drafts=drafts.purge(work, today, lost),
            resume_codes=pauses.purge(work, today),
            conversations=conversations,
            notes_of_messages=notes,
            emptied_messages=emptied,
            invitations=invitations.purge(work, today - timedelta(days=policy.keep_invitations_days)),
            unopened_envelopes=_purge_envelopes(work, today - timedelta(days=policy.keep_envelopes_days)),
            responses=_purge_responses(work, policy, today),
            open_answers=_purge_texts(work, today - timedelta(days=policy.keep_texts_days)),
            messages_of_closed_waves=_purge_messages(work, now),
            tallies=tallies,
            names_of_carriers_copies=work.execute(delete(_COPY).where(_COPY.c.due < now - _COPIES_KEPT)).rowcount,
        )
    anew = ((_ENVELOPE,) if purged.unopened_envelopes else ()) + ((_RESPONSE,) if purged.responses else ())
    anew += (_TEXT,) if purged.open_answers else ()
    sweep(engine, *_SWEPT, anew=anew)
    try:
        with changing(engine) as work:
            return Outcome(replace(purged, invitations_mixed=invitations.mix(work)), ())
    except OperationalError:
        return Outcome(purged, ("the invitations were being read, so their order was left as it is",))


def _purge_messages(work: Connection, now: datetime) -> int:
    """Of closed waves nothing more is sent, and what became of it is told no more: their pseudonyms go too."""
    over = or_(_OUTBOX.c.sealed == b"", _OUTBOX.c.due < now - _PARTING, _OUTBOX.c.kind != outbox.REPLY)
    return work.execute(delete(_OUTBOX).where(_OUTBOX.c.wave.in_(_CLOSED), over)).rowcount


def _purge_envelopes(work: Connection, before: date) -> int:
    old = (_ENVELOPE.c.wave.in_(_LONG_CLOSED), _ENVELOPE.c.wave.in_(_OPENED))
    counts = _deleted(work, _ENVELOPE, old, before)
    for wave, count in counts.items():
        trail.append(work, wave, Act.PURGED, 0, count)
    return sum(counts.values())


def _purge_responses(work: Connection, policy: RetentionSettings, today: date) -> int:
    if policy.keep_responses_days is None:
        return 0
    before = today - timedelta(days=policy.keep_responses_days)
    ours = (_RESPONSE.c.wave.in_(_LONG_CLOSED), _RESPONSE.c.wave.in_(_OPENED))
    others = (_RESPONSE.c.wave.in_(_LONG_CLOSED), _RESPONSE.c.mode == "imported")
    counts = _deleted(work, _RESPONSE, ours, before)
    for wave, count in counts.items():
        trail.append(work, wave, Act.PURGED, count)
    return sum(counts.values()) + sum(_deleted(work, _RESPONSE, others, before).values())


def _purge_texts(work: Connection, before: date) -> int:
    """Open answers of waves that are long closed, with what readers decided on them, released or not."""
    old = (_TEXT.c.wave.in_(_LONG_CLOSED),)
    gone = select(_TEXT.c.id).where(*old)
    work.execute(delete(_READING).where(_READING.c.quarantine.in_(gone)), {"before": before})
    return sum(_deleted(work, _TEXT, old, before).values())


def _deleted(work: Connection, rows: Table, which: tuple[ColumnElement[bool], ...], before: date) -> dict[str, int]:
    """Delete rows; how many there were in each wave, in the waves' order."""
    per_wave = select(rows.c.wave, func.count()).where(*which).group_by(rows.c.wave).order_by(rows.c.wave)
    counts: dict[str, int] = dict(work.execute(per_wave, {"before": before}).all())
    work.execute(delete(rows).where(*which), {"before": before})
    return counts
