"""The four-phase level handshake between a machine's controller and the agent; no I/O.

The rules, seen from both sides:

1. The controller writes the cycle's data (cycle number, serial, verdict, measurements ...), and then trigger = 1.
   From then on it changes none of them until it has seen acknowledge = 1.
2. The agent reads trigger and data, stores the result durably (fsync), and then writes acknowledge = 1. It never
   waits for the hub.
3. The controller sees acknowledge = 1 and writes trigger = 0.
4. The agent sees trigger = 0 and writes acknowledge = 0. Only then may the controller begin again.

What follows from them:

- A level, not an edge, is the request: a trigger already high at start-up is a pending transaction.
- The acknowledgement may be lost, or the agent may die between storing and acknowledging; then the same cycle is read
  again. So storing must be idempotent on (station, cycle, serial, cycle time), and is repeated rather than assumed:
  only a cycle that *this* handshake saw stored is acknowledged without storing it again.
- Trigger and acknowledge both high means that the controller has not yet looked, if the cycle is the one just stored.
  Otherwise (after a restart, or a controller that did not wait for phase 4) the cycle is unknown and is stored.
- Acknowledge high and trigger low is phase 4, also when another process wrote the acknowledgement.
- When a cycle cannot be stored or cannot be read, the acknowledgement is withheld (back-pressure); the error word
  tells the controller why, at once for data that cannot be read, after the station's time-out for a disk that
  refuses. The agent tries again at every read, and clears the error word when it succeeds or when the controller
  gives up the request.
- A cycle that is stored without a usable identity is acknowledged all the same; the error word, written before the
  acknowledgement, tells the controller, and is cleared in phase 4.
- A trigger that is neither 0 nor 1 is no request: the address or the profile is wrong.
- A controller that goes on without the acknowledgement overwrites a cycle; its counter shows it with the next one.

Torn reads (trigger new, data old) are excluded before this machine sees anything: see
``edge_agent.acquisition.snapshot``.
"""

from edge_agent.acquisition.cycle import CycleKey
from edge_agent.station.handshakes.actions import Acknowledge, Action, ErrorCode, Lower, Record, Wait, Words
from edge_agent.station.handshakes.remembered import Remembered


class FourPhase(Remembered):
    """Needs trigger, acknowledge, cycle, serial and verdict; writes acknowledge and, where there is one, error."""

    def __init__(self) -> None:
        super().__init__()
        self._up = False

    @property
    def half_done(self) -> bool:
        """Whether the acknowledgement is up and the trigger not yet seen low."""
        return self._up

    def due(self, words: Words) -> bool:
        """Whether the trigger is high."""
        return words["trigger"] == 1

    def strange(self, words: Words) -> str | None:
        """A trigger has two levels."""
        return None if words["trigger"] in (0, 1) else "the trigger is neither 0 nor 1"

    def observe(self, words: Words, key: CycleKey | None) -> Action:
        """What to do about one consistent snapshot; ``key`` is None when its data could not be read."""
        self._error = words["error"]
        self._up = words["acknowledge"] == 1 and words["trigger"] == 1
        if words["trigger"] == 0:
            return self._lower(words)
        if words["trigger"] != 1:
            return self.refused(ErrorCode.BAD_TRIGGER)
        if key is None:
            return self.refused(ErrorCode.UNREADABLE)
        if key != self._stored:
            return Record()
        return Wait() if words["acknowledge"] else self._acknowledge()

    def _acknowledge(self) -> Acknowledge:
        self._up = True
        return Acknowledge((*self._told(self._outcome), ("acknowledge", 1)))

    def _lower(self, words: Words) -> Lower | Wait:
        raised = [(role, 0) for role in ("error", "acknowledge") if words[role] != 0]
        return Lower(tuple(raised)) if raised else Wait()
