"""The tables before there were revisions.

A store without a revision is taken for this one: until then tables were only ever added, and the missing ones are made
when a store is opened. There is nothing to go back to.
"""

revision = "0001"
down_revision = None
additive = True


def upgrade() -> None:
    """Nothing: the tables are there."""


def downgrade() -> None:
    """Nothing: they stay."""
