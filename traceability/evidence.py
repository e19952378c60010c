"""The evidence file of one unit: records, and for each the way from its line to the log's checkpoint.

``application/vnd.zhuoyue.evidence+json``: one JSON object in one canonical spelling, so that every byte counts.
Record line -> Merkle path -> header (in its author's envelope) -> Merkle path -> checkpoint signed by the log.
The authors' keys are themselves records of the log (``author-key``, sealed by the hub), so a reader needs to trust
one key only: the log's.
"""

import msgspec

from traceability.errors import Malformed

EVIDENCE_TYPE = "application/vnd.zhuoyue.evidence+json"
EVIDENCE_FORMAT = "1.0"


class ProvedRecord(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A record ``line`` (text, without newline) at ``index`` of batch ``batch`` (header hash); ``path`` is base64."""

    batch: str
    index: int
    path: tuple[str, ...]
    line: str


class ProvedHeader(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A batch header in its author's envelope (one JSON line), and its place in the log."""

    hash: str
    envelope: str
    log_index: int
    path: tuple[str, ...]


class Evidence(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Headers are sorted by log index, records by (log index of their batch, index)."""

    format: str
    subject: str
    log_key: str
    checkpoint: str
    headers: tuple[ProvedHeader, ...]
    records: tuple[ProvedRecord, ...]


def encode_evidence(evidence: Evidence) -> bytes:
    """The one spelling of an evidence file, newline at its end."""
    return msgspec.json.encode(evidence) + b"\n"


def decode_evidence(data: bytes) -> Evidence:
    """Parse; ``Malformed`` unless ``data`` is exactly what ``encode_evidence`` writes."""
    try:
        evidence = msgspec.json.decode(data, type=Evidence)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Malformed(f"not an evidence file: {error}") from None
    if evidence.format != EVIDENCE_FORMAT:
        raise Malformed(f"format {evidence.format[:20]!r} is not {EVIDENCE_FORMAT}, which this program reads")
    expected = encode_evidence(evidence)
    if expected != data:
        place = next((i for i, (a, b) in enumerate(zip(expected, data, strict=False)) if a != b), len(expected))
        raise Malformed(f"byte {place} is not as an evidence file is spelt")
    return evidence
