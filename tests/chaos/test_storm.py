"""Agents and hub killed again and again in every kind of trouble: the hub ends with exactly what the lines made."""

import asyncio
import os
import time
from collections import Counter
from pathlib import Path
from random import SystemRandom

import pytest
from small_hub import projection_of
from storm import Storm, built
from storm_line import Made

from edge_agent.outbox.report import read_report
from hub.audit.fsck import fsck
from hub.composition import open_hub
from hub.parts import Hub
from hub.projection.rebuild import rebuild
from hub.store.ledger.forks import list_forks
from hub.store.production.measured import spread

KILLS = int(os.environ.get("ZHUOYUE_KILLS", "20"))
SEED = int(os.environ.get("ZHUOYUE_SEED", "0")) or SystemRandom().randrange(1, 2**32)
pytestmark = [pytest.mark.story, pytest.mark.xdist_group("ports")]


async def test_nothing_is_lost_doubled_or_altered(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    began = time.monotonic()
    with capfd.disabled():
        print(f"\nstorm: ZHUOYUE_SEED={SEED} ZHUOYUE_KILLS={KILLS}", flush=True)
    async with built(tmp_path, SEED) as storm:
        lines = [asyncio.create_task(line.run()) for line in storm.lines]
        await storm.rage(KILLS)
        raged = time.monotonic()
        await storm.calm(all_sent(storm, lines))
        codes = {member.name: await asyncio.to_thread(member.end) for member in [*storm.agents, storm.hub]}
        assert codes == dict.fromkeys(codes, 0), codes
        hub = open_hub(tmp_path / "hub" / "data")
        try:
            figures = compared([each for line in storm.lines for each in line.made], hub)
            sound(hub)
        finally:
            hub.store.close()
    with capfd.disabled():
        print(told(storm, figures, raged - began, time.monotonic() - raged))


async def all_sent(storm: Storm, lines: "list[asyncio.Task[None]]") -> None:
    """Wait until every station has finished its cycle, and every outbox has a receipt for everything in it."""
    await asyncio.gather(*lines)
    for agent in storm.agents:
        while True:
            report = await asyncio.to_thread(read_report, agent.folder / "data" / "outbox.db")
            if not report.unsent_batches and not report.unsealed_records:
                break
            await asyncio.sleep(0.1)


def compared(made: list[Made], hub: Hub) -> dict[str, int]:
    """Result by result and value by value; how many were made, lost, doubled, altered."""
    rows = projection_of(hub)
    named = {(row["batch_id"], row["line"]): row["result_id"] for row in rows["measured"]}
    told = [row for _, row in spread(("value_column", row) for row in rows["value_column"])]
    values = {named[row["batch_id"], row["line"]]: row["value"] for row in told}
    assert len(values) == len(told)
    found = Counter(
        Made(
            row["author"], row["unit"], row["operation"], row["cycle"], row["verdict"], row["attempt"],
            values.pop(row["result_id"]),
        )
        for row in rows["unit_result"]
    )  # fmt: skip
    assert not values
    expected = Counter(made)
    assert max(expected.values()) == 1
    missing, strange = expected - found, found - expected
    doubled = sum(count - 1 for count in found.values() if count > 1)
    assert not missing, f"lost or altered: {list(missing)[:3]}, instead of them {list(strange)[:3]}"
    assert not strange, f"{doubled} doubled, for example {list(strange)[:3]}"
    for table in ("quarantine", "data_loss"):
        assert rows[table] == []
    return {"made": len(made), "on the hub": len(rows["unit_result"]), "lost": 0, "doubled": doubled, "altered": 0}


def sound(hub: Hub) -> None:
    """The ledger and its log verify from scratch, nobody forked, and projecting again changes nothing."""
    fsck(hub)
    with hub.store.reading() as connection:
        assert list_forks(connection) == []
    before = projection_of(hub)
    rebuild(hub)
    assert projection_of(hub) == before


def told(storm: Storm, figures: dict[str, int], raged: float, after: float) -> str:
    """What happened, in a few lines."""
    seen = storm.seen + sum((way.seen for way in [*storm.networks, *storm.wires]), Counter())
    inside = sum(member.between_statements for member in storm.members)
    deaths = ", ".join(f"{member.name} {member.deaths}" for member in storm.members)
    trouble = ", ".join(f"{what} {count}" for what, count in sorted(seen.items()))
    counts = ", ".join(f"{what} {count}" for what, count in figures.items())
    return (
        f"storm: {storm.kills} kills ({deaths}; {inside} of processes set to die between two statements)\n"
        f"storm: {trouble}\nstorm: {counts}\n"
        f"storm: {raged:.0f} s of it, {after:.0f} s until all had arrived and was compared"
    )
