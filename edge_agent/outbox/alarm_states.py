"""What the detectors of a station know, as the file keeps it.

The state of the newest version of the control plan that judged at a station stands in ``alarm_state``. When a version
takes over it goes on from there, and the state of the one before is put aside (``alarm_state_before``) for results that
come late: these are judged by the rules of their own time and disturb nothing that is judged now.
"""

import sqlite3

import msgspec

from edge_agent.plans import Plans, PlanVersion

Place = tuple[str, str]
"""Station and plan."""


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """A state and the result after which it was kept (None: this plan has judged nothing yet).

    ``late``: of a version before the one that judged here last.
    """

    state: bytes | None = None
    result: str | None = None
    late: bool = False


def find_state(connection: sqlite3.Connection, station: str, version: PlanVersion, plans: Plans) -> Found:
    """What ``version`` goes on from at a station."""
    row = connection.execute("SELECT result, state, plan FROM alarm_state WHERE station = ?", (station,)).fetchone()
    if row is None:
        return Found()
    result, state, plan = row
    if plan in (None, version.id):
        return Found(state=state, result=result)
    place = plans.versions.index(version)
    if any(other.id == plan for other in plans.versions[place + 1 :]):
        return _late(connection, station, version, state)
    connection.execute(
        "INSERT OR REPLACE INTO alarm_state_before (station, plan, result, state) VALUES (?, ?, ?, ?)",
        (station, plan, result, state),
    )
    return Found(state=state)


def _late(connection: sqlite3.Connection, station: str, version: PlanVersion, newest: bytes) -> Found:
    row = connection.execute(
        "SELECT result, state FROM alarm_state_before WHERE station = ? AND plan = ?", (station, version.id)
    ).fetchone()
    return Found(state=newest, late=True) if row is None else Found(state=row[1], result=row[0], late=True)


def replace_state(
    connection: sqlite3.Connection, place: Place, before: str, result: str, state: bytes, *, late: bool
) -> bool:
    """Keep a state in place of the one after result ``before``; False when another stands there."""
    station, plan = place
    if late:
        changed = connection.execute(
            "UPDATE alarm_state_before SET result = ?, state = ? WHERE station = ? AND plan = ? AND result = ?",
            (result, state, station, plan, before),
        )
    else:
        changed = connection.execute(
            "UPDATE alarm_state SET result = ?, state = ?, plan = ? WHERE station = ? AND result = ?",
            (result, state, plan, station, before),
        )
    return changed.rowcount == 1


def keep_state(connection: sqlite3.Connection, place: Place, result: str, state: bytes, *, late: bool) -> None:
    """Keep a state whatever stands there."""
    table = "alarm_state_before" if late else "alarm_state"
    connection.execute(
        f"INSERT OR REPLACE INTO {table} (station, plan, result, state) VALUES (?, ?, ?, ?)",  # noqa: S608 - one of two
        (*place, result, state),
    )


def forget_states(connection: sqlite3.Connection, plans: Plans) -> None:
    """What plans judged that the line has no more."""
    known = [version.id for version in plans.versions]
    marks = ", ".join("?" * len(known))
    connection.execute(f"DELETE FROM alarm_state_before WHERE plan NOT IN ({marks})", known)  # noqa: S608 - only marks
