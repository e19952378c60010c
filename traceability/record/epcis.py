"""Records of EPCIS events that others captured here."""

from typing import Annotated

import msgspec

from traceability.record.base import Id, Record

PART_LENGTH = 10_000
"""Characters; in JSON no part becomes longer than a record's texts may be, whatever the characters are."""
EventPart = Annotated[str, msgspec.Meta(min_length=1, max_length=PART_LENGTH)]
EventParts = Annotated[tuple[EventPart, ...], msgspec.Meta(min_length=1)]
EventId = Annotated[str, msgspec.Meta(min_length=1, max_length=2_000)]


class EventRecord(Record, frozen=True, kw_only=True, tag="epcis-event"):
    """One captured event. The record's id is the event's hash identifier, so an error declaration shares its event's.

    ``event`` is the event as JSON-LD with its own context, cut into parts; ``event_id`` is the identifier that it came
    with or got here, ``capture`` the job that it came by, ``organisation`` who captured it.
    """

    event: EventParts
    event_id: EventId
    capture: Id
    organisation: Id
