"""A serial cable between two pseudo-terminals: what goes in at one end comes out at the other."""

import asyncio
import os
import tty
from contextlib import suppress
from pathlib import Path


class SerialCable:
    """``near`` and ``far`` are paths to open as serial ports; ``plug`` also links ``near`` to a path that stays."""

    def __init__(self, link: Path | None = None) -> None:
        self._link = link
        self._ends: list[tuple[int, int]] = []
        self.near = self.far = ""

    def plug(self) -> None:
        self._ends = [os.openpty(), os.openpty()]
        for _, port in self._ends:
            tty.setraw(port)
        self.near, self.far = (os.ttyname(port) for _, port in self._ends)
        (here, _), (there, _) = self._ends
        loop = asyncio.get_running_loop()
        for source, sink in ((here, there), (there, here)):
            os.set_blocking(source, False)
            loop.add_reader(source, self._pass_on, source, sink)
        if self._link is not None:
            self._link.symlink_to(self.near)

    def unplug(self) -> None:
        """Both ports vanish, as when an adapter is pulled out."""
        loop = asyncio.get_running_loop()
        for line, port in self._ends:
            loop.remove_reader(line)
            os.close(line)
            os.close(port)
        self._ends = []
        if self._link is not None:
            self._link.unlink(missing_ok=True)

    @staticmethod
    def _pass_on(source: int, sink: int) -> None:
        with suppress(BlockingIOError):
            os.write(sink, os.read(source, 4096))
