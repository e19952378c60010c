"""Is a batch from the hub the next one for this agent? Pure; refuses replay, rollback, and what is for another agent.

The hub keeps one chain for each agent. Within it a batch must follow the one taken last; another chain is taken only
when it begins with a start that names this agent and an epoch greater than any before.
"""

import logging

import msgspec

from edge_agent.errors import AgentError
from edge_agent.interlock.facts import UnitState
from edge_agent.log import say
from edge_agent.outbox.downlink import News, Place
from traceability.batch.open import OpenedBatch, decompress, open_batch, verify_batch
from traceability.downlink import DOWNLINK_AUTHOR, DOWNLINK_LIMITS
from traceability.errors import Malformed, ZhuoyueError
from traceability.record.alarm import AlarmAcknowledgementRecord
from traceability.record.base import Record
from traceability.record.codec import decode_record
from traceability.record.downlink import (
    DownlinkStartRecord,
    HoldOrderRecord,
    NoticeRecord,
    PlantMessageRecord,
    UnitStateRecord,
)
from traceability.unit import Environment

_LOG = logging.getLogger(__name__)
_ADVICE = "nothing of it was taken; if this goes on, something between here and the hub may be answering"


class DownlinkRefused(AgentError):
    """What came down is not the hub's next batch for this agent."""


class Recipient(msgspec.Struct, frozen=True, kw_only=True):
    """Who receives, and by what the hub is known (``hub_key`` is raw)."""

    author: str
    environment: Environment
    hub_key: bytes


class Received(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be kept, the plant's messages that are to be judged first, and what a person must be told."""

    news: News
    messages: tuple[PlantMessageRecord, ...] = ()
    notices: tuple[NoticeRecord, ...] = ()


def receive(body: bytes, recipient: Recipient, place: Place) -> Received:
    """Verify ``body`` (zstd) as what follows ``place``; DownlinkRefused otherwise."""
    try:
        batch = open_batch(decompress(body, DOWNLINK_LIMITS), DOWNLINK_LIMITS)
        verify_batch(batch, recipient.hub_key)
    except ZhuoyueError as error:
        raise DownlinkRefused(f"not a batch of the hub: {error}", advice=_ADVICE) from None
    header = batch.header
    if header.author != DOWNLINK_AUTHOR or header.environment != recipient.environment:
        raise _refused(batch, f"it is by {header.author!r} of {header.environment}")
    records = _records(batch)
    epoch = place.epoch if header.chain == place.chain else _new_epoch(batch, records, recipient, place)
    if header.chain == place.chain:
        _check_next(batch, place)
    return Received(
        news=News(
            place=Place(
                chain=header.chain,
                epoch=epoch,
                seq=header.seq,
                head=batch.hash,
                next_record=header.first_record + header.records,
                number=place.number,
                staged=place.staged,
            ),
            states=tuple(_state(record) for record in records if isinstance(record, UnitStateRecord)),
            holds=tuple(record for record in records if isinstance(record, HoldOrderRecord)),
            answers=tuple(record for record in records if isinstance(record, AlarmAcknowledgementRecord)),
        ),
        messages=tuple(record for record in records if isinstance(record, PlantMessageRecord)),
        notices=tuple(record for record in records if isinstance(record, NoticeRecord)),
    )


def _check_next(batch: OpenedBatch, place: Place) -> None:
    header = batch.header
    if header.seq <= place.seq:
        raise _refused(batch, f"batch {place.seq} of this chain was taken already")
    if (header.seq, header.prev, header.first_record) != (place.seq + 1, place.head, place.next_record):
        raise _refused(batch, f"it does not follow batch {place.seq}, the last one taken")


def _new_epoch(batch: OpenedBatch, records: list[Record], recipient: Recipient, place: Place) -> int:
    start = records[0] if records else None
    if batch.header.seq != 1 or not isinstance(start, DownlinkStartRecord):
        raise _refused(batch, "it is of another chain than the one begun with this agent")
    if start.id != recipient.author:
        raise _refused(batch, f"it is for {start.id!r}")
    if start.epoch <= place.epoch:
        raise _refused(batch, f"its chain is of epoch {start.epoch}, epoch {place.epoch} was begun already")
    return start.epoch


def _records(batch: OpenedBatch) -> list[Record]:
    """Every record this version understands; what a newer hub says beyond that is passed over, and said in the log."""
    records: list[Record] = []
    for seq, line in enumerate(batch.lines, start=batch.header.first_record):
        try:
            record = decode_record(line)
        except Malformed as error:
            say(
                _LOG, logging.WARNING, "a record from the hub is not understood", record=seq, error=error,
                next="update the agent so that its version fits the hub's",
            )  # fmt: skip
            continue
        if record.seq != seq:
            raise _refused(batch, f"a record has the number {record.seq} where {seq} is due")
        records.append(record)
    return records


def _state(record: UnitStateRecord) -> UnitState:
    return UnitState(unit=record.id, at=record.at, operation=record.operation, verdict=record.verdict, lots=record.lots)


def _refused(batch: OpenedBatch, why: str) -> DownlinkRefused:
    where = f"batch {batch.header.seq} of chain {batch.header.chain}"
    return DownlinkRefused(f"not the hub's next batch for this agent: {why}", where=where, advice=_ADVICE)
