"""The wire contract between agent and hub: addresses, media types, receipts and problems (RFC 9457).

**Batches.** An agent may have several batches of a chain under way, each in a request of its own, sent in order. The
hub takes them in order. A batch that arrives before its turn is *early*: the hub keeps the request waiting, and its
answer is the receipt once those before it are taken. No receipt is given before that, so a hub that is restarted
forgets nothing it has vouched for; the agent sees a broken connection and sends again.

- Early batches wait while they are at most ``EARLY_BATCHES`` ahead of the one due, at most ``EARLY_HELD_S`` seconds,
  and while the hub has room for their bytes. Otherwise the answer is 409 ``OUT_OF_ORDER`` with ``expected_seq``.
- 201 is a receipt for a batch just taken, 200 the same receipt again for the same batch.
- 409 ``FORK``, 400, 403 and 413 are refusals: sending the same bytes again changes nothing until a person acts.
- 408, 429, 503 and 507 mean later (``Retry-After`` in seconds, when the hub knows better than the agent's back-off).

**Where a chain stands.** ``GET`` of ``chain_path`` with ``?nonce=`` answers with a ``ChainHead`` that the hub signed.
An agent asks at its start and every few minutes; when the hub stands before the agent's receipts (it was restored from
a backup), the agent sends again what follows.

**Versions.** Readers ignore fields they do not know, in receipts, problems, heads and records. The hub takes batches of
every minor version of a major version it knows (``ChainHead.format`` names the newest it knows); another major version
is refused with ``UNSUPPORTED_FORMAT``.
"""

from typing import Annotated
from urllib.parse import quote

import msgspec

from traceability.errors import Malformed
from traceability.record.base import Count, Hash, Id, Instant, Sequence
from traceability.signing import Signer, read_envelope, seal_envelope, verified_payload

BATCH_TYPE = "application/vnd.zhuoyue.batch+jsonl"
RECEIPT_TYPE = "application/vnd.zhuoyue.receipt+json"
HEAD_TYPE = "application/vnd.zhuoyue.chain-head+json"
PROBLEM_TYPE = "application/problem+json"
BATCHES_PATH = "/api/v1/batches"
CHECKPOINT_PATH = "/log/checkpoint"
AUTHORS_PATH = "/api/v1/authors"

EARLY_BATCHES = 8
"""How far ahead of the one due a batch may wait."""

EARLY_HELD_S = 10.0
"""Seconds an early batch waits for its turn; an agent waits longer than that for an answer."""

PROBLEM_PREFIX = "urn:zhuoyue:problem:"
MALFORMED = PROBLEM_PREFIX + "malformed"
TOO_LARGE = PROBLEM_PREFIX + "too-large"
UNKNOWN_AUTHOR = PROBLEM_PREFIX + "unknown-author"
BAD_SIGNATURE = PROBLEM_PREFIX + "bad-signature"
WRONG_ENVIRONMENT = PROBLEM_PREFIX + "wrong-environment"
OUT_OF_ORDER = PROBLEM_PREFIX + "out-of-order"
FORK = PROBLEM_PREFIX + "fork"
BUSY = PROBLEM_PREFIX + "busy"
FULL = PROBLEM_PREFIX + "storage-full"
KEY_REVOKED = PROBLEM_PREFIX + "key-revoked"
TOKEN_REFUSED = PROBLEM_PREFIX + "token-refused"
UNKNOWN_PICTURE = PROBLEM_PREFIX + "unknown-picture"
POLL_REFUSED = PROBLEM_PREFIX + "poll-refused"
TOO_SLOW = PROBLEM_PREFIX + "too-slow"
UNSUPPORTED_FORMAT = PROBLEM_PREFIX + "unsupported-format"
CLOCK_AHEAD = PROBLEM_PREFIX + "clock-ahead"


class Quarantined(msgspec.Struct, frozen=True):
    """A record the hub keeps but could not understand."""

    seq: Count
    reason: str


class Notice(msgspec.Struct, frozen=True, kw_only=True):
    """What is odd about a batch that was taken all the same; ``type`` is that of a problem."""

    type: str
    detail: str
    advice: str


class Receipt(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The hub's answer to a batch, which it signs: what was taken, and where in the log its header stands."""

    author: Id
    chain: Id
    seq: Sequence
    hash: Hash
    log_index: Count
    recorded_at: Instant
    quarantined: tuple[Quarantined, ...] = ()
    notices: tuple[Notice, ...] = ()


class ChainHead(msgspec.Struct, frozen=True, kw_only=True):
    """Where a chain stands on the hub: its last batch (0 and None before the first), and the format the hub knows.

    ``next_record`` is the sequence that the chain's next record has, ``nonce`` what was asked with.
    """

    author: Id
    chain: Id
    seq: Count
    hash: Hash | None
    next_record: Sequence
    format: str
    nonce: str


class Problem(msgspec.Struct, kw_only=True, omit_defaults=True):
    """RFC 9457 problem details, with what an agent needs to act on."""

    type: str
    title: str
    status: Annotated[int, msgspec.Meta(ge=400, le=599)]
    detail: str = ""
    advice: str = ""
    expected_seq: int | None = None


def chain_path(author: str, chain: str) -> str:
    """The address of a chain's ``ChainHead``."""
    return f"{AUTHORS_PATH}/{quote(author, safe='')}/chains/{quote(chain, safe='')}"


def seal_receipt(receipt: Receipt, signer: Signer) -> bytes:
    """The receipt in an envelope signed by the hub."""
    return seal_envelope(msgspec.json.encode(receipt), RECEIPT_TYPE, signer)


def open_receipt(line: bytes, hub_key: bytes) -> Receipt:
    """Verify and parse a receipt."""
    payload = verified_payload(read_envelope(line), RECEIPT_TYPE, hub_key)
    try:
        return msgspec.json.decode(payload, type=Receipt)
    except msgspec.DecodeError as error:
        raise Malformed(f"not a receipt: {error}") from None


def seal_head(head: ChainHead, signer: Signer) -> bytes:
    """The head in an envelope signed by the hub."""
    return seal_envelope(msgspec.json.encode(head), HEAD_TYPE, signer)


def open_head(line: bytes, hub_key: bytes) -> ChainHead:
    """Verify and parse a head."""
    payload = verified_payload(read_envelope(line), HEAD_TYPE, hub_key)
    try:
        return msgspec.json.decode(payload, type=ChainHead)
    except msgspec.DecodeError as error:
        raise Malformed(f"not a head of a chain: {error}") from None
