"""The offline check of an evidence file: from the log's key down to each record, and that nothing else stands in it.

Order: spelling of the file, the log's key, the checkpoint, each header's place in the log, each header's signature by
the key its author had there, each record's place under its header, and what the records are about.
"""

import msgspec

from traceability.batch.header import HEADER_TYPE, Header, decode_header, header_hash
from traceability.encoding import from_base64, from_tagged
from traceability.errors import Malformed, ProofRefused, SignatureRefused, ZhuoyueError, locating
from traceability.evidence import Evidence, ProvedHeader, ProvedRecord, decode_evidence
from traceability.log.checkpoint import Checkpoint, open_checkpoint
from traceability.log.note import VerifierKey, parse_verifier_key
from traceability.merkle import check_inclusion, leaf_hash
from traceability.record.codec import AnyRecord, decode_record
from traceability.record.master import AuthorKeyRecord
from traceability.signing import envelope_payload, read_envelope, verified_payload
from traceability.verify.keys import KeyBook, collect_keys
from traceability.verify.report import Fact, Report, Standing
from traceability.verify.subject import check_subject
from traceability.verify.wording import header_words, record_words

CHECKPOINT_LINES = 5  # origin, size, root, blank, one signature


class _Placed(msgspec.Struct, frozen=True):
    """A header whose place in the log is proved, not yet its signature."""

    stated: ProvedHeader
    header: Header


def check_evidence(data: bytes, log_key: VerifierKey | None = None) -> Report:
    """Check ``data``; every failure is a fact of the report, none is raised.

    Without ``log_key`` the file's own log key is used, and the report says that this is assumed.
    """
    facts: list[Fact] = []
    subject = ""
    records = 0
    try:
        evidence = decode_evidence(data)
        subject = evidence.subject
        verifier = _log_key(evidence, log_key, facts)
        checkpoint = _checkpoint(evidence, verifier, facts)
        placed = _placed_headers(evidence, checkpoint)
        parsed = _parsed_records(evidence, placed)
        keys = _key_book(evidence, placed, parsed)
        for entry in placed.values():
            _check_signature(entry, keys)
            facts.append(_proved(header_words(entry.header, entry.stated.log_index), _where(entry.stated)))
        check_subject(subject, parsed)
        for index, record in enumerate(parsed):
            header = placed[evidence.records[index].batch].header
            facts.append(_proved(record_words(record, header), f"records[{index}]"))
        records = len(parsed)
    except ZhuoyueError as error:
        facts.append(Fact(standing=Standing.FAILED, text=error.what, where=error.where or "file"))
    return Report(subject=subject, facts=tuple(facts), records=records)


def _proved(text: str, where: str) -> Fact:
    return Fact(standing=Standing.PROVED, text=text, where=where)


def _where(stated: ProvedHeader) -> str:
    return f"header at log position {stated.log_index}"


def _log_key(evidence: Evidence, trusted: VerifierKey | None, facts: list[Fact]) -> VerifierKey:
    with locating("log_key"):
        stated = parse_verifier_key(evidence.log_key)
    if trusted is None:
        text = f"the log is the one you mean; compare its key with the hub's own page: {stated}"
        facts.append(Fact(standing=Standing.ASSUMED, text=text, where="log_key"))
    elif trusted != stated:
        raise SignatureRefused(f"the file is from the log {stated}, not from {trusted}", where="log_key")
    return stated


def _checkpoint(evidence: Evidence, verifier: VerifierKey, facts: list[Fact]) -> Checkpoint:
    with locating("checkpoint"):
        checkpoint = open_checkpoint(evidence.checkpoint, verifier)
        if evidence.checkpoint.count("\n") != CHECKPOINT_LINES:
            raise Malformed("one signature was expected, the log's")
    facts.append(_proved(f"{verifier.name} signed its log of {checkpoint.size} batches", "checkpoint"))
    return checkpoint


def _placed_headers(evidence: Evidence, checkpoint: Checkpoint) -> dict[str, _Placed]:
    """Headers by hash, each proved to stand in the log; sorted and unique."""
    positions = [stated.log_index for stated in evidence.headers]
    if positions != sorted(set(positions)):
        raise Malformed("headers must be sorted by log position, each once", where="headers")
    placed = {}
    for stated in evidence.headers:
        with locating(_where(stated)):
            placed[stated.hash] = _placed(stated, checkpoint)
    return placed


def _placed(stated: ProvedHeader, checkpoint: Checkpoint) -> _Placed:
    envelope = read_envelope(stated.envelope.encode())
    payload = envelope_payload(envelope, HEADER_TYPE)
    if header_hash(payload) != stated.hash:
        raise ProofRefused(f"the header's hash is {header_hash(payload)}, the file says {stated.hash[:80]}")
    leaf = leaf_hash(from_tagged(stated.hash, "header hash"))
    check_inclusion(leaf, stated.log_index, checkpoint.size, _path(stated.path), checkpoint.root)
    return _Placed(stated, decode_header(payload))


def _path(texts: tuple[str, ...]) -> list[bytes]:
    return [from_base64(text, "Merkle path") for text in texts]


def _parsed_records(evidence: Evidence, placed: dict[str, _Placed]) -> list[AnyRecord]:
    """Records in the file's order, each proved to stand under its header."""
    order = []
    parsed = []
    for number, proved in enumerate(evidence.records):
        with locating(f"records[{number}]"):
            entry = placed.get(proved.batch)
            if entry is None:
                raise ProofRefused(f"its batch {proved.batch[:80]} is not among the headers")
            order.append((entry.stated.log_index, proved.index))
            parsed.append(_parsed(proved, entry.header))
    if order != sorted(set(order)):
        raise Malformed("records must be sorted by log position and index, each once", where="records")
    unused = set(placed) - {proved.batch for proved in evidence.records}
    if unused:
        raise Malformed("a header has no record in this file", where=_where(placed[min(unused)].stated))
    return parsed


def _parsed(proved: ProvedRecord, header: Header) -> AnyRecord:
    line = proved.line.encode()
    root = from_tagged(header.root, "root")
    check_inclusion(leaf_hash(line), proved.index, header.records, _path(proved.path), root)
    record = decode_record(line)
    if record.seq != header.first_record + proved.index:
        raise ProofRefused(f"record sequence {record.seq} does not fit its place in the batch")
    return record


def _key_book(evidence: Evidence, placed: dict[str, _Placed], parsed: list[AnyRecord]) -> KeyBook:
    first = next((entry for entry in placed.values() if entry.stated.log_index == 0), None)
    if first is None:
        raise ProofRefused("the log's first batch, which introduces the hub's key, is missing", where="headers")
    key_records: dict[int, list[tuple[str, AuthorKeyRecord]]] = {}
    for proved, record in zip(evidence.records, parsed, strict=True):
        if isinstance(record, AuthorKeyRecord):
            entry = placed[proved.batch]
            key_records.setdefault(entry.stated.log_index, []).append((entry.header.author, record))
    return collect_keys(first.header.author, key_records)


def _check_signature(entry: _Placed, keys: KeyBook) -> None:
    with locating(_where(entry.stated)):
        key = keys.key_for(entry.header.author, entry.stated.log_index)
        verified_payload(read_envelope(entry.stated.envelope.encode()), HEADER_TYPE, key)
