"""First-pass yield over time: each unit counts where it was first submitted, in buckets a chart can show."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta, tzinfo

from hub.scorecard.figures import yield_view
from hub.scorecard.submissions import History
from hub.scorecard.views import BucketWidth, YieldBucket
from traceability.quality.first_pass import Attempt
from traceability.unit import Verdict

MOST_BUCKETS = 60
_SHORT = {
    BucketWidth.MINUTE: timedelta(minutes=1),
    BucketWidth.FIVE_MINUTES: timedelta(minutes=5),
    BucketWidth.QUARTER: timedelta(minutes=15),
    BucketWidth.HOUR: timedelta(hours=1),
}
_LONG = {BucketWidth.DAY: timedelta(days=1), BucketWidth.WEEK: timedelta(days=7), BucketWidth.MONTH: timedelta(days=31)}


def bucket_width(found: Iterable[History]) -> BucketWidth | None:
    """The narrowest width that shows all first submissions in at most ``MOST_BUCKETS``; None without any."""
    times = [history.first.event_time for history in found if history.first is not None]
    if not times:
        return None
    return width_of(max(times) - min(times))


def width_of(span: timedelta) -> BucketWidth:
    """The narrowest width that shows so long a time in at most ``MOST_BUCKETS``."""
    fitting = (width for width, length in (_SHORT | _LONG).items() if span <= length * (MOST_BUCKETS - 1))
    return next(fitting, BucketWidth.MONTH)


def over_time(found: Iterable[History], width: BucketWidth, zone: tzinfo) -> tuple[YieldBucket, ...]:
    """The buckets that hold a submission, in order; ``found`` is of one part and operation."""
    buckets: defaultdict[datetime, list[Attempt]] = defaultdict(list)
    for history in found:
        if history.first is not None:
            buckets[bucket_start(history.first.event_time, width, zone)].append(history.first)
    return tuple(
        YieldBucket(
            start=start,
            end=bucket_end(start, width),
            fpy=yield_view(sum(first.verdict is Verdict.OK for first in buckets[start]), len(buckets[start])),
        )
        for start in sorted(buckets)
    )


def bucket_start(instant: datetime, width: BucketWidth, zone: tzinfo) -> datetime:
    """Begin of the bucket that holds ``instant``, by the plant's clock."""
    local = instant.astimezone(zone).replace(second=0, microsecond=0)
    if width in _SHORT:
        minutes = int(_SHORT[width].total_seconds()) // 60
        return local.replace(minute=local.minute // minutes * minutes if minutes < 60 else 0)
    midnight = local.replace(hour=0, minute=0, fold=0)
    if width is BucketWidth.WEEK:
        return midnight - timedelta(days=midnight.weekday())
    return midnight.replace(day=1) if width is BucketWidth.MONTH else midnight


def bucket_end(start: datetime, width: BucketWidth) -> datetime:
    """Its end, where the next one begins."""
    if width is BucketWidth.MONTH:
        return (start + timedelta(days=32)).replace(day=1)
    return start + (_SHORT | _LONG)[width]
