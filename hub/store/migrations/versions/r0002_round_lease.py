"""``round_lease``: which of several processes does a background round. What it holds is worth nothing afterwards."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
additive = True


def upgrade() -> None:
    """Make it."""
    words = sa.String().with_variant(sa.Text(collation="C"), "postgresql")
    op.create_table(
        "round_lease",
        sa.Column("name", words, primary_key=True),
        sa.Column("holder", words, nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
    )


def downgrade() -> None:
    """Drop it."""
    op.drop_table("round_lease")
