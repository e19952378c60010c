"""Modbus TCP client.

When an answer does not come in time, or is not the answer to the question, the connection is closed, so that a late
answer can never be taken for the next one. The library below matches transaction and unit identifiers.
"""

from pymodbus.client import AsyncModbusTcpClient
from pymodbus.exceptions import ModbusException
from pymodbus.pdu import ModbusPDU

from edge_agent.drivers.interface import DriverContext
from edge_agent.drivers.modbus.blocks import ModbusDriver, Question, Request, unreachable
from edge_agent.drivers.registry import ModbusTcpSettings

_TODO = "check power, cable, host and port"


class TcpLine:
    """One TCP connection to one unit."""

    def __init__(self, settings: ModbusTcpSettings, device: str) -> None:
        self.device = device
        self.address = f"{settings.host}:{settings.port} unit {settings.unit_id}"
        self._settings = settings
        self._client: AsyncModbusTcpClient | None = None

    async def connect(self) -> None:
        """Open a new TCP connection."""
        self.drop()
        settings = self._settings
        client = AsyncModbusTcpClient(
            settings.host, port=settings.port, timeout=settings.timeout, retries=0, reconnect_delay=0
        )
        if not await client.connect():
            client.close()
            raise unreachable(self, "no connection", _TODO)
        self._client = client

    async def ask(self, question: Question, request: Request) -> ModbusPDU:
        """The answer to one request; when none came in time, the connection is closed."""
        if self._client is None or not self._client.connected:
            self.drop()
            raise unreachable(self, "the connection is closed", _TODO, question.point)
        try:
            return await request(self._client)
        except ModbusException as failure:
            self.drop()
            what = f"no answer within {self._settings.timeout} s"
            raise unreachable(self, what, _TODO, question.point) from failure
        except BaseException:
            self.drop()  # an answer may still be on its way
            raise

    def drop(self) -> None:
        """Close the connection, and with it the way for any late answer."""
        if self._client is not None:
            self._client.close()
            self._client = None

    async def close(self) -> None:
        """Close the connection."""
        self.drop()


class ModbusTcpDriver(ModbusDriver):
    """One Modbus unit behind one TCP connection."""

    def __init__(self, settings: ModbusTcpSettings, context: DriverContext) -> None:
        super().__init__(TcpLine(settings, context.device), settings.unit_id, context)
