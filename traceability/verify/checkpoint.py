"""The checkpoint of an evidence file: signed by the log that is meant, and cosigned by witnesses enough."""

from collections.abc import Sequence

from traceability.encoding import to_base64
from traceability.errors import Malformed, ProofRefused, SignatureRefused, locating
from traceability.evidence import Evidence
from traceability.log.checkpoint import Checkpoint, open_checkpoint
from traceability.log.cosignature import Cosignature, check_cosignature, instant
from traceability.log.note import COSIGNATURE, VerifierKey, open_note, parse_verifier_key, split_note
from traceability.log.policy import Policy
from traceability.merkle import check_consistency
from traceability.verify.report import Fact, Standing


def checked_checkpoint(
    evidence: Evidence, trusted: VerifierKey | None, policy: Policy | None, facts: list[Fact]
) -> Checkpoint:
    """The checkpoint of the file; what was found goes into ``facts``."""
    verifier = _log_key(evidence.log_key, trusted, policy, facts)
    with locating("checkpoint"):
        checkpoint = open_checkpoint(evidence.checkpoint, verifier)
    facts.append(_fact(Standing.PROVED, f"{verifier.name} signed its log of {checkpoint.size} batches", "checkpoint"))
    with locating("checkpoint"):
        cosignatures = _cosignatures(evidence, verifier)
    facts.extend(_witness_facts(cosignatures, policy))
    if policy is not None:
        _check_quorum(cosignatures, policy)
    return checkpoint


def check_extends(old: Checkpoint, new: Checkpoint, path: Sequence[bytes]) -> str:
    """One sentence that says how ``new`` goes on from ``old``; ``ProofRefused`` when it does not."""
    if old.origin != new.origin:
        raise ProofRefused(f"two logs: {old.origin} and {new.origin}")
    if new.size < old.size:
        raise ProofRefused(
            f"{new.origin} has {new.size} batches after it had {old.size}: it was rolled back",
            advice="keep both checkpoints, they are the proof; ask the hub's operator",
        )
    if old.size == new.size and old.root != new.root:
        raise ProofRefused(
            f"{new.origin} signed two different logs of {new.size} batches: "
            f"{to_base64(old.root)} and {to_base64(new.root)}",
            advice="a split view: keep both checkpoints, they are the proof",
        )
    if old.size > 0:
        check_consistency(old.size, new.size, path, old.root, new.root)
    return f"{new.origin}: the log of {new.size} batches begins with the log of {old.size} batches, unaltered"


def _fact(standing: Standing, text: str, where: str) -> Fact:
    return Fact(standing=standing, text=text, where=where)


def _log_key(text: str, trusted: VerifierKey | None, policy: Policy | None, facts: list[Fact]) -> VerifierKey:
    with locating("log_key"):
        stated = parse_verifier_key(text)
    if trusted is not None and trusted != stated:
        raise SignatureRefused(f"the file is from the log {stated}, not from {trusted}", where="log_key")
    if policy is not None and policy.logs and stated not in policy.logs:
        raise SignatureRefused(f"the file is from the log {stated}, which the policy does not name", where="log_key")
    if trusted is None and (policy is None or not policy.logs):
        said = f"the log is the one you mean; compare its key with the hub's own page: {stated}"
        facts.append(_fact(Standing.ASSUMED, said, "log_key"))
    return stated


def _cosignatures(evidence: Evidence, log: VerifierKey) -> list[Cosignature]:
    """Every line must be accounted for: the log's, then one for each witness named, in the same order."""
    text, signatures = split_note(evidence.checkpoint)
    keys = [parse_verifier_key(witness, COSIGNATURE) for witness in evidence.witnesses]
    if len(set(evidence.witnesses)) != len(keys) or len(signatures) != 1 + len(keys):
        raise Malformed("one signature was expected, the log's, and one for each witness that the file names")
    if not signatures[0].by(log) or open_note(f"{text}\n{signatures[0]}\n", log) != text:
        raise Malformed("the log's own signature must stand first")
    return [check_cosignature(text, line, key) for line, key in zip(signatures[1:], keys, strict=True)]


def _witness_facts(cosignatures: Sequence[Cosignature], policy: Policy | None) -> list[Fact]:
    known = [] if policy is None else [entry.key for entry in policy.witnesses]
    facts = []
    for one in cosignatures:
        said = f"{one.witness.name} saw this state of the log at {instant(one.time).isoformat()}"
        if one.witness in known:
            facts.append(_fact(Standing.PROVED, said, "checkpoint"))
        else:
            facts.append(_fact(Standing.ASSUMED, f"{said}, if its key is {one.witness}", "witnesses"))
    return facts


def _check_quorum(cosignatures: Sequence[Cosignature], policy: Policy) -> None:
    if policy.holds([one.witness for one in cosignatures]):
        return
    names = ", ".join(one.witness.name for one in cosignatures) or "nobody"
    raise ProofRefused(
        f"cosigned by {names}, which is less than the policy's quorum {policy.quorum!r}",
        where="checkpoint",
        advice="take a newer file once the witnesses have seen the log",
    )
