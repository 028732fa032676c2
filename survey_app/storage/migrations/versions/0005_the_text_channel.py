"""The text channel: cases and what became of them, an outbox with reasons, limits and costs, copies at the carrier."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

FAILURES = ("opted_out", "invalid", "landline", "unreachable", "blocked", "refused", "gave_up")
STATES = ("invited", "open", "partial", "completed", "refused", "screened_out", "quota_full", "stopped")
DELIVERIES = ("sent", "delivered", "unknown", "expired", *FAILURES)
STATUSES = ("queued", "sending", "sent", "delivered", "failed", "expired", "unknown")
OLD_STATES = ("open", "completed", "stopped")
OLD_STATUSES = ("queued", "sending", "sent", "failed", "unknown")
# As what the revision before knew them.
STATE_BEFORE = {
    "invited": "open",
    "partial": "open",
    "refused": "stopped",
    "screened_out": "completed",
    "quota_full": "completed",
}
STATUS_BEFORE = {"delivered": "sent", "expired": "failed"}
GRANTS = {
    "carrier_copy": "SELECT, INSERT, UPDATE, DELETE",
    "SEQUENCE carrier_copy_id_seq": "USAGE",
    "tally": "SELECT, INSERT, UPDATE, DELETE",
    "spending": "SELECT, INSERT, UPDATE",
    "channel": "SELECT, INSERT, UPDATE",
    "disposition": "SELECT",
}


def upgrade() -> None:
    _create_tables()
    with op.batch_alter_table("conversation", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("ck_conversation_state"), type_="check")
        batch_op.alter_column("state", existing_type=sa.String(length=10), type_=sa.String(length=12))
        batch_op.add_column(sa.Column("delivery", sa.String(length=12), nullable=True))
        batch_op.create_check_constraint(op.f("ck_conversation_state"), _in("state", STATES))
        batch_op.create_check_constraint(op.f("ck_conversation_delivery"), _in("delivery", DELIVERIES))
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.drop_index(op.f("ix_outbox_channel"))
        batch_op.drop_index(op.f("ix_outbox_status"))
        batch_op.drop_constraint(op.f("ck_outbox_status"), type_="check")
        batch_op.add_column(sa.Column("wave", sa.String(length=40), nullable=True))
        batch_op.add_column(sa.Column("kind", sa.String(length=10), server_default="reply", nullable=False))
        batch_op.add_column(sa.Column("failure", sa.String(length=12), nullable=True))
        batch_op.add_column(sa.Column("segments", sa.Integer(), server_default="1", nullable=False))
        batch_op.add_column(sa.Column("expires", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("token", sa.String(length=32), nullable=True))
        batch_op.create_check_constraint(op.f("ck_outbox_status"), _in("status", STATUSES))
        batch_op.create_check_constraint(op.f("ck_outbox_kind"), _in("kind", ("reply", "invitation", "reminder")))
        batch_op.create_check_constraint(op.f("ck_outbox_failure"), _in("failure", FAILURES))
        batch_op.create_foreign_key(op.f("fk_outbox_wave_wave"), "wave", ["wave"], ["id"])
        batch_op.create_unique_constraint(op.f("uq_outbox_token"), ["token"])
        batch_op.create_index("ix_outbox_queue", ["channel", "status", "due"])
        referred = sa.text("reference IS NOT NULL")
        batch_op.create_index("ix_outbox_reference", ["reference"], postgresql_where=referred, sqlite_where=referred)
    _each_grant("GRANT {} ON {} TO thiqa_text")


def downgrade() -> None:
    _each_grant("REVOKE {} ON {} FROM thiqa_text")
    for name, column, before in (("conversation", "state", STATE_BEFORE), ("outbox", "status", STATUS_BEFORE)):
        rows = sa.table(name, sa.column(column))
        for now, then in before.items():
            op.execute(rows.update().where(rows.c[column] == now).values({column: then}))
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.drop_index(op.f("ix_outbox_reference"))
        batch_op.drop_index("ix_outbox_queue")
        batch_op.drop_constraint(op.f("uq_outbox_token"), type_="unique")
        batch_op.drop_constraint(op.f("fk_outbox_wave_wave"), type_="foreignkey")
        for check in ("failure", "kind", "status"):
            batch_op.drop_constraint(op.f(f"ck_outbox_{check}"), type_="check")
        for column in ("token", "expires", "segments", "failure", "kind", "wave"):
            batch_op.drop_column(column)
        batch_op.create_check_constraint(op.f("ck_outbox_status"), _in("status", OLD_STATUSES))
        batch_op.create_index(op.f("ix_outbox_status"), ["status"])
        batch_op.create_index(op.f("ix_outbox_channel"), ["channel"])
    with op.batch_alter_table("conversation", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("ck_conversation_delivery"), type_="check")
        batch_op.drop_constraint(op.f("ck_conversation_state"), type_="check")
        batch_op.drop_column("delivery")
        batch_op.alter_column("state", existing_type=sa.String(length=12), type_=sa.String(length=10))
        batch_op.create_check_constraint(op.f("ck_conversation_state"), _in("state", OLD_STATES))
    for table in ("disposition", "channel", "spending", "tally", "carrier_copy"):
        op.drop_table(table)


def _create_tables() -> None:
    op.create_table(
        "carrier_copy",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("channel", sa.String(length=20), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("due", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.CheckConstraint("attempts >= 0", name=op.f("ck_carrier_copy_attempts")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_carrier_copy")),
    )
    op.create_index(op.f("ix_carrier_copy_due"), "carrier_copy", ["due"])
    op.create_table(
        "tally",
        sa.Column("person", sa.String(length=64), nullable=False),
        sa.Column("period", sa.String(length=10), nullable=False),
        sa.Column("messages", sa.Integer(), nullable=False),
        sa.CheckConstraint("messages > 0", name=op.f("ck_tally_messages")),
        sa.PrimaryKeyConstraint("person", name=op.f("pk_tally")),
    )
    op.create_index(op.f("ix_tally_period"), "tally", ["period"])
    op.create_table(
        "spending",
        sa.Column("wave", sa.String(length=40), nullable=False),
        sa.Column("channel", sa.String(length=20), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("messages", sa.Integer(), nullable=False),
        sa.Column("segments", sa.Integer(), nullable=False),
        sa.Column("cost", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["wave"], ["wave.id"], name=op.f("fk_spending_wave_wave")),
        sa.PrimaryKeyConstraint("wave", "channel", "day", name=op.f("pk_spending")),
    )
    op.create_table(
        "channel",
        sa.Column("id", sa.String(length=20), nullable=False),
        sa.Column("tokens", sa.Float(), nullable=False),
        sa.Column("refilled", sa.DateTime(timezone=True), nullable=False),
        sa.Column("taken", sa.Integer(), nullable=False),
        sa.Column("refused", sa.Integer(), nullable=False),
        sa.Column("counted", sa.DateTime(timezone=True), nullable=False),
        sa.Column("resting", sa.DateTime(timezone=True), nullable=True),
        sa.Column("handed", sa.DateTime(timezone=True), nullable=True),
        sa.Column("heard", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_channel")),
    )
    op.create_table(
        "disposition",
        sa.Column("wave", sa.String(length=40), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("delivery", sa.String(length=12), nullable=False),
        sa.Column("cases", sa.Integer(), nullable=False),
        sa.CheckConstraint("cases > 0", name=op.f("ck_disposition_cases")),
        sa.ForeignKeyConstraint(["wave"], ["wave.id"], name=op.f("fk_disposition_wave_wave")),
        sa.PrimaryKeyConstraint("wave", "state", "delivery", name=op.f("pk_disposition")),
    )


def _in(column: str, values: tuple[str, ...]) -> str:
    return f"{column} in ({', '.join(repr(value) for value in values)})"


def _each_grant(statement: str) -> None:
    if op.get_bind().dialect.name == "postgresql":
        for table, privileges in GRANTS.items():
            op.execute(statement.format(privileges, table))
