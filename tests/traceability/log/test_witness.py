"""C2SP tlog-witness: every answer the protocol knows, and a log that forks or forgets."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_witness import LOG, LOG_KEY, NOW, WITNESS_KEY, SmallWitness, TreeOf

from traceability.errors import LimitExceeded, Malformed, SignatureRefused
from traceability.log.checkpoint import Checkpoint, checkpoint_text, sign_checkpoint
from traceability.log.cosignature import check_cosignature, check_cosignatures, cosign, witness_key
from traceability.log.note import COSIGNATURE, VerifierKey, parse_verifier_key, read_signatures
from traceability.log.witness import SIZE_TYPE, AddCheckpoint, encode_request, parse_request
from traceability.signing import Ed25519Signer

GROWING = TreeOf([f"entry {number}" for number in range(20)])
OTHER = TreeOf(["another history", *(f"entry {number}" for number in range(1, 20))])


def test_it_cosigns_what_grows_and_the_cosignature_verifies():
    witness = SmallWitness()
    for old, new in ((0, 3), (3, 3), (3, 8), (8, 20)):
        decision = witness.asked(GROWING.request(old, new))
        assert decision.status == 200, decision
        note = GROWING.note(new) + decision.body
        assert [(one.witness, one.time) for one in check_cosignatures(note, [WITNESS_KEY])] == [(WITNESS_KEY, NOW)]


def test_an_unknown_log_a_foreign_signature_and_nonsense():
    witness = SmallWitness()
    assert witness.asked(TreeOf(["a"], origin="else.example/log").request(0)).status == 404
    assert witness.asked(TreeOf(["a"], signer=Ed25519Signer.from_seed(b"x" * 32)).request(0)).status == 403
    assert witness.asked(b"hello").status == 400
    assert witness.asked(GROWING.request(3, 3).replace(b"old 3", b"old 7")).status == 400
    assert witness.seen == {}


def test_a_size_that_is_not_the_last_one_is_told_the_right_one():
    witness = SmallWitness()
    witness.asked(GROWING.request(0, 5))
    decision = witness.asked(GROWING.request(3, 8))
    assert (decision.status, decision.body, decision.media_type) == (409, "5\n", SIZE_TYPE)
    assert not decision.alarm


def test_a_proof_that_does_not_hold():
    witness = SmallWitness()
    witness.asked(GROWING.request(0, 5))
    assert witness.asked(GROWING.request(5, 8, path=())).status == 422
    assert witness.asked(GROWING.request(5, 8, path=GROWING.path(4, 8))).status == 422
    assert SmallWitness().asked(GROWING.request(0, 8, path=GROWING.path(4, 8))).status == 422


def test_a_rewritten_history_is_refused_and_alarmed():
    witness = SmallWitness()
    witness.asked(GROWING.request(0, 5))
    decision = witness.asked(OTHER.request(5, 9))
    assert (decision.status, decision.seen) == (422, None)
    assert "does not extend" in decision.alarm


def test_a_split_view_is_refused_and_alarmed():
    witness = SmallWitness()
    witness.asked(GROWING.request(0, 5))
    for old in (5, 0):
        decision = witness.asked(OTHER.request(old, 5))
        assert (decision.status, decision.body) == (409, "5\n")
        assert "split view" in decision.alarm


def test_a_log_that_was_rolled_back_is_refused_and_alarmed():
    witness = SmallWitness()
    witness.asked(GROWING.request(0, 9))
    decision = witness.asked(GROWING.request(4, 6))
    assert (decision.status, decision.body) == (409, "9\n")
    assert "rolled back" in decision.alarm


@given(st.lists(st.tuples(st.sampled_from([GROWING, OTHER]), st.integers(0, 20), st.integers(1, 20)), max_size=12))
def test_whatever_it_is_asked_what_it_cosigned_is_one_growing_log(asked):
    witness = SmallWitness()
    cosigned = []
    for tree, old, size in asked:
        if old <= size and witness.asked(tree.request(old, size)).status == 200:
            cosigned.append(tree.checkpoint(size))
    sizes = [checkpoint.size for checkpoint in cosigned]
    assert sizes == sorted(sizes)
    trees = [tree for tree in (GROWING, OTHER) if all(tree.checkpoint(c.size) == c for c in cosigned)]
    assert trees


def test_a_cosignature_is_bound_to_text_time_and_name():
    text = checkpoint_text(GROWING.checkpoint())
    line = cosign(text, "w", LOG, NOW)
    key = witness_key("w", LOG)
    assert check_cosignature(text, line, key).time == NOW
    with pytest.raises(SignatureRefused):
        check_cosignature(text.replace("20", "21"), line, key)
    with pytest.raises(SignatureRefused):
        check_cosignature(text, line, witness_key("v", LOG))
    later = (NOW + 1).to_bytes(8, "big") + line.signature[8:]
    with pytest.raises(SignatureRefused):
        check_cosignature(text, type(line)(line.name, line.key_hash, later), key)


def test_the_published_cosignature_reads_as_what_it_is():
    line = (
        "\u2014 witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZ"
        "qhf5nNo0xUe+mbIUBkBIfZ+qnA==\n"
    )
    (signature,) = read_signatures(line)
    assert signature.name == "witness.example.com/w1"
    assert int.from_bytes(signature.signature[:8], "big") == 1_679_315_147
    assert len(signature.signature) == 72
    assert f"{signature}\n" == line


def test_a_line_that_names_a_known_witness_and_fails_is_no_stranger():
    note = GROWING.note() + f"{cosign('other', WITNESS_KEY.name, Ed25519Signer.from_seed(b'w' * 32), NOW)}\n"
    with pytest.raises(SignatureRefused):
        check_cosignatures(note, [WITNESS_KEY])
    assert check_cosignatures(note, []) == []


def test_keys_of_logs_and_witnesses_are_not_interchangeable():
    assert parse_verifier_key(str(WITNESS_KEY), COSIGNATURE) == WITNESS_KEY
    with pytest.raises(Malformed, match="key of a witness, the key of a log was expected"):
        parse_verifier_key(str(WITNESS_KEY))
    with pytest.raises(Malformed, match="key of a log, the key of a witness was expected"):
        parse_verifier_key(str(LOG_KEY), COSIGNATURE)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("nonsense", "name.hash.key was expected"),
        (str(LOG_KEY).replace("+", " "), "name.hash.key was expected"),
        (str(LOG_KEY).replace(LOG_KEY.hash.hex(), "00000000"), "the hash in the verifier key is '00000000'"),
        (str(VerifierKey("n", b"k" * 31)), "no Ed25519 key"),
        ("n+00000000+!!!!", "not base64"),
    ],
)
def test_what_is_wrong_with_a_verifier_key_is_said(text, said):
    with pytest.raises(Malformed, match=said):
        parse_verifier_key(text)


@pytest.mark.parametrize(
    "head", ["old 05", "old -1", "old", "new 5", "old 5 ", "old ٥", "old 5\nAA==", "old " + "9" * 20, "old 5\n!"]
)
def test_a_request_is_spelt_in_one_way(head):
    with pytest.raises(Malformed):
        parse_request(f"{head}\n\n{GROWING.note()}".encode())


def test_a_request_is_bounded():
    note = sign_checkpoint(Checkpoint(LOG_KEY.name, 7, b"r" * 32), LOG)
    with pytest.raises(LimitExceeded):
        parse_request(encode_request(AddCheckpoint(5, (b"h" * 32,) * 64, note)).encode())
    with pytest.raises(LimitExceeded):
        parse_request(b"old 0\n\n" + b"x" * 100_000)
    request = AddCheckpoint(5, (b"h" * 32,) * 63, note)
    assert parse_request(encode_request(request).encode()) == request
