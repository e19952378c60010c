"""What a simulated device does wrong on request, and when; no I/O.

Faults take turns: at the end of every period one of them is active for a while, so that a test sees the device healthy
before and after each.
"""

from enum import StrEnum

import msgspec


class Fault(StrEnum):
    """One way to misbehave."""

    HALF_OPEN = "half-open"  # the connection stays, nothing comes through any more
    LATE_REPLY = "late-reply"  # answers come long after they were given up
    DEAD_SLAVE = "dead-slave"  # the gateway answers that the unit does not
    EXCEPTION = "exception"  # requests are answered with exception codes
    WORD_SWAP = "word-swap"  # numbers of several registers come with their registers in the other order
    TORN_READ = "torn-read"  # data change while the device says that they hold still
    CLOCK_JUMP = "clock-jump"  # the device's clock says 1970


ON_THE_WIRE = frozenset({Fault.HALF_OPEN, Fault.LATE_REPLY, Fault.DEAD_SLAVE, Fault.EXCEPTION})
"""Faults of the connection; the others are faults of the data."""

MODBUS_ONLY = frozenset({Fault.DEAD_SLAVE, Fault.EXCEPTION, Fault.WORD_SWAP})
"""Faults that have a meaning in registers only."""


class FaultPlan(msgspec.Struct, frozen=True, kw_only=True):
    """``faults`` in turn, one in every period of ``every`` seconds, active for its last ``lasts`` seconds."""

    faults: tuple[Fault, ...] = ()
    every: float = 10.0
    lasts: float = 3.0

    def active(self, elapsed: float) -> Fault | None:
        """What is wrong so many seconds after the start."""
        if not self.faults or elapsed < 0 or elapsed % self.every < self.every - self.lasts:
            return None
        return self.faults[int(elapsed // self.every) % len(self.faults)]
