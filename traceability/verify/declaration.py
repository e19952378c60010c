"""Checking a signed self-declaration: who signed it, that its figures follow from its inputs, and what was disclosed.

With evidence files the inputs themselves are checked, as far as they were disclosed: a loss entry against its record, a
declaration against the record of it that stands in the log. What nobody disclosed stays the declarer's signed word.
"""

import importlib.util
from collections.abc import Sequence

from traceability.declaration.document import DECLARATION_TYPE, Declaration, decode_declaration, differences
from traceability.declaration.recompute import recomputed_words
from traceability.encoding import sha256, tagged
from traceability.errors import ZhuoyueError
from traceability.evidence import decode_evidence
from traceability.log.note import VerifierKey
from traceability.quality.level import Level
from traceability.record.codec import AnyRecord, decode_record
from traceability.record.economics import QualityLossRecord
from traceability.record.quality import DeclarationRecord
from traceability.signing import envelope_payload, read_envelope, verified_payload
from traceability.verify.check import check_evidence
from traceability.verify.report import Fact, Report, Standing

MOST_DIFFERENCES = 20


def check_declaration(
    data: bytes, *, signer: bytes | None, evidence: Sequence[bytes] = (), log_key: VerifierKey | None = None
) -> Report:
    """Check a signed declaration; ``signer`` is the raw public key it must be signed by.

    Without ``signer`` nothing but the arithmetic is checked, and the report says so. Every failure is a fact.
    """
    facts: list[Fact] = []
    subject, records = "", 0
    try:
        document = _signed(data, signer, facts)
        subject = f"declaration {document.id} of {document.plant}"
        _check_figures(document, facts)
        _check_stats(document, facts)
        proved = [record for one in evidence for record in _proved_records(one, log_key, facts)]
        records = 1 + len(proved)
        _check_inputs(document, tagged(sha256(data.rstrip(b"\n"))), proved, facts)
    except ZhuoyueError as error:
        facts.append(Fact(standing=Standing.FAILED, text=error.what, where=error.where or "file"))
    return Report(subject=subject, facts=tuple(facts), records=records)


def _signed(data: bytes, signer: bytes | None, facts: list[Fact]) -> Declaration:
    envelope = read_envelope(data.removesuffix(b"\n"))
    if signer is None:
        names = ", ".join(signature.keyid[:80] for signature in envelope.signatures)
        text = f"the signature is of the declarer's hub; compare its key with the hub's own page: {names}"
        facts.append(Fact(standing=Standing.ASSUMED, text=text, where="signature"))
        return decode_declaration(envelope_payload(envelope, DECLARATION_TYPE))
    document = decode_declaration(verified_payload(envelope, DECLARATION_TYPE, signer))
    facts.append(Fact(standing=Standing.PROVED, text="signed by the key given", where="signature"))
    return document


def _check_figures(document: Declaration, facts: list[Fact]) -> None:
    grade, figures = recomputed_words(document)
    found = [*differences(document.grade, grade, "grade"), *differences(document.figures, figures, "figures")]
    facts.extend(
        Fact(standing=Standing.FAILED, text=f"does not follow from the inputs: {line}", where="figures")
        for line in found[:MOST_DIFFERENCES]
    )
    if not found:
        level = Level(grade["level"])
        rating = "" if grade["rated"] else ", not rated"
        text = f"recomputed from the inputs: {level.name} {level.zh}{rating}, held by {', '.join(grade['binding'])}"
        facts.append(Fact(standing=Standing.PROVED, text=text, where="figures"))


def _check_stats(document: Declaration, facts: list[Fact]) -> None:
    """Figures of the extra ``stats`` can't be computed without it: they are not taken on trust."""
    if document.needs_stats and importlib.util.find_spec("scipy") is None:
        names = ", ".join(document.needs_stats)[:300]
        text = f"not recomputed (install zhuoyue[stats]): {names}"
        facts.append(Fact(standing=Standing.FAILED, text=text, where="figures"))


def _proved_records(data: bytes, log_key: VerifierKey | None, facts: list[Fact]) -> list[AnyRecord]:
    report = check_evidence(data, log_key)
    facts.extend(report.facts)
    if not report.ok:
        return []
    return [decode_record(one.line.encode()) for one in decode_evidence(data).records]


def _check_inputs(document: Declaration, own_hash: str, proved: Sequence[AnyRecord], facts: list[Fact]) -> None:
    stated = {one.record: one.entry for one in document.inputs.losses or ()}
    disclosed = 0
    for record in proved:
        if isinstance(record, DeclarationRecord) and record.id == document.id:
            facts.append(_sealed(record, own_hash))
        elif isinstance(record, QualityLossRecord) and record.id in stated:
            entry, disclosed = stated[record.id], disclosed + 1
            same = (str(record.item), record.amount, record.currency, record.accrued_on, record.recovered) == (
                str(entry.item),
                entry.amount,
                entry.currency,
                entry.accrued,
                entry.recovered,
            )
            if not same:
                text = f"the entry is not what its record says: {record.id}"
                facts.append(Fact(standing=Standing.FAILED, text=text, where="inputs.losses"))
    if disclosed:
        text = f"{disclosed} of {len(stated)} loss entries compared with their records"
        facts.append(Fact(standing=Standing.PROVED, text=text, where="inputs.losses"))
    facts.append(
        Fact(
            standing=Standing.CLAIMED,
            text=f"counts and sums not disclosed as records are the declarer's word about log {document.log}, "
            f"its first {document.through} batches",
            where="inputs",
        )
    )


def _sealed(record: DeclarationRecord, own_hash: str) -> Fact:
    if record.document != own_hash:
        text = f"the log holds {record.document} for this declaration, the file is {own_hash}"
        return Fact(standing=Standing.FAILED, text=text, where="declaration")
    return Fact(standing=Standing.PROVED, text="this very document was sealed in the log", where="declaration")
