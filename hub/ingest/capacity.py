"""How much may be under way at once, so that load becomes an answer with ``Retry-After`` and never a full memory."""

import msgspec

from traceability.sync import EARLY_BATCHES, EARLY_HELD_S


class Capacity(msgspec.Struct, frozen=True, kw_only=True):
    """Bounds over all requests with batches; sizes in bytes as sent, times in seconds.

    ``bodies`` are held in memory while they are read, wait or are verified; beyond it 503. ``per_author`` requests and
    ``author_bodies`` of one author, beyond it 429: one that sends more than its share waits behind nobody but itself.
    ``verifying`` batches are decompressed at once; of those that are verified, ``gathered`` bytes wait to be stored, at
    most ``together`` of them in one transaction. While several authors send, less than ``worth_waiting`` bytes are not
    written before ``apart_s`` after the last transaction began, so that more are written with them. A batch at most
    ``early`` ahead of its turn waits ``held_s`` for it. ``retry_after_s`` is what a sender is told.
    """

    bodies: int = 96 * 1024 * 1024
    per_author: int = 16
    author_bodies: int = 32 * 1024 * 1024
    verifying: int = 2
    gathered: int = 48 * 1024 * 1024
    together: int = 64
    apart_s: float = 0.05
    worth_waiting: int = 512 * 1024
    early: int = EARLY_BATCHES
    held_s: float = EARLY_HELD_S
    retry_after_s: int = 2


DEFAULT_CAPACITY = Capacity()
