"""Giving back what the file no longer needs, in steps so small that no machine waits for them.

A file that this version made is shortened page by page; one of an earlier version keeps its size, and its free pages
are used again first.
"""

import sqlite3

from edge_agent.outbox.old_passes import fold_passes
from edge_agent.outbox.quota import Quota, keep_within

_PAGES_AT_ONCE = 256
_PAGES_LEFT_FREE = 1024
_INCREMENTAL = 2


def tidy(connection: sqlite3.Connection, quota: Quota) -> bool:
    """One step; whether there is more to do."""
    keep_within(connection, quota)
    folded = fold_passes(connection, quota.remember)
    return _give_back(connection) or bool(folded)


def _give_back(connection: sqlite3.Connection) -> bool:
    (mode,) = connection.execute("PRAGMA auto_vacuum").fetchone()
    (free,) = connection.execute("PRAGMA freelist_count").fetchone()
    if mode != _INCREMENTAL or free <= _PAGES_LEFT_FREE:
        return False
    connection.execute(f"PRAGMA incremental_vacuum({min(_PAGES_AT_ONCE, free - _PAGES_LEFT_FREE)})").fetchall()
    return True
