"""What the hub's answer to a batch means; no I/O.

The body is evidence only when it is a receipt that the configured hub key signed and that names exactly this batch.
Everything else leaves the batch where it is.
"""

from collections.abc import Mapping
from datetime import datetime
from email.utils import parsedate_to_datetime

import msgspec

from edge_agent.outbox.batches import SealedBatch
from traceability.errors import Malformed, SignatureRefused
from traceability.sync import FORK, OUT_OF_ORDER, Notice, Problem, Quarantined, open_receipt

_LONGEST_RETRY_AFTER = 300.0
_TAKEN = (200, 201, 202)
_BUSY = (429, 503)
_TIMEOUT = 408


class Accepted(msgspec.Struct, frozen=True):
    """The batch is in the hub's ledger; ``envelope`` is the signed receipt."""

    envelope: bytes
    log_index: int
    quarantined: tuple[Quarantined, ...]
    notices: tuple[Notice, ...] = ()


class Resend(msgspec.Struct, frozen=True):
    """The hub lacks earlier batches, from ``expected`` on."""

    expected: int


class Early(msgspec.Struct, frozen=True):
    """The batch came before its turn, and those before it, which are under way too, did not come in time."""

    expected: int


class Later(msgspec.Struct, frozen=True):
    """Nothing is wrong with the batch; try again, after so many seconds if the hub named a time."""

    reason: str
    after: float | None = None


class Refused(msgspec.Struct, frozen=True):
    """The hub does not take this batch, or its answer cannot be trusted; a person must look."""

    reason: str
    advice: str


class Forked(Refused, frozen=True):
    """The hub holds another batch at this place of the chain, or before it, and will never take this one."""


Answer = Accepted | Resend | Early | Later | Refused


class Reply(msgspec.Struct, frozen=True, kw_only=True):
    """An HTTP answer; header names in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def understand(reply: Reply, batch: SealedBatch, author: str, hub_key: bytes, now: datetime) -> Answer:
    """What the hub's reply to ``batch`` means."""
    if reply.status in _TAKEN:
        return _receipt(reply.body, batch, author, hub_key)
    problem = _problem(reply)
    if reply.status in _BUSY:
        return Later(_said(reply, problem), _retry_after(reply.headers, now))
    if reply.status >= 500 or reply.status == _TIMEOUT:
        return Later(_said(reply, problem))
    if problem is not None and problem.type == OUT_OF_ORDER and problem.expected_seq is not None:
        return Resend(problem.expected_seq)
    kind = Forked if problem is not None and problem.type == FORK else Refused
    return kind(_said(reply, problem), _advice(reply, problem))


def _receipt(body: bytes, batch: SealedBatch, author: str, hub_key: bytes) -> Answer:
    envelope = body.strip()
    try:
        receipt = open_receipt(envelope, hub_key)
    except (Malformed, SignatureRefused) as error:
        return Refused(
            f"the receipt cannot be trusted: {error}",
            "compare hub.public_key with the key the hub shows; something between here and the hub may be answering",
        )
    said = (receipt.author, receipt.chain, receipt.seq, receipt.hash)
    ours = (author, batch.chain, batch.seq, batch.hash)
    if said != ours:
        return Refused(f"the receipt is for {said}, this batch is {ours}", "tell the hub's administrator")
    return Accepted(envelope, receipt.log_index, receipt.quarantined, receipt.notices)


def _problem(reply: Reply) -> Problem | None:
    try:
        return msgspec.json.decode(reply.body, type=Problem)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None


def _said(reply: Reply, problem: Problem | None) -> str:
    if problem is None:
        return f"HTTP {reply.status} without an explanation"
    detail = f": {problem.detail}" if problem.detail else ""
    return f"HTTP {reply.status}, {problem.title}{detail}"[:500]


def _advice(reply: Reply, problem: Problem | None) -> str:
    if problem is not None and problem.type == FORK:
        return problem.advice or (
            "two agents sign with one key, or this one was restored from a copy; see that no other one runs, "
            "then stop this one, run 'zhuoyue-agent chain new' and start it again"
        )
    if problem is not None and problem.advice:
        return problem.advice[:500]
    if 300 <= reply.status < 400:
        return "the hub is elsewhere; set hub.url to its real address"
    return "look at hub.url, and ask the hub's administrator"


def _retry_after(headers: Mapping[str, str], now: datetime) -> float | None:
    """Seconds of a Retry-After header (RFC 9110, 10.2.3: a number or a date), bounded; None without a usable one."""
    text = headers.get("retry-after", "").strip()
    if text.isascii() and text.isdigit():
        return min(float(text), _LONGEST_RETRY_AFTER)
    try:
        when = parsedate_to_datetime(text)
        seconds = (when - now).total_seconds()
    except (ValueError, TypeError):
        return None
    return min(max(seconds, 0.0), _LONGEST_RETRY_AFTER)
