"""The wire contract between agent and hub: addresses, media types, receipts and problems (RFC 9457)."""

from typing import Annotated

import msgspec

from traceability.errors import Malformed
from traceability.record.base import Count, Hash, Id, Instant, Sequence
from traceability.signing import Signer, read_envelope, seal_envelope, verified_payload

BATCH_TYPE = "application/vnd.zhuoyue.batch+jsonl"
RECEIPT_TYPE = "application/vnd.zhuoyue.receipt+json"
PROBLEM_TYPE = "application/problem+json"
BATCHES_PATH = "/api/v1/batches"
CHECKPOINT_PATH = "/log/checkpoint"

PROBLEM_PREFIX = "urn:zhuoyue:problem:"
MALFORMED = PROBLEM_PREFIX + "malformed"
TOO_LARGE = PROBLEM_PREFIX + "too-large"
UNKNOWN_AUTHOR = PROBLEM_PREFIX + "unknown-author"
BAD_SIGNATURE = PROBLEM_PREFIX + "bad-signature"
WRONG_ENVIRONMENT = PROBLEM_PREFIX + "wrong-environment"
OUT_OF_ORDER = PROBLEM_PREFIX + "out-of-order"
FORK = PROBLEM_PREFIX + "fork"
BUSY = PROBLEM_PREFIX + "busy"


class Quarantined(msgspec.Struct, frozen=True):
    """A record the hub keeps but could not understand."""

    seq: Count
    reason: str


class Receipt(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The hub's answer to a batch, which it signs: what was taken, and where in the log its header stands."""

    author: Id
    chain: Id
    seq: Sequence
    hash: Hash
    log_index: Count
    recorded_at: Instant
    quarantined: tuple[Quarantined, ...] = ()


class Problem(msgspec.Struct, kw_only=True, omit_defaults=True):
    """RFC 9457 problem details, with what an agent needs to act on."""

    type: str
    title: str
    status: Annotated[int, msgspec.Meta(ge=400, le=599)]
    detail: str = ""
    advice: str = ""
    expected_seq: int | None = None


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
