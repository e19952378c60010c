"""Passes of units that were long ago, folded to 16 bytes each, so that attempt numbers never begin again.

``pass`` keeps, of the newest passes, what the interlock asks: verdict and time. Beyond the horizon (a number of rows,
oldest first pass first) only the count of results stays, under the first 8 bytes of the SHA-256 of unit and operation.
That two among ten million share these has a probability of 3 in a million; the later unit's attempts would then be
counted on from the earlier one's.
"""

import sqlite3

from traceability.encoding import sha256

_FOLDED_AT_ONCE = 1000


def old_passes(connection: sqlite3.Connection, unit: str, operation: str) -> tuple[int, bool] | None:
    """Results of a unit at an operation from beyond the horizon, and whether one is a submission of this chain."""
    row = connection.execute(
        "SELECT results, submitted = 1 + (SELECT count(*) FROM former_chain) FROM old_pass WHERE key = ?",
        (_key(unit, operation),),
    ).fetchone()
    return None if row is None else (row[0], bool(row[1]))


def fold_passes(connection: sqlite3.Connection, keep: int) -> int:
    """Fold the oldest passes beyond the newest ``keep``, a bounded number at once; how many were."""
    first, last = connection.execute("SELECT (SELECT min(rowid) FROM pass), (SELECT max(rowid) FROM pass)").fetchone()
    beyond = 0 if first is None else last - first + 1 - keep
    if beyond <= 0:
        return 0
    rows = connection.execute(
        "SELECT rowid, unit, operation, results, submitted * (1 + coalesce(epoch, 0)) FROM pass"
        " WHERE rowid <= ? ORDER BY rowid LIMIT ?",
        (last - keep, _FOLDED_AT_ONCE),
    ).fetchall()
    for rowid, unit, operation, results, submitted in rows:
        connection.execute(
            "INSERT INTO old_pass (key, results, submitted) VALUES (?, ?, ?)"
            " ON CONFLICT (key) DO UPDATE SET results = max(results, excluded.results),"
            " submitted = max(submitted, excluded.submitted)",
            (_key(unit, operation), results, submitted),
        )
        connection.execute("DELETE FROM pass WHERE rowid = ?", (rowid,))
    return len(rows)


def _key(unit: str, operation: str) -> int:
    return int.from_bytes(sha256(f"{operation}\n{unit}".encode())[:8], "big", signed=True)
