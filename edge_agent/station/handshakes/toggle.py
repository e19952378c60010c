"""The toggle handshake: a request is a difference between two words; no I/O.

The rules, seen from both sides:

1. The controller writes the cycle's data, and then changes its trigger word so that it differs from the acknowledge
   word (0 and 1 in turn, or a number that counts). From then on it changes neither until both words are equal again.
2. The agent sees trigger and acknowledge differ, reads the data, stores the result durably (fsync), and then writes
   acknowledge := trigger.
3. The controller sees both words equal; it may begin again at once. There is nothing to take back.

What follows from them:

- Half the writes and half the waiting of four phases. The difference is the request: one that stands at start-up is a
  pending transaction.
- The acknowledgement may be lost, or the agent may die before it; the difference remains, and the cycle is read again.
  Storing is idempotent, so it is acknowledged and not recorded twice.
- The agent writes the trigger value that it read *together with the data* it stored, never its opposite: a controller
  that went on meanwhile with a counting trigger still shows a difference, and its new cycle is stored too.
- A controller that restarts sets its trigger word to the acknowledge word. If it does not, the cycle it still shows is
  known or is stored; nothing is lost either way.
- The error word speaks about the last cycle and is written before the acknowledgement. It stays until the next cycle,
  because there is no phase in which the controller would confirm that it has read it. A code that withheld the
  acknowledgement is cleared when the controller gives up the request (makes both words equal itself).
"""

from edge_agent.acquisition.cycle import CycleKey
from edge_agent.station.handshakes.actions import Acknowledge, Action, ErrorCode, Lower, Record, Wait, Words
from edge_agent.station.handshakes.remembered import Remembered

_WITHHELD = frozenset({ErrorCode.NOT_STORED, ErrorCode.UNREADABLE, ErrorCode.BAD_TRIGGER})


class Toggle(Remembered):
    """Needs trigger, acknowledge, cycle, serial and verdict; writes acknowledge and, where there is one, error."""

    def __init__(self) -> None:
        super().__init__()
        self._trigger = 0

    def due(self, words: Words) -> bool:
        """Whether trigger and acknowledge differ."""
        return words["trigger"] != words["acknowledge"]

    def strange(self, words: Words) -> None:
        """Nothing is: any two numbers are equal or differ."""

    def observe(self, words: Words, key: CycleKey | None) -> Action:
        """What to do about one consistent snapshot; ``key`` is None when its data could not be read."""
        self._trigger, self._error = words["trigger"], words["error"]
        if not self.due(words):
            return Lower((("error", 0),)) if self._error in _WITHHELD else Wait()
        if key is None:
            return self.refused(ErrorCode.UNREADABLE)
        return Record() if key != self._stored else self._acknowledge()

    def _acknowledge(self) -> Acknowledge:
        return Acknowledge((*self._told(self._outcome), ("acknowledge", self._trigger)))
