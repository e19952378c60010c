"""Did an agent take what was sent, and is it well? By what it said of itself at its last question. Pure."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum

import msgspec

from hub.rollout.content import Brought
from hub.store.core.instant import from_micros
from hub.store.fleet.contacts import Contact
from traceability.downlink import Heartbeat, StagedState

FRESH = timedelta(minutes=5)
"""An agent asks every 25 seconds; one not heard of for longer is not called well."""


class Trouble(StrEnum):
    """Why an agent is not well yet."""

    NOT_HEARD = "not-heard"
    NOT_TAKEN = "not-taken"
    REFUSED = "refused"
    OVERTAKEN = "overtaken"
    OTHER_FILE = "other-file"
    DEVICE = "device"


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """``trouble`` None: it took the message and is well."""

    trouble: Trouble | None = None
    detail: str = ""

    @property
    def taken(self) -> bool:
        """Whether the message is in force there, well or not."""
        return self.trouble in (None, Trouble.OTHER_FILE, Trouble.DEVICE, Trouble.NOT_HEARD)

    @property
    def refused(self) -> bool:
        """Whether it will never take the message."""
        return self.trouble in (Trouble.REFUSED, Trouble.OVERTAKEN)


def judged(contact: Contact | None, number: int, wanted: Iterable[Brought], now: datetime) -> Verdict:
    """What became of message ``number``, which brings ``wanted``."""
    if contact is None:
        return Verdict(trouble=Trouble.NOT_TAKEN)
    beat = contact.heartbeat
    staged = beat.staged
    if staged is None or staged.number < number:
        return Verdict(trouble=Trouble.NOT_TAKEN)
    if staged.number > number:
        return Verdict(trouble=Trouble.OVERTAKEN, detail=f"message {staged.number} came before it")
    if staged.state is StagedState.REFUSED:
        return Verdict(trouble=Trouble.REFUSED, detail=staged.detail)
    if now - from_micros(contact.at) > FRESH:
        return Verdict(trouble=Trouble.NOT_HEARD)
    return _well(beat, wanted)


def _well(beat: Heartbeat, wanted: Iterable[Brought]) -> Verdict:
    reported = {(file.role, file.name): file.hash for file in beat.files}
    for file in wanted:
        found = reported.get((file.role, file.name))
        if found not in (None, file.hash):  # none: an earlier version of the agent, which names no files
            return Verdict(trouble=Trouble.OTHER_FILE, detail=file.name)
    down = [device for device in beat.devices if not device.connected and device.since is not None]
    if down:
        return Verdict(trouble=Trouble.DEVICE, detail=f"{down[0].name}: {down[0].error}"[:500])
    return Verdict()
