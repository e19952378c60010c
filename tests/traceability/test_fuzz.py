"""Parsers of what strangers send: any bytes end in a stated error or in exactly what was signed, never in a crash.

``ZHUOYUE_FUZZ=20000 pytest tests/traceability/test_fuzz.py`` for more than the 300 inputs a parser gets by default.
"""

import os
from contextlib import suppress
from functools import cache

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from small_log import LOG_KEY, SIGNERS, UNIT, about_the_unit, honest_log
from small_witness import NOW, WITNESS, WITNESS_KEY, SmallWitness, TreeOf

from traceability.batch.header import HEADER_TYPE, decode_header
from traceability.batch.open import compress, decompress, open_batch, verify_batch
from traceability.batch.seal import seal_batch
from traceability.errors import ZhuoyueError
from traceability.evidence import decode_evidence, encode_evidence
from traceability.log.checkpoint import open_checkpoint, read_checkpoint
from traceability.log.cosignature import check_cosignatures, cosign
from traceability.log.note import COSIGNATURE, open_note, parse_verifier_key, split_note
from traceability.log.policy import parse_policy
from traceability.log.witness import parse_request
from traceability.record.codec import decode_record
from traceability.signing import envelope_payload, read_envelope, verified_payload
from traceability.sync import open_receipt
from traceability.verify.check import check_evidence

INPUTS = int(os.environ.get("ZHUOYUE_FUZZ", "300"))
fuzzed = settings(max_examples=INPUTS, deadline=None, suppress_health_check=list(HealthCheck))


@cache
def samples():
    """One genuine input of each kind."""
    log = honest_log()
    batch = log.batches[2]
    tree = TreeOf([str(number) for number in range(9)])
    cosigned = tree.note() + f"{cosign(tree.note().split(chr(10) * 2)[0] + chr(10), WITNESS_KEY.name, WITNESS, NOW)}\n"
    sealed = seal_batch(batch.header, batch.lines, SIGNERS["supplier"])
    evidence = encode_evidence(
        log.evidence(UNIT, about_the_unit, withhold=lambda _p, line: b"measure" in line, cosigners=[("w", WITNESS)])
    )
    return {
        "batch": sealed,
        "body": compress(sealed),
        "envelope": batch.envelope_line,
        "header": envelope_payload(batch.envelope, HEADER_TYPE),
        "record": batch.lines[1],
        "evidence": evidence,
        "note": cosigned.encode(),
        "request": tree.request(4),
        "key": str(WITNESS_KEY).encode(),
        "policy": f"witness w {WITNESS_KEY}\nquorum w\n".encode(),
    }


def text(data):
    return data.decode("utf-8", "replace")


def open_and_verify(data):
    batch = open_batch(data)
    verify_batch(batch, SIGNERS["supplier"].public_key)
    return batch


PARSERS = {
    "batch": open_and_verify,
    "body": lambda data: open_and_verify(decompress(data)),
    "envelope": lambda data: verified_payload(read_envelope(data), HEADER_TYPE, SIGNERS["supplier"].public_key),
    "header": decode_header,
    "record": decode_record,
    "evidence": decode_evidence,
    "note": lambda data: (split_note(text(data)), check_cosignatures(text(data), [WITNESS_KEY])),
    "request": parse_request,
    "key": lambda data: parse_verifier_key(text(data), COSIGNATURE),
    "policy": lambda data: parse_policy(text(data)),
}
ALSO = {
    "envelope": lambda data: open_receipt(data, SIGNERS["hub"].public_key),
    "note": lambda data: read_checkpoint(text(data)),
    "request": SmallWitness().asked,
    "evidence": check_evidence,
}


def survives(kind, data):
    """Whether the parser took ``data``; anything but a stated error fails the test."""
    if kind in ALSO:
        with suppress(ZhuoyueError):
            ALSO[kind](data)
    try:
        PARSERS[kind](data)
    except ZhuoyueError:
        return False
    return True


@pytest.mark.parametrize("kind", sorted(PARSERS))
def test_the_genuine_input_is_taken(kind):
    assert survives(kind, samples()[kind])


@pytest.mark.parametrize("kind", sorted(PARSERS))
@fuzzed
@given(data=st.binary(max_size=400))
def test_any_bytes_are_survived(kind, data):
    survives(kind, data)


@pytest.mark.parametrize("kind", sorted(PARSERS))
@fuzzed
@given(data=st.data())
def test_mutated_input_is_survived(kind, data):
    survives(kind, mutated(data, samples()[kind]))


@pytest.mark.parametrize("kind", ["batch", "body", "envelope", "key"])
@fuzzed
@given(data=st.data())
def test_no_mutation_of_what_is_signed_is_taken_for_it(kind, data):
    genuine = samples()[kind]
    changed = mutated(data, genuine)
    if changed == genuine or not survives(kind, changed):
        return
    assert kind == "body", "only a compressed frame has several spellings of one content"
    assert decompress(changed) == decompress(genuine)


@fuzzed
@given(data=st.data())
def test_no_mutated_checkpoint_says_something_else(data):
    genuine = samples()["note"]
    changed = mutated(data, genuine)
    log_key = parse_verifier_key(str(LOG_KEY))
    try:
        found = open_checkpoint(text(changed), log_key)
        assert open_note(text(changed), log_key)
    except ZhuoyueError:
        return
    assert found == open_checkpoint(text(genuine), log_key)


@fuzzed
@given(data=st.data())
def test_no_mutated_evidence_is_proved(data):
    genuine = samples()["evidence"]
    changed = mutated(data, genuine)
    assert changed == genuine or not check_evidence(changed, LOG_KEY).ok


def mutated(data, genuine):
    """``genuine`` with bytes changed, cut out, doubled or put in."""
    result = bytearray(genuine)
    for _ in range(data.draw(st.integers(1, 3))):
        begin = data.draw(st.integers(0, len(result)))
        end = data.draw(st.integers(begin, min(len(result), begin + 40)))
        piece = data.draw(st.one_of(st.binary(max_size=8), st.just(bytes(result[begin:end]) * 2)))
        result[begin:end] = piece
    return bytes(result)
