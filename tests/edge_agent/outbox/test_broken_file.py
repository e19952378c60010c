"""A broken file is put aside and salvaged: nothing twice, nothing altered, nothing lost without being declared."""

import asyncio
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, note, settings
from hypothesis import strategies as st
from small_outbox import Bench
from small_receiver import Receiver, drain

from edge_agent.outbox.beginning import NewChain
from edge_agent.outbox.damage import finish
from edge_agent.outbox.schema import open_file
from traceability.encoding import sha256, tagged
from traceability.record.codec import decode_record
from traceability.record.production import ChainStartRecord, DataLossRecord, UnitResultRecord
from traceability.unit import Verdict

PAGE = 4096


class Story:
    """An outbox file with history, kept as it lay on the disk (log and mark beside it), and what the hub has of it."""

    def __init__(self, folder: Path, *, sent: int, unsealed: int, seed: int) -> None:
        self.folder, self.original = folder, {}
        asyncio.run(self._tell(folder / "outbox.db", sent, unsealed, Random(seed)))

    async def _tell(self, path: Path, sent: int, unsealed: int, random: Random) -> None:
        bench = Bench(path, random=random)
        self.hub = Receiver(bench.signer.public_key)
        outbox = await bench.open()
        batches = []
        for cycle in range(1, 61):
            verdict = Verdict.NOT_OK if cycle % 7 == 0 else Verdict.OK
            await outbox.append(bench.submission(cycle, f"S{cycle % 41}", verdict))
            if cycle % 6 == 0 and cycle <= 60 - unsealed:
                batches.append(await outbox.seal(500))
        for batch in batches[:sent]:
            self.hub.receive(batch.body)
            if batch.seq <= sent - 2:
                await outbox.acknowledge(batch.seq, b"receipt %d" % batch.seq)
        # As a power cut leaves it: the log still holds what was committed last.
        for name in ("outbox.db", "outbox.db-wal", "outbox.mark"):
            if (path.parent / name).exists():
                shutil.copy(path.parent / name, path.parent / f"kept-{name}")
        outbox.close()
        audit = bench.audit()
        self.chain = audit.records[0].id
        lines = [line for batch in audit.batches for line in batch.lines] + bench.unsealed_lines()
        self.original = dict(enumerate(lines, start=1))
        self.results = {record.id: record.seq for record in audit.of(UnitResultRecord)}

    def laid_out(self, folder: Path) -> Path:
        for name in ("outbox.db", "outbox.db-wal", "outbox.mark"):
            if (self.folder / f"kept-{name}").exists():
                shutil.copy(self.folder / f"kept-{name}", folder / name)
        return folder / "outbox.db"


@pytest.fixture(scope="module")
def stories(tmp_path_factory: pytest.TempPathFactory) -> list[Story]:
    shapes = [(0, 0), (4, 5), (9, 6), (3, 30), (0, 60), (8, 12)]
    return [
        Story(tmp_path_factory.mktemp("story"), sent=sent, unsealed=unsealed, seed=number)
        for number, (sent, unsealed) in enumerate(shapes)
    ]


async def survived(story: Story, path: Path) -> None:
    """Open, work on, send everything; then what the hub has must be right."""
    hub = Receiver(
        story.hub.public_key, {name: [*taken] for name, taken in story.hub.chains.items()}, {**story.hub.lines}
    )
    bench = Bench(path, random=Random(99))
    outbox = await bench.open()
    assert (await outbox.append(bench.submission(500, "S500"))).fresh
    await drain(outbox, hub)
    await outbox.append(bench.submission(501, "S501"))
    await drain(outbox, hub)
    outbox.close()
    check(story, hub)
    assert not list(path.parent.glob("*.new*"))


def check(story: Story, hub: Receiver) -> None:
    taken, declared = hub.results(), hub.losses()
    assert len(taken) == len(set(taken)), "a result was taken twice"
    assert {"result-OP10-500", "result-OP10-501"} <= set(taken)
    for (chain, seq), line in hub.lines.items():
        if chain == story.chain and line != story.original.get(seq, line):
            assert decode_record(line) in declared, "what stands at a lost record's number is the declaration"
    for name, seq in story.results.items():
        assert name in taken or any(_covers(loss, story.chain, seq) for loss in declared), (
            f"{name}, record {seq}, is neither there nor declared lost"
        )


def _covers(loss: DataLossRecord, chain: str, seq: int) -> bool:
    if loss.stream == "outbox":
        return loss.first is None
    return loss.stream == f"chain:{chain}" and loss.first <= seq and (loss.last is None or seq <= loss.last)


def flipped(data: bytearray, random: Random) -> None:
    for _ in range(random.randint(1, 40)):
        data[random.randrange(len(data))] ^= 1 << random.randrange(8)


def torn_pages(data: bytearray, random: Random) -> None:
    for _ in range(random.randint(1, 6)):
        start = random.randrange(max(1, len(data) // PAGE)) * PAGE + random.choice([0, 512, 2048])
        data[start : start + random.choice([512, 2048])] = random.randbytes(512)


def zeroed_pages(data: bytearray, random: Random) -> None:
    for _ in range(random.randint(1, 8)):
        start = random.randrange(max(1, len(data) // PAGE)) * PAGE
        data[start : start + PAGE] = bytes(PAGE)


def header_gone(data: bytearray, random: Random) -> None:
    data[:100] = random.randbytes(100)


def wrong_mark(data: bytearray, random: Random) -> None:
    data[68:72] = random.randbytes(4)


def cut_off(data: bytearray, random: Random) -> None:
    del data[random.randrange(len(data)) :]


def emptied(data: bytearray, random: Random) -> None:
    data.clear()


DAMAGES: list[Callable[[bytearray, Random], None]] = [
    flipped, torn_pages, zeroed_pages, header_gone, wrong_mark, cut_off, emptied,
]  # fmt: skip


def settled(path: Path) -> None:
    """Bring the log home, so that damage to the file itself is not hidden behind it."""
    connection = open_file(path)
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    connection.close()


@given(
    which=st.integers(0, 5),
    damage=st.sampled_from(DAMAGES),
    seed=st.integers(0, 2**32),
    state=st.tuples(st.booleans(), st.booleans()),
)
@settings(max_examples=60, deadline=None)
def test_whatever_breaks_the_agent_starts_and_the_hub_gets_each_record_once_unaltered_or_declared(
    stories, which, damage, seed, state
):
    random, (home, marked) = Random(seed), state
    with tempfile.TemporaryDirectory() as folder:
        path = stories[which].laid_out(Path(folder))
        if home:
            settled(path)
        data = bytearray(path.read_bytes())
        damage(data, random)
        path.write_bytes(data)
        if not marked and data:  # of a file that is empty nothing but its mark tells
            (path.parent / "outbox.mark").unlink(missing_ok=True)
        note(f"{which} {damage.__name__} {seed} {home} {marked}")
        asyncio.run(survived(stories[which], path))


@pytest.mark.parametrize("which", range(6))
async def test_a_lost_log_puts_the_file_back_and_nothing_is_sent_twice(stories, which, tmp_path):
    path = stories[which].laid_out(tmp_path)
    log = path.with_name("outbox.db-wal")
    assert log.stat().st_size > 0
    log.unlink()
    await survived(stories[which], path)


@pytest.mark.parametrize("which", range(6))
async def test_an_outbox_that_is_gone_is_declared_lost_by_its_mark(stories, which, tmp_path):
    path = stories[which].laid_out(tmp_path)
    path.unlink()
    path.with_name("outbox.db-wal").unlink()
    await survived(stories[which], path)


async def test_the_broken_file_is_kept_and_what_happened_is_said(stories, tmp_path, caplog):
    path = stories[2].laid_out(tmp_path)
    settled(path)
    data = bytearray(path.read_bytes())
    zeroed_pages(data, Random(3))
    data[8 * PAGE : 12 * PAGE] = bytes(4 * PAGE)
    path.write_bytes(data)
    bench = Bench(path, random=Random(5))
    outbox = await bench.open()
    report = await outbox.report()
    outbox.close()
    (aside,) = tmp_path.glob("outbox.broken-*.db")
    assert aside.read_bytes() == data
    assert aside.name == "outbox.broken-20260301T080000.db"
    assert "the outbox file was broken" in caplog.text
    (told,) = report.rescues
    assert told.aside == aside.name
    assert told.lost
    start = next(record for record in bench.unsealed() if isinstance(record, ChainStartRecord))
    assert start.reason.startswith("the outbox file was broken")
    assert start.cites == tagged(sha256(b"receipt 7"))
    assert start.lost == told.lost


@pytest.mark.parametrize("step", range(4))
async def test_killed_between_two_renames_the_putting_aside_is_finished(stories, tmp_path, step):
    path = stories[2].laid_out(tmp_path)
    aside = path.with_name("outbox.broken-20260301T080000.db")
    new = path.with_name("outbox.db.new")
    connection = open_file(new)
    connection.execute("INSERT INTO uplink VALUES (1, 'new', 1, 'x')")
    connection.close()
    broken = path.read_bytes()
    if step >= 1:
        path.with_name("outbox.db-wal").rename(f"{aside}-wal")
    if step >= 2:
        path.rename(aside)
    if step >= 3:
        new.rename(path)
    finish(path)
    assert not new.exists()
    if step == 0:
        assert path.read_bytes() == broken
        return
    assert aside.read_bytes() == broken
    connection = open_file(path)
    assert connection.execute("SELECT state FROM uplink").fetchone() == ("new",)
    connection.close()


@pytest.mark.parametrize("formers_readable", [True, False])
async def test_batches_of_an_ended_chain_that_cannot_be_read_are_declared(bench, formers_readable):
    """Also when nothing of them is left but what the mark says."""
    outbox = await bench.open()
    for cycle in (1, 2):
        await outbox.append(bench.submission(cycle, f"S{cycle}"))
        await outbox.seal(500)
    chain = (await outbox.report()).chain.chain
    await outbox.open_chain(NewChain(reason="on purpose"))
    await outbox._do(lambda connection: connection.execute("UPDATE batch SET body = x'00'"))
    if not formers_readable:
        await outbox._do(lambda connection: connection.execute("DELETE FROM former_chain"))
    await outbox.to_send(None)
    hub = Receiver(bench.signer.public_key)
    await drain(outbox, hub)
    outbox.close()
    (loss,) = [loss for loss in hub.losses() if loss.stream == f"chain:{chain}:batches"]
    assert (loss.count, loss.first, loss.last) == (2, 1, 2)
