"""An alarm as it stands here."""

from datetime import datetime

import msgspec

from traceability.record.alarm import AlarmRecord


class Alarm(msgspec.Struct, frozen=True, kw_only=True):
    """``alarm`` as it was recorded; ``signals`` counts how often its rule was broken until it was acknowledged.

    ``by_hub``: it was acknowledged at the hub; then the hold it placed here is still in force until it is released
    here.
    """

    id: str
    station: str
    alarm: AlarmRecord
    signals: int
    last_at: datetime
    acknowledged_by: str | None = None
    acknowledged_at: datetime | None = None
    cause: str | None = None
    action: str | None = None
    by_hub: bool = False


class Acknowledgement(msgspec.Struct, frozen=True, kw_only=True):
    """Who (a pseudonymous id) found which cause, and what was done."""

    by: str
    cause: str
    action: str
    at: datetime
