"""When files of pictures may leave: at which hours, and in which gaps of the line."""

import asyncio
import datetime as dt
import time

from edge_agent.uplink.line import OutgoingLine
from edge_agent.uplink.picture_lane import within


def test_hours_go_past_midnight() -> None:
    night, day, always = (dt.time(22), dt.time(6)), (dt.time(6), dt.time(22)), (dt.time(), dt.time())
    for at, at_night in ((dt.time(23), True), (dt.time(5, 59), True), (dt.time(6), False), (dt.time(12), False)):
        assert (within(at, night), within(at, day), within(at, always)) == (at_night, not at_night, True)


async def test_a_picture_goes_out_in_the_gaps_between_batches_only() -> None:
    line = OutgoingLine(None, time.monotonic)
    picture, sent = line.gaps(bytes(100_000)), []

    async def send() -> None:
        sent.extend([len(part) async for part in picture])

    async with line.turn() as turn:
        sending = asyncio.create_task(send())
        await asyncio.sleep(0.2)
        assert sent == []
        turn.done()
        await asyncio.wait_for(sending, 10)
    assert sum(sent) == 100_000


async def test_pictures_and_batches_together_keep_to_the_bound() -> None:
    now = 0.0
    line = OutgoingLine(1000.0, lambda: now)
    async for _ in line.gaps(bytes(250)):
        pass
    begun = time.monotonic()
    async with line.turn() as turn:
        async for _ in line.parts(bytes(250), turn):
            pass
    assert time.monotonic() - begun >= 0.2, "the batch waits until the picture's bytes have had their time"
