"""Looking back through the log of reads: newest first, by partner, kind and time, and only so far at once.

A question looks at ``MOST_LOOKED`` entries at most and says how far back that was; what is earlier is asked for with
the cursor. So an answer costs the same however long reads have been noted.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

import msgspec

from hub.store.account.audit import StoredRead, number_at, reads_between
from hub.store.core.database import Reading
from hub.store.core.instant import from_micros, to_micros

MOST_LOOKED = 5_000
_AT_ONCE = 1_000
_WRITTEN_LATE = timedelta(minutes=10)
"""Entries are written behind the answers; numbers follow times only so far."""


class ReadsAsked(msgspec.Struct, frozen=True, kw_only=True):
    """Of ``owner`` (None: everybody), below the number ``before``; ``asker`` None is everybody, '' the operator."""

    owner: str | None
    before: int | None = None
    asker: str | None = None
    kind: str = ""
    since: datetime | None = None
    until: datetime | None = None


class PartnerReads(msgspec.Struct, frozen=True, kw_only=True):
    """What one partner looked at, of the entries that were looked through; ``kinds`` counts rows."""

    asker: str
    questions: int
    kinds: dict[str, int]
    first_at: datetime
    last_at: datetime


class Looked(msgspec.Struct, frozen=True, kw_only=True):
    """``found``, the latest first, of ``entries`` looked at. ``back_to`` is the number of the last one looked at if
    there may be earlier ones, None when all were."""

    found: tuple[StoredRead, ...]
    entries: int
    back_to: int | None
    back_to_at: datetime | None


def look_back(connection: Reading, asked: ReadsAsked) -> Looked:
    """The entries that fit, as far back as one question looks."""
    first = 0 if asked.since is None else number_at(connection, to_micros(asked.since - _WRITTEN_LATE))
    before = asked.before
    if asked.until is not None:
        end = number_at(connection, to_micros(asked.until + _WRITTEN_LATE))
        before = end if before is None else min(before, end)
    found: list[StoredRead] = []
    entries = 0
    while True:
        several = reads_between(connection, asked.owner, (first, before), asked.asker, _AT_ONCE)
        found += [one for one in several if _fits(one, asked)]
        entries += len(several)
        if several:
            before = several[-1].number
        if len(several) < _AT_ONCE or entries >= MOST_LOOKED:
            break
    cut = len(several) == _AT_ONCE
    return Looked(
        found=tuple(found),
        entries=entries,
        back_to=before if cut else None,
        back_to_at=from_micros(several[-1].at) if cut else None,
    )


def by_partner(reads: Iterable[StoredRead]) -> tuple[PartnerReads, ...]:
    """Who looked at how much; who asked most comes first."""
    sums: dict[str, PartnerReads] = {}
    for one in reads:
        at = from_micros(one.at)
        had = sums.get(one.asker)
        if had is None:
            sums[one.asker] = PartnerReads(asker=one.asker, questions=1, kinds=dict(one.kinds), first_at=at, last_at=at)
            continue
        kinds = had.kinds | {kind: had.kinds.get(kind, 0) + rows for kind, rows in one.kinds.items()}
        sums[one.asker] = PartnerReads(
            asker=one.asker,
            questions=had.questions + 1,
            kinds=kinds,
            first_at=min(had.first_at, at),
            last_at=max(had.last_at, at),
        )
    return tuple(sorted(sums.values(), key=lambda each: (-each.questions, each.asker)))


def _fits(one: StoredRead, asked: ReadsAsked) -> bool:
    at = from_micros(one.at)
    in_time = (asked.since is None or at >= asked.since) and (asked.until is None or at < asked.until)
    return in_time and (not asked.kind or asked.kind in one.kinds)
