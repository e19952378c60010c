"""What came down from the hub: taken batch by batch, each once, with the place in the hub's chain it leaves off at."""

import sqlite3

import msgspec

from edge_agent.interlock.facts import Hold, UnitState
from edge_agent.outbox.alarms import heed_acknowledgement
from edge_agent.outbox.holds import find_hold, place_hold, record_holds, release_hold
from edge_agent.outbox.records import Salt
from edge_agent.outbox.unit_states import receive_states
from traceability.downlink import Staged
from traceability.record.alarm import AlarmAcknowledgementRecord
from traceability.record.downlink import HoldOrderRecord
from traceability.record.production import HoldState


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """The last batch taken of the hub's chain for this agent; ``number`` is that of the plant's last message heeded."""

    chain: str | None = None
    epoch: int = 0
    seq: int = 0
    head: str | None = None
    next_record: int = 1
    number: int = 0
    staged: Staged | None = None


class News(msgspec.Struct, frozen=True, kw_only=True):
    """What one batch says, and the place behind it."""

    place: Place
    states: tuple[UnitState, ...] = ()
    holds: tuple[HoldOrderRecord, ...] = ()
    answers: tuple[AlarmAcknowledgementRecord, ...] = ()


def find_place(connection: sqlite3.Connection) -> Place:
    """The place; an empty one before the first batch."""
    row = connection.execute("SELECT chain, epoch, seq, head, next_record, number, staged FROM downlink").fetchone()
    if row is None:
        return Place()
    staged = None if row[6] is None else msgspec.json.decode(row[6], type=Staged)
    return Place(chain=row[0], epoch=row[1], seq=row[2], head=row[3], next_record=row[4], number=row[5], staged=staged)


def take_news(connection: sqlite3.Connection, news: News, salt: Salt) -> None:
    """Keep what the batch says, and the place. Each hold heeded from now on is a record of this agent's chain."""
    receive_states(connection, news.states)
    for order in news.holds:
        _heed(connection, order)
    record_holds(connection, salt)
    for answer in news.answers:
        heed_acknowledgement(connection, answer)
    place = news.place
    staged = None if place.staged is None else msgspec.json.encode(place.staged).decode()
    connection.execute(
        "INSERT OR REPLACE INTO downlink (id, chain, epoch, seq, head, next_record, number, staged)"
        " VALUES (1, ?, ?, ?, ?, ?, ?, ?)",
        (place.chain, place.epoch, place.seq, place.head, place.next_record, place.number, staged),
    )


def _heed(connection: sqlite3.Connection, order: HoldOrderRecord) -> None:
    placed = Hold(
        id=order.id,
        scope=order.scope,
        target=order.target,
        reason=order.reason,
        placed_by=order.by,
        placed_at=order.event_time,
    )
    if order.state is HoldState.PLACED:
        place_hold(connection, placed)
        return
    place_hold(connection, placed)  # its placing may have come before this outbox was new
    if find_hold(connection, order.id).released_at is None:
        release_hold(connection, order.id, order.by, order.reason, order.event_time)
