"""How SQLite answers statements: which tables that grow with the store it reads from one end to the other."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Engine, event

from hub.store.core.database import Reading

GROWING = frozenset(
    (
        "unit_result", "measured", "value_column", "link", "picture", "codes", "batch", "log_node", "rollup",
        "result_row", "measured_alone",
        "first_pass_hour", "item_ending", "result_detail", "result_tool", "interlock_refusal", "hold", "packing",
        "shipment", "telemetry", "alarm", "field_failure", "correction", "alias", "emptied", "transformation_part",
    )
)  # fmt: skip
"""Tables with a row for what happens, not for what there is."""
_READ_WHOLE = re.compile(r"^SCAN (\w+)")
_BOUNDED = re.compile(r"\bLIMIT\b")


@contextmanager
def asked() -> Iterator[list[tuple[str, Any]]]:
    """The statements that are sent while the block lasts, with their parameters."""
    seen: list[tuple[str, Any]] = []

    def note(_connection: object, _cursor: object, statement: str, parameters: Any, *_rest: object) -> None:
        seen.append((statement, parameters))

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(Engine, "before_cursor_execute", note)


def read_whole(connection: Reading, seen: list[tuple[str, Any]]) -> list[str]:
    """Those of the statements that read a growing table whole, each with the step that does; a bounded one may."""
    found = []
    for statement, parameters in seen:
        if not statement.lstrip().startswith(("SELECT", "WITH")) or _BOUNDED.search(statement):
            continue
        names = {alias: table for table, alias in re.findall(r'"?(\w+)"? AS (\w+)', statement)}
        for step in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters):
            match = _READ_WHOLE.match(step[3])
            if match is not None and names.get(match[1], match[1]) in GROWING:
                found.append(f"{step[3]}: {statement}")
    return found
