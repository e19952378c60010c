"""One question to the hub for what is new: signed, waited for, and its answer bounded."""

import httpx
import msgspec

from edge_agent.config.settings import Hub
from edge_agent.errors import AgentError
from edge_agent.tls_pin import tls_context
from traceability import __version__
from traceability.downlink import DOWNLINK_LIMITS, DOWNLINK_PATH, Poll, seal_poll
from traceability.signing import Signer
from traceability.sync import POLL_REFUSED, Problem

WAIT_S = 25.0
_SLACK_S = 15.0


class NoAnswer(AgentError):
    """No connection, or no complete answer in time."""


class NotAnswered(AgentError):
    """The hub refuses the question; ``status`` as HTTP has it, ``kind`` as the problem names it, or empty."""

    def __init__(self, what: str, *, status: int, kind: str, date: str, advice: str) -> None:
        super().__init__(what, where=DOWNLINK_PATH, advice=advice)
        self.status = status
        self.kind = kind
        self.date = date

    @property
    def is_about_time(self) -> bool:
        """Whether the poll's time was refused; ``date`` is the hub's."""
        return self.kind == POLL_REFUSED


class DownlinkClient:
    """Asks one hub."""

    def __init__(self, hub: Hub, author: str, signer: Signer) -> None:
        self.hub = hub
        self._url = f"{hub.url}{DOWNLINK_PATH}/{author}"
        self._signer = signer
        self._client = httpx.AsyncClient(
            timeout=httpx.Timeout(WAIT_S + _SLACK_S, connect=5.0),
            proxy=hub.proxy,
            trust_env=not hub.loopback,
            verify=tls_context(hub.tls_pins, hub.ca_file),
            headers={"User-Agent": f"zhuoyue-agent/{__version__}", "Accept-Encoding": "zstd"},
        )

    async def ask(self, poll: Poll, wait: float) -> bytes | None:
        """The next batch (zstd), None when there is none yet; NoAnswer or NotAnswered."""
        headers = {"Authorization": seal_poll(poll, self._signer)}
        try:
            async with self._client.stream("GET", self._url, params={"wait": wait}, headers=headers) as response:
                body = await _bounded(response)
                if response.status_code == httpx.codes.OK:
                    return body
                if response.status_code == httpx.codes.NO_CONTENT:
                    return None
                raise _refusal(response.status_code, response.headers.get("date", ""), body)
        except httpx.HTTPError as error:
            raise NoAnswer(str(error) or type(error).__name__, where=self._url) from None

    async def close(self) -> None:
        """Close the connection."""
        await self._client.aclose()


async def _bounded(response: httpx.Response) -> bytes:
    body = b""
    async for part in response.aiter_raw():  # as sent: decompressed within bounds later
        body += part
        if len(body) > DOWNLINK_LIMITS.body:
            raise NoAnswer(f"the answer is larger than {DOWNLINK_LIMITS.body} bytes")
    return body


def _refusal(status: int, date: str, body: bytes) -> NotAnswered:
    try:
        problem = msgspec.json.decode(body, type=Problem)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return NotAnswered(f"HTTP {status}", status=status, kind="", date=date, advice="look at hub.url")
    what = problem.detail or problem.title
    return NotAnswered(what, status=status, kind=problem.type, date=date, advice=problem.advice)
