"""What every simulated device offers to the controller inside it: its points, by the names of the profile."""

from collections.abc import Mapping
from typing import Protocol

from firmware_profiles.format import Value


class Memory(Protocol):
    """The points of one station in the device's own memory."""

    async def put(self, values: Mapping[str, Value], *, swapped: bool = False) -> None:
        """Write points in the order given; ``swapped``: with the registers of numbers in the other order."""

    async def get(self, point: str) -> Value:
        """Read a point."""


class Served(Protocol):
    """A device that answers on the network."""

    memory: Memory

    async def start(self) -> None:
        """Serve; returns when clients can connect."""

    @property
    def port(self) -> int:
        """Where it listens, once started."""

    async def stop(self) -> None:
        """Serve no more."""
