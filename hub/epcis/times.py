"""When the events of each batch were is noted behind the log, so that taking a batch costs nothing for it."""

import time

from hub.parts import Hub
from hub.store.epcis.times import put_times, timed_to, times_between
from hub.store.ledger.batches import log_size

BATCHES_AT_ONCE = 50
"""So many are noted in one step, which takes some hundredths of a second where they are large."""
_STEPS_A_ROUND = 50
_REST_S = 0.03
"""Between two steps others have the store and the processor."""


def time_beside(hub: Hub) -> None:
    """Note the times of the next batches, or of what there is, step by step, with rests in between."""
    for _ in range(_STEPS_A_ROUND):
        if not _note_some(hub):
            return
        time.sleep(_REST_S)


def catch_up_times(hub: Hub, steps: int) -> bool:
    """Note the times of the next ``steps`` times ``BATCHES_AT_ONCE`` batches; whether all are noted now."""
    return any(not _note_some(hub) for _ in range(steps))


def _note_some(hub: Hub) -> bool:
    """Whether there was anything to do."""
    with hub.store.reading() as connection:
        begin, size = timed_to(connection), log_size(connection)
        if begin >= size:
            return False
        end = min(begin + BATCHES_AT_ONCE, size)
        times = times_between(connection, begin, end)
    with hub.store.writing() as connection:
        put_times(connection, times, begin, end)
    return True
