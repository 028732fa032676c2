"""One row in every table, each with a word that must come out nowhere, and what the planner knows of them."""

import uuid
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import Engine, MetaData, insert
from sqlmodel import SQLModel

from analytics.trail import BEGINNING
from survey_app.storage.database import alone
from survey_app.storage.tables import (
    BreakOffRow,
    CarrierCopyRow,
    ChannelRow,
    ConversationRow,
    DispositionRow,
    DraftRow,
    EnvelopeRow,
    InboundRow,
    InvitationRow,
    OpeningRow,
    OutboxRow,
    PauseRow,
    QuarantineRow,
    QuestionnaireRow,
    ReadingRow,
    ResponseRow,
    SpendingRow,
    TallyRow,
    WaveRow,
    table,
)

CANARY = "canary"
SUBMISSION = uuid.UUID("c0ffee00-0000-4000-8000-00000000c0de")
DAY = date(2026, 3, 2)
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
SEALED = CANARY.encode()
ROWS: dict[type[SQLModel], dict[str, Any]] = {
    QuestionnaireRow: {"version": "v1", "document": {"title": "public"}},
    WaveRow: {"id": "w1", "opens": DAY, "closes": DAY, "state": "open", "questionnaire": "v1"},
    DraftRow: {"id": CANARY, "wave": "w1", "revision": 0, "sealed": SEALED, "answered": 1, "expires": DAY},
    PauseRow: {"id": CANARY, "sealed": SEALED, "expires": DAY},
    InvitationRow: {"id": CANARY, "wave": "w1", "entry": "invited", "area": CANARY, "starts": 2},
    EnvelopeRow: {"submission": SUBMISSION, "wave": "w1", "sealed": SEALED, "digest": SEALED},
    ResponseRow: {
        "id": SUBMISSION, "wave": "w1", "mode": "web", "language": "ar", "answers": {"trust": CANARY}, "psu": CANARY,
    },
    QuarantineRow: {"id": SUBMISSION, "wave": "w1", "item": "comment", "language": "ar", "said": CANARY},
    ReadingRow: {"quarantine": SUBMISSION, "reader": CANARY, "signature": SEALED},
    ConversationRow: {
        "person": CANARY, "wave": "w1", "state": "open", "delivery": "sent", "revision": 0, "sealed": SEALED,
    },
    InboundRow: {"id": CANARY, "day": DAY},
    OutboxRow: {
        "channel": "twilio", "person": CANARY, "sealed": SEALED, "status": "queued", "attempts": 0, "due": NOON,
        "token": CANARY, "reference": CANARY,
    },
    CarrierCopyRow: {"channel": "twilio", "sealed": SEALED, "due": NOON},
    TallyRow: {"person": CANARY, "period": "2026-03", "messages": 1},
    SpendingRow: {"wave": "w1", "channel": CANARY, "day": DAY, "messages": 1, "segments": 1, "cost": 1},
    ChannelRow: {"id": CANARY, "tokens": 1.0, "refilled": NOON, "taken": 1, "refused": 0, "counted": NOON},
    DispositionRow: {"wave": "w1", "state": "completed", "delivery": CANARY, "cases": 1},
    OpeningRow: {
        "wave": "w1", "act": "opened", "opened": 50, "refused": 0, "previous": BEGINNING, "digest": "d" * 64,
    },
    BreakOffRow: {"wave": "w1", "answered": 3, "interviews": 1},
}  # fmt: skip


def fill(owner: Engine) -> None:
    """Fill the tables of a migrated, empty database, as their owner; of an earlier revision those that it has."""
    there = MetaData()
    there.reflect(owner)
    with owner.begin() as connection:
        for rows, row in ROWS.items():
            if (found := there.tables.get(table(rows).name)) is not None:
                connection.execute(insert(found), {name: row[name] for name in row if name in found.c})
    with alone(owner) as connection:
        connection.exec_driver_sql("ANALYZE")
