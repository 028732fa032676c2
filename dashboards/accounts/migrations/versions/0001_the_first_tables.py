"""The first tables: accounts, attempts, the trail of looks, actions.

Revision ID: 0001
Revises:
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make them."""
    op.create_table(
        "staff_account",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("email", sa.String(254), nullable=False, unique=True),
        sa.Column("password", sa.String()),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("fs_uniquifier", sa.String(64), nullable=False, unique=True),
        sa.Column("role", sa.String(20), nullable=False),
        sa.Column("areas", sa.JSON(), nullable=False),
        sa.Column("tf_primary_method", sa.String()),
        sa.Column("tf_totp_secret", sa.String()),
        sa.Column("mf_recovery_codes", sa.JSON()),
        sa.Column("last_counter", sa.Integer()),
        sa.Column("invited", sa.String()),
        sa.Column("invited_until", sa.DateTime(timezone=True)),
        sa.Column("subject", sa.String(255), unique=True),
    )
    op.create_table(
        "staff_attempt",
        sa.Column("digest", sa.String(64), primary_key=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_table(
        "staff_look",
        sa.Column("number", _NUMBER, primary_key=True, autoincrement=False),
        *(
            sa.Column(name, sa.String(), nullable=False)
            for name in ("at", "account", "role", "page", "query", "release", "digest")
        ),
    )
    op.create_table(
        "staff_action",
        sa.Column("number", _NUMBER, primary_key=True),
        sa.Column("area", sa.String(40), nullable=False, index=True),
        sa.Column("indicator", sa.String(80), nullable=False),
        sa.Column("said", sa.JSON(), nullable=False),
        sa.Column("done", sa.JSON(), nullable=False),
        sa.Column("day", sa.String(10), nullable=False),
        sa.Column("published", sa.Boolean(), nullable=False),
        sa.Column("author", sa.String(254), nullable=False),
    )


def downgrade() -> None:
    """Take them away, with what is in them."""
    for name in ("staff_action", "staff_look", "staff_attempt", "staff_account"):
        op.drop_table(name)
