"""``unit_result_failed``: the failed results of a plant and a period are found without reading the others."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
additive = True


def upgrade() -> None:
    """Make it, unless a rebuild did."""
    failed = sa.text("verdict = 'NOT_OK'")
    op.create_index(
        "unit_result_failed",
        "unit_result",
        ["plant", "event_time"],
        sqlite_where=failed,
        postgresql_where=failed,
        if_not_exists=True,
    )


def downgrade() -> None:
    """Drop it."""
    op.drop_index("unit_result_failed", "unit_result", if_exists=True)
