"""Captured events become records of the hub, a chunk at a time; what is said already is not said again.

A second content under one name is kept like the first, and both are disputed from then on: nothing wins by arriving
first. Only an error declaration may share the name of the event that it is about.
"""

from collections.abc import Iterator, Sequence
from enum import StrEnum

import msgspec

from hub.entry.seal import Stamps, enter_within
from hub.epcis.checked import Checked
from hub.epcis.limits import LIMITS, EpcisLimits
from hub.parts import Hub
from hub.store.core.database import Reading, Writing
from hub.store.epcis.queries import Said, contents_of
from traceability.epcis.stored import event_parts
from traceability.event.timestamp import instant
from traceability.record.base import Record
from traceability.record.epcis import EventRecord


class Fate(StrEnum):
    """What becomes of an event: new here, known already, or saying something else than the one of its name."""

    NEW = "new"
    KNOWN = "known"
    RIVAL = "rival"


class Origin(msgspec.Struct, frozen=True, kw_only=True):
    """The capture job by which events came, and whose it was."""

    capture: str
    organisation: str


def fates_of(connection: Reading, events: Sequence[Checked], organisation: str) -> list[Fate]:
    """What would become of ``events`` of one organisation, one after the other."""
    said = contents_of(connection, {event.event_id for event in events})
    found = []
    for event in events:
        known = said.setdefault(event.event_id, set())
        found.append(_fate((*event.content, organisation), known))
        known.add((*event.content, organisation))
    return found


def keep(hub: Hub, events: Sequence[Checked], origin: Origin, *, only: Fate | None = None) -> list[Fate]:
    """Seal a chunk as one batch; what became of each. With ``only`` nothing but events of that fate is sealed."""
    with hub.store.writing() as connection:
        return keep_within(connection, hub, events, origin, only=only)


def keep_within(
    connection: Writing, hub: Hub, events: Sequence[Checked], origin: Origin, *, only: Fate | None = None
) -> list[Fate]:
    """The same within a transaction that does more."""
    fates: list[Fate] = []

    def draft(reading: Reading, stamp: Stamps) -> Sequence[Record]:
        fates.extend(fates_of(reading, events, origin.organisation))
        chosen = [
            event
            for event, fate in zip(events, fates, strict=True)
            if fate is not Fate.KNOWN and (only is None or fate is only)
        ]
        return [_record(event, origin, stamp) for event in chosen]

    enter_within(connection, hub, draft)
    return fates


def chunks(events: Iterator[Checked], limits: EpcisLimits = LIMITS) -> Iterator[list[Checked]]:
    """Events in pieces, each of which becomes one batch."""
    chunk: list[Checked] = []
    size = 0
    for event in events:
        if chunk and (len(chunk) >= limits.chunk_events or size + len(event.text) > limits.chunk_bytes):
            yield chunk
            chunk, size = [], 0
        chunk.append(event)
        size += len(event.text)
    if chunk:
        yield chunk


def _fate(said: Said, known: set[Said]) -> Fate:
    """What another organisation said is not known of this one: each has its own word, which is its own to share."""
    if said in known:
        return Fate.KNOWN
    return Fate.RIVAL if any(hash_id != said[0] for hash_id, _, _ in known) else Fate.NEW


def _record(event: Checked, origin: Origin, stamp: Stamps) -> EventRecord:
    given = stamp()
    return EventRecord(
        id=event.hash_id,
        event=event_parts(event.text),
        event_id=event.event_id,
        capture=origin.capture,
        organisation=origin.organisation,
        seq=given["seq"],
        salt=given["salt"],
        event_time=instant(event.event_time),
    )
