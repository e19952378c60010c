"""The tables of a file in which the projection's rows lie, whatever views stand before them."""

from sqlalchemy import Connection, MetaData, Table

from hub.store.packed.layout import PACKED
from hub.store.tables.every import PROJECTION


def tables_with_rows(connection: Connection) -> list[Table]:
    """Those of the projection, and those behind views in place of these."""
    behind = MetaData()
    narrow = [Table(name, behind, autoload_with=connection) for name in ("result_row", "measured_alone")]
    return [*(table for name, table in PROJECTION.items() if name not in PACKED), *narrow]
