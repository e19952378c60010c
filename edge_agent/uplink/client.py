"""One HTTP client for the hub: a batch goes out, a bounded reply comes back."""

import asyncio

import httpx

from edge_agent.config.settings import Hub
from edge_agent.outbox.batches import SealedBatch
from edge_agent.uplink.answer import Reply
from traceability import __version__
from traceability.batch.open import compress
from traceability.errors import ZhuoyueError
from traceability.sync import BATCH_TYPE, BATCHES_PATH

_LARGEST_REPLY = 256 * 1024
_TIMEOUT = httpx.Timeout(15.0, connect=5.0)


class HubUnreachable(ZhuoyueError):
    """No connection, or no complete answer in time."""


class HubClient:
    """Talks to one hub; TLS is verified, redirects are not followed, proxies are used only for a hub elsewhere."""

    def __init__(self, hub: Hub) -> None:
        self._url = hub.url + BATCHES_PATH
        self._client = httpx.AsyncClient(
            timeout=_TIMEOUT,
            trust_env=not hub.loopback,
            headers={"User-Agent": f"zhuoyue-agent/{__version__}", "Accept-Encoding": "identity"},
        )

    async def send(self, batch: SealedBatch) -> Reply:
        """Post a batch; HubUnreachable when there is no complete answer."""
        content = await asyncio.to_thread(compress, batch.body)
        headers = {"Content-Type": BATCH_TYPE, "Content-Encoding": "zstd"}
        try:
            async with self._client.stream("POST", self._url, content=content, headers=headers) as response:
                return Reply(
                    status=response.status_code,
                    headers={name.lower(): value for name, value in response.headers.items()},
                    body=await _bounded(response),
                )
        except httpx.HTTPError as error:
            raise HubUnreachable(str(error) or type(error).__name__, where=self._url) from None

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()


async def _bounded(response: httpx.Response) -> bytes:
    body = b""
    async for part in response.aiter_bytes():
        body += part
        if len(body) > _LARGEST_REPLY:
            raise HubUnreachable(f"the reply is larger than {_LARGEST_REPLY} bytes", where=str(response.url))
    return body
