"""What every driver and every source of results does.

A *driver* is asked: stations poll its points. A *source* tells: it hands over complete results as they come. Both are
made by ``registry`` and connect only in ``connect``. After ``DeviceUnreachable`` they have closed their connection, so
that an answer that comes late can never be taken for the next one; the caller connects again when it sees fit.
A driver is used by one task at a time or by several: calls are served one after another. A source has one user.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Protocol

import msgspec

from firmware_profiles.format import Layout, Point, Value
from firmware_profiles.identify import Claim
from traceability.measurement import Status

Raw = tuple[int, ...] | bool | int | float | Decimal | str | bytes | datetime | None
"""Registers or bits of a Modbus point; a scalar of an OPC UA node; a field of a told result (text, exact bytes,
exact number); None when the device gave no value."""


class Sample(msgspec.Struct, frozen=True, kw_only=True):
    """What a driver read of one point. ``source_time`` is the device's clock, time zone-aware, where it has one."""

    point: str
    raw: Raw
    status: Status = Status.GOOD
    source_time: datetime | None = None


class Driver(Protocol):
    """One device. Points come resolved: absolute addresses, complete NodeIds."""

    async def connect(self) -> None:
        """Open the connection; DeviceUnreachable, DeviceUntrusted or DeviceRefused when it cannot be had."""

    async def read(self, points: Sequence[Point]) -> dict[str, Sample]:
        """One sample per point, by point name, read in as few requests as the device allows."""

    def one_read(self, points: Sequence[Point]) -> bool:
        """Whether ``read`` of these points is one consistent picture of the device; needs no connection."""

    async def write(self, point: Point, value: Value) -> None:
        """Write a point that its profile marks writable, and log it; WriteRefused otherwise."""

    async def identity(self) -> Claim | None:
        """What the device says it is; None when it cannot say. DeviceUnreachable when it leaves that unanswered."""

    async def close(self) -> None:
        """Close the connection; harmless when there is none."""


class Gap(msgspec.Struct, frozen=True, kw_only=True):
    """Results that a source knows it can no longer get: ``count``, from ``first`` to ``last`` where numbered."""

    count: int
    reason: str
    first: int | None = None
    last: int | None = None


class Arrival(msgspec.Struct, frozen=True, kw_only=True):
    """One complete result as a source tells it.

    ``samples`` go by the profile's point names. ``received`` are the bytes as they came. ``ticket`` is the source's
    own name of this result: the same result told again has the same ticket, another one never has; it is part of the
    de-duplication key. ``lost`` is what is missing before this result. ``fault`` says why something that should have
    been a result cannot be read as one; then there are no samples. ``more``: the next result came in the same message
    and follows at once.
    """

    samples: dict[str, Sample]
    received: bytes
    ticket: str = ""
    lost: tuple[Gap, ...] = ()
    fault: str | None = None
    more: bool = False


class ResultSource(Protocol):
    """One device that tells results. What is told and not settled is told again, where the device allows it."""

    async def connect(self) -> None:
        """Open the connection; DeviceUnreachable, DeviceUntrusted or DeviceRefused when it cannot be had."""

    async def next(self) -> Arrival:
        """Wait for the next result; DeviceError on trouble. Cancelling it loses nothing."""

    async def settle(self, arrival: Arrival) -> None:
        """The result is durable: acknowledge it to the device, or put its file away. Harmless when done twice."""

    async def refuse(self, arrival: Arrival, reason: str) -> None:
        """The result can never be recorded, which is durable now: put it aside, so that the next one can come."""

    async def close(self) -> None:
        """Close the connection; harmless when there is none."""


class DriverContext(msgspec.Struct, frozen=True, kw_only=True):
    """What a driver is given besides its settings.

    ``device`` is the name in messages and logs, ``data`` the agent's folder for what a driver must keep (its OPC UA
    identity), ``clock`` gives the time zone-aware present, ``layout`` what block reads must respect, ``points`` what
    a source shall deliver.
    """

    device: str
    data: Path
    clock: Callable[[], datetime]
    layout: Layout = Layout()
    points: tuple[Point, ...] = ()
