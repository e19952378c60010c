"""Whether a unit's evidence holds, checked while its page is made.

First by the same code as the offline check; then that the page shows what was sealed, and not a row that was edited.
"""

from hub.ledger.log import verifier_key
from hub.parts import Hub
from hub.store.core.database import Reading
from hub.store.core.instant import from_micros
from hub.store.ledger.batches import log_size
from hub.store.trace.evidence import last_record_time
from hub.trace.evidence import assemble_evidence
from hub.trace.shown import differences
from hub.trace.views import EvidenceSummary
from traceability.batch.header import HEADER_TYPE, decode_header
from traceability.errors import LimitExceeded, ZhuoyueError
from traceability.evidence import Evidence, encode_evidence
from traceability.signing import envelope_payload, read_envelope
from traceability.verify.check import check_evidence
from traceability.verify.report import Standing


def evidence_summary(connection: Reading, hub: Hub, unit: str, url: str) -> EvidenceSummary:
    """Assemble and check the evidence of ``unit``; what is wrong with it stands in the answer, nothing is raised."""
    size = log_size(connection)
    stored = last_record_time(connection, size)
    time = None if stored is None else from_micros(stored)
    try:
        evidence = assemble_evidence(connection, hub, unit)
    except ZhuoyueError as error:
        return EvidenceSummary(
            ok=False,
            records=0,
            batches=0,
            authors=0,
            problems=(str(error),),
            log_size=size,
            checkpoint_time=time,
            truncated=isinstance(error, LimitExceeded),
            url=url,
        )
    report = check_evidence(encode_evidence(evidence), verifier_key(hub))
    problems = [f"{fact.where}: {fact.text}" for fact in report.facts if fact.standing is Standing.FAILED]
    if report.ok:
        with hub.store.whole() as whole:  # what is proved was chosen under the policy; keys that prove it are beside
            problems = differences(whole, evidence)
    return EvidenceSummary(
        ok=report.ok and not problems,
        records=report.records,
        batches=len(evidence.headers),
        authors=len(_authors(evidence)) if report.ok else 0,
        problems=tuple(problems),
        log_size=size,
        checkpoint_time=time,
        url=url,
    )


def _authors(evidence: Evidence) -> set[str]:
    """Who sealed the batches; the check has read and accepted every envelope before."""
    payloads = (envelope_payload(read_envelope(header.envelope.encode()), HEADER_TYPE) for header in evidence.headers)
    return {decode_header(payload).author for payload in payloads}
