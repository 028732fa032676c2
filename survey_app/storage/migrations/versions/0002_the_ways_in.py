"""The ways in: invitations, interviews that are put aside, and what a response says of how it came."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "pause",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("expires", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pause")),
    )
    op.create_table(
        "invitation",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("wave", sa.String(length=40), nullable=False),
        sa.Column("entry", sa.String(length=10), nullable=False),
        sa.Column("area", sa.String(length=80), nullable=False),
        sa.Column("starts", sa.Integer(), nullable=False),
        sa.CheckConstraint("entry in ('invited', 'assisted')", name=op.f("ck_invitation_entry")),
        sa.CheckConstraint("starts >= 0", name=op.f("ck_invitation_starts")),
        sa.ForeignKeyConstraint(["wave"], ["wave.id"], name=op.f("fk_invitation_wave_wave")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitation")),
    )
    with op.batch_alter_table("response", schema=None) as batch_op:
        batch_op.add_column(sa.Column("entry", sa.String(length=10), nullable=True))
        batch_op.add_column(sa.Column("hurried", sa.Boolean(), server_default=sa.false(), nullable=False))
        batch_op.create_check_constraint(
            op.f("ck_response_entry"), "entry in ('open', 'poster', 'invited', 'assisted')"
        )


def downgrade() -> None:
    with op.batch_alter_table("response", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("ck_response_entry"), type_="check")
        batch_op.drop_column("hurried")
        batch_op.drop_column("entry")
    op.drop_table("invitation")
    op.drop_table("pause")
