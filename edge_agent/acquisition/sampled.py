"""Samples become a telemetry record: exact decimals, times beside them, and what cannot be read said to be Bad."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal

import msgspec

from edge_agent.drivers.interface import Sample
from firmware_profiles.decode import decode
from firmware_profiles.errors import DecodeFault
from firmware_profiles.format import Point
from traceability.measurement import Status
from traceability.record.telemetry import TelemetryRecord, TelemetrySample, TelemetrySeries

_LONGEST = 60
_DAY_MS = 86_400_000
"""A clock that was set may put the samples of a minute far apart."""


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """What a point showed at a time; ``value`` is decimal text, None where nothing could be read."""

    at: datetime
    value: str | None
    status: Status


class Gathering:
    """What was kept of each point since the last record; with ``deadband`` only what moved that far, or became Bad."""

    def __init__(self, device: str, points: Sequence[Point], every: float, deadband: Decimal | None) -> None:
        self._device = device
        self._points = {point.name: point for point in points}
        self._every = every
        self._deadband = deadband
        self._kept: dict[str, list[Seen]] = {name: [] for name in self._points}
        self._last: dict[str, Seen] = {}

    def add(self, samples: Mapping[str, Sample], at: datetime) -> None:
        """Keep what these samples show."""
        for name, point in self._points.items():
            found = seen(point, samples.get(name), at)
            if self._moved(self._last.get(name), found):
                self._kept[name].append(found)
                self._last[name] = found

    def record(self, name: str) -> TelemetryRecord | None:
        """The record of what was kept since the last one, not numbered yet; None when there is nothing."""
        kept = {point: entries for point, entries in self._kept.items() if entries}
        if not kept:
            return None
        self._kept = {point: [] for point in self._points}
        start = min(entries[0].at for entries in kept.values())
        return TelemetryRecord(
            id=name,
            seq=0,
            salt="",
            event_time=start,
            device=self._device,
            every_ms=round(self._every * 1000),
            series=tuple(self._series(point, entries, start) for point, entries in kept.items()),
            changes=self._deadband is not None,
        )

    def _series(self, name: str, entries: Sequence[Seen], start: datetime) -> TelemetrySeries:
        return TelemetrySeries(
            point=name,
            uom=(self._points[name].uom or "")[:20],
            samples=tuple(
                TelemetrySample(
                    after_ms=min(max(0, round((entry.at - start).total_seconds() * 1000)), _DAY_MS),
                    value=entry.value,
                    status=entry.status,
                )
                for entry in entries
            ),
        )

    def _moved(self, before: Seen | None, now: Seen) -> bool:
        if self._deadband is None or before is None or before.status is not now.status:
            return True
        if before.value is None or now.value is None:
            return before.value != now.value
        return abs(Decimal(now.value) - Decimal(before.value)) >= self._deadband


def seen(point: Point, sample: Sample | None, at: datetime) -> Seen:
    """What a sample shows; one without a number that can be trusted is Bad and has no value."""
    if sample is not None and sample.status is not Status.BAD:
        try:
            value = decode(point, sample.raw)
        except DecodeFault:
            value = None
        if isinstance(value, bool | int | Decimal):
            text = str(int(value)) if isinstance(value, bool) else format(Decimal(value), "f")
            if len(text) > _LONGEST:
                text = str(value)
            if len(text) <= _LONGEST:
                return Seen(at=at, value=text, status=sample.status)
    return Seen(at=at, value=None, status=Status.BAD)
