"""Measured values in columns: a row a record (``measured``) and a row a characteristic and batch (``value_column``).

The rows that come out are those that a rebuild makes from the ledger.
"""

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from alembic import op

from hub.store.core.value_body import GOOD, Doubt, from_body, to_body

revision = "0004"
down_revision = "0003"
additive = False


def _text(length: int) -> Any:
    return sa.String(length).with_variant(sa.Text(collation="C"), "postgresql")


def _long() -> Any:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _evidence() -> list[sa.Column[Any]]:
    return [
        sa.Column("batch_id", _long(), primary_key=True, autoincrement=False),
        sa.Column("line", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("author", _text(200), nullable=False),
        sa.Column("chain", _text(32), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("event_time", sa.BigInteger(), nullable=False),
    ]


_SHARED = ("result_id", "unit", "operation", "plant", "plan")
_RECORD = ("batch_id", "line", "author", "chain", "seq", "event_time", *_SHARED)


def _result() -> list[sa.Column[Any]]:
    return [
        sa.Column("result_id", _text(200), nullable=False),
        sa.Column("unit", _text(400)),
        sa.Column("operation", _text(200), nullable=False),
        sa.Column("plant", _text(200)),
    ]


def upgrade() -> None:
    """Make both tables, fill them from ``measurement``, and drop that."""
    _make_columns()
    connection = op.get_bind()
    old = sa.table("measurement", *map(sa.column, (*_RECORD, *_VALUE)))
    measured = sa.table("measured", *map(sa.column, _RECORD))
    columns = sa.table("value_column", *map(sa.column, _COLUMN))
    batches = connection.execute(sa.select(old.c.batch_id).distinct().order_by(old.c.batch_id)).scalars().all()
    for batch_id in batches:
        query = sa.select(old).where(old.c.batch_id == batch_id).order_by(old.c.line, old.c.item)
        batch = list(connection.execute(query))
        records = {row.line: {name: getattr(row, name) for name in _RECORD} for row in batch}
        op.bulk_insert(measured, list(records.values()))
        op.bulk_insert(columns, list(_columns(batch_id, batch)))
    op.drop_table("measurement")


def downgrade() -> None:
    """A row a value again. Programs of before know no cold tier: what lies there has to come back first."""
    connection = op.get_bind()
    if "cold_file" in sa.inspect(connection).get_table_names():
        files = connection.execute(sa.select(sa.func.count()).select_from(sa.table("cold_file"))).scalar_one()
        if files:
            raise RuntimeError(
                f"{files} files lie in the cold tier, which programs of revision {down_revision} can't read;"
                " bring them back by 'zhuoyue-hub tiers fetch'"
            )
    _make_rows()
    measured = sa.table("measured", *map(sa.column, _RECORD))
    columns = sa.table("value_column", *map(sa.column, _COLUMN))
    old = sa.table("measurement", *map(sa.column, (*_RECORD, *_VALUE)))
    batches = connection.execute(sa.select(columns.c.batch_id).distinct().order_by(columns.c.batch_id)).scalars().all()
    for batch_id in batches:
        found = connection.execute(sa.select(measured).where(measured.c.batch_id == batch_id)).mappings()
        records = {row["line"]: dict(row) for row in found}
        own = connection.execute(sa.select(columns).where(columns.c.batch_id == batch_id)).all()
        op.bulk_insert(old, [records[line] | cell for column in own for line, cell in _cells(column)])
    op.drop_table("value_column")
    op.drop_table("measured")


_VALUE = ("item", "characteristic", "value", "decimals", "uom", "status", "raw")
_COLUMN = ("batch_id", "number", "plant", "characteristic", "uom", "decimals", "n", "earliest", "latest", "body")


def _make_columns() -> None:
    op.create_table("measured", *_evidence(), *_result(), sa.Column("plan", _text(71)))
    op.create_index("measured_unit", "measured", ["unit"])
    op.create_index("measured_author", "measured", ["author", "chain", "seq"])
    op.create_table(
        "value_column",
        sa.Column("batch_id", _long(), primary_key=True, autoincrement=False),
        sa.Column("number", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("plant", _text(200)),
        sa.Column("characteristic", _text(200), nullable=False),
        sa.Column("uom", _text(20), nullable=False),
        sa.Column("decimals", sa.Integer(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("earliest", sa.BigInteger(), nullable=False),
        sa.Column("latest", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
    )
    op.create_index("value_column_plant", "value_column", ["plant", "characteristic", "latest"])


def _make_rows() -> None:
    op.create_table(
        "measurement",
        *_evidence(),
        sa.Column("item", sa.Integer(), primary_key=True, autoincrement=False),
        *_result(),
        sa.Column("characteristic", _text(200), nullable=False),
        sa.Column("value", sa.BigInteger()),
        sa.Column("decimals", sa.Integer(), nullable=False),
        sa.Column("uom", _text(20), nullable=False),
        sa.Column("status", _text(20), nullable=False),
        sa.Column("raw", _text(60)),
        sa.Column("plan", _text(71)),
    )
    op.create_index("measurement_unit", "measurement", ["unit"])
    op.create_index("measurement_plant", "measurement", ["plant", "characteristic", "event_time"])


def _columns(batch_id: int, cells: list[Any]) -> Iterator[dict[str, Any]]:
    grouped: dict[tuple[str, str, int], list[Any]] = {}
    for cell in cells:
        grouped.setdefault((cell.characteristic, cell.uom, cell.decimals), []).append(cell)
    for number, ((characteristic, uom, decimals), own) in enumerate(grouped.items()):
        doubts = [
            Doubt(index, cell.status, cell.raw, cell.value is None)
            for index, cell in enumerate(own)
            if cell.value is None or cell.raw is not None or cell.status != GOOD
        ]
        yield {
            "batch_id": batch_id,
            "number": number,
            "plant": own[0].plant,
            "characteristic": characteristic,
            "uom": uom,
            "decimals": decimals,
            "n": len(own),
            "earliest": min(cell.event_time for cell in own),
            "latest": max(cell.event_time for cell in own),
            "body": to_body(
                [cell.line for cell in own], [cell.item for cell in own], [cell.value or 0 for cell in own], doubts
            ),
        }


def _cells(column: Any) -> Iterator[tuple[int, dict[str, Any]]]:
    """Line and what it says, of each value of a column."""
    values = from_body(bytes(column.body))
    doubts = {doubt.index: doubt for doubt in values.doubts}
    each = zip(values.lines.tolist(), values.items.tolist(), values.values.tolist(), strict=True)
    for index, (line, item, value) in enumerate(each):
        doubt = doubts.get(index, Doubt(index, GOOD, None, False))
        yield (
            line,
            {
                "item": item,
                "characteristic": column.characteristic,
                "value": None if doubt.absent else value,
                "decimals": column.decimals,
                "uom": column.uom,
                "status": doubt.status,
                "raw": doubt.raw,
            },
        )
