"""Results and records of measurements lie narrower in a SQLite file, behind views of the tables' names.

On a PostgreSQL server nothing changes. Everything moves in the one transaction of the upgrade; a store of some million
results needs minutes and, for that time, about a quarter of its size beside it. ``zhuoyue-hub vacuum`` gives back
to the disk what has become free; until then it is used for what comes.
"""

# ruff: noqa: S608 - all SQL here is made of words that stand in this program

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from alembic import op

from hub.store.core.dialect import is_postgres
from hub.store.packed.layout import INDEXES, SHAPE, TABLES, TRIGGERS, VIEWS, likely

revision = "0008"
down_revision = "0007"
additive = False

_RECORD = "batch_id, line, author, chain, seq, event_time, result_id, unit, operation, plant, plan"
_SHAPES = ", ".join(SHAPE)
_SAME_SHAPE = " AND ".join(
    f"s.{name} = {'CAST(u.flags AS TEXT)' if name == 'flags' else f'u.{name}'}"
    for name in SHAPE
    if name not in {"plant", "plan"}
)
_FILL = (
    f"INSERT INTO result_shape ({_SHAPES}) SELECT DISTINCT {_SHAPES} FROM unit_result",
    # a record of measurements stands behind its result
    (
        "INSERT INTO result_row SELECT u.batch_id, u.line, s.id, u.seq, u.event_time, u.result_id, u.unit, u.attempt,"
        " u.cycle, u.source_time - u.event_time, u.defect, m.line - u.line, m.event_time - u.event_time"
        f" FROM unit_result u CROSS JOIN result_shape s ON {_SAME_SHAPE}"
        " AND ifnull(s.plant, x'') = ifnull(u.plant, x'') AND ifnull(s.plan, x'') = ifnull(u.plan, x'')"
        " LEFT JOIN measured m ON m.batch_id = u.batch_id AND m.line = u.line + 1 AND m.seq = u.seq + 1"
        " AND m.result_id = u.result_id AND m.unit IS u.unit AND m.operation = u.operation AND m.plant IS u.plant"
        " AND m.plan IS u.plan AND m.author = u.author AND m.chain = u.chain ORDER BY u.batch_id, u.line"
    ),
    (
        f"INSERT INTO measured_alone SELECT {_RECORD} FROM measured m WHERE NOT EXISTS (SELECT 1 FROM result_row r"
        " WHERE r.batch_id = m.batch_id AND r.line = m.line - 1 AND r.measured_line = 1) ORDER BY batch_id, line"
    ),
    "DROP TABLE unit_result",
    "DROP TABLE measured",
)


def upgrade() -> None:
    """Move every row; a file that was made narrow has none to move."""
    connection = op.get_bind()
    if is_postgres(connection.dialect) or "unit_result" in sa.inspect(connection).get_view_names():
        return
    shape_index, *others = INDEXES
    with _leaving_what_is_freed(connection):
        for statement in (*TABLES, _FILL[0], shape_index, *_FILL[1:], *others, *VIEWS, *TRIGGERS, *likely()):
            connection.exec_driver_sql(statement)


def downgrade() -> None:
    """Wide rows again."""
    connection = op.get_bind()
    if is_postgres(connection.dialect):
        return
    for view, name in zip(VIEWS, _WIDE, strict=True):
        connection.exec_driver_sql(f"DROP VIEW {name}")
        connection.exec_driver_sql(view.replace(f"CREATE VIEW {name}", f"CREATE VIEW narrow_{name}", 1))
    _make_wide()
    with _leaving_what_is_freed(connection):
        for name in _WIDE:
            columns = ", ".join(str(column["name"]) for column in sa.inspect(connection).get_columns(name))
            rows = f"SELECT {columns} FROM narrow_{name} ORDER BY batch_id, line"
            connection.exec_driver_sql(f"INSERT INTO {name} ({columns}) {rows}")
            connection.exec_driver_sql(f"DROP VIEW narrow_{name}")
        for name in ("result_row", "result_shape", "measured_alone"):
            connection.exec_driver_sql(f"DROP TABLE {name}")
    for index, (table, over, where) in _WIDE_INDEXES.items():
        op.create_index(index, table, over, sqlite_where=None if where is None else sa.text(where))


_WIDE = ("unit_result", "measured")
_WIDE_INDEXES: dict[str, tuple[str, list[str], str | None]] = {
    "unit_result_unit": ("unit_result", ["unit"], None),
    "unit_result_id": ("unit_result", ["result_id"], None),
    "unit_result_plant": ("unit_result", ["plant", "operation", "event_time"], None),
    "unit_result_failed": ("unit_result", ["plant", "event_time"], "verdict = 'NOT_OK'"),
    "unit_result_again": ("unit_result", ["plant", "event_time"], "purpose IN ('retest', 'rework')"),
    "measured_unit": ("measured", ["unit"], None),
    "measured_result": ("measured", ["result_id"], None),
}


def _make_wide() -> None:
    op.create_table(
        "unit_result",
        *_evidence(),
        sa.Column("part", sa.String(400), nullable=False),
        sa.Column("operation", sa.String(200), nullable=False),
        sa.Column("work_cell", sa.String(200), nullable=False),
        sa.Column("plant", sa.String(200)),
        sa.Column("verdict", sa.String(20), nullable=False),
        sa.Column("flags", sa.JSON(), nullable=False),
        sa.Column("purpose", sa.String(20), nullable=False),
        sa.Column("attempt", sa.BigInteger(), nullable=False),
        sa.Column("cycle", sa.BigInteger()),
        sa.Column("source_time", sa.BigInteger()),
        sa.Column("defect", sa.String(2000)),
        sa.Column("plan", sa.String(71)),
    )
    op.create_table(
        "measured",
        *_evidence(),
        sa.Column("operation", sa.String(200), nullable=False),
        sa.Column("plant", sa.String(200)),
        sa.Column("plan", sa.String(71)),
    )


def _evidence() -> list[sa.Column[Any]]:
    return [
        sa.Column("batch_id", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("line", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("author", sa.String(200), nullable=False),
        sa.Column("chain", sa.String(32), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("event_time", sa.BigInteger(), nullable=False),
        sa.Column("result_id", sa.String(200), nullable=False),
        sa.Column("unit", sa.String(400)),
    ]


@contextmanager
def _leaving_what_is_freed(connection: sa.Connection) -> Iterator[None]:
    """Pages that become free are not written over, which would take as long as everything else.

    What stood in them stands in the tables that follow, and is no secret to who reads the file.
    """
    before = connection.exec_driver_sql("PRAGMA secure_delete").scalar_one()
    connection.exec_driver_sql("PRAGMA secure_delete = OFF").close()
    try:
        yield
    finally:
        connection.exec_driver_sql(f"PRAGMA secure_delete = {int(before)}").close()
