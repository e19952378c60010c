"""The evidence file: records, and for each the way from its line to the log's checkpoint.

``application/vnd.zhuoyue.evidence+json``: one JSON object in one canonical spelling, so that every byte counts.
Record line -> Merkle path -> header (in its author's envelope) -> Merkle path -> checkpoint signed by the log and
cosigned by witnesses. The authors' keys are themselves records of the log (``author-key``, sealed by the hub), so a
reader needs to trust one key only, the log's; and that the log shows everybody the same, its witnesses.

The subject is the canonical identity of a unit or lot, ``urn:zhuoyue:declaration:ID`` (the records that share this
id: an assessment, a value, a cost), or ``urn:zhuoyue:record:HEADER-HASH:INDEX`` (that record alone).

A record can be **withheld**: the file then holds its leaf hash in place of its line, with the path that proves that
this leaf stands in the signed batch. Of which kind it is, nobody can see from a hash (records are salted); what the
file says about kind and id is the hub's word, and the hub signs it (``statement``), so that it can be held to it when
the record is shown later.
"""

import msgspec

from traceability.encoding import from_base64
from traceability.errors import FormatUnsupported, Malformed

EVIDENCE_TYPE = "application/vnd.zhuoyue.evidence+json"
WITHHELD_TYPE = "application/vnd.zhuoyue.withheld+json"
EVIDENCE_FORMAT = "1.1"
FIRST_FORMAT = "1.0"  # without witnesses and withheld records
DECLARATION = "urn:zhuoyue:declaration:"
RECORD = "urn:zhuoyue:record:"


class ProvedRecord(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A record ``line`` (text, without newline) at ``index`` of batch ``batch`` (header hash); ``path`` is base64."""

    batch: str
    index: int
    path: tuple[str, ...]
    line: str


class WithheldRecord(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A record that is not shown: its ``leaf`` hash (base64) is proved, ``kind`` and ``id`` are the hub's word."""

    batch: str
    index: int
    path: tuple[str, ...]
    leaf: str
    kind: str
    id: str


class ProvedHeader(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A batch header in its author's envelope (one JSON line), and its place in the log."""

    hash: str
    envelope: str
    log_index: int
    path: tuple[str, ...]


class Evidence(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Headers are sorted by log index, records and withheld by (log index of their batch, index).

    ``witnesses`` are the keys by which the checkpoint's cosignatures are verified, in their order; ``statement`` is
    the hub's envelope over what it says of ``withheld``.
    """

    format: str
    subject: str
    log_key: str
    checkpoint: str
    headers: tuple[ProvedHeader, ...]
    records: tuple[ProvedRecord, ...]
    witnesses: tuple[str, ...] = ()
    withheld: tuple[WithheldRecord, ...] = ()
    statement: str = ""


class _Word(msgspec.Struct, frozen=True):
    batch: str
    index: int
    leaf: str
    kind: str
    id: str


class _Words(msgspec.Struct, frozen=True):
    subject: str
    withheld: tuple[_Word, ...]


def withheld_words(subject: str, withheld: tuple[WithheldRecord, ...]) -> bytes:
    """What the hub signs about the records it withholds."""
    words = tuple(_Word(one.batch, one.index, one.leaf, one.kind, one.id) for one in withheld)
    return msgspec.json.encode(_Words(subject, words))


def decode_path(texts: tuple[str, ...]) -> list[bytes]:
    """A Merkle path as hashes."""
    return [from_base64(text, "Merkle path") for text in texts]


def encode_evidence(evidence: Evidence) -> bytes:
    """The one spelling of an evidence file, newline at its end."""
    return msgspec.json.encode(evidence) + b"\n"


def decode_evidence(data: bytes) -> Evidence:
    """Parse; ``Malformed`` unless ``data`` is exactly what ``encode_evidence`` writes."""
    try:
        evidence = msgspec.json.decode(data, type=Evidence)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Malformed(f"not an evidence file: {error}") from None
    if evidence.format not in {FIRST_FORMAT, EVIDENCE_FORMAT}:
        raise FormatUnsupported(
            f"format {evidence.format[:20]!r} is not one of {FIRST_FORMAT} and {EVIDENCE_FORMAT}, which are read here",
            advice="check it with the program version that made it, or a newer one",
        )
    if evidence.format == FIRST_FORMAT and (evidence.witnesses or evidence.withheld or evidence.statement):
        raise Malformed(f"format {FIRST_FORMAT} knows no witnesses and no withheld records")
    expected = encode_evidence(evidence)
    if expected != data:
        place = next((i for i, (a, b) in enumerate(zip(expected, data, strict=False)) if a != b), len(expected))
        raise Malformed(f"byte {place} is not as an evidence file is spelt")
    return evidence
