"""What one Modbus TCP connection takes for an answer, and what ends it."""

import asyncio
from contextlib import asynccontextmanager

import pytest

from edge_agent.drivers.modbus.connection import Connection, NoAnswer

ANSWER = b"\x03\x02\x12\x34"


def frame(request, pdu, *, transaction=None, protocol=b"\0\0", unit=None):
    head = (request[:2] if transaction is None else transaction) + protocol + (len(pdu) + 1).to_bytes(2, "big")
    return head + bytes([request[6] if unit is None else unit]) + pdu


@asynccontextmanager
async def connection(*pieces_of, unanswered=False):
    """A connection to a device that sends the pieces ``pieces_of[n](request)`` for request n, then hangs up."""
    ended = asyncio.Event()

    async def serve(reader, writer):
        try:
            for pieces in pieces_of:
                request = await reader.read(260)
                for piece in pieces(request):
                    writer.write(piece)
                    await asyncio.sleep(0.01)
            if not unanswered:
                await reader.read(260)
        finally:
            writer.close()
            ended.set()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    made = Connection("127.0.0.1", server.sockets[0].getsockname()[1], 1.0)
    await made.open()
    try:
        yield made
    finally:
        made.close()
        await asyncio.wait_for(ended.wait(), 60)
        server.close()


async def read(made, unit=7):
    return tuple((await made.read_holding_registers(5, count=1, device_id=unit)).registers)


@pytest.mark.parametrize("at", [1, 6, 7, 8, 10])
async def test_an_answer_may_come_in_pieces(at):
    async with connection(lambda asked: (frame(asked, ANSWER)[:at], frame(asked, ANSWER)[at:])) as made:
        assert await read(made) == (0x1234,)


async def test_answers_to_something_else_are_passed_over():
    def pieces(asked):
        others = frame(asked, b"\x03\x02\0\x01", transaction=b"\x77\x77") + frame(asked, b"\x03\x02\0\x02", unit=9)
        return (others + frame(asked, ANSWER),)

    async with connection(pieces) as made:
        assert await read(made) == (0x1234,)


async def test_a_second_answer_to_one_question_is_not_the_next_answer():
    def twice(asked):
        return (frame(asked, ANSWER) + frame(asked, ANSWER),)

    async with connection(twice, lambda asked: (frame(asked, b"\x03\x02\0\x09"),)) as made:
        assert await read(made) == (0x1234,)
        assert await read(made) == (9,)


async def test_a_device_without_transaction_numbers_and_one_that_is_asked_as_unit_0_are_heard():
    async with connection(lambda asked: (frame(asked, ANSWER, transaction=b"\0\0"),)) as made:
        assert await read(made) == (0x1234,)
    async with connection(lambda asked: (frame(asked, ANSWER, unit=255),)) as made:
        assert await read(made, unit=0) == (0x1234,)


@pytest.mark.parametrize(
    "garbage",
    [
        lambda asked: frame(asked, ANSWER, protocol=b"\0\x01"),
        lambda asked: asked[:4] + b"\0\x01" + asked[6:8],
        lambda asked: asked[:4] + b"\xff\xff" + asked[6:8],
        lambda _: b"HTTP/1.1 400 Bad Request\r\n",
    ],
    ids=["another protocol", "too short", "too long", "another server"],
)
async def test_what_is_no_modbus_frame_is_told_at_once(garbage):
    async with connection(lambda asked: (garbage(asked),)) as made:
        with pytest.raises(NoAnswer, match="no Modbus TCP frame"):
            await asyncio.wait_for(read(made), 30)


@pytest.mark.parametrize("pdu", [b"\x03\x04\x12\x34", b"\x03", b"\x63\x01\x02", b"\x2b\x7f\x01"])
async def test_an_answer_that_cannot_be_read_is_told_at_once(pdu):
    async with connection(lambda asked: (frame(asked, pdu),)) as made:
        with pytest.raises(NoAnswer, match="cannot be read"):
            await asyncio.wait_for(read(made), 30)


async def test_a_device_that_hangs_up_is_told_at_once_and_not_asked_again():
    async with connection(lambda _: (), unanswered=True) as made:
        with pytest.raises(NoAnswer, match="closed the connection"):
            await asyncio.wait_for(read(made), 30)
        assert not made.connected
        with pytest.raises(NoAnswer, match="is closed"):
            await read(made)


async def test_transaction_numbers_start_anew_after_the_last_one():
    seen = []

    def answer(asked):
        seen.append(asked[:2])
        return (frame(asked, ANSWER),)

    async with connection(answer, answer) as made:
        made._asked = (0xFFFE, 0)
        await read(made)
        await read(made)
    assert seen == [b"\xff\xff", b"\0\x01"]
