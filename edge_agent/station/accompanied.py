"""A handshake station together with the code reader that it listens to."""

import asyncio
from typing import Protocol

from edge_agent.complaint import Trouble
from edge_agent.guard import guarded
from edge_agent.station.reader import CycleReader


class _Served(Protocol):
    @property
    def trouble(self) -> Trouble | None:
        """What keeps the station from being served now."""

    async def run(self, stop: asyncio.Event) -> None:
        """Serve the station until ``stop``."""


class AccompaniedRunner:
    """Serves the station, and listens to its reader as long as the station is served."""

    def __init__(self, station: str, runner: _Served, reader: CycleReader) -> None:
        self._station = station
        self._runner = runner
        self._reader = reader

    @property
    def trouble(self) -> Trouble | None:
        """What keeps the station, or else its reader, from doing its work now."""
        return self._runner.trouble or self._reader.trouble

    async def run(self, stop: asyncio.Event) -> None:
        """Serve until ``stop``; the reader is listened to until the station's last cycle is finished."""
        quiet = asyncio.Event()
        listening = asyncio.create_task(guarded(f"code reader of {self._station}", lambda: self._reader.run(quiet)))
        try:
            await self._runner.run(stop)
        finally:
            quiet.set()
            listening.cancel()
            await asyncio.gather(listening, return_exceptions=True)
