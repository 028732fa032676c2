"""Open answers leave the responses for a table of their own, that another group of users may read.

What a response keeps is that something was written, and only where at least FEW others wrote in the same wave, item and
language: a marker that one person has would lead from her other answers to her text.
"""

import json
import random
import re
import secrets
import uuid
from collections import Counter
from typing import Any

import sqlalchemy as sa
from alembic import op
from alembic.util import CommandError
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.exc import DBAPIError

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

WRITTEN, FEW = "written", 10
READERS = "thiqa_quarantine"
# Columns are listed so that the system columns are refused: they say which rows were written in turn.
GRANTS = {
    "thiqa_custodian": {"quarantine": "INSERT, SELECT (wave)"},
    READERS: {
        "questionnaire": "SELECT",
        "wave": "SELECT",
        "quarantine": "SELECT (id, wave, item, language, said), UPDATE (said), DELETE",
        "reading": "SELECT (quarantine, reader, signature), INSERT, DELETE",
    },
}
REFUSED, THERE_ALREADY, THERE_SINCE = "42501", "42710", "23505"
DOCUMENT = sa.JSON().with_variant(JSONB(), "postgresql")
IN_A_STATEMENT = 1_000


def upgrade() -> None:
    op.create_table(
        "quarantine",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("wave", sa.String(length=40), nullable=False),
        sa.Column("item", sa.String(length=80), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("said", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["wave"], ["wave.id"], name=op.f("fk_quarantine_wave_wave")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quarantine")),
    )
    op.create_index(op.f("ix_quarantine_wave"), "quarantine", ["wave"])
    op.create_table(
        "reading",
        sa.Column("quarantine", sa.Uuid(), nullable=False),
        sa.Column("reader", sa.String(length=64), nullable=False),
        sa.Column("signature", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["quarantine"], ["quarantine.id"], name=op.f("fk_reading_quarantine_quarantine")),
        sa.PrimaryKeyConstraint("quarantine", "reader", name=op.f("pk_reading")),
    )
    if op.get_bind().dialect.name == "postgresql":
        _make_role()
        for role, tables in GRANTS.items():
            for table, privileges in tables.items():
                op.execute(f"GRANT {privileges} ON {table} TO {role}")
    _move()


def downgrade() -> None:
    """Drop the texts: to put them back, somebody would have to know whose they were."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute("REVOKE SELECT ON questionnaire, wave FROM thiqa_quarantine")
        database = op.get_bind().dialect.identifier_preparer.quote(_database())
        _tried(f"REVOKE CONNECT ON DATABASE {database} FROM {READERS}")
    op.drop_table("reading")
    op.drop_table("quarantine")


def _move() -> None:
    """Texts of responses into the quarantine in an order of chance, as they are: whoever reads them redacts first."""
    document, wave, response = (
        sa.table("questionnaire", sa.column("version"), sa.column("document", DOCUMENT)),
        sa.table("wave", sa.column("id"), sa.column("questionnaire")),
        sa.table("response", *_columns(id=sa.Uuid(), wave=sa.String(), language=sa.String(), answers=DOCUMENT)),
    )
    quarantine = sa.table(
        "quarantine",
        *_columns(id=sa.Uuid(), wave=sa.String(), item=sa.String(), language=sa.String(), said=sa.String()),
    )
    connection = op.get_bind()
    fielded = sa.select(wave.c.id, document.c.document).join(document, document.c.version == wave.c.questionnaire)
    for name, content in connection.execute(fielded.order_by(wave.c.id)).all():
        open_, derived = _open_items(content)
        if not open_:
            continue
        of_wave = sa.select(response.c.id, response.c.language, response.c.answers).where(response.c.wave == name)
        rows = [row for row in connection.execute(of_wave) if isinstance(row.answers, dict)]
        random.SystemRandom().shuffle(rows)
        texts = [(row.language, item, row.answers[item]) for row in rows for item in open_ if _said(row.answers, item)]
        wrote = Counter((language, item) for language, item, _ in texts)
        random.SystemRandom().shuffle(texts)
        moved = [
            {"id": _id(), "wave": name, "item": item, "language": language, "said": said}
            for language, item, said in texts
        ]
        for start in range(0, len(moved), IN_A_STATEMENT):
            connection.execute(sa.insert(quarantine), moved[start : start + IN_A_STATEMENT])
        for row in rows:
            kept = dict(row.answers)
            kept |= {item: WRITTEN if wrote[row.language, item] >= FEW else None for item in open_ if _said(kept, item)}
            kept |= dict.fromkeys(item for item in derived if item in kept)  # even a length would lead to the text
            if kept != row.answers:
                connection.execute(response.update().where(response.c.id == row.id).values(answers=kept))


def _open_items(content: Any) -> tuple[list[str], list[str]]:
    """The items that are answered in words, and what is calculated from them, at however many steps."""
    document = json.loads(content) if isinstance(content, str) else content
    items = document.get("items") if isinstance(document, dict) else None
    known = [item for item in items or [] if isinstance(item, dict) and isinstance(item.get("name"), str)]
    open_ = [item["name"] for item in known if item.get("kind") == "text"]
    found: list[str] = []
    before = -1
    while before != len(found):
        before = len(found)
        for item in known:
            uses = set(re.findall(r"\$\{\s*([^${}\s]+)\s*\}", str(item.get("calculation") or "")))
            if item.get("kind") == "calculated" and item["name"] not in found and uses & {*open_, *found}:
                found.append(item["name"])
    return open_, found


def _said(answers: dict[str, Any], item: str) -> bool:
    return isinstance(answers.get(item), str) and answers[item] != ""


def _id() -> uuid.UUID:
    return uuid.UUID(bytes=secrets.token_bytes(16), version=4)


def _columns(**of: Any) -> list[Any]:
    return [sa.column(name, kind) for name, kind in of.items()]


def _make_role() -> None:
    # Roles belong to the cluster: another database's migration may have made it, or be making it now.
    make = f"CREATE ROLE {READERS} NOLOGIN"
    if not _exists() and not _tried(make, THERE_ALREADY, THERE_SINCE) and not _exists():
        raise CommandError(f"This user may not make database roles; let an administrator run first: {make};")
    database = op.get_bind().dialect.identifier_preparer.quote(_database())
    _tried(f"GRANT CONNECT ON DATABASE {database} TO {READERS}")


def _exists() -> bool:
    asked = sa.text("SELECT 1 FROM pg_roles WHERE rolname = :name")
    return op.get_bind().execute(asked, {"name": READERS}).scalar() is not None


def _database() -> str:
    return str(op.get_bind().exec_driver_sql("SELECT current_database()").scalar_one())


def _tried(statement: str, *excused: str) -> bool:
    """Run a statement; False, and nothing is changed, if this user may not, or it fails with an excused SQLSTATE."""
    connection = op.get_bind()
    try:
        with connection.begin_nested():
            connection.exec_driver_sql(statement)
    except DBAPIError as error:
        if getattr(error.orig, "sqlstate", None) not in (REFUSED, *excused):
            raise
        return False
    return True
