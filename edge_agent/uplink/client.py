"""One HTTP client for the hub: a batch goes out, a bounded reply comes back.

A half-open connection (the other side is gone and nobody said so) is given up after ``Patience.silence`` seconds in
which not one byte went either way, 30 by default, and after ``connect`` seconds, 5 by default, while it is being made.
A hub may keep a batch waiting for its turn for 10 seconds and for its store for 20. Whoever keeps a connection alive
with a byte now and then is given up after ``whole`` seconds and one more for each ``slowest`` bytes sent.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import httpx
import msgspec

from edge_agent.config.settings import Hub
from edge_agent.outbox.batches import SealedBatch
from edge_agent.tls_pin import tls_context
from edge_agent.uplink.answer import Reply
from edge_agent.uplink.line import OutgoingLine
from traceability import __version__
from traceability.batch.open import compress
from traceability.errors import Malformed, SignatureRefused, ZhuoyueError
from traceability.sync import BATCH_TYPE, BATCHES_PATH, ChainHead, chain_path, open_head

_LARGEST_REPLY = 256 * 1024
_KEPT_ALIVE_S = 15
"""Shorter than hubs keep an idle connection, so that none is closed under a batch just being sent."""


class HubUnreachable(ZhuoyueError):
    """No connection, or no complete answer in time."""


class Patience(msgspec.Struct, frozen=True, kw_only=True):
    """Seconds until a connection is given up (see above); ``slowest`` in bytes per second."""

    connect: float = 5.0
    silence: float = 30.0
    whole: float = 60.0
    slowest: float = 1000.0


DEFAULT_PATIENCE = Patience()


class HubClient:
    """Talks to one hub; TLS is verified, redirects are not followed, proxies are used only for a hub elsewhere."""

    def __init__(
        self,
        hub: Hub,
        monotonic: Callable[[], float],
        patience: Patience = DEFAULT_PATIENCE,
        line: OutgoingLine | None = None,
    ) -> None:
        self._url = hub.url
        self._public_key = hub.public_key
        self._patience = patience
        self._slowest = min(patience.slowest, hub.bytes_per_s / 2) if hub.bytes_per_s else patience.slowest
        self._line = line or OutgoingLine(hub.bytes_per_s, monotonic)
        self._client = httpx.AsyncClient(
            timeout=httpx.Timeout(patience.silence, connect=patience.connect),
            limits=httpx.Limits(max_connections=hub.in_flight + 2, keepalive_expiry=_KEPT_ALIVE_S),
            proxy=hub.proxy,
            trust_env=not hub.loopback,
            verify=tls_context(hub.tls_pins, hub.ca_file),
            headers={"User-Agent": f"zhuoyue-agent/{__version__}", "Accept-Encoding": "identity"},
        )

    async def send(self, batch: SealedBatch) -> Reply:
        """Post a batch once it is its turn; HubUnreachable when there is no complete answer."""
        url = self._url + BATCHES_PATH
        async with self._line.turn() as turn:
            content = await asyncio.to_thread(compress, batch.body)
            headers = {"Content-Type": BATCH_TYPE, "Content-Encoding": "zstd", "Content-Length": str(len(content))}
            parts = self._line.parts(content, turn)
            async with (
                self._stated(url, len(content)),
                self._client.stream("POST", url, content=parts, headers=headers) as response,
            ):
                turn.done()  # a hub that answers before it has read everything will not read the rest
                return await _reply(response)

    async def head(self, author: str, chain: str, nonce: str) -> ChainHead | None:
        """Where a chain stands, as the hub signed it for this question; None when it does not say so.

        HubUnreachable as above.
        """
        url = self._url + chain_path(author, chain)
        async with self._stated(url, 0), self._client.stream("GET", url, params={"nonce": nonce}) as response:
            reply = await _reply(response)
        if reply.status != httpx.codes.OK:  # a hub before this question was thought of
            return None
        try:
            head = open_head(reply.body.strip(), self._public_key)
        except (Malformed, SignatureRefused):
            return None
        return head if (head.author, head.chain, head.nonce) == (author, chain, nonce) else None

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()

    @asynccontextmanager
    async def _stated(self, url: str, size: int) -> AsyncIterator[None]:
        whole = self._patience.whole + size / self._slowest
        try:
            async with asyncio.timeout(whole):
                yield
        except httpx.HTTPError as error:
            raise HubUnreachable(str(error) or type(error).__name__, where=url) from None
        except TimeoutError:
            raise HubUnreachable(f"no complete answer within {whole:.0f} s", where=url) from None


async def _reply(response: httpx.Response) -> Reply:
    body = b""
    async for part in response.aiter_bytes():
        body += part
        if len(body) > _LARGEST_REPLY:
            raise HubUnreachable(f"the reply is larger than {_LARGEST_REPLY} bytes", where=str(response.url))
    return Reply(
        status=response.status_code,
        headers={name.lower(): value for name, value in response.headers.items()},
        body=body,
    )
