"""Modbus TCP client.

When an answer does not come in time, or is not the answer to the question, the connection is closed, so that a late
answer can never be taken for the next one. ``connection`` matches transaction and unit identifiers.
"""

from pymodbus.pdu import ModbusPDU

from edge_agent.drivers.interface import DriverContext
from edge_agent.drivers.modbus.blocks import ModbusDriver, Question, Request, unreachable
from edge_agent.drivers.modbus.connection import Connection, NoAnswer
from edge_agent.drivers.registry import ModbusTcpSettings

_TODO = "check power, cable, host and port"


class TcpLine:
    """One TCP connection to one unit."""

    def __init__(self, settings: ModbusTcpSettings, device: str) -> None:
        self.device = device
        self.address = f"{settings.host}:{settings.port} unit {settings.unit_id}"
        self._settings = settings
        self._connection: Connection | None = None

    async def connect(self) -> None:
        """Open a new TCP connection."""
        self.drop()
        settings = self._settings
        connection = Connection(settings.host, settings.port, settings.timeout)
        try:
            await connection.open()
        except NoAnswer as failure:
            raise unreachable(self, str(failure), _TODO) from failure
        self._connection = connection

    async def ask(self, question: Question, request: Request) -> ModbusPDU:
        """The answer to one request; when none came in time, the connection is closed."""
        if self._connection is None or not self._connection.connected:
            self.drop()
            raise unreachable(self, "the connection is closed", _TODO, question.point)
        try:
            return await request(self._connection)
        except NoAnswer as failure:
            self.drop()
            raise unreachable(self, str(failure), _TODO, question.point) from failure
        except BaseException:
            self.drop()  # an answer may still be on its way
            raise

    def drop(self) -> None:
        """Close the connection, and with it the way for any late answer."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    async def close(self) -> None:
        """Close the connection."""
        self.drop()


class ModbusTcpDriver(ModbusDriver):
    """One Modbus unit behind one TCP connection."""

    def __init__(self, settings: ModbusTcpSettings, context: DriverContext) -> None:
        super().__init__(TcpLine(settings, context.device), settings.unit_id, context)
