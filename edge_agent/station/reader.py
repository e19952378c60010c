"""The code reader that identifies the units of a handshake station: in the place that a camera may have.

A reader that is *pulled* is asked when a cycle is to be recorded. One that *pushes* is listened to all the time; the
last thing it said belongs to the cycle that comes next, once, unless it is too old by then. Two different codes since
the last cycle are two units at one station: the last one counts, and the log says so. What a cycle got it keeps until
it is stored, however often storing is tried.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence

import msgspec

from edge_agent.acquisition.cycle import read_code
from edge_agent.complaint import Complaint, Trouble
from edge_agent.config.settings import Reader
from edge_agent.drivers.interface import Arrival, ResultSource
from edge_agent.errors import AgentError, DeviceUnreachable
from edge_agent.log import say
from edge_agent.pace import wait_or_stop
from edge_agent.station.identity import Shot, code_shot
from edge_agent.station.link import DeviceLink
from edge_agent.station.listening import next_or_stop
from traceability.identifier.symbol import SymbolRules
from traceability.unit import Verdict

_LOG = logging.getLogger(__name__)
_NO_RULES = SymbolRules()
_AFTER_TROUBLE = 1.0
_POSITION = "unit"
Code = tuple[bytes, str]


class _Said(msgspec.Struct, frozen=True):
    """The codes of one message, none when nothing was read, and when they came (monotonic seconds)."""

    codes: tuple[Code, ...]
    at: float


class CycleReader:
    """The reader of one station; ``rules`` say what its codes name."""

    def __init__(
        self,
        station: str,
        reader: Reader,
        link: DeviceLink[ResultSource],
        monotonic: Callable[[], float],
        rules: SymbolRules = _NO_RULES,
    ) -> None:
        self._station = station
        self._reader = reader
        self._rules = rules
        self._link = link
        self._monotonic = monotonic
        self._said: _Said | None = None
        self._spoken = asyncio.Event()
        self._kept: tuple[int, Shot] | None = None
        self._complaint = Complaint(_LOG, station=station, device=reader.device)

    @property
    def trouble(self) -> Trouble | None:
        """What is wrong with the reader now."""
        return self._complaint.trouble

    async def run(self, stop: asyncio.Event) -> None:
        """Keep the reader connected and, when it pushes, listen to it until ``stop``."""
        while not stop.is_set() and await self._link.ready(stop):
            if self._reader.pull:
                await wait_or_stop(stop, _AFTER_TROUBLE)
                continue
            try:
                await self._listen(stop)
            except DeviceUnreachable as error:
                await self._link.lost(error)
            except AgentError as error:
                self._complaint.raised("the code reader is not understood", error=error, next="it is listened to again")

    async def shots(self, cycle: int) -> list[Shot]:
        """The unit as the reader sees it; the same again until the cycle is tidied."""
        if self._kept is None or self._kept[0] != cycle:
            shot = await (self._pulled() if self._reader.pull else self._pushed())
            self._kept = cycle, shot
        return [self._kept[1]]

    def tidy(self, cycle: int, verdict: Verdict | None = None) -> None:  # noqa: ARG002 - as all readers of identities
        """The cycle is stored."""
        if self._kept is not None and self._kept[0] == cycle:
            self._kept = None

    async def _listen(self, stop: asyncio.Event) -> None:
        codes: list[Code] = []
        while (arrival := await next_or_stop(self._link.driver, stop)) is not None:
            self._link.answered()
            self._complaint.settled("the code reader is understood again")
            codes += self._codes(arrival)
            if not arrival.more:
                self._hear(tuple(codes))
                codes = []

    def _hear(self, codes: tuple[Code, ...]) -> None:
        said, self._said = self._said, _Said(codes, self._monotonic())
        self._spoken.set()
        if said is not None and said.codes and said.codes != codes:
            say(
                _LOG, logging.WARNING, "the code reader spoke twice before one cycle; the last code counts",
                station=self._station, device=self._reader.device, before=said.codes, now=codes,
            )  # fmt: skip

    async def _pushed(self) -> Shot:
        said = self._fresh()
        if said is None:
            self._spoken.clear()
            try:
                await asyncio.wait_for(self._spoken.wait(), self._reader.timeout)
            except TimeoutError:
                return self._shot((), self._why_silent())
            said = self._fresh()
        self._said = None
        self._spoken.clear()
        return self._shot(() if said is None else said.codes)

    def _fresh(self) -> _Said | None:
        said = self._said
        return said if said is not None and self._monotonic() - said.at <= self._reader.max_age else None

    def _why_silent(self) -> str:
        if self._said is not None:
            return f"the code reader's last code is older than {self._reader.max_age:g} s"
        return f"the code reader {self._reader.device} said nothing"

    async def _pulled(self) -> Shot:
        try:
            async with asyncio.timeout(self._reader.timeout):
                codes = await self._asked()
        except TimeoutError:
            return self._shot((), f"the code reader gave no answer within {self._reader.timeout:g} s")
        except AgentError as error:
            if isinstance(error, DeviceUnreachable):
                await self._link.lost(error)
            self._complaint.raised("the code reader gives no code", error=error, next="asked again at the next cycle")
            return self._shot((), f"code reader: {error}")
        self._complaint.settled("the code reader answers again")
        return self._shot(codes)

    async def _asked(self) -> list[Code]:
        await self._link.ready(asyncio.Event())
        codes: list[Code] = []
        more = True
        while more:
            arrival = await self._link.driver.next()
            codes += self._codes(arrival)
            more = arrival.more
        self._link.answered()
        return codes

    def _shot(self, codes: Sequence[Code], reason: str = "the code reader read nothing") -> Shot:
        return code_shot(_POSITION, self._reader.device, codes, reason, self._rules)

    def _codes(self, arrival: Arrival) -> list[Code]:
        code, symbology = read_code(self._reader.resolved, arrival.samples)
        return [(code, symbology)] if code else []
