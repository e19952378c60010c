"""Whether the clock of a station's device was right when it was last looked at; kept for results that come late."""

import sqlite3


def clock_was_right(connection: sqlite3.Connection, station: str) -> bool:
    """As it was noted last; a clock that was never looked at is not relied on."""
    row = connection.execute("SELECT found_right FROM device_clock WHERE station = ?", (station,)).fetchone()
    return row is not None and bool(row[0])


def note_clock(connection: sqlite3.Connection, station: str, *, right: bool) -> None:
    """Keep it."""
    connection.execute(
        "INSERT OR REPLACE INTO device_clock (station, found_right) VALUES (?, ?)", (station, int(right))
    )
