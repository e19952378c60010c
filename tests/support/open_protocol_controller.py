"""A tightening controller that speaks Open Protocol, written from the specification and from recorded telegrams.

It knows nothing of the codec under test: a result is a telegram of a real controller in which single characters are
replaced at their places (counted from 1, as the specification does).
"""

import asyncio
from dataclasses import dataclass, field

HOST = "127.0.0.1"
LARGEST = 4_294_967_295

# Recorded telegrams, as published with open implementations of the protocol.
REV_1 = (
    "02310061001 0000    010000020103 CVI3 Vision             04                         "
    "050106001070002080000090101110120000201300005014000030150000321600100170020018000001900000202018-08-01:08:55:15"
    "212018-07-19:07:48:10220230000000235"
)
REV_2 = (
    "03850061002         010000020003RA ST6.2 ETV100          04                         "
    "05000006001070208000670900001000001101221301401501611711811912000000081942100340022004600230040002400050525000202"
    "600420270000028000002900100300085031000043200033150340003500000036999900370000003800000039000000400000004100001848"
    "874200000430000044      C0761275452020-06-25:01:04:39462020-06-24:10:48:53"
)
OLD_1 = (
    "01180065001         01012345678902AIRBAG                   "
    "03001040002050060070080014670900046102001-04-22:14:54:34112"
)
OLD_2 = (
    "02260065002         01012345678902AIRBAG                   "
    "030001040020510060093807000008000009010011112013214115016217118000004189819001000200036021002502200223000215240010"
    "252500012266553527ABCDEFG-123   282019-01-05:09:00:05"
)
PLACES = {  # of id, VIN, tightening status, torque in hundredths, angle and time
    (61, 1): (222, 60, 108, 141, 170, 177),
    (61, 2): (304, 60, 121, 184, 213, 346),
    (65, 1): (23, 35, 73, 82, 90, 97),
    (65, 2): (23, 35, 96, 135, 143, 208),
}
TEMPLATES = {(61, 1): REV_1, (61, 2): REV_2, (65, 1): OLD_1, (65, 2): OLD_2}


@dataclass
class Tightening:
    id: int
    vin: str = "VIN1"
    ok: bool = True
    torque: int = 1234
    angle: int = 46
    time: str = "2026-03-01:08:00:00"

    def telegram(self, mid: int, revision: int) -> bytes:
        text = TEMPLATES[mid, revision]
        parts = (f"{self.id:010d}", f"{self.vin:25}", str(int(self.ok)), f"{self.torque:06d}", f"{self.angle:05d}")
        for place, part in zip(PLACES[mid, revision], (*parts, self.time), strict=True):
            text = text[: place - 1] + part + text[place - 1 + len(part) :]
        return text.encode("ascii")


def telegram(mid: int, data: str = "", revision: int = 1) -> bytes:
    return f"{20 + len(data):04d}{mid:04d}{revision:03d}".ljust(20).encode("ascii") + data.encode("ascii")


@dataclass
class Controller:
    """``results`` is what it still has, by id; ``faults`` names what it does wrong: see ``_serve`` and ``_old``."""

    revisions: tuple[int, ...] = (1, 2)
    results: dict[int, Tightening] = field(default_factory=dict)
    faults: set[str] = field(default_factory=set)
    port: int = 0
    seen: list[bytes] = field(default_factory=list)
    sessions: int = 0
    acknowledged: list[int] = field(default_factory=list)
    latest: int = 0

    async def start(self) -> None:
        self._writers: set[asyncio.StreamWriter] = set()
        self._revision = 0
        self._unacknowledged: list[Tightening] = []
        self._subscriber: asyncio.StreamWriter | None = None
        self._server = await asyncio.start_server(self._serve, HOST, self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        self._server.close()
        for writer in list(self._writers):
            writer.transport.abort()
        await self._server.wait_closed()
        self._subscriber = None

    def cut(self) -> None:
        """The cable is pulled: every connection is gone at once."""
        for writer in list(self._writers):
            writer.transport.abort()
        self._subscriber = None
        self._unacknowledged.clear()

    def tighten(self, number: int, **values: object) -> Tightening:
        """One more tightening; told when somebody subscribed, and kept."""
        made = Tightening(id=number, **values)  # type: ignore[arg-type]
        self.results[number] = made
        self.latest = number
        if self._subscriber is not None:
            self._unacknowledged.append(made)
            if len(self._unacknowledged) == 1:
                self._tell()
        return made

    def say(self, content: bytes) -> None:
        assert self._subscriber is not None
        self._subscriber.write(content)

    def _tell(self) -> None:
        content = self._unacknowledged[0].telegram(61, self._revision)
        if "unreadable result" in self.faults:
            content = content.replace(b"202", b"2x2") if self._revision == 1 else content[:20] + b"77" + content[22:]
        if "wrong length" in self.faults:
            content = b"0099" + content[4:]
        if "half message" in self.faults:
            content = content[:100]
        self.say(content + (b"" if "half message" in self.faults else b"\0"))

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        self.sessions += 1
        try:
            while True:
                length = await reader.readexactly(4)
                rest = await reader.readexactly(int(length) - 3)
                assert rest[-1:] == b"\0", "every message ends in NUL"
                self._answer(length + rest[:-1], writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            self._writers.discard(writer)
            if self._subscriber is writer:
                self._subscriber = None
                self._unacknowledged.clear()
            writer.close()

    def _answer(self, message: bytes, writer: asyncio.StreamWriter) -> None:
        self.seen.append(message)
        mid, revision, data = int(message[4:8]), int(message[8:11].strip() or b"1"), message[20:].decode()
        if "silence" in self.faults:
            return
        for reply in self._replies(mid, revision, data, writer):
            writer.write(reply + b"\0")
        if mid == 62 and self._unacknowledged:
            self.acknowledged.append(self._unacknowledged.pop(0).id)
            if self._unacknowledged:
                self._tell()

    def _replies(self, mid: int, revision: int, data: str, writer: asyncio.StreamWriter) -> list[bytes]:
        if mid == 1:
            greetings = {"garbage": b"HTTP/1.1 400 Bad Request", "busy": telegram(4, "000196")}
            welcome = telegram(2, "0100010202" + f"03{'Airbag1':25}")
            return [next((greetings[fault] for fault in self.faults if fault in greetings), welcome)]
        if mid == 60:
            if revision not in self.revisions:
                return [telegram(4, "006097")]
            self._revision, self._subscriber = revision, writer
            return [telegram(5, "0060")]
        if mid == 64:
            return [self._old(int(data), revision)]
        return [telegram(9999)] if mid == 9999 else []

    def _old(self, number: int, revision: int) -> bytes:
        if "no old results" in self.faults:
            return telegram(4, "006499")
        if revision not in self.revisions:
            return telegram(4, "006497")
        if "busy once" in self.faults and number:
            self.faults.discard("busy once")
            return telegram(4, "006479")
        found = self.results.get(number or self.latest)
        if found is None:
            return telegram(4, "006415")
        if "wrong old result" in self.faults and number:
            found = Tightening(id=number + 1000)
        content = found.telegram(65, revision)
        return content[:20] + b"99" + content[22:] if "unreadable old result" in self.faults else content
