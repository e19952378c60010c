"""The counter: the controller counts its cycles and waits for nobody; no I/O, and nothing is ever written.

The rules, seen from both sides:

1. The controller writes the cycle's data and then its cycle number, all in one scan; both stay as they are until the
   next cycle is over. The number goes up by one each time. It never is 0 after a cycle: 0 says that none was finished
   since the controller started, and a counter at the end of its type goes on with 1.
2. The agent reads number and data as one consistent picture, and stores the result durably (fsync) when the number is
   another one than it stored last.

What follows from them:

- There is no acknowledgement and no back-pressure: a cycle that is over before it was read and stored is gone. That is
  never silent: the next number shows the jump, and every number in between goes into the loss ledger in the same
  transaction as the result that shows it.
- The last stored number is in the outbox. So the first number after the agent's start also shows what went by while
  the agent was down, and a cycle that was stored before the start is not recorded again.
- A number lower than the last one, far from the end of the type, is a counter that was set back (the controller was
  restarted or replaced). That is recorded as such: how many cycles fell between cannot be known, so none are invented.
- A cycle that cannot be read or stored is tried again until the number moves on; then it is a jump like any other.
- The controller need not know that the agent exists: the station is read only.
"""

from edge_agent.acquisition.cycle import CycleKey
from edge_agent.station.handshakes.actions import Acknowledge, Action, ErrorCode, Record, Wait, Words


class Counter:
    """Needs cycle, serial and verdict; writes nothing."""

    half_done = False

    def __init__(self) -> None:
        self._stored: int | None = None

    def due(self, words: Words) -> bool:
        """Whether the number is one that this handshake did not see stored."""
        return words["cycle"] not in (0, self._stored)

    def strange(self, words: Words) -> None:
        """Nothing is: any number counts."""

    def observe(self, words: Words, key: CycleKey | None) -> Action:
        """What to do about one consistent snapshot; ``key`` is None when its data could not be read."""
        return Record() if key is not None and self.due(words) else Wait()

    def stored(self, key: CycleKey, outcome: int = ErrorCode.RECORDED) -> Acknowledge:  # noqa: ARG002 - nobody is told
        """The cycle is durable now."""
        self._stored = key.cycle
        return Acknowledge()

    def refused(self, code: ErrorCode) -> Wait:  # noqa: ARG002 - nobody is told
        """The cycle cannot be taken now."""
        return Wait()
