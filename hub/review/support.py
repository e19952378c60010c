"""What the figures of a year rest on, and what they do not: gaps, losses, what was loaded and what was entered."""

from collections.abc import Collection
from datetime import date, timedelta

from hub.review.views import LossOfData, Support
from hub.scorecard.gather import PlantRecords
from hub.scorecard.plant import Scored
from hub.scorecard.views import OperationScore
from hub.store.core.database import Reading
from hub.store.master.queries import read_master
from hub.store.quality.review import Span, chains_begun, losses_of_authors, quarantined_of
from traceability.quality.window import Window


def support_of(
    connection: Reading,
    *,
    scored: Scored,
    records: PlantRecords,
    span: Span,
    operations: Collection[OperationScore],
    imported: int,
) -> Support:
    """Of the year that ``scored`` is about."""
    told = scored.made.evidence(span.begin, span.end)
    known = read_master(connection).authors.values()
    authors = sorted({each.author for each in known if each.plant == records.plant})
    lost = losses_of_authors(connection, authors, span)
    return Support(
        results=told.standing,
        units=scored.units,
        batches=told.batches,
        authors=told.authors,
        coverage=scored.coverage,
        longest_gap=longest_gap(scored.window, scored.made.days(scored.window)),
        digital=scored.digital,
        losses=tuple(
            LossOfData(author=one.author, stream=one.stream, entries=one.entries, count=one.count, reason=one.reason)
            for one in lost
        ),
        new_chains=chains_begun(connection, authors, span),
        quarantined=quarantined_of(connection, authors, span),
        erroneous=told.wrong,
        claims_disagreeing=sum(not claim.agrees for one in operations for claim in one.claims),
        imported=imported,
        entered=sum(scored.window.holds(line.accrued) for line in records.losses),
    )


def longest_gap(window: Window, days: Collection[date]) -> Window | None:
    """The longest stretch of two days or more without any; the first of several that are as long."""
    best: Window | None = None
    begin = window.first
    for day in [*sorted(day for day in days if window.holds(day)), window.last + timedelta(days=1)]:
        length = (day - begin).days
        if length >= 2 and (best is None or length > (best.last - best.first).days + 1):
            best = Window(begin, day - timedelta(days=1))
        begin = day + timedelta(days=1)
    return best
