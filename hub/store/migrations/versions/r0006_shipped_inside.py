"""``shipment_inside``: what was shipped inside a logistic unit is found without reading every shipment."""

from alembic import op

revision = "0006"
down_revision = "0005"
additive = True


def upgrade() -> None:
    """Make it, unless a rebuild did."""
    op.create_index("shipment_inside", "shipment", ["inside"], if_not_exists=True)


def downgrade() -> None:
    """Drop it."""
    op.drop_index("shipment_inside", "shipment", if_exists=True)
