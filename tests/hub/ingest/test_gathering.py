"""How long verified batches wait for others before they are written."""

import asyncio
from collections.abc import Sequence

from small_hub import SmallAgent, small_agent

from hub.ingest.capacity import Capacity
from hub.ingest.gathering import Gathering
from hub.ingest.together import Outcome
from hub.ingest.verify import VerifiedBatch, verify
from hub.parts import Hub

LONG = 3600.0
SOON_S = 30
"""What need not wait is there by then, however slow the machine."""


class Writer:
    """Notes what is written, and says that everything was refused."""

    def __init__(self) -> None:
        self.groups: list[int] = []

    def __call__(self, batches: Sequence[VerifiedBatch]) -> list[Outcome]:
        self.groups.append(len(batches))
        return [None for _ in batches]  # type: ignore[misc] # handed on as it is


def sealed(hub: Hub, *agents: SmallAgent) -> list[VerifiedBatch]:
    return [verify(hub, agent.seal(agent.result(f"S{agent.seq}")), compressed=False) for agent in agents]


async def written(gathering: Gathering, batches: Sequence[VerifiedBatch]) -> None:
    async with asyncio.timeout(SOON_S):
        await asyncio.gather(*[await gathering.add(batch) for batch in batches])


async def test_one_author_waits_for_nobody(hub: Hub, agent: SmallAgent) -> None:
    writer = Writer()
    now = [0.0]
    gathering = Gathering(writer, Capacity(apart_s=LONG), clock=lambda: now[0])
    await written(gathering, sealed(hub, agent))
    now[0] = LONG * 2  # whoever came before is long gone
    for batch in sealed(hub, agent, agent):
        await written(gathering, [batch])
    assert writer.groups == [1, 1, 1]


async def test_small_ones_of_several_wait_to_be_written_together(hub: Hub, agent: SmallAgent) -> None:
    other = small_agent(hub, "b.line-1", plant="plant-b")
    writer = Writer()
    now = [0.0]
    gathering = Gathering(writer, Capacity(apart_s=0.3), clock=lambda: now[0])
    one, two, three, four = sealed(hub, agent, other, agent, other)
    await written(gathering, [one])  # the store was idle
    waiting = [await gathering.add(batch) for batch in (two, three, four)]
    assert writer.groups == [1]
    async with asyncio.timeout(SOON_S):
        await asyncio.gather(*waiting)
    assert writer.groups == [1, 3]


async def test_many_and_large_ones_wait_for_nobody(hub: Hub, agent: SmallAgent) -> None:
    other = small_agent(hub, "b.line-1", plant="plant-b")
    for capacity in (Capacity(apart_s=LONG, worth_waiting=1), Capacity(apart_s=LONG, together=1)):
        writer = Writer()
        await written(Gathering(writer, capacity), sealed(hub, agent, other, agent))
        assert sum(writer.groups) == 3
