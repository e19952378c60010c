"""How far this machine's clock is from the hub's, as a reply's Date header tells it."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime

import msgspec

_RESOLUTION = timedelta(seconds=1)


class HubClock(msgspec.Struct, frozen=True, kw_only=True):
    """``ahead_s``: seconds by which this machine is ahead of the hub (behind: negative), give or take ``within_s``."""

    ahead_s: float
    within_s: float
    at: datetime


def read_hub_clock(headers: Mapping[str, str], sent: datetime, received: datetime) -> HubClock | None:
    """The distance seen in one exchange; None without a usable Date header (RFC 9110, 6.6.1: whole seconds, GMT).

    The hub wrote the date after ``sent`` and before ``received``, at a time in the second that begins with the date.
    """
    try:
        date = parsedate_to_datetime(headers.get("date", ""))
        least, most = sent - date - _RESOLUTION, received - date
    except (ValueError, TypeError):
        return None
    middle, half = (least + most) / 2, (most - least) / 2
    return HubClock(ahead_s=round(middle.total_seconds(), 3), within_s=round(half.total_seconds(), 3), at=received)
