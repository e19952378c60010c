"""What the operating system tells the agent: end (SIGTERM, SIGINT), or reload (SIGHUP, where there is one)."""

import asyncio
import signal


class Signals:
    """To be made inside the running loop; handlers stay until the process ends."""

    def __init__(self) -> None:
        self.stop = asyncio.Event()
        self.reload = asyncio.Event()
        self._handle("SIGTERM", self.stop)
        self._handle("SIGINT", self.stop)
        self._handle("SIGHUP", self.reload)

    def _handle(self, name: str, event: asyncio.Event) -> None:
        number = getattr(signal, name, None)
        if number is None:  # Windows knows no SIGHUP
            return
        loop = asyncio.get_running_loop()
        try:
            loop.add_signal_handler(number, event.set)
        except NotImplementedError:  # Windows: no loop handlers there
            signal.signal(number, lambda *_: loop.call_soon_threadsafe(event.set))
