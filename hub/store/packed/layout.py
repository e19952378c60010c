"""The tables behind the views ``unit_result`` and ``measured`` of a SQLite file.

Nearly all that a result says has been said by many before it: whose it is, of which part, at which station, with which
verdict, by which plan. Every such combination stands once (``result_shape``); a result's own row has its number. What
was measured follows its result in the same batch and says the same again, so it needs no row: ``measured_line`` and
``measured_time`` say where it stands and when it was, as differences to its result. A record of measurements that has
no such result lies in ``measured_alone``.

Whoever reads or writes ``unit_result`` and ``measured`` finds what the tables say, row for row; triggers let them be
written as tables too, one row after the other (:mod:`hub.store.packed.write` does it many at once). The numbers of
shapes are this file's own: they are in no answer and in no digest, and a shape is never changed or taken away.
"""

# ruff: noqa: S608 - all SQL here is made of words that stand in this program

from hub.store.core.database import Writing
from hub.store.tables.production import unit_result

MEASURED = "measured"
PACKED = frozenset((unit_result.name, MEASURED))
"""The names of the tables that are views here."""
SHAPE = ("author", "chain", "part", "operation", "work_cell", "plant", "verdict", "purpose", "plan", "flags")
TOLD_BY_SHAPE = (
    "ifnull(plan, x''), ifnull(plant, x''), part, operation, work_cell, verdict, flags, purpose, chain, author"
)
_OF_SHAPE = ", ".join(SHAPE)
_RESULT = ", ".join(unit_result.columns.keys())
_RECORD = "batch_id, line, author, chain, seq, event_time, result_id, unit, operation, plant, plan"
_PAIRED = """
SELECT result_row.batch_id AS batch_id,
 CAST(result_row.line + result_row.measured_line AS INTEGER) AS line,
 result_shape.author AS author,
 result_shape.chain AS chain,
 CAST(result_row.seq + result_row.measured_line AS INTEGER) AS seq,
 CAST(result_row.event_time + result_row.measured_time AS INTEGER) AS event_time,
 result_row.result_id AS result_id,
 result_row.unit AS unit,
 result_shape.operation AS operation,
 result_shape.plant AS plant,
 result_shape.plan AS plan
FROM result_row LEFT JOIN result_shape ON result_shape.id = result_row.shape
WHERE result_row.measured_line IS NOT NULL
""".strip()
"""Columns have one kind in both arms of a view, for without that SQLite reads all of it for every question."""

TABLES = (
    """
CREATE TABLE result_shape (
 id INTEGER PRIMARY KEY,
 author TEXT NOT NULL, chain TEXT NOT NULL, part TEXT NOT NULL, operation TEXT NOT NULL, work_cell TEXT NOT NULL,
 plant TEXT, verdict TEXT NOT NULL, flags TEXT NOT NULL, purpose TEXT NOT NULL, plan TEXT)
""".strip(),
    """
CREATE TABLE result_row (
 batch_id INTEGER NOT NULL, line INTEGER NOT NULL, shape INTEGER NOT NULL, seq INTEGER NOT NULL,
 event_time INTEGER NOT NULL, result_id TEXT NOT NULL, unit TEXT, attempt INTEGER NOT NULL, cycle INTEGER,
 source_time INTEGER, defect TEXT, measured_line INTEGER, measured_time INTEGER,
 PRIMARY KEY (batch_id, line)) WITHOUT ROWID
""".strip(),
    """
CREATE TABLE measured_alone (
 batch_id INTEGER NOT NULL, line INTEGER NOT NULL, author TEXT NOT NULL, chain TEXT NOT NULL, seq INTEGER NOT NULL,
 event_time INTEGER NOT NULL, result_id TEXT NOT NULL, unit TEXT, operation TEXT NOT NULL, plant TEXT, plan TEXT,
 PRIMARY KEY (batch_id, line)) WITHOUT ROWID
""".strip(),
)
INDEXES = (
    f"CREATE UNIQUE INDEX result_shape_told ON result_shape ({TOLD_BY_SHAPE})",
    "CREATE INDEX result_shape_plant ON result_shape (plant, operation)",
    "CREATE INDEX result_row_unit ON result_row (unit)",
    "CREATE INDEX result_row_id ON result_row (result_id)",
    "CREATE INDEX result_row_time ON result_row (shape, event_time)",
    "CREATE INDEX measured_alone_unit ON measured_alone (unit)",
    "CREATE INDEX measured_alone_result ON measured_alone (result_id)",
)
VIEWS = (
    # the join is an outer one so that questions that ask nothing of shapes do not look at them
    """
CREATE VIEW unit_result AS
SELECT result_row.batch_id AS batch_id, result_row.line AS line, result_shape.author AS author,
 result_shape.chain AS chain, result_row.seq AS seq, result_row.event_time AS event_time,
 result_row.result_id AS result_id, result_row.unit AS unit, result_shape.part AS part,
 result_shape.operation AS operation, result_shape.work_cell AS work_cell, result_shape.plant AS plant,
 result_shape.verdict AS verdict, result_shape.flags AS flags, result_shape.purpose AS purpose,
 result_row.attempt AS attempt, result_row.cycle AS cycle,
 CAST(result_row.event_time + result_row.source_time AS INTEGER) AS source_time, result_row.defect AS defect,
 result_shape.plan AS plan
FROM result_row LEFT JOIN result_shape ON result_shape.id = result_row.shape
""".strip(),
    f"CREATE VIEW measured AS\n{_PAIRED}\nUNION ALL SELECT {_RECORD} FROM measured_alone",
)
_NEW_SHAPE = ", ".join(f"NEW.{name}" for name in SHAPE)
_NEW_RESULT = ", ".join(f"NEW.{name}" for name in unit_result.columns.keys())  # noqa: SIM118
_NEW_RECORD = ", ".join(f"NEW.{name.strip()}" for name in _RECORD.split(","))
_SAME_SHAPE = " AND ".join(f"{name} IS NEW.{name}" for name in SHAPE)
_AT = "batch_id = OLD.batch_id AND line = OLD.line"
_PAIRED_AT = "batch_id = OLD.batch_id AND line + measured_line = OLD.line"
TRIGGERS = (
    f"""
CREATE TRIGGER unit_result_insert INSTEAD OF INSERT ON unit_result BEGIN
 INSERT INTO result_shape ({_OF_SHAPE}) SELECT {_NEW_SHAPE}
  WHERE NOT EXISTS (SELECT 1 FROM result_shape WHERE {_SAME_SHAPE});
 INSERT INTO result_row SELECT NEW.batch_id, NEW.line, id, NEW.seq, NEW.event_time, NEW.result_id, NEW.unit,
  NEW.attempt, NEW.cycle, NEW.source_time - NEW.event_time, NEW.defect, NULL, NULL
  FROM result_shape WHERE {_SAME_SHAPE};
END
""".strip(),
    f"""
CREATE TRIGGER unit_result_delete INSTEAD OF DELETE ON unit_result BEGIN
 INSERT INTO measured_alone {_PAIRED} AND result_row.batch_id = OLD.batch_id AND result_row.line = OLD.line;
 DELETE FROM result_row WHERE {_AT};
END
""".strip(),
    f"""
CREATE TRIGGER unit_result_update INSTEAD OF UPDATE ON unit_result BEGIN
 DELETE FROM unit_result WHERE {_AT};
 INSERT INTO unit_result ({_RESULT}) VALUES ({_NEW_RESULT});
END
""".strip(),
    f"""
CREATE TRIGGER measured_insert INSTEAD OF INSERT ON measured BEGIN
 INSERT INTO measured_alone ({_RECORD}) VALUES ({_NEW_RECORD});
END
""".strip(),
    f"""
CREATE TRIGGER measured_delete INSTEAD OF DELETE ON measured BEGIN
 UPDATE result_row SET measured_line = NULL, measured_time = NULL WHERE {_PAIRED_AT};
 DELETE FROM measured_alone WHERE {_AT};
END
""".strip(),
    f"""
CREATE TRIGGER measured_update INSTEAD OF UPDATE ON measured BEGIN
 DELETE FROM measured WHERE {_AT};
 INSERT INTO measured ({_RECORD}) VALUES ({_NEW_RECORD});
END
""".strip(),
)
LIKELY = (
    ("result_row", "result_row", "5000000 200 1"),
    ("result_row", "result_row_unit", "5000000 2 1 1"),
    ("result_row", "result_row_id", "5000000 1 1 1"),
    ("result_row", "result_row_time", "5000000 10000 2 1 1"),
    ("result_shape", "result_shape_plant", "500 50 10"),
    ("result_shape", "result_shape_told", "500 50 50 20 20 10 4 3 3 2 1"),
    ("measured_alone", "measured_alone", "100000 50 1"),
    ("measured_alone", "measured_alone_unit", "100000 2 1 1"),
    ("measured_alone", "measured_alone_result", "100000 1 1 1"),
)
"""How many rows there are and how many have one key, as SQLite's planner keeps it (``sqlite_stat1``), in a large store.

Without that it takes a shape for as rare as a unit. What a plan costs is thereby the same in every store.
"""


def statements() -> tuple[str, ...]:
    """What makes all of it in a file where nothing of it is."""
    return (*TABLES, *INDEXES, *VIEWS, *TRIGGERS, *likely())


def likely() -> tuple[str, ...]:
    """What tells SQLite's planner what to expect, in place of what it was told."""
    tables = ", ".join(f"'{name}'" for name in dict.fromkeys(table for table, _, _ in LIKELY))
    values = ", ".join(f"('{table}', '{index}', '{rows}')" for table, index, rows in LIKELY)
    return (
        "ANALYZE sqlite_schema",  # makes the table that is written next; there is no other way to
        f"DELETE FROM sqlite_stat1 WHERE tbl IN ({tables})",
        f"INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES {values}",
    )


def make_packed(connection: Writing) -> None:
    """Make the views and what is behind them."""
    for statement in statements():
        connection.exec_driver_sql(statement)
