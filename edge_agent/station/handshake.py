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
- When a cycle cannot be stored or cannot be read, the acknowledgement is withheld (back-pressure) and the error word
  tells the controller why. The agent tries again at every read, and clears the error word when it succeeds or when
  the controller gives up the request.
- A cycle that is stored without a usable identity is acknowledged all the same; the error word, written before the
  acknowledgement, tells the controller, and is cleared in phase 4.
- A trigger that is neither 0 nor 1 is no request: the address or the profile is wrong.

Torn reads (trigger new, data old) are excluded before this machine sees anything: see
``edge_agent.acquisition.snapshot``.
"""

from enum import IntEnum

import msgspec

from edge_agent.acquisition.cycle import CycleKey, Levels


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
    """Store the cycle durably, then call ``stored``; if that fails, ``refused``."""


class Acknowledge(msgspec.Struct, frozen=True):
    """Phase 2: the result is durable. ``clear_error``: the error word is still set; ``outcome`` is to stand there."""

    clear_error: bool = False
    outcome: int = ErrorCode.RECORDED


class ClearAcknowledge(msgspec.Struct, frozen=True):
    """Phase 4: lower what is still up."""

    acknowledge: bool = True
    clear_error: bool = False


class Refuse(msgspec.Struct, frozen=True):
    """Withhold the acknowledgement and tell the controller why."""

    error_code: ErrorCode


class Wait(msgspec.Struct, frozen=True):
    """Nothing to do until the next read."""


Action = Record | Acknowledge | ClearAcknowledge | Refuse | Wait


class Handshake:
    """The agent's side of one station; keep one instance as long as the process runs."""

    def __init__(self) -> None:
        self._stored: CycleKey | None = None
        self._outcome: int = ErrorCode.RECORDED
        self._error = 0

    def observe(self, levels: Levels, key: CycleKey | None) -> Action:
        """What to do about one consistent snapshot; ``key`` is None when its data could not be read."""
        self._error = levels.error
        if levels.trigger == 0:
            return self._lower(levels)
        if levels.trigger != 1:
            return self.refused(ErrorCode.BAD_TRIGGER)
        if key is None:
            return self.refused(ErrorCode.UNREADABLE)
        if key != self._stored:
            return Record()
        return Wait() if levels.acknowledge else self._acknowledge()

    def stored(self, key: CycleKey, outcome: int = ErrorCode.RECORDED) -> Acknowledge:
        """The cycle is durable now; ``outcome`` is what the controller is told about it."""
        self._stored = key
        self._outcome = outcome
        return self._acknowledge()

    def refused(self, code: ErrorCode) -> Refuse | Wait:
        """The cycle cannot be taken; says so once, until the controller's error word changes."""
        return Wait() if self._error == code else Refuse(code)

    def _acknowledge(self) -> Acknowledge:
        return Acknowledge(clear_error=self._error not in (0, self._outcome), outcome=self._outcome)

    def _lower(self, levels: Levels) -> ClearAcknowledge | Wait:
        if levels.acknowledge == 0 and levels.error == 0:
            return Wait()
        return ClearAcknowledge(acknowledge=levels.acknowledge != 0, clear_error=levels.error != 0)


def writes(action: Action) -> tuple[tuple[str, int], ...]:
    """The writes of an action as (role, value), in the order in which they must reach the controller."""
    match action:
        case Acknowledge(clear_error, outcome):
            return (*((("error", int(outcome)),) if clear_error or outcome else ()), ("acknowledge", 1))
        case ClearAcknowledge(acknowledge, clear_error):
            lowered = (("error", 0),) if clear_error else ()
            return (*lowered, *((("acknowledge", 0),) if acknowledge else ()))
        case Refuse(error_code):
            return (("error", int(error_code)),)
        case Record() | Wait():
            return ()
