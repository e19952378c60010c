"""The status handshake: one word that both sides write in turn; no I/O.

====  =======  =============  ================================================
word  means    whose turn     what that side does next
====  =======  =============  ================================================
0     idle     controller     writes the cycle's data, then 1
1     request  agent          reads the data and writes 2
2     running  agent          stores the result durably (fsync) and writes 4, or 8
4     done     controller     writes 0
8     error    controller     reads the error word; writes 1 to ask again, or 0 to give up
====  =======  =============  ================================================

The rules that keep two writers of one word apart: each side writes the word only when it is its turn, and the
controller changes no datum while it is the agent's turn.

What follows from them:

- A 1 or a 2 at start-up is a pending transaction: with 2 the agent died between reading and answering. The cycle is
  stored, which is idempotent, and answered.
- The agent's 4 may be lost; the word still reads 2, and the agent writes 4 again.
- While the disk refuses, the word stays 2 (back-pressure) and the agent tries again. After the station's time-out it
  writes the reason into the error word and then 8; it is the controller's turn then, and only a new request makes the
  agent try again. A cycle that reached the disk in the meantime is found there and answered with 4.
- Data that cannot be read are answered with 8 at once.
- The error word is written before 4 or 8 and cleared when the controller is back at 0.
- Any other value is no request: the address or the profile is wrong. The agent leaves the word alone.
"""

from enum import IntEnum

from edge_agent.acquisition.cycle import CycleKey
from edge_agent.station.handshakes.actions import Acknowledge, Action, ErrorCode, Lower, Record, Refuse, Wait, Words
from edge_agent.station.handshakes.remembered import Remembered


class Status(IntEnum):
    """The values of the word."""

    IDLE = 0
    REQUEST = 1
    RUNNING = 2
    DONE = 4
    ERROR = 8


class StatusByte(Remembered):
    """Needs status, cycle, serial and verdict; writes status and, where there is one, error."""

    def due(self, words: Words) -> bool:
        """Whether it is the agent's turn."""
        return words["status"] in (Status.REQUEST, Status.RUNNING)

    def strange(self, words: Words) -> str | None:
        """The word has five values."""
        return None if words["status"] in set(Status) else "the status is none of 0, 1, 2, 4 and 8"

    def observe(self, words: Words, key: CycleKey | None) -> Action:
        """What to do about one consistent snapshot; ``key`` is None when its data could not be read."""
        status, self._error = words["status"], words["error"]
        if status == Status.IDLE:
            return Lower((("error", 0),)) if self._error else Wait()
        if self.strange(words) is not None:
            return super().refused(ErrorCode.BAD_TRIGGER)
        if not self.due(words):
            return Wait()
        if key is None:
            return self.refused(ErrorCode.UNREADABLE)
        if key == self._stored:
            return self._acknowledge()
        return Record((("status", int(Status.RUNNING)),) if status == Status.REQUEST else ())

    def refused(self, code: ErrorCode) -> Refuse:
        """The cycle cannot be taken: it is the controller's turn now."""
        return Refuse((*self._told(code), ("status", int(Status.ERROR))))

    def _acknowledge(self) -> Acknowledge:
        return Acknowledge((*self._told(self._outcome), ("status", int(Status.DONE))))
