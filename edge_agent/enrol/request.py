"""One request about a key to the hub, and its signed answer."""

from pathlib import Path

import httpx
import msgspec

from edge_agent.errors import AgentError
from edge_agent.tls_pin import tls_context
from traceability import __version__
from traceability.enrolment import Enrolled, open_enrolled
from traceability.errors import ZhuoyueError
from traceability.signing import key_id
from traceability.sync import Problem

_TIMEOUT_S = 30.0
_LARGEST = 64 * 1024


class HubPlace(msgspec.Struct, frozen=True, kw_only=True):
    """Where a hub is, by what it is known (``key`` is its raw public key), and the way there, as in ``[hub]``."""

    url: str
    key: bytes
    tls_pins: tuple[str, ...]
    proxy: str | None = None
    ca_file: Path | None = None
    loopback: bool = False


def ask_hub(hub: HubPlace, path: str, body: bytes, public_key: bytes) -> Enrolled:
    """The hub's answer to a key request for ``public_key``; AgentError says what it refused or why it can't be trusted.

    When nothing came back it is not known what the hub did; asking the same again is harmless.
    """
    headers = {"Content-Type": "application/json", "User-Agent": f"zhuoyue-agent/{__version__}"}
    try:
        with (
            httpx.Client(
                verify=tls_context(hub.tls_pins, hub.ca_file),
                proxy=hub.proxy,
                trust_env=not hub.loopback,
                timeout=_TIMEOUT_S,
            ) as client,
            client.stream("POST", hub.url + path, content=body, headers=headers) as response,
        ):
            answer = _bounded(response)
            status = response.status_code
    except httpx.HTTPError as error:
        raise AgentError(
            f"the hub gives no answer: {str(error) or type(error).__name__}",
            where=hub.url,
            advice="look at the network and the address, then run the same command again",
        ) from None
    if status != httpx.codes.OK:
        raise _refusal(hub, status, answer)
    return _checked(hub, answer, public_key)


def _checked(hub: HubPlace, answer: bytes, public_key: bytes) -> Enrolled:
    try:
        enrolled = open_enrolled(answer.strip(), hub.key)
    except ZhuoyueError as error:
        raise AgentError(
            f"the answer is not the hub's: {error}",
            where=hub.url,
            advice="compare the hub's key; something between here and the hub may be answering",
        ) from None
    if enrolled.key != key_id(public_key):
        raise AgentError("the hub's answer is about another key", where=hub.url, advice="tell its administrator")
    return enrolled


def _bounded(response: httpx.Response) -> bytes:
    body = b""
    for part in response.iter_bytes():
        body += part
        if len(body) > _LARGEST:
            raise AgentError(f"the answer is larger than {_LARGEST} bytes", where=str(response.url))
    return body


def _refusal(hub: HubPlace, status: int, answer: bytes) -> AgentError:
    try:
        problem = msgspec.json.decode(answer, type=Problem)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return AgentError(f"the hub refuses: HTTP {status}", where=hub.url, advice="look at the address")
    return AgentError(f"the hub refuses: {problem.detail or problem.title}", where=hub.url, advice=problem.advice)
