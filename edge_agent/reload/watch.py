"""When to reload: a signal, a request in the data folder, or, only where the configuration says so, a changed file."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from pathlib import Path

from edge_agent.config.plans import folder_of
from edge_agent.config.settings import AgentConfig
from edge_agent.log import say
from edge_agent.pace import wait_or_stop
from edge_agent.reload.request import Answer, give_answer, take_request

_LOG = logging.getLogger(__name__)
_LOOK_EVERY = 0.5
_Stamp = tuple[tuple[int, int], ...]


class ReloadWatch:
    """Calls ``reload`` for each reason, one after another; ``config`` gives the configuration in force."""

    def __init__(
        self,
        config: Callable[[], AgentConfig],
        reload: Callable[[], Awaitable[tuple[bool, str]]],
        asked: asyncio.Event,
    ) -> None:
        self._config = config
        self._reload = reload
        self._asked = asked
        self._seen = self._stamp()
        self._last_look = self._seen

    async def run(self) -> None:
        """Watch until cancelled."""
        while True:
            signalled = await wait_or_stop(self._asked, _LOOK_EVERY)
            self._asked.clear()
            word = take_request(self._config().data)
            if signalled or word is not None or self._file_changed():
                self._seen = self._stamp()
                taken, said = await self._reload()
                if word is not None:
                    self._answer(Answer(word=word, taken=taken, said=said))

    def _file_changed(self) -> bool:
        """Whether a file differs from what was last reloaded and has come to rest since the last look."""
        if not self._config().reload_on_change:
            return False
        before, self._last_look = self._last_look, self._stamp()
        return self._last_look != self._seen and self._last_look == before

    def _stamp(self) -> _Stamp:
        config = self._config()
        versions = sorted(folder_of(config.plan_file).glob("*.toml"))
        return tuple(_stamp_of(file) for file in (config.file, config.plan_file, *versions))

    def _answer(self, answer: Answer) -> None:
        try:
            give_answer(self._config().data, answer)
        except OSError as error:
            say(_LOG, logging.WARNING, "a reload cannot be answered", error=error.strerror)


def _stamp_of(file: Path) -> tuple[int, int]:
    try:
        found = file.stat()
    except OSError:
        return (0, 0)
    return (found.st_mtime_ns, found.st_size)
