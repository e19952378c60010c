"""Whatever a Modbus device or a tag sends: a value, or one stated fault; never another exception, never a guess."""

import asyncio
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from edge_agent.acquisition.cycle import read_cycle
from edge_agent.acquisition.resolve import resolve
from edge_agent.drivers.interface import DriverContext
from edge_agent.drivers.llrp.sightings import Seen, names_a_unit, samples_of
from edge_agent.drivers.modbus.blocks import ModbusDriver
from edge_agent.drivers.modbus.connection import Connection
from edge_agent.drivers.modbus.tcp import TcpLine
from edge_agent.drivers.registry import ModbusTcpSettings
from edge_agent.errors import CycleFault, DeviceError
from firmware_profiles.catalog import Catalog
from firmware_profiles.decode import decode
from firmware_profiles.errors import DecodeFault
from firmware_profiles.format import DataType, Layout, Point, Table
from traceability.identifier.item import ItemKind, parse_item

UNIT_ID = 1
POINTS = [
    Point(name="word", table=Table.HOLDING, address=5, type=DataType.UINT16, writable=True),
    Point(name="number", table=Table.HOLDING, address=6, type=DataType.FLOAT64),
    Point(name="text", table=Table.HOLDING, address=10, type=DataType.STRING, length=3),
]
COIL = Point(name="coil", table=Table.COIL, address=3, type=DataType.BOOL, writable=True)
REGISTERS = sum((1, 4, 3))
TAG = resolve(Catalog().find("generic", "llrp-reader"), "")
NOW = datetime(2026, 3, 1, tzinfo=UTC)


class Wire(asyncio.Transport):
    """Answers each request with what was chosen, in the pieces that were chosen, before anything else runs."""

    def __init__(self, connection, answers):
        super().__init__()
        self._connection, self._answers = connection, answers

    def write(self, request):
        loop = asyncio.get_running_loop()
        for piece in next(self._answers, lambda _: [])(request):
            loop.call_soon(self._connection.data_received, piece)
        loop.call_soon(self._connection.connection_lost, None)

    def abort(self):
        """Nothing to close."""


def driver_with(answers):
    context = DriverContext(device="press", data=Path(), clock=lambda: NOW, layout=Layout(max_gap=20))
    settings = ModbusTcpSettings(host="nowhere", port=1)
    line = TcpLine(settings, context.device)
    line._connection = made = Connection(settings.host, settings.port, 5.0)
    made.connection_made(Wire(made, iter(answers)))
    return ModbusDriver(line, UNIT_ID, context)


def outcome(answer, use):
    """What the driver makes of one answer; DeviceError and its kinds are stated faults."""

    async def ask():
        try:
            return await use(driver_with([answer]))
        except DeviceError:
            return None

    return asyncio.run(ask())


def framed(request, pdu, transaction=None, unit=None):
    head = (request[:2] if transaction is None else transaction) + b"\0\0" + (len(pdu) + 1).to_bytes(2, "big")
    return head + bytes([request[6] if unit is None else unit]) + pdu


def cut(content, places):
    cuts = sorted({place % (len(content) + 1) for place in places})
    return [content[first:last] for first, last in zip([0, *cuts], [*cuts, len(content)], strict=True) if first < last]


@given(st.binary(max_size=300), st.lists(st.integers(0, 400), max_size=3))
def test_any_bytes_on_the_wire(noise, places):
    for use in (lambda driver: driver.read(POINTS), lambda driver: driver.read([COIL]), lambda d: d.identity()):
        outcome(lambda _: cut(noise, places), use)


@given(st.binary(max_size=252))
def test_any_answer_in_a_right_frame(pdu):
    def check(samples):
        if samples is not None:
            assert pdu[:2] == bytes([3, 2 * REGISTERS])
            assert len(pdu) >= 2 + 2 * REGISTERS

    check(outcome(lambda request: [framed(request, pdu)], lambda driver: driver.read(POINTS)))
    outcome(lambda request: [framed(request, pdu)], lambda driver: driver.write(POINTS[0], 7))
    outcome(lambda request: [framed(request, pdu)], lambda driver: driver.identity())


@given(st.binary(min_size=2 * REGISTERS, max_size=2 * REGISTERS))
def test_any_registers_are_values_or_faults_of_their_point(content):
    answer = bytes([3, len(content)]) + content
    samples = outcome(lambda request: [framed(request, answer)], lambda driver: driver.read(POINTS))
    assert samples is not None
    for point in POINTS:
        try:
            value = decode(point, samples[point.name].raw)
        except DecodeFault:
            continue
        assert isinstance(value, str) == (point.type is DataType.STRING)


@given(st.binary(min_size=2, max_size=2), st.integers(0, 255), st.binary(max_size=20))
def test_an_answer_to_another_question_or_of_another_unit_is_never_taken(transaction, unit, pdu):
    def answer(request):
        other = transaction not in (request[:2], b"\0\0") or unit != UNIT_ID
        return [framed(request, pdu, transaction, unit)] if other else []

    assert outcome(answer, lambda driver: driver.read(POINTS)) is None


numbers = st.none() | st.integers(-(2**70), 2**70)


@given(
    st.builds(
        Seen,
        epc=st.binary(max_size=62),
        noticed=st.integers(-(10**9), 10**9).map(lambda seconds: NOW + timedelta(seconds=seconds)),
        antenna=numbers,
        rssi=st.none() | st.decimals(allow_nan=False, allow_infinity=False),
        first_seen=numbers,
        last_seen=numbers,
        seen_count=numbers,
    )
)
def test_any_tag_is_a_cycle_or_a_fault_and_names_a_unit_only_if_its_bytes_do(seen):
    samples = samples_of(seen, tuple(TAG.points.values()))
    try:
        cycle = read_cycle(TAG, samples, seen.ticket)
    except CycleFault:
        return
    if names_a_unit(seen.epc):
        assert cycle.code is not None
        assert parse_item(cycle.code.decode()).kind is ItemKind.UNIT
    assert samples["rssi"].raw is None or isinstance(samples["rssi"].raw, Decimal)
