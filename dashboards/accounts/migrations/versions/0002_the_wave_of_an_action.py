"""An action names its wave in a column of its own; until then it stood behind the indicator.

Revision ID: 0002
Revises: 0001
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_ACTION = sa.table("staff_action", sa.column("number"), sa.column("indicator"), sa.column("wave"))


def upgrade() -> None:
    """Part "indicator/wave" in two."""
    op.add_column("staff_action", sa.Column("wave", sa.String(40), nullable=False, server_default=""))
    for number, indicator, _wave in _actions():
        name, _apart, wave = indicator.partition("/")
        _write(number, indicator=name, wave=wave)


def downgrade() -> None:
    """Join the two again."""
    for number, indicator, wave in _actions():
        _write(number, indicator=f"{indicator}/{wave}")
    op.drop_column("staff_action", "wave")


def _actions() -> list[tuple[int, str, str]]:
    return [(row.number, row.indicator, row.wave) for row in op.get_bind().execute(sa.select(_ACTION))]


def _write(number: int, **values: str) -> None:
    op.execute(sa.update(_ACTION).where(_ACTION.c.number == number).values(**values))
