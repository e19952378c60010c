"""How numbers end is noted behind the log, so that taking a batch costs nothing for it."""

import time
from contextlib import AbstractContextManager

from hub.alone import repeating_alone
from hub.parts import Hub
from hub.store.ledger.batches import log_size
from hub.store.search.endings import ended_to, names_between, put_endings

EVERY_S = 2.0
BATCHES_AT_ONCE = 20
NAMES_AT_ONCE = 1_000
"""About so many are noted in one step behind the log, which takes some hundredths of a second."""
_TIMES_A_ROUND = 50
_REST_S = 0.05
"""Between two steps others have the processor: a store that is gone through for the first time has thousands."""


def noting_endings(hub: Hub, every_s: float = EVERY_S) -> AbstractContextManager[None]:
    """Go after the log in a thread until the block is left."""

    def work() -> None:
        batches = 1
        for _ in range(_TIMES_A_ROUND):
            names = _note_some(hub, batches)
            if names is None:
                return
            batches = max(1, min(BATCHES_AT_ONCE, batches * NAMES_AT_ONCE // max(names, 1)))
            time.sleep(_REST_S)

    return repeating_alone(hub, "endings of numbers", work, every_s)


def catch_up_endings(hub: Hub, times: int) -> bool:
    """Note the endings of the next ``times`` times ``BATCHES_AT_ONCE`` batches; whether all are known now."""
    return any(_note_some(hub, BATCHES_AT_ONCE) is None for _ in range(times))


def _note_some(hub: Hub, batches: int) -> int | None:
    """Note those of the next batches: how many names these have; None where nothing was left to do."""
    with hub.store.reading() as connection:
        begin, size = ended_to(connection), log_size(connection)
        if begin >= size:
            return None
        end = min(begin + batches, size)
        names = names_between(connection, begin, end)
    with hub.store.writing() as connection:
        put_endings(connection, names, end)
    return len(names)
