"""A witness that nobody can reach goes to the hub itself: fetch, judge as ever, bring the cosignature."""

import json
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable

from traceability.encoding import from_base64
from traceability.errors import Malformed
from traceability.log.checkpoint import read_checkpoint
from traceability.log.note import LARGEST_NOTE
from traceability.log.witness import AddCheckpoint, encode_request
from traceability.sync import CHECKPOINT_PATH
from witness.errors import HubProblem
from witness.memory import Witness

TIMEOUT_S = 20
OK, NO_CONTENT = 200, 204
Send = Callable[[str, bytes | None], tuple[int, bytes]]
"""GET an address, or POST a body to it; status and answer, ``OSError`` when nobody answers."""


def visit(witness: Witness, hub: str, send: Send) -> int:
    """Cosign the hub's log as it is now; the size cosigned. ``HubProblem`` says what the log did wrong."""
    base = hub.rstrip("/")
    note = _text(send, base + CHECKPOINT_PATH)
    checkpoint = read_checkpoint(note)
    last = witness.seen().get(checkpoint.origin)
    old = 0 if last is None else last.size
    path = _proof(send, base, old, checkpoint.size) if 0 < old < checkpoint.size else ()
    request = AddCheckpoint(old=min(old, checkpoint.size), path=path, note=note)
    decision = witness.add_checkpoint(encode_request(request).encode())
    if decision.alarm:
        raise HubProblem(
            decision.alarm, where=hub, advice="the proof is kept in the witness's folder under alarms/; show it around"
        )
    if decision.status != OK:
        raise HubProblem(f"not cosigned ({decision.status}): {decision.body.strip()}", where=hub)
    address = f"{base}/log/cosignatures?{urllib.parse.urlencode({'size': checkpoint.size})}"
    status, answer = send(address, decision.body.encode())
    if status != NO_CONTENT:
        said = answer.decode("utf-8", "replace")[:300]
        raise HubProblem(f"cosigned, but the hub did not take it ({status}): {said}", where=hub)
    return checkpoint.size


def _proof(send: Send, base: str, old: int, new: int) -> tuple[bytes, ...]:
    text = _text(send, f"{base}/log/proof/consistency?{urllib.parse.urlencode({'old': old, 'new': new})}")
    try:
        path = json.loads(text)["path"]
        return tuple(from_base64(str(digest), "consistency proof") for digest in path)
    except (ValueError, KeyError, TypeError):
        raise Malformed("the hub's answer is no consistency proof", where=base) from None


def _text(send: Send, url: str) -> str:
    status, answer = send(url, None)
    if status != OK:
        raise HubProblem(f"answered {status}", where=url, advice="is this the address of a hub?")
    try:
        return answer.decode()
    except UnicodeDecodeError:
        raise HubProblem("answered something that is no text", where=url) from None


def send_http(url: str, body: bytes | None) -> tuple[int, bytes]:
    """``Send`` over HTTP and HTTPS."""
    if not url.startswith(("http://", "https://")):
        raise HubProblem(f"{url[:100]!r} is no http address", where="--hub")
    request = urllib.request.Request(url, data=body)  # noqa: S310 - the scheme was looked at above
    if body is not None:
        request.add_header("Content-Type", "text/plain; charset=utf-8")
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT_S) as answer:  # noqa: S310
            return int(answer.status), bytes(answer.read(LARGEST_NOTE))
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read(LARGEST_NOTE)
    except urllib.error.URLError as error:
        advice = "look at the address and the network; for a hub with its own certificate set SSL_CERT_FILE to it"
        raise HubProblem(f"cannot be reached: {error.reason}", where=url, advice=advice) from None
