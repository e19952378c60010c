"""What becomes of an event that is captured: its name, its text to be kept, and whether a second one is the same."""

from collections.abc import Mapping

import msgspec

from traceability.epcis.hash_id import event_hash_id, hash_id_agrees, is_hash_id
from traceability.epcis.writing import encode_event
from traceability.event.event import Event


class CapturedEvent(msgspec.Struct, frozen=True, kw_only=True):
    """An event with the name that it came with or got.

    ``text`` is the event as JSON-LD with its own context, the same for the same event. ``hash_id`` says what it tells:
    two events of one ``event_id`` with different ones are rivals, unless one is the other's error declaration.
    ``proven`` is False where a name that is a hash does not agree with its event.
    """

    event: Event
    event_id: str
    hash_id: str
    text: str
    given: bool
    proven: bool

    @property
    def declares_error(self) -> bool:
        """Whether the event states that the one of its name is in error (EPCIS 2.0, 7.4.1.2)."""
        return self.event.error_declaration is not None


def captured(event: Event, prefixes: Mapping[str, str] | None = None) -> CapturedEvent:
    """The event as it is kept. One without a name is named by its hash; a record time that it claims is left out.

    When an event was recorded is for the repository to say (EPCIS 2.0, 7.4.1), not for who captures it.
    """
    hash_id = event_hash_id(event)
    event_id = event.event_id or hash_id
    named = msgspec.structs.replace(event, event_id=event_id, record_time=None)
    return CapturedEvent(
        event=named,
        event_id=event_id,
        hash_id=hash_id,
        text=encode_event(named, prefixes).decode(),
        given=event.event_id is not None,
        proven=not is_hash_id(event_id) or hash_id_agrees(event, event_id),
    )


def recorded(event: Event, record_time: str) -> Event:
    """The event with the time at which it was recorded, as queries return it."""
    return msgspec.structs.replace(event, record_time=record_time)
