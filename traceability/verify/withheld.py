"""Records that a file withholds: their leaves are proved, their kinds are the hub's signed word."""

from collections import Counter
from collections.abc import Mapping

from traceability.batch.header import Header
from traceability.encoding import from_base64, from_tagged
from traceability.errors import Malformed, ProofRefused, locating
from traceability.evidence import WITHHELD_TYPE, Evidence, WithheldRecord, decode_path, withheld_words
from traceability.log.checkpoint import ROOT_SIZE
from traceability.merkle import check_inclusion, leaf_hash
from traceability.record.base import kind_of
from traceability.record.codec import decode_record
from traceability.signing import read_envelope, verified_payload
from traceability.verify.keys import KeyBook
from traceability.verify.report import Fact, Standing

Placed = Mapping[str, tuple[int, Header]]
"""By header hash: the log index and the header, both proved."""


def check_withheld(evidence: Evidence, placed: Placed, keys: KeyBook, size: int) -> list[Fact]:
    """One fact for each record withheld; ``ProofRefused`` when its leaf is not in its batch or the hub's word fails."""
    if not evidence.withheld:
        if evidence.statement:
            raise Malformed("there is a statement, but no record is withheld", where="statement")
        return []
    order = []
    facts = []
    for number, one in enumerate(evidence.withheld):
        with locating(f"withheld[{number}]"):
            log_index, header = _check_leaf(one, placed)
        order.append((log_index, one.index))
        facts.append(Fact(standing=Standing.CLAIMED, text=_words(one, header), where=f"withheld[{number}]"))
    shown = {(record.batch, record.index) for record in evidence.records}
    if order != sorted(set(order)) or any((one.batch, one.index) in shown for one in evidence.withheld):
        raise Malformed("must be sorted by log position and index, each once, none of them shown", where="withheld")
    _check_statement(evidence, keys, size)
    return facts


def withheld_kinds(evidence: Evidence) -> dict[str, int]:
    """How many records of which kind the hub says it withholds."""
    return dict(sorted(Counter(one.kind for one in evidence.withheld).items()))


def check_disclosed(earlier: Evidence, now: Evidence) -> list[Fact]:
    """Records that ``earlier`` withheld and ``now`` shows: each must be the one that was withheld, of the kind stated.

    Both files must have been checked by themselves.
    """
    shown = {(record.batch, record.index): record for record in now.records}
    facts = []
    for number, one in enumerate(earlier.withheld):
        record = shown.get((one.batch, one.index))
        if record is None:
            continue
        where = f"withheld[{number}] of the earlier file"
        line = record.line.encode()
        with locating(where):
            if leaf_hash(line) != from_base64(one.leaf, "leaf"):
                raise ProofRefused("the record shown now is not the one that was withheld")
            decoded = decode_record(line)
            if (kind_of(decoded), decoded.id) != (one.kind, one.id):
                raise ProofRefused(
                    f"the hub called it a {one.kind!r} of {one.id!r}; it is a {kind_of(decoded)!r} of {decoded.id!r}",
                    advice="the hub signed what it said: keep both files",
                )
        facts.append(Fact(standing=Standing.PROVED, text=f"the {one.kind} record withheld is now shown", where=where))
    return facts


def unstated(evidence: Evidence, placed: Placed) -> list[Fact]:
    """For each batch, how many of its records the file neither shows nor names as withheld."""
    seen = Counter([record.batch for record in evidence.records] + [one.batch for one in evidence.withheld])
    return [
        Fact(
            standing=Standing.PROVED,
            text=f"{seen[batch]} of the {header.records} records of this batch are in the file; the file says nothing "
            f"of the other {header.records - seen[batch]}",
            where=f"header at log position {position}",
        )
        for batch, (position, header) in placed.items()
        if header.records > seen[batch]
    ]


def _check_leaf(one: WithheldRecord, placed: Placed) -> tuple[int, Header]:
    if one.batch not in placed:
        raise ProofRefused(f"its batch {one.batch[:80]} is not among the headers")
    log_index, header = placed[one.batch]
    leaf = from_base64(one.leaf, "leaf")
    if len(leaf) != ROOT_SIZE:
        raise Malformed("its leaf is no hash of 32 bytes")
    check_inclusion(leaf, one.index, header.records, decode_path(one.path), from_tagged(header.root, "root"))
    return log_index, header


def _check_statement(evidence: Evidence, keys: KeyBook, size: int) -> None:
    with locating("statement"):
        signed = verified_payload(
            read_envelope(evidence.statement.encode()), WITHHELD_TYPE, keys.key_for(keys.hub, size)
        )
        if signed != withheld_words(evidence.subject, evidence.withheld):
            raise ProofRefused("the hub signed something else about the records it withholds")


def _words(one: WithheldRecord, header: Header) -> str:
    return (
        f"record {one.index} of batch {header.seq} of {header.author} is withheld; that it is there is proved, that it "
        f"is a {one.kind!r} record of {one.id!r} is the hub's word"
    )
