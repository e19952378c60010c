"""How numbers end is noted behind the log, so that taking a batch costs nothing for it."""

from contextlib import AbstractContextManager

from hub.alone import repeating_alone
from hub.parts import Hub
from hub.store.batches import log_size
from hub.store.ending_queries import ended_to, names_between, put_endings

EVERY_S = 2.0
BATCHES_AT_ONCE = 20
_TIMES_A_ROUND = 50


def noting_endings(hub: Hub, every_s: float = EVERY_S) -> AbstractContextManager[None]:
    """Go after the log in a thread until the block is left."""

    def work() -> None:
        catch_up_endings(hub, _TIMES_A_ROUND)

    return repeating_alone(hub, "endings of numbers", work, every_s)


def catch_up_endings(hub: Hub, times: int) -> bool:
    """Note the endings of the next ``times`` times ``BATCHES_AT_ONCE`` batches; whether all are known now."""
    for _ in range(times):
        with hub.store.reading() as connection:
            begin, size = ended_to(connection), log_size(connection)
            end = min(begin + BATCHES_AT_ONCE, size)
            if begin >= size:
                return True
            names = names_between(connection, begin, end)
        with hub.store.writing() as connection:
            put_endings(connection, names, end)
    return False
