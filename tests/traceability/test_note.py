import pytest

from traceability.errors import Malformed, SignatureRefused
from traceability.log.checkpoint import Checkpoint, open_checkpoint, sign_checkpoint
from traceability.log.note import VerifierKey, open_note, parse_verifier_key, sign_note
from traceability.signing import Ed25519Signer

# The example of the signed note format in the Go checksum database's documentation.
PUBLISHED_KEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
PUBLISHED_NOTE = (
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n"
    "\n"
    "\u2014 PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)
LOG = Ed25519Signer.from_seed(b"l" * 32)
LOG_KEY = VerifierKey("hub.example/log", LOG.public_key)


def test_the_published_note_opens():
    assert open_note(PUBLISHED_NOTE, parse_verifier_key(PUBLISHED_KEY)).startswith("If you think")


def test_a_changed_published_note_does_not_open():
    with pytest.raises(SignatureRefused):
        open_note(PUBLISHED_NOTE.replace("answer", "Answer"), parse_verifier_key(PUBLISHED_KEY))


@pytest.mark.parametrize(
    "text",
    ["", "name", "name+00000000+", PUBLISHED_KEY.replace("c74f", "c74e"), PUBLISHED_KEY.replace("Peter", "peter")],
)
def test_a_verifier_key_must_fit_itself(text):
    with pytest.raises(Malformed):
        parse_verifier_key(text)


def test_a_note_with_a_second_signature_opens_for_both():
    witness = Ed25519Signer.from_seed(b"w" * 32)
    ours, theirs = sign_note("text\n", "log", LOG), sign_note("text\n", "witness", witness)
    both = ours + theirs.split("\n\n")[1]
    assert open_note(both, VerifierKey("log", LOG.public_key)) == "text\n"
    assert open_note(both, VerifierKey("witness", witness.public_key)) == "text\n"


def test_a_checkpoint_says_size_and_root():
    checkpoint = Checkpoint(origin=LOG_KEY.name, size=7, root=b"r" * 32)
    note = sign_checkpoint(checkpoint, LOG)
    assert open_checkpoint(note, LOG_KEY) == checkpoint
    assert note.split("\n")[:2] == ["hub.example/log", "7"]


@pytest.mark.parametrize(
    "text", ["hub.example/log\n07\ncnJy\n", "hub.example/log\n7\n", "other\n7\n" + "cnJy" * 11 + "\n"]
)
def test_a_signed_text_that_is_no_checkpoint_is_refused(text):
    with pytest.raises(Malformed):
        open_checkpoint(sign_note(text, LOG_KEY.name, LOG), LOG_KEY)
