"""Two machines with one key: the hub notices, neither goes on silently, and a person decides what is whose."""

import asyncio
import logging
import random
import shutil
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from small_hub import projection_of, small_hub
from small_outbox import AUTHOR, Bench
from small_served import served

from edge_agent.cli import main
from edge_agent.config.settings import Hub as HubSettings
from edge_agent.outbox.beginning import NewChain
from edge_agent.outbox.store import Outbox
from edge_agent.pace import Pace
from edge_agent.uplink.sender import Paces, Sender, State
from hub.entry.master import add_agent, add_organisation, add_plant
from hub.parts import Hub
from hub.store.ledger.forks import list_forks
from traceability.encoding import to_base64
from traceability.unit import Environment

PATIENCE_S = 60
PACES = Paces(down=Pace(first=0.05, longest=0.2), refused=Pace(first=0.05, longest=0.2), ask_every=0.3)


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[Hub]:
    made = small_hub(tmp_path / "hub", Environment.TEST)
    add_organisation(made, "o", "O")
    add_plant(made, "p", organisation="o", name="P")
    add_agent(made, AUTHOR, plant="p", public_key=to_base64(Bench(tmp_path).signer.public_key))
    yield made
    made.store.close()


@asynccontextmanager
async def sending(hub: Hub, url: str, bench: Bench, outbox: Outbox) -> AsyncIterator[Sender]:
    settings = HubSettings(url=url, public_key=hub.signer.public_key, loopback=True)
    jitter = random.Random(1).random
    sender = Sender(
        settings, AUTHOR, outbox, clock=bench.clock, monotonic=time.monotonic, jitter=jitter, paces=PACES
    )  # fmt: skip
    task = asyncio.create_task(sender.run())
    try:
        yield sender
    finally:
        sender.end()
        await asyncio.wait([task], timeout=PATIENCE_S)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def made(bench: Bench, outbox: Outbox, *cycles: int) -> None:
    for cycle in cycles:
        await outbox.append(bench.submission(cycle, f"S{cycle}"))
    await outbox.seal(100)


async def all_sent(outbox: Outbox) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while await outbox.seal(100) or (await outbox.report()).unsent_batches:  # noqa: ASYNC110 - asked from outside
            await asyncio.sleep(0.02)


async def refused(sender: Sender) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while sender.state is not State.REFUSED:  # noqa: ASYNC110 - asked from outside
            await asyncio.sleep(0.02)


async def copied(tmp_path: Path, hub: Hub, url: str) -> tuple[tuple[Bench, Outbox], tuple[Bench, Outbox]]:
    """A machine that had sent one result and stored another when it was copied; both are on, and it has gone on."""
    first = Bench(tmp_path / "first" / "outbox.db")
    outbox = await first.open()
    async with sending(hub, url, first, outbox):
        await made(first, outbox, 1)
        await all_sent(outbox)
    await outbox.append(first.submission(2, "S2"))
    outbox.close()
    shutil.copytree(tmp_path / "first", tmp_path / "second")
    second = Bench(tmp_path / "second" / "outbox.db", now=first.now + timedelta(hours=1))
    second.random.seed(77)
    outbox = await first.open()
    async with sending(hub, url, first, outbox):
        await made(first, outbox, 3)
        await all_sent(outbox)
    return (first, outbox), (second, await second.open())


def units(hub: Hub) -> list[str]:
    return sorted(row["unit"].rpartition("/")[2] for row in projection_of(hub)["unit_result"])


async def test_a_copy_is_found_by_its_fork_and_neither_tells_the_hub_anything_silently(
    tmp_path: Path, hub: Hub
) -> None:
    async with served(hub) as url:
        (first, one), (second, other) = await copied(tmp_path, hub, url)
        async with sending(hub, url, second, other) as sender:
            await made(second, other, 10, 11)
            await refused(sender)
            await made(second, other, 12)
            await asyncio.sleep(0.5)
            assert sender.state is State.REFUSED
            state = (await other.report()).uplink
            assert state is not None
            assert "chain new" in state.detail
        async with sending(hub, url, first, one):
            await made(first, one, 4)
            await all_sent(one)
    one.close()
    other.close()
    assert units(hub) == ["S1", "S2", "S3", "S4"]
    with hub.store.reading() as connection:
        assert list_forks(connection)


@pytest.mark.parametrize("stated", [True, False])
async def test_after_a_person_said_so_the_copy_goes_on_and_nothing_is_doubled(
    tmp_path: Path, hub: Hub, stated: bool, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.ERROR)
    async with served(hub) as url:
        (_, one), (second, other) = await copied(tmp_path, hub, url)
        one.close()
        since = second.now
        async with sending(hub, url, second, other) as sender:
            await made(second, other, 10, 11)
            await refused(sender)
        await other.open_chain(NewChain(reason="the first one broke", own_since=since if stated else None))
        async with sending(hub, url, second, other):
            await made(second, other, 12)
            await all_sent(other)
        other.close()
    own = ["S10", "S11"] if stated else []
    assert units(hub) == sorted(["S1", "S2", "S3", *own, "S12"])
    losses = [(row["stream"][:6], row["count"]) for row in projection_of(hub)["data_loss"]]
    assert losses == [("chain:", 2 if stated else 6)]
    assert any("another history" in record.getMessage() for record in caplog.records)


def test_the_time_of_a_copy_needs_its_zone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["chain", "new", str(tmp_path), "--reason", "x", "--mine-since", "2026-03-01T08:00"])
    assert "time zone" in capsys.readouterr().err
