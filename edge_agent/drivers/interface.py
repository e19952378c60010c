"""What every driver does.

A driver is made by ``registry.create_driver`` and connects only in ``connect``. It is used by one task at a time or
by several: calls are served one after another. After ``DeviceUnreachable`` it has closed its connection, so that an
answer that comes late can never be taken for the next one; the caller connects again when it sees fit.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Protocol

import msgspec

from firmware_profiles.format import Layout, Point, Value
from traceability.measurement import Status

Raw = tuple[int, ...] | bool | int | float | str | datetime | None
"""Registers or bits of a Modbus point; a scalar of an OPC UA node; None when the device gave no value."""


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

    async def close(self) -> None:
        """Close the connection; harmless when there is none."""


class DriverContext(msgspec.Struct, frozen=True, kw_only=True):
    """What a driver is given besides its settings.

    ``device`` is the name in messages and logs, ``data`` the agent's folder for what a driver must keep (its OPC UA
    identity), ``clock`` gives the time zone-aware present, ``layout`` what block reads must respect.
    """

    device: str
    data: Path
    clock: Callable[[], datetime]
    layout: Layout = Layout()
