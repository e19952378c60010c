"""Every bound of the EPCIS interface, in one place."""

import msgspec


class EpcisLimits(msgspec.Struct, frozen=True, kw_only=True):
    """``event_text``: bytes of one event as a record's line. ``capture_events``: of one document.

    ``checked_at_once``: bytes of a document up to which it is read before the answer. ``waiting``: jobs not finished.
    ``spool``: bytes of all documents that wait. ``errors``: problems that a job tells. ``chunk_events`` and
    ``chunk_bytes``: what becomes one batch of the ledger. ``per_page`` without and ``most_per_page`` with a wish.
    ``scanned``: events looked at for one page, ``sorted``: events that are put into an order.
    """

    event_text: int = 200_000
    capture_events: int = 2_000_000
    checked_at_once: int = 1 << 20
    waiting: int = 100
    spool: int = 8 << 30
    errors: int = 100
    chunk_events: int = 1_000
    chunk_bytes: int = 4 << 20
    per_page: int = 30
    most_per_page: int = 1_000
    scanned: int = 20_000
    sorted: int = 200_000
    queries: int = 1_000
    subscriptions: int = 1_000


LIMITS = EpcisLimits()
