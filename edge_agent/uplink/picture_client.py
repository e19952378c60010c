"""One HTTP client for files of pictures: a signed piece goes out between batches, a small answer comes back."""

import asyncio

import httpx
import msgspec

from edge_agent.config.settings import Hub
from edge_agent.tls_pin import tls_context
from edge_agent.uplink.line import OutgoingLine
from traceability import __version__
from traceability.encoding import sha256, tagged
from traceability.errors import ZhuoyueError
from traceability.picture import Held, Piece, picture_path, seal_piece
from traceability.signing import Signer
from traceability.sync import Problem

_LARGEST_ANSWER = 64 * 1024
_CONNECT_S, _SILENCE_S, _WHOLE_S = 5.0, 30.0, 120.0
_SLOWEST = 1000.0
"""Bytes a second; a line that is held slower than twice that gets longer."""


class PictureNotTaken(ZhuoyueError):
    """The hub did not take a piece; ``status`` as HTTP has it, 0 when there was no answer at all.

    ``after_s`` is when it wants to be asked again, if it said so.
    """

    def __init__(self, what: str, *, status: int, after_s: float | None = None) -> None:
        super().__init__(what)
        self.status = status
        self.after_s = after_s


class PictureClient:
    """Talks to one hub."""

    def __init__(self, hub: Hub, signer: Signer, line: OutgoingLine) -> None:
        self._url = hub.url
        self._signer = signer
        self._line = line
        self._slowest = min(_SLOWEST, hub.bytes_per_s / 2) if hub.bytes_per_s else _SLOWEST
        self._client = httpx.AsyncClient(
            timeout=httpx.Timeout(_SILENCE_S, connect=_CONNECT_S),
            proxy=hub.proxy,
            trust_env=not hub.loopback,
            verify=tls_context(hub.tls_pins, hub.ca_file),
            headers={"User-Agent": f"zhuoyue-agent/{__version__}", "Accept-Encoding": "identity"},
        )

    async def put(self, piece: Piece, body: bytes = b"") -> Held:
        """Send ``body`` as the piece that ``piece`` begins; PictureNotTaken otherwise."""
        signed = msgspec.structs.replace(piece, length=len(body), content=tagged(sha256(body)))
        headers = {"Authorization": seal_piece(signed, self._signer), "Content-Length": str(len(body))}
        url = self._url + picture_path(piece.sha256)
        try:
            async with asyncio.timeout(_WHOLE_S + len(body) / self._slowest):
                content = self._line.gaps(body)
                async with self._client.stream("PUT", url, content=content, headers=headers) as response:
                    return _understood(response, await _bounded(response))
        except httpx.HTTPError as error:
            raise PictureNotTaken(str(error) or type(error).__name__, status=0) from None
        except TimeoutError:
            raise PictureNotTaken("no complete answer in time", status=0) from None

    async def close(self) -> None:
        """Close the connection."""
        await self._client.aclose()


async def _bounded(response: httpx.Response) -> bytes:
    body = b""
    async for part in response.aiter_bytes():
        body += part
        if len(body) > _LARGEST_ANSWER:
            raise PictureNotTaken(f"the answer is larger than {_LARGEST_ANSWER} bytes", status=response.status_code)
    return body


def _understood(response: httpx.Response, body: bytes) -> Held:
    status = response.status_code
    try:
        if status in (httpx.codes.OK, httpx.codes.ACCEPTED):
            return msgspec.json.decode(body, type=Held)
        problem = msgspec.json.decode(body, type=Problem)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise PictureNotTaken(f"HTTP {status} without an explanation", status=status) from None
    after = response.headers.get("retry-after", "")
    wait = float(after) if after.isascii() and after.isdigit() else None
    raise PictureNotTaken((problem.detail or problem.title)[:300], status=status, after_s=wait)
