"""Hours of roll-ups keep their values as they came, and histograms take the room that they need.

Bodies of earlier versions are read as they are; programs of earlier versions can't read the new ones. Going back writes
every body as they did.

Records are found by their place in the chain through their batch: two indexes over authors go, which were a sixth of
the room of a result, and one over the results that values were measured for comes.
"""

from collections.abc import Iterator

import sqlalchemy as sa
from alembic import op

from hub.store.rollup.arrays import summed
from hub.store.rollup.body import kept_in, wide_body_of

revision = "0005"
down_revision = "0004"
additive = False

AT_ONCE = 500
_KEY = ("stream", "span", "start")
_AUTHORS = {
    "unit_result": ("unit_result_author", ["author", "chain", "operation", "seq"]),
    "measured": ("measured_author", ["author", "chain", "seq"]),
}
_rollup = sa.table(
    "rollup",
    sa.column("stream", sa.Text()),
    sa.column("span", sa.Text()),
    sa.column("start", sa.BigInteger()),
    sa.column("body", sa.LargeBinary()),
)


def upgrade() -> None:
    """Only indexes: what is kept changes when something is written."""
    for table, (name, _) in _AUTHORS.items():
        op.drop_index(name, table, if_exists=True)
    op.create_index("measured_result", "measured", ["result_id"], if_not_exists=True)


def downgrade() -> None:
    """The indexes of before; sum what was not summed, and widen what was narrow."""
    op.drop_index("measured_result", "measured", if_exists=True)
    for table, (name, columns) in _AUTHORS.items():
        op.create_index(name, table, columns, if_not_exists=True)
    connection = op.get_bind()
    for rows in _some(connection):
        connection.execute(
            sa.update(_rollup)
            .where(*(_rollup.c[name] == sa.bindparam(f"at_{name}") for name in _KEY))
            .values(body=sa.bindparam("wide")),
            [
                {f"at_{name}": getattr(row, name) for name in _KEY}
                | {"wide": wide_body_of(summed(kept_in(bytes(row.body))))}
                for row in rows
            ],
        )


def _some(connection: sa.Connection) -> Iterator[list[sa.Row[tuple[str, str, int, bytes]]]]:
    """All rows by their keys, some at a time."""
    key = sa.tuple_(*(_rollup.c[name] for name in _KEY))
    query = sa.select(_rollup).order_by(*(_rollup.c[name] for name in _KEY)).limit(AT_ONCE)
    rows = list(connection.execute(query))
    while rows:
        yield rows
        last = sa.tuple_(*(sa.literal(getattr(rows[-1], name)) for name in _KEY))
        rows = list(connection.execute(query.where(key > last)))
