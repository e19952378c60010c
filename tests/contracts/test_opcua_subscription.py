"""Sampled data: what a subscription proves, and what it does not."""

import asyncio

import msgspec
import pytest

from edge_agent.drivers.interface import Gap
from edge_agent.drivers.opcua.subscription import Evidence
from edge_agent.drivers.sequence import Count
from edge_agent.errors import DeviceRefused, DeviceUnreachable
from traceability.measurement import Status

pytestmark = pytest.mark.parametrize("device", ["opcua"], indirect=True)


async def collected(subscription, enough, seconds=60.0):
    """Every change until ``enough(all so far)``."""
    found = []
    async with asyncio.timeout(seconds):
        while not enough(found):
            found.append(await subscription.next())
    return found


def values(found, name):
    return [sample.raw for changes in found for sample in changes.samples if sample.point == name]


async def test_changes_come_as_samples_marked_sampled(running, driver):
    subscription = driver.subscription([running.resolved.points["m1"]], period=0.05)
    await subscription.open()
    first = await subscription.next()
    assert [sample.point for sample in first.samples] == ["m1"]
    await running.put_raw("m1", 12.5)
    found = await collected(subscription, lambda found: 12.5 in values(found, "m1"))
    assert {changes.evidence for changes in found} == {Evidence.SAMPLED}
    assert all(not changes.lost for changes in found)
    assert found[-1].samples[0].status is Status.GOOD


async def test_a_saturated_server_skips_and_every_gap_is_counted(running, driver):
    """The server is written to faster than its queues are emptied; what it skips, the counter shows."""
    counter = running.resolved.role("cycle")
    subscription = driver.subscription([running.resolved.points["m1"]], period=0.2, counter=counter)
    await running.put("cycle", 1000)
    await subscription.open()
    await collected(subscription, lambda found: 1000 in values(found, "cycle"))
    for number in range(1001, 1401):
        await running.put("cycle", number)
    found = await collected(subscription, lambda found: 1400 in values(found, "cycle"))
    seen = values(found, "cycle")
    gaps = [gap for changes in found for gap in changes.lost]
    assert seen == sorted(seen)
    assert len(seen) < 400, "nothing was skipped; this test proves nothing"
    missing = set(range(1001, 1401)) - set(seen)
    assert {number for gap in gaps for number in range(gap.first, gap.last + 1)} == missing
    assert subscription.count.missing == sum(gap.count for gap in gaps) == len(missing)
    assert {changes.evidence for changes in found} == {Evidence.COUNTED}


async def test_what_passed_during_an_outage_shows_as_a_gap(running, driver):
    counter = running.resolved.role("cycle")
    subscription = driver.subscription([], period=0.05, counter=counter)
    await running.put("cycle", 7)
    await subscription.open()
    await collected(subscription, lambda found: 7 in values(found, "cycle"))
    await running.stop()
    with pytest.raises(DeviceUnreachable):
        await collected(subscription, lambda _: False)
    await running.put("cycle", 12)
    await running.start()
    await driver.connect()
    await subscription.open()
    (changes,) = await collected(subscription, lambda found: found)
    assert changes.lost == (Gap(count=4, first=8, last=11, reason="the device's count jumped"),)


async def test_a_node_that_cannot_be_monitored_is_named(running, driver):
    strange = msgspec.structs.replace(running.resolved.points["m1"], node="ns=2;s=Nowhere")
    with pytest.raises(DeviceRefused, match=r"m1: it does not monitor node ns=2;s=Nowhere \(BadNodeIdUnknown\)"):
        await driver.subscription([strange]).open()


@pytest.mark.parametrize(
    ("largest", "numbers", "lost"),
    [
        (None, [5, 6, 6, 7], []),
        (None, [5, 9], [(6, 8, 3)]),
        (None, [9, 2, 3], [(None, None, 0)]),
        (65535, [65534, 65535, 0, 1], []),
        (65535, [65534, 65535, 1, 2], []),
        (65535, [65533, 2], [(None, None, 3)]),
        (65535, [900, 3], [(None, None, 0)]),
    ],
)
def test_a_count_knows_jumps_turns_and_restarts(device, largest, numbers, lost):
    count = Count(largest)
    gaps = [gap for gap in map(count.see, numbers) if gap]
    assert [(gap.first, gap.last, gap.count) for gap in gaps] == lost
    assert count.gaps == len(gaps)
