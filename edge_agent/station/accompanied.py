"""A handshake station together with what sees the codes of its cycles: a code reader, or a camera."""

import asyncio
from typing import Protocol

from edge_agent.complaint import Trouble
from edge_agent.guard import guarded


class _Served(Protocol):
    @property
    def trouble(self) -> Trouble | None:
        """What keeps it from doing its work now."""

    async def run(self, stop: asyncio.Event) -> None:
        """Do it until ``stop``."""


class AccompaniedRunner:
    """Serves the station, and keeps its reader or camera going as long as the station is served."""

    def __init__(self, station: str, runner: _Served, companion: _Served) -> None:
        self._station = station
        self._runner = runner
        self._companion = companion

    @property
    def trouble(self) -> Trouble | None:
        """What keeps the station, or else its companion, from doing its work now."""
        return self._runner.trouble or self._companion.trouble

    async def run(self, stop: asyncio.Event) -> None:
        """Serve until ``stop``; the companion goes on until the station's last cycle is finished."""
        quiet = asyncio.Event()
        going = asyncio.create_task(guarded(f"eyes of {self._station}", lambda: self._companion.run(quiet)))
        try:
            await self._runner.run(stop)
        finally:
            quiet.set()
            going.cancel()
            await asyncio.gather(going, return_exceptions=True)
