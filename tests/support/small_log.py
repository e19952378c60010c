"""A small honest log: a hub, two authors, one finished unit with one component, and its evidence file."""

from datetime import UTC, datetime

import msgspec

from traceability.batch.header import Header
from traceability.batch.open import open_batch
from traceability.batch.seal import records_root, seal_batch
from traceability.encoding import from_tagged, to_base64
from traceability.evidence import (
    EVIDENCE_FORMAT,
    WITHHELD_TYPE,
    Evidence,
    ProvedHeader,
    ProvedRecord,
    WithheldRecord,
    withheld_words,
)
from traceability.identifier.item import part_of, unit_uri
from traceability.log.checkpoint import Checkpoint, checkpoint_text, sign_checkpoint
from traceability.log.cosignature import cosign, witness_key
from traceability.log.note import VerifierKey
from traceability.merkle import all_nodes, inclusion_path, leaf_hash, tree_hash
from traceability.record.base import kind_of
from traceability.record.codec import decode_record, encode_record
from traceability.record.master import AuthorKeyRecord
from traceability.record.production import (
    AssociationRecord,
    ChainStartRecord,
    Component,
    MeasuredValue,
    MeasurementsRecord,
    UnitResultRecord,
)
from traceability.signing import Ed25519Signer, seal_envelope
from traceability.unit import Environment, Verdict

NOW = datetime(2026, 11, 20, 6, tzinfo=UTC)
UNIT = unit_uri("09506000134352", "F-1")
PART = unit_uri("09506000134369", "H-1")
OTHER = unit_uri("09506000134352", "F-2")
LOG = Ed25519Signer.from_seed(b"l" * 32)
LOG_KEY = VerifierKey("hub.example/log", LOG.public_key)
SIGNERS = {name: Ed25519Signer.from_seed(name.encode().ljust(32, b".")) for name in ("hub", "oem", "supplier")}


class SmallLog:
    """Seals batches and proves records; whatever a dishonest party might do is done by changing ``batches``."""

    def __init__(self):
        self.batches = []

    def seal(self, author, *records, signer=None):
        lines = [
            encode_record(msgspec.structs.replace(record, seq=seq, salt=f"{seq:032x}"))
            for seq, record in enumerate(records, start=1)
        ]
        header = Header(
            format="1.0",
            environment=Environment.TEST,
            author=author,
            chain=f"{len(self.batches):032x}",
            seq=1,
            prev=None,
            sealed_at=NOW,
            first_record=1,
            records=len(lines),
            root=records_root(lines),
            config="sha256:" + "0" * 64,
        )
        self.batches.append(open_batch(seal_batch(header, lines, signer or SIGNERS[author])))

    def evidence(self, subject, keep=lambda position, line: True, withhold=lambda position, line: False, cosigners=()):
        log_leaves = [leaf_hash(from_tagged(batch.hash, "hash")) for batch in self.batches]
        nodes = all_nodes(log_leaves)
        size = len(self.batches)
        headers, records, withheld = [], [], []
        for position, batch in enumerate(self.batches):
            leaves = all_nodes([leaf_hash(line) for line in batch.lines])
            kept = [index for index, line in enumerate(batch.lines) if keep(position, line)]
            if kept:
                path = inclusion_path(position, size, lambda level, index: nodes[level, index])
                headers.append(
                    ProvedHeader(
                        hash=batch.hash,
                        envelope=batch.envelope_line.decode(),
                        log_index=position,
                        path=tuple(map(to_base64, path)),
                    )
                )
            for index in kept:
                path = inclusion_path(index, len(batch.lines), lambda level, i, n=leaves: n[level, i])
                place = {"batch": batch.hash, "index": index, "path": tuple(map(to_base64, path))}
                line = batch.lines[index]
                if withhold(position, line):
                    said = decode_record(line)
                    leaf = to_base64(leaf_hash(line))
                    withheld.append(WithheldRecord(leaf=leaf, kind=kind_of(said), id=said.id, **place))
                else:
                    records.append(ProvedRecord(line=line.decode(), **place))
        checkpoint = Checkpoint(origin=LOG_KEY.name, size=size, root=tree_hash(log_leaves))
        return Evidence(
            format=EVIDENCE_FORMAT,
            subject=subject,
            log_key=str(LOG_KEY),
            checkpoint=sign_checkpoint(checkpoint, LOG) + self.cosignatures(checkpoint, cosigners),
            headers=tuple(headers),
            records=tuple(records),
            witnesses=tuple(str(witness_key(name, signer)) for name, signer in cosigners),
            withheld=tuple(withheld),
            statement=self.statement(subject, tuple(withheld)) if withheld else "",
        )

    @staticmethod
    def cosignatures(checkpoint, cosigners):
        text = checkpoint_text(checkpoint)
        return "".join(f"{cosign(text, name, signer, int(NOW.timestamp()))}\n" for name, signer in cosigners)

    @staticmethod
    def statement(subject, withheld, signer=None):
        words = withheld_words(subject, withheld)
        return seal_envelope(words, WITHHELD_TYPE, signer or SIGNERS["hub"]).decode()


def key_of(author):
    return record(
        AuthorKeyRecord,
        id=author,
        plant=None,
        public_key=to_base64(SIGNERS[author].public_key),
        environment=Environment.TEST,
    )


def record(kind, **fields):
    return kind(**{"id": "r", "seq": 1, "event_time": NOW, "salt": "0" * 32} | fields)


def result_of(unit, operation="OP10", verdict=Verdict.OK, **fields):
    return record(
        UnitResultRecord,
        unit=unit,
        part=part_of(unit),
        operation=operation,
        work_cell="a/b/c",
        verdict=verdict,
        attempt=1,
        **fields,
    )


def measurements_of(unit, value=25012):
    values = (MeasuredValue(characteristic="bore", value=value, decimals=3, uom="mm"),)
    return record(MeasurementsRecord, unit=unit, operation="OP10", values=values)


def honest_log():
    """Hub, OEM and supplier introduce themselves; the supplier makes PART, the OEM puts it into UNIT."""
    result = SmallLog()
    start = record(ChainStartRecord, reason="first")
    result.seal("hub", start, key_of("hub"))
    result.seal("hub", start, key_of("oem"), key_of("supplier"))
    result.seal("supplier", start, result_of(PART), measurements_of(PART))
    result.seal(
        "oem",
        start,
        result_of(UNIT),
        record(AssociationRecord, parent=UNIT, operation="OP10", components=(Component(item=PART),)),
        result_of(OTHER),
    )
    return result


def about_the_unit(_position, line):
    """The records an honest hub puts into the evidence of UNIT."""
    return b"chain-start" not in line and OTHER.encode() not in line
