"""The parts of one proof as plain files, to be checked with sha256sum and openssl by who trusts no program of ours.

``record`` (its bytes), ``record.path``, ``header`` (what the author signed), ``header.path``, ``header.sig``,
``author.pem``, ``checkpoint`` (what the log signed), ``checkpoint.sig``, ``log.pem``. A path file has one line for each
step up the tree: ``left`` or ``right``, the side on which the hash stands, and the hash in upper-case hex.
"""

from collections.abc import Sequence
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from traceability.batch.header import HEADER_TYPE, decode_header
from traceability.encoding import from_base64
from traceability.errors import ProofRefused
from traceability.evidence import Evidence, ProvedHeader, ProvedRecord, decode_path
from traceability.log.checkpoint import read_checkpoint
from traceability.log.note import parse_verifier_key, split_note
from traceability.record.codec import decode_record
from traceability.record.master import AuthorKeyRecord
from traceability.signing import envelope_payload, read_envelope


def unpack(evidence: Evidence, folder: Path) -> ProvedRecord:
    """Write the parts that prove the first record which is no key; the record. Check the file first."""
    record = next((one for one in evidence.records if not _is_key(one)), None) or evidence.records[-1]
    header = next(one for one in evidence.headers if one.hash == record.batch)
    envelope = read_envelope(header.envelope.encode())
    payload = envelope_payload(envelope, HEADER_TYPE)
    text, signatures = split_note(evidence.checkpoint)
    size = read_checkpoint(evidence.checkpoint).size
    parts = {
        "record": record.line.encode(),
        "record.path": _path(record.index, decode_header(payload).records, decode_path(record.path)),
        "header": payload,
        "header.path": _path(header.log_index, size, decode_path(header.path)),
        "header.sig": from_base64(envelope.signatures[0].sig, "signature"),
        "author.pem": _pem(_author_key(evidence, decode_header(payload).author, header)),
        "checkpoint": text.encode(),
        "checkpoint.sig": signatures[0].signature,
        "log.pem": _pem(parse_verifier_key(evidence.log_key).public_key),
    }
    folder.mkdir(parents=True)
    for name, data in parts.items():
        (folder / name).write_bytes(data)
    return record


def _is_key(record: ProvedRecord) -> bool:
    return isinstance(decode_record(record.line.encode()), AuthorKeyRecord)


def _author_key(evidence: Evidence, author: str, header: ProvedHeader) -> bytes:
    """The last key that the file gives ``author`` before the batch (of the log's first batch: in it)."""
    places = {one.hash: one.log_index for one in evidence.headers}
    found = [
        (places[one.batch], record.public_key)
        for one in evidence.records
        if isinstance(record := decode_record(one.line.encode()), AuthorKeyRecord) and record.id == author
        if places[one.batch] < max(header.log_index, 1)
    ]
    if not found:
        raise ProofRefused(f"the file holds no key of {author!r}")
    return from_base64(max(found)[1], f"key of {author}")


def _path(index: int, size: int, path: Sequence[bytes]) -> bytes:
    """One line a step (RFC 9162 section 2.1.3.2)."""
    position, last = index, size - 1
    lines = []
    for sibling in path:
        left = bool(position & 1) or position == last
        lines.append(f"{'left' if left else 'right'} {sibling.hex().upper()}\n")
        while left and not position & 1 and position:
            position, last = position >> 1, last >> 1
        position, last = position >> 1, last >> 1
    return "".join(lines).encode()


def _pem(public_key: bytes) -> bytes:
    return Ed25519PublicKey.from_public_bytes(public_key).public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
