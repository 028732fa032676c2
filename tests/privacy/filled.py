"""One row in every table, each with a word that must come out nowhere, and what the planner knows of them."""

import uuid
from datetime import UTC, date, datetime

from sqlalchemy import Engine

from analytics.trail import BEGINNING
from survey_app.storage.database import alone, writing
from survey_app.storage.tables import (
    BreakOffRow,
    ConversationRow,
    DraftRow,
    EnvelopeRow,
    InboundRow,
    InvitationRow,
    OpeningRow,
    OutboxRow,
    PauseRow,
    QuestionnaireRow,
    ResponseRow,
    WaveRow,
)

CANARY = "canary"
SUBMISSION = uuid.UUID("c0ffee00-0000-4000-8000-00000000c0de")
DAY = date(2026, 3, 2)
SEALED = CANARY.encode()


def fill(owner: Engine, *, trail: bool = True) -> None:
    """Fill the tables of a migrated, empty database, as their owner; without `trail` also one of revision 0002."""
    with writing(owner) as session:
        session.add(QuestionnaireRow(version="v1", document={"title": "public"}))
        session.flush()
        session.add(WaveRow(id="w1", opens=DAY, closes=DAY, state="open", questionnaire="v1"))
        session.flush()
        session.add_all(
            [
                DraftRow(id=CANARY, wave="w1", revision=0, sealed=SEALED, answered=1, expires=DAY),
                PauseRow(id=CANARY, sealed=SEALED, expires=DAY),
                InvitationRow(id=CANARY, wave="w1", entry="invited", area=CANARY, starts=2),
                EnvelopeRow(submission=SUBMISSION, wave="w1", sealed=SEALED, digest=SEALED),
                ResponseRow(id=SUBMISSION, wave="w1", mode="web", language="ar", answers={"trust": CANARY}),
                ConversationRow(person=CANARY, wave="w1", state="open", revision=0, sealed=SEALED),
                InboundRow(id=CANARY, day=DAY),
                OutboxRow(
                    channel="twilio",
                    person=CANARY,
                    sealed=SEALED,
                    status="queued",
                    attempts=0,
                    due=datetime(2026, 3, 2, tzinfo=UTC),
                ),
            ]
        )
        if trail:
            session.add(OpeningRow(wave="w1", act="opened", opened=50, refused=0, previous=BEGINNING, digest="d" * 64))
            session.add(BreakOffRow(wave="w1", answered=3, interviews=1))
    with alone(owner) as connection:
        connection.exec_driver_sql("ANALYZE")
