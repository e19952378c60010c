"""Results of one SQLite file in place of another's; both are attached to one connection."""

# ruff: noqa: S608 - all SQL here is made of words that stand in this program

from hub.store.core.database import Writing
from hub.store.packed.layout import SHAPE

_OF_SHAPE = ", ".join(SHAPE)
_SAME = " AND ".join(f"own.{name} IS new.{name}" for name in SHAPE)


def take_over_packed(connection: Writing, new: str, own: str) -> None:
    """The rows of the database ``new`` in place of those of ``own``, whose shapes keep their numbers."""
    for name in ("result_row", "measured_alone"):
        connection.exec_driver_sql(f"DELETE FROM {own}.{name}")
    connection.exec_driver_sql(
        f"INSERT OR IGNORE INTO {own}.result_shape ({_OF_SHAPE}) SELECT {_OF_SHAPE} FROM {new}.result_shape"
    )
    connection.exec_driver_sql(f"INSERT INTO {own}.measured_alone SELECT * FROM {new}.measured_alone")
    connection.exec_driver_sql("CREATE TEMP TABLE renumbered (new INTEGER PRIMARY KEY, own INTEGER NOT NULL)")
    connection.exec_driver_sql(
        f"INSERT INTO temp.renumbered SELECT new.id, own.id FROM {new}.result_shape AS new"
        f" JOIN {own}.result_shape AS own ON {_SAME}"
    )
    connection.exec_driver_sql(
        f"INSERT INTO {own}.result_row SELECT batch_id, line, (SELECT own FROM temp.renumbered"
        f" WHERE renumbered.new = shape), seq, event_time, result_id, unit, attempt, cycle, source_time, defect,"
        f" measured_line, measured_time FROM {new}.result_row ORDER BY batch_id, line"
    )
    connection.exec_driver_sql("DROP TABLE temp.renumbered")
