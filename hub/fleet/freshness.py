"""How long ago an agent was heard of, in a word."""

from datetime import datetime, timedelta

import msgspec

from hub.fleet.views import Freshness


class FreshnessLimits(msgspec.Struct, frozen=True):
    """Up to ``late`` after its last contact an agent is fresh, up to ``silent`` late, then silent."""

    late: timedelta = timedelta(minutes=5)
    silent: timedelta = timedelta(hours=1)


DEFAULT_FRESHNESS = FreshnessLimits()


def freshness(last_contact: datetime | None, now: datetime, limits: FreshnessLimits = DEFAULT_FRESHNESS) -> Freshness:
    """The state of an agent last heard of at ``last_contact``; a contact in the future (clock set back) is fresh."""
    if last_contact is None:
        return Freshness.NEVER
    age = now - last_contact
    if age <= limits.late:
        return Freshness.FRESH
    return Freshness.LATE if age <= limits.silent else Freshness.SILENT
