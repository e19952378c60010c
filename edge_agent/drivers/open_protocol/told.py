"""What a conversation hands out: results, and the ids of those that cannot be had any more."""

import msgspec

from edge_agent.drivers.open_protocol.framing import Message
from edge_agent.drivers.open_protocol.numbering import Mark
from edge_agent.drivers.open_protocol.result import Tightening, parse_tightening
from traceability.errors import Malformed


class Lost(msgspec.Struct, frozen=True, kw_only=True):
    """Ids ``first`` to ``last``, both included, that cannot be had any more."""

    first: int
    last: int
    reason: str


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """One result to hand out, what is ``lost`` before it, and whether the controller waits for an acknowledgement.

    ``tightening`` is None when the message cannot be read; ``fault`` then says why. ``late``: a later one was told
    before.
    """

    frame: bytes
    tightening: Tightening | None = None
    fault: str = ""
    acknowledge: bool = False
    late: bool = False
    lost: tuple[Lost, ...] = ()

    @property
    def mark(self) -> Mark | None:
        """The place of the result."""
        return None if self.tightening is None else Mark(id=self.tightening.id, time=self.tightening.time)


def read_told(message: Message, frame: bytes, *, acknowledge: bool) -> Told:
    """The result in a message, or why it cannot be read."""
    try:
        return Told(frame=frame, tightening=parse_tightening(message), acknowledge=acknowledge)
    except Malformed as wrong:
        return Told(frame=frame, fault=str(wrong), acknowledge=acknowledge)
