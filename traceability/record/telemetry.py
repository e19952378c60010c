"""Values that were sampled beside the results: what a point showed when it was looked at, and nothing in between."""

from typing import Annotated

import msgspec

from traceability.measurement import Status
from traceability.record.base import Count, Id, Record


class TelemetrySample(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A value as decimal text, ``after_ms`` milliseconds after the record's time; None where nothing was read."""

    after_ms: Annotated[int, msgspec.Meta(ge=0, le=86_400_000)]
    value: Annotated[str, msgspec.Meta(max_length=60)] | None = None
    status: Status = Status.GOOD


class TelemetrySeries(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The samples of one point in their order; ``uom`` (UCUM) where it is known."""

    point: Id
    samples: tuple[TelemetrySample, ...]
    uom: Annotated[str, msgspec.Meta(max_length=20)] = ""


class TelemetryRecord(Record, frozen=True, kw_only=True, tag="telemetry"):
    """What was sampled of ``device`` every ``every_ms`` milliseconds; evidence of no unit and never a result.

    Samples carry no number of the device's, so a missing one cannot be proved; what the author itself had to drop it
    declares as a loss. Where ``changes`` is set, values nearer to the one before than the author's dead band are left
    out.
    """

    device: Id
    every_ms: Count
    series: tuple[TelemetrySeries, ...]
    changes: bool = False
