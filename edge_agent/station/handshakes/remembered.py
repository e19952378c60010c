"""What the handshakes with an answer share: the cycle that was stored last, and an error word told once; no I/O."""

from abc import ABC, abstractmethod

from edge_agent.acquisition.cycle import CycleKey
from edge_agent.station.handshakes.actions import Acknowledge, Action, ErrorCode, Refuse, Wait, Writes


class Remembered(ABC):
    """Remembers what *it* saw stored: only such a cycle is acknowledged without being stored again."""

    def __init__(self) -> None:
        self._stored: CycleKey | None = None
        self._outcome: int = ErrorCode.RECORDED
        self._error = 0

    @property
    def half_done(self) -> bool:
        """Whether the agent still has a word to take back when the controller has done its part."""
        return False

    def stored(self, key: CycleKey, outcome: int = ErrorCode.RECORDED) -> Acknowledge:
        """The cycle is durable now; ``outcome`` is what the controller is told about it."""
        self._stored = key
        self._outcome = outcome
        return self._acknowledge()

    def refused(self, code: ErrorCode) -> Action:
        """The cycle cannot be taken; says so once, until the controller's error word changes."""
        return Wait() if self._error == code else Refuse(self._told(code))

    def _told(self, code: int) -> Writes:
        """The error word, unless it says so already."""
        return (("error", int(code)),) if self._error != code else ()

    @abstractmethod
    def _acknowledge(self) -> Acknowledge:
        """The words that say that the cycle is stored."""
