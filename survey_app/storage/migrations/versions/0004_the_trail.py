"""The trail of custody, chained by hash, and what is kept of interviews that were broken off."""

import hashlib
import json

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0002"
branch_labels = None
depends_on = None

BEGINNING = "0" * 64


def upgrade() -> None:
    op.create_table(
        "break_off",
        sa.Column("wave", sa.String(length=40), nullable=False),
        sa.Column("answered", sa.Integer(), nullable=False),
        sa.Column("interviews", sa.Integer(), nullable=False),
        sa.CheckConstraint("interviews > 0", name=op.f("ck_break_off_interviews")),
        sa.ForeignKeyConstraint(["wave"], ["wave.id"], name=op.f("fk_break_off_wave_wave")),
        sa.PrimaryKeyConstraint("wave", "answered", name=op.f("pk_break_off")),
    )
    with op.batch_alter_table("opening", schema=None) as batch_op:
        batch_op.add_column(sa.Column("act", sa.String(length=10), nullable=True))
        batch_op.add_column(sa.Column("previous", sa.String(length=64), nullable=True))
        batch_op.add_column(sa.Column("digest", sa.String(length=64), nullable=True))
    _chain()
    with op.batch_alter_table("opening", schema=None) as batch_op:
        for name, length in (("act", 10), ("previous", 64), ("digest", 64)):
            batch_op.alter_column(name, existing_type=sa.String(length=length), nullable=False)
        batch_op.create_check_constraint(op.f("ck_opening_act"), "act in ('opened', 'closed', 'purged')")
        batch_op.create_unique_constraint(op.f("uq_opening_previous"), ["previous"])


def downgrade() -> None:
    with op.batch_alter_table("opening", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("uq_opening_previous"), type_="unique")
        batch_op.drop_constraint(op.f("ck_opening_act"), type_="check")
        for name in ("digest", "previous", "act"):
            batch_op.drop_column(name)
    op.drop_table("break_off")


def _chain() -> None:
    """The openings so far as the first links."""
    columns = ("number", "wave", "act", "opened", "refused", "previous", "digest")
    opening = sa.table("opening", *map(sa.column, columns))
    connection, previous = op.get_bind(), BEGINNING
    for row in connection.execute(sa.select(opening).order_by(opening.c.number)).all():
        content = [previous, row.number, row.wave, "opened", row.opened, row.refused]
        plain = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
        digest = hashlib.sha256(plain.encode()).hexdigest()
        values = {"act": "opened", "previous": previous, "digest": digest}
        connection.execute(opening.update().where(opening.c.number == row.number).values(values))
        previous = digest
