"""What every handshake is asked and what it answers; the words are named by their roles in the profile."""

from collections.abc import Mapping
from enum import IntEnum
from typing import Protocol

import msgspec

from edge_agent.acquisition.cycle import CycleKey

Words = Mapping[str, int]
"""The handshake's words as they were read, by role; a role that the profile does not have reads 0."""

Writes = tuple[tuple[str, int], ...]
"""(role, value), in the order in which they must reach the controller."""


class ErrorCode(IntEnum):
    """What the controller finds in its error word; 0 is no error.

    NOT_READ and IDENTITY_REFUSED come *with* the acknowledgement: the cycle is stored, but NOT_DECIDABLE, because a
    code could not be read or names no valid identity. The others withhold it.
    """

    RECORDED = 0
    NOT_STORED = 1
    NOT_READ = 2
    IDENTITY_REFUSED = 3
    UNREADABLE = 4
    BAD_TRIGGER = 5


class Record(msgspec.Struct, frozen=True):
    """Write ``writes``, store the cycle durably, then call ``stored``; if that fails for too long, ``refused``."""

    writes: Writes = ()


class Acknowledge(msgspec.Struct, frozen=True):
    """The result is durable: tell the controller."""

    writes: Writes = ()


class Lower(msgspec.Struct, frozen=True):
    """Take back what is still up."""

    writes: Writes = ()


class Refuse(msgspec.Struct, frozen=True):
    """Withhold the acknowledgement and tell the controller why."""

    writes: Writes = ()


class Wait(msgspec.Struct, frozen=True):
    """Nothing to do until the next read."""

    writes: Writes = ()


Action = Record | Acknowledge | Lower | Refuse | Wait


class Handshake(Protocol):
    """The agent's side of one station; one instance lives as long as the process serves the station."""

    @property
    def half_done(self) -> bool:
        """Whether the agent still has a word to take back when the controller has done its part."""

    def due(self, words: Words) -> bool:
        """Whether the controller shows a cycle, so that its data must be read."""

    def strange(self, words: Words) -> str | None:
        """Why these words are no state of this handshake; None when they are one."""

    def observe(self, words: Words, key: CycleKey | None) -> Action:
        """What to do about one consistent snapshot; ``key`` is None when no data are due or they are unreadable."""

    def stored(self, key: CycleKey, outcome: int = ErrorCode.RECORDED) -> Action:
        """The cycle is durable now; ``outcome`` is what the controller is told about it."""

    def refused(self, code: ErrorCode) -> Action:
        """The cycle cannot be taken now; says so once, until the controller's words change."""
