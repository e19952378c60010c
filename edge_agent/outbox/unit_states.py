"""What is known about units for the interlock: this agent's own last submissions, and states that came from the hub."""

import sqlite3
from collections.abc import Iterable

from edge_agent.interlock.facts import Standing, UnitFacts, UnitState
from edge_agent.outbox.contents import keep_lots
from edge_agent.outbox.schema import instant, micros
from traceability.unit import Verdict

_WHOLE_UNIT = ""


def receive_states(connection: sqlite3.Connection, states: Iterable[UnitState]) -> None:
    """Keep states that came down from the hub; the newest of a unit and operation stays, whatever the order.

    Of two states of one instant the worse one stays: NOT_OK before OK, scrapped before not scrapped.
    """
    for state in states:
        at = micros(state.at)
        if state.operation is not None:
            _keep(connection, (state.unit, state.operation, state.verdict and str(state.verdict), None, at))
        if state.scrapped is not None:
            _keep(connection, (state.unit, _WHOLE_UNIT, None, int(state.scrapped), at))
        keep_lots(connection, state.unit, state.lots)


def unit_facts(connection: sqlite3.Connection, unit: str) -> UnitFacts:
    """Everything the file says about a unit; of two standings at one operation the later one."""
    standings: dict[str, Standing] = {}
    scrapped = False
    for operation, verdict, gone, at in connection.execute(
        "SELECT operation, verdict, scrapped, at FROM unit_state WHERE unit = ?", (unit,)
    ):
        if operation == _WHOLE_UNIT:
            scrapped = bool(gone)
        else:
            standings[operation] = Standing(verdict=_verdict(verdict), at=instant(at))
    for operation, submitted, verdict, at in connection.execute(
        "SELECT operation, submitted, verdict, at FROM pass WHERE unit = ?", (unit,)
    ):
        own = Standing(
            verdict=_verdict(verdict),
            at=None if at is None else instant(at),
            unsure=bool(submitted) and verdict is None,
        )
        standings[operation] = _later(standings.get(operation), own)
    lots = frozenset(lot for (lot,) in connection.execute("SELECT lot FROM unit_lot WHERE unit = ?", (unit,)))
    return UnitFacts(standings=standings, scrapped=scrapped, lots=lots)


def _keep(connection: sqlite3.Connection, row: tuple[str, str, str | None, int | None, int]) -> None:
    connection.execute(
        "INSERT INTO unit_state (unit, operation, verdict, scrapped, at) VALUES (?, ?, ?, ?, ?)"
        " ON CONFLICT (unit, operation) DO UPDATE SET"
        " verdict = excluded.verdict, scrapped = excluded.scrapped, at = excluded.at"
        " WHERE excluded.at > unit_state.at OR (excluded.at = unit_state.at AND"
        " (coalesce(excluded.verdict, '') < coalesce(unit_state.verdict, '')"
        " OR coalesce(excluded.scrapped, 0) > coalesce(unit_state.scrapped, 0)))",
        row,
    )


def _verdict(text: str | None) -> Verdict | None:
    return None if text is None else Verdict(text)


def _later(known: Standing | None, own: Standing) -> Standing:
    """A standing without a time is the older one, unless it is the only one."""
    if known is None or (own.at is not None and (known.at is None or own.at >= known.at)):
        return own
    return known
