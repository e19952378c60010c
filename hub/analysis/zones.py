"""By which clock a plant lives."""

from zoneinfo import ZoneInfo

from hub.store.master.queries import Master

_UTC = "UTC"


def zone_in(master: Master, plant: str | None) -> ZoneInfo:
    """The plant's time zone; UTC where nothing is known of it."""
    entry = master.plants.get(plant or "")
    try:
        return ZoneInfo(entry.time_zone if entry else _UTC)
    except (KeyError, ValueError, OSError):
        return ZoneInfo(_UTC)
