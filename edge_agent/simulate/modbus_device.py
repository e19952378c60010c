"""A profile on Modbus TCP. Only what the profile names (and the gaps it lets be read) exists; the rest is refused."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import msgspec
from pymodbus.pdu.device import ModbusDeviceIdentification
from pymodbus.server import ModbusTcpServer
from pymodbus.simulator import DataType as Cells
from pymodbus.simulator import SimData, SimDevice

from edge_agent.acquisition.resolve import Resolved
from edge_agent.drivers.modbus.plan import Block, plan_reads
from firmware_profiles.decode import decode_registers
from firmware_profiles.encode import encode_registers
from firmware_profiles.format import DataType, Identification, Layout, Point, Profile, Table, Value, span

_TABLES = (Table.COIL, Table.DISCRETE, Table.HOLDING, Table.INPUT)  # the order of the library
_READ = {Table.COIL: 1, Table.DISCRETE: 2, Table.HOLDING: 3, Table.INPUT: 4}
_BITS = (Table.COIL, Table.DISCRETE)
_UNIT_AT = 6  # in a Modbus TCP frame
_NOWHERE = 0xFFFF  # a table without points still needs one cell


class RegisterMemory:
    """The registers and bits of one station, in the server's own store."""

    def __init__(self, points: Mapping[str, Point], unit: int) -> None:
        self._points = points
        self._unit = unit
        self.server: ModbusTcpServer | None = None

    async def put(self, values: Mapping[str, Value], *, swapped: bool = False) -> None:
        """Write points in the order given."""
        for name, value in values.items():
            point = self._points[name]
            if point.bit is not None or point.mask is not None:
                cells = [_with_bits(point, (await self._cells(point)), value)]
            else:
                cells = list(encode_registers(point, value))
            if swapped and len(cells) > 1 and point.type is not DataType.STRING:
                cells.reverse()
            await self._store(point, cells)

    async def get(self, point: str) -> Value:
        """Read a point."""
        found = self._points[point]
        return decode_registers(found, await self._cells(found))

    async def _cells(self, point: Point) -> list[int]:
        assert self.server is not None
        got = await self.server.async_getValues(self._unit, _READ[_table(point)], point.address or 0, span(point))
        return [int(cell) for cell in got]

    async def _store(self, point: Point, cells: list[int]) -> None:
        assert self.server is not None
        table, first = _table(point), point.address or 0
        content = [bool(cell) for cell in cells] if table in _BITS else cells
        await self.server.async_setValues(self._unit, _READ[table], first, content)


class ModbusDevice:
    """One unit on 127.0.0.1 or another address, with one or several stations; ``port`` 0 takes a free one."""

    def __init__(self, profile: Profile, stations: Sequence[Resolved], *, host: str, port: int, unit: int) -> None:
        self._profile = profile
        self._address = (host, port)
        self._unit = unit
        points = [point for station in stations for point in station.points.values()]
        self._blocks = plan_reads(points, _whole(stations[0].layout))
        self.memories = tuple(RegisterMemory(station.points, unit) for station in stations)
        self._server: ModbusTcpServer | None = None

    @property
    def memory(self) -> RegisterMemory:
        """The memory of the first station."""
        return self.memories[0]

    async def start(self) -> None:
        """Serve; OSError when the port is taken."""
        device = SimDevice(self._unit, tuple(_cells(table, self._blocks) for table in _TABLES))  # type: ignore[arg-type]
        identity = _identity(self._profile.identification)
        server = ModbusTcpServer(
            device, address=self._address, identity=identity, trace_packet=_silent_for_others(self._unit)
        )
        try:
            await server.serve_forever(background=True)
        except RuntimeError as taken:
            message = f"port {self._address[1]} of {self._address[0]} cannot be served; choose another --port"
            raise OSError(message) from taken
        self._server = server
        for memory in self.memories:
            memory.server = server

    @property
    def port(self) -> int:
        """Where it listens."""
        assert self._server is not None
        transport: Any = self._server.transport
        return int(transport.sockets[0].getsockname()[1])

    async def stop(self) -> None:
        """Serve no more."""
        if self._server is not None:
            await self._server.shutdown()  # type: ignore[no-untyped-call] # pymodbus left it untyped


def _silent_for_others(unit: int) -> Callable[[bool, bytes], bytes]:
    """Requests to units that are not there get no answer; the library would answer with a failure."""

    def heard(sending: bool, packet: bytes) -> bytes:
        begins = len(packet) >= _UNIT_AT + 1 and packet[2:4] == b"\0\0"
        return b"" if begins and not sending and packet[_UNIT_AT] != unit else packet

    return heard


def _table(point: Point) -> Table:
    assert point.table is not None
    return point.table


def _whole(layout: Layout) -> Layout:
    return msgspec.structs.replace(layout, max_registers=125)


def _cells(table: Table, blocks: Iterable[Block]) -> list[SimData]:
    kind, empty = (Cells.BITS, False) if table in _BITS else (Cells.REGISTERS, 0)
    here = [
        SimData(block.first, count=block.count, values=empty, datatype=kind) for block in blocks if block.table is table
    ]
    return here or [SimData(_NOWHERE, count=1, values=empty, datatype=kind)]


def _with_bits(point: Point, cells: list[int], value: Value) -> int:
    """The word with the point's bits set and all others as they are; only words of 16 bits are shared."""
    mask = 1 << point.bit if point.bit is not None else point.mask or 0
    if point.bit is not None:
        number = int(value is True)
    else:
        (number,) = encode_registers(msgspec.structs.replace(point, mask=None), value)
    lowest = mask & -mask
    return (cells[0] & ~mask & 0xFFFF) | (number * lowest & mask)


def _identity(wanted: Identification) -> ModbusDeviceIdentification | None:
    texts = (wanted.vendor, wanted.product, wanted.revision or firmware_in(wanted.firmware))
    if not any(texts):
        return None
    info = {number: literal(text) for number, text in enumerate(texts)}
    return ModbusDeviceIdentification(info=info)  # type: ignore[no-untyped-call] # pymodbus left it untyped


def literal(pattern: str | None) -> str:
    """A text that the pattern fits."""
    return (pattern or "").replace("*", "").replace("?", "0")


def firmware_in(versions: str | None) -> str:
    """A version at the lower end of a range, so that a simulated device fits its own profile."""
    bounds = [part.strip().lstrip("><= ") for part in (versions or "").split(",") if ">=" in part or "==" in part]
    return bounds[0] if bounds else "1.0"
