"""The offline check of an evidence file: from the log's key down to each record, and that nothing else stands in it.

Order: spelling of the file, the log's key, the checkpoint and its witnesses, each header's place in the log, each
header's signature by the key its author had there, each record's place under its header, what is withheld, and what
the records are about.
"""

import msgspec

from traceability.batch.header import HEADER_TYPE, Header, decode_header, header_hash
from traceability.encoding import from_tagged
from traceability.errors import Malformed, ProofRefused, ZhuoyueError, locating
from traceability.evidence import Evidence, ProvedHeader, ProvedRecord, decode_evidence, decode_path
from traceability.log.checkpoint import Checkpoint
from traceability.log.note import VerifierKey
from traceability.log.policy import Policy
from traceability.merkle import check_inclusion, leaf_hash
from traceability.record.codec import AnyRecord, decode_record
from traceability.record.keys import AuthorKeyRevokedRecord
from traceability.record.master import AuthorKeyRecord
from traceability.signing import envelope_payload, read_envelope, verified_payload
from traceability.verify.checkpoint import checked_checkpoint
from traceability.verify.keys import KeyBook, KeyStatement, collect_keys
from traceability.verify.report import Fact, Report, Standing
from traceability.verify.subject import check_subject
from traceability.verify.withheld import check_withheld, unstated, withheld_kinds
from traceability.verify.wording import header_words, record_words


class _Placed(msgspec.Struct, frozen=True):
    """A header whose place in the log is proved, not yet its signature."""

    stated: ProvedHeader
    header: Header


def check_evidence(data: bytes, log_key: VerifierKey | None = None, policy: Policy | None = None) -> Report:
    """Check ``data``; every failure is a fact of the report, none is raised.

    Without ``log_key`` and a ``policy`` that names logs the file's own log key is used, and the report says that this
    is assumed. Cosignatures count for the witnesses that ``policy`` names; those of others are told as assumed.
    """
    facts: list[Fact] = []
    subject = ""
    records = 0
    withheld: dict[str, int] = {}
    try:
        evidence = decode_evidence(data)
        subject, withheld = evidence.subject, withheld_kinds(evidence)
        checkpoint = checked_checkpoint(evidence, log_key, policy, facts)
        records = _check_contents(evidence, checkpoint, facts)
    except ZhuoyueError as error:
        facts.append(Fact(standing=Standing.FAILED, text=error.what, where=error.where or "file"))
    return Report(subject=subject, facts=tuple(facts), records=records, withheld=withheld)


def _check_contents(evidence: Evidence, checkpoint: Checkpoint, facts: list[Fact]) -> int:
    """How many records are proved under ``checkpoint``; what was found goes into ``facts``."""
    placed = _placed_headers(evidence, checkpoint)
    parsed = _parsed_records(evidence, placed)
    keys = _key_book(evidence, placed, parsed)
    for entry in placed.values():
        _check_signature(entry, keys)
        facts.append(_proved(header_words(entry.header, entry.stated.log_index), _where(entry.stated)))
    facts.extend(_revocations(placed, keys))
    check_subject(evidence, parsed)
    for index, record in enumerate(parsed):
        header = placed[evidence.records[index].batch].header
        facts.append(_proved(record_words(record, header), f"records[{index}]"))
    places = {batch: (entry.stated.log_index, entry.header) for batch, entry in placed.items()}
    facts.extend(check_withheld(evidence, places, keys, checkpoint.size))
    facts.extend(unstated(evidence, places))
    return len(parsed)


def _proved(text: str, where: str) -> Fact:
    return Fact(standing=Standing.PROVED, text=text, where=where)


def _where(stated: ProvedHeader) -> str:
    return f"header at log position {stated.log_index}"


def _revocations(placed: dict[str, _Placed], keys: KeyBook) -> list[Fact]:
    """Authors of this file whose keys were revoked later: what they signed before stays proved, the reader is told."""
    last: dict[str, int] = {}
    for entry in placed.values():
        last[entry.header.author] = max(entry.stated.log_index, last.get(entry.header.author, 0))
    revoked = {author: keys.revoked_at(author, index) for author, index in last.items()}
    return [
        _proved(f"every key of {author} is revoked from log position {position} on; what stands before counts", "keys")
        for author, position in sorted(revoked.items())
        if position is not None
    ]


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
    check_inclusion(leaf, stated.log_index, checkpoint.size, decode_path(stated.path), checkpoint.root)
    return _Placed(stated, decode_header(payload))


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
    unused = set(placed) - {proved.batch for proved in evidence.records} - {one.batch for one in evidence.withheld}
    if unused:
        raise Malformed("a header has no record in this file", where=_where(placed[min(unused)].stated))
    return parsed


def _parsed(proved: ProvedRecord, header: Header) -> AnyRecord:
    line = proved.line.encode()
    root = from_tagged(header.root, "root")
    check_inclusion(leaf_hash(line), proved.index, header.records, decode_path(proved.path), root)
    record = decode_record(line)
    if record.seq != header.first_record + proved.index:
        raise ProofRefused(f"record sequence {record.seq} does not fit its place in the batch")
    return record


def _key_book(evidence: Evidence, placed: dict[str, _Placed], parsed: list[AnyRecord]) -> KeyBook:
    first = next((entry for entry in placed.values() if entry.stated.log_index == 0), None)
    if first is None:
        raise ProofRefused("the log's first batch, which introduces the hub's key, is missing", where="headers")
    statements: dict[int, list[tuple[str, int, KeyStatement]]] = {}
    for proved, record in zip(evidence.records, parsed, strict=True):
        if isinstance(record, AuthorKeyRecord | AuthorKeyRevokedRecord):
            entry = placed[proved.batch]
            statements.setdefault(entry.stated.log_index, []).append((entry.header.author, proved.index, record))
    return collect_keys(first.header.author, statements)


def _check_signature(entry: _Placed, keys: KeyBook) -> None:
    with locating(_where(entry.stated)):
        key = keys.key_for(entry.header.author, entry.stated.log_index)
        verified_payload(read_envelope(entry.stated.envelope.encode()), HEADER_TYPE, key)
