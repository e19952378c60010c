"""Which control plan holds, said in the chain: each version once, before anything that cites it.

A version that takes over is said to hold from its ``valid_from``, or from when this agent took it if that was later:
what was sealed before that was judged by another. One that is past already is said only where a result that came late
cites it, with a time at which it held. A version that has taken over stays said when the clock is set back.
"""

import sqlite3
from datetime import datetime

from edge_agent.outbox.alarm_states import forget_states
from edge_agent.outbox.chain import started_chain
from edge_agent.outbox.records import UNNUMBERED, UNSALTED, Salt, append_records
from edge_agent.outbox.schema import instant, micros
from edge_agent.plans import Plans, PlanVersion
from traceability.record.master import ControlPlanRecord
from traceability.record.production import UnitResultRecord


def put_in_force(connection: sqlite3.Connection, plans: Plans, salt: Salt, now: datetime) -> None:
    """Know these versions from now on, and no others; say which one holds."""
    chain = started_chain(connection)
    known = connection.execute("SELECT plan, since FROM plan_version").fetchall()
    wanted = {(version.id, _since(version)) for version in plans.versions}
    connection.executemany("DELETE FROM plan_version WHERE plan = ? AND since = ?", set(known) - wanted)
    for version in plans.versions:
        # an earlier version of the agent kept no such table, only the plan that it said last
        said = chain.chain if not known and (version.id, version.valid_from) == (chain.plan, None) else None
        connection.execute(
            "INSERT OR IGNORE INTO plan_version (plan, since, taken_at, said_in) VALUES (?, ?, ?, ?)",
            (version.id, _since(version), micros(now), said),
        )
    forget_states(connection, plans)
    take_over(connection, plans, salt, now)


def say_cited(
    connection: sqlite3.Connection, plans: Plans, result: UnitResultRecord, salt: Salt, now: datetime
) -> None:
    """Say which version a result is judged by, before the result is said."""
    if len(plans.versions) > 1:
        say_plan(connection, plans, plans.cited(result.plan, result.event_time), salt, now)


def take_over(connection: sqlite3.Connection, plans: Plans, salt: Salt, now: datetime) -> None:
    """Say which version holds now, unless that was said."""
    say_plan(connection, plans, plans.at(now), salt, now)


def say_plan(connection: sqlite3.Connection, plans: Plans, version: PlanVersion, salt: Salt, now: datetime) -> None:
    """Say that ``version`` holds, or held, unless that was said in this chain."""
    chain = started_chain(connection).chain
    place = (version.id, _since(version))
    row = connection.execute(
        "SELECT taken_at, said_in FROM plan_version WHERE plan = ? AND since = ?", place
    ).fetchone()
    if row is None or row[1] == chain:
        return
    connection.execute("UPDATE plan_version SET said_in = ? WHERE plan = ? AND since = ?", (chain, *place))
    end = plans.end(version)
    over = end is not None and end < now
    if over:
        at = version.valid_from or end or now
    else:
        at = now if version.valid_from is None else min(now, max(version.valid_from, instant(row[0])))
        connection.execute("UPDATE chain SET plan = ?", (version.id,))
    record = ControlPlanRecord(id=version.id, seq=UNNUMBERED, salt=UNSALTED, event_time=at, plan=version.plan)
    append_records(connection, [record], salt)


def _since(version: PlanVersion) -> int:
    """As the file keeps it; 0 for a version that holds from ever."""
    return 0 if version.valid_from is None else micros(version.valid_from)
