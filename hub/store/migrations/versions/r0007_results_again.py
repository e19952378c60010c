"""``unit_result_again``: retests, and results after rework, of a plant and a period are found without the others.

Programs of earlier versions keep no tallies; going back says so, and they count again once the store is rebuilt.
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
additive = True


def upgrade() -> None:
    """Make it, unless a rebuild did."""
    again = sa.text("purpose IN ('retest', 'rework')")
    op.create_index(
        "unit_result_again",
        "unit_result",
        ["plant", "event_time"],
        sqlite_where=again,
        postgresql_where=again,
        if_not_exists=True,
    )


def downgrade() -> None:
    """Drop it, and what tallies say of themselves."""
    for name in sa.inspect(op.get_bind()).get_table_names():
        if name in {"tallied", "component_count", "costed", "unit_places"}:
            op.execute(sa.delete(sa.table(name)))
    op.drop_index("unit_result_again", "unit_result", if_exists=True)
