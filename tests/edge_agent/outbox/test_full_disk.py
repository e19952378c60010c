"""A disk that is full at any write: nothing is half stored, it is said, and when there is room again all goes on."""

import asyncio
import os
import shutil
import subprocess
from pathlib import Path
from random import Random

import pytest
from small_outbox import Bench, telemetry
from small_receiver import Receiver, drain

from edge_agent.errors import OutboxUnusable, StorageRefused
from edge_agent.outbox.beginning import NewChain

STEPS = {
    "append": lambda bench, outbox, number: outbox.append(bench.submission(5000 + number, f"F{number}")),
    "append_telemetry": lambda bench, outbox, number: outbox.append_records([telemetry(bench.now, number)]),
    "seal": lambda bench, outbox, number: outbox.seal(500),
    "acknowledge": lambda bench, outbox, number: acknowledged(outbox),
    "purge": lambda bench, outbox, number: outbox.purge(),
    "tidy": lambda bench, outbox, number: outbox.tidy(),
    "open_chain": lambda bench, outbox, number: outbox.open_chain(NewChain(reason=f"test {number}")),
    "note_uplink": lambda bench, outbox, number: outbox.note_uplink("down", f"{number}" * 200),
}


async def acknowledged(outbox):
    batch = await outbox.oldest_unacknowledged()
    if batch is not None:
        await outbox.acknowledge(batch.seq, b"receipt", batch.chain)


@pytest.fixture
def small_disk(tmp_path):
    """A file system of 12 MB of its own, where this user may mount one."""
    place = tmp_path / "disk"
    place.mkdir()
    mounted = shutil.which("mount") and os.name == "posix" and os.geteuid() == 0
    if (
        not mounted
        or subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=12m", "tmpfs", str(place)], capture_output=True, check=False
        ).returncode
    ):
        pytest.skip("mounting a small file system needs root")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)


def fill(place: Path, leave: int) -> Path:
    """Take all room but ``leave`` bytes."""
    ballast = place / "ballast"
    free = shutil.disk_usage(place).free
    ballast.write_bytes(bytes(max(0, free - leave)))
    return ballast


@pytest.mark.parametrize("step", STEPS)
async def test_a_step_on_a_full_disk_happens_or_is_refused_and_happens_later(small_disk, step):
    bench = Bench(small_disk / "outbox.db")
    outbox, hub = await bench.open(), Receiver(bench.signer.public_key)
    stored, refused = [], 0
    stored += [(await outbox.append(bench.submission(cycle, f"S{cycle}"))).result for cycle in range(1, 6)]
    random = Random(4)
    for number in range(30):
        if step in ("seal", "open_chain", "acknowledge"):
            stored.append((await outbox.append(bench.submission(100 + number, f"S{number}"))).result)
        if step == "acknowledge":
            hub.receive((await outbox.seal(500)).body)
        ballast = fill(small_disk, random.choice([0, 4096, 8192, 16_384, 65_536]))
        try:
            done = await STEPS[step](bench, outbox, number)
        except StorageRefused as error:
            refused += 1
            assert "outbox.db: nothing was stored" in str(error)  # noqa: PT017 - where it is raised, it says so
            ballast.unlink()
            done = await STEPS[step](bench, outbox, number)
        ballast.unlink(missing_ok=True)
        if step == "append":
            assert done.fresh
            stored.append(done.result)
        if number % 10 == 9:
            await drain(outbox, hub)
            await outbox._do(lambda connection: connection.execute("DELETE FROM batch WHERE receipt IS NOT NULL"))
    await drain(outbox, hub)
    outbox.close()
    assert refused > 3 or step in ("purge", "tidy"), "there is little to purge or to tidy"
    assert sorted(hub.results()) == sorted(stored)


async def test_an_agent_that_starts_on_a_full_disk_says_so_and_starts_when_there_is_room(small_disk):
    bench = Bench(small_disk / "outbox.db")
    ballast = fill(small_disk, 0)
    with pytest.raises((OutboxUnusable, StorageRefused)):
        await bench.open()
    ballast.unlink()
    outbox = await bench.open()
    assert (await outbox.append(bench.submission(1, "S1"))).fresh
    outbox.close()


@pytest.mark.parametrize("leave", [0, 50_000, 100_000, 150_000])
def test_a_broken_file_on_a_full_disk_stays_where_it_is_until_there_is_room(small_disk, leave):
    bench, hub = Bench(small_disk / "outbox.db"), Receiver(Bench(small_disk).signer.public_key)

    async def story():
        outbox = await bench.open()
        for cycle in range(1, 60):
            await outbox.append(bench.submission(cycle, f"S{cycle}"))
            await outbox.seal(500)
        outbox.close()

    asyncio.run(story())
    data = bytearray(bench.path.read_bytes())
    data[len(data) // 2 : len(data) // 2 + 20_000] = bytes(20_000)
    bench.path.write_bytes(data)
    ballast = fill(small_disk, leave)

    async def again():
        outbox = await bench.open()
        await outbox.append(bench.submission(1000, "S1000"))
        await drain(outbox, hub)
        outbox.close()

    with pytest.raises(OutboxUnusable, match=r"is broken|cannot be opened as an outbox: disk"):
        asyncio.run(again())
    assert bench.path.read_bytes() == data
    ballast.unlink()
    asyncio.run(again())
    taken = hub.results()
    assert len(taken) == len(set(taken))
    assert "result-OP10-1000" in taken
