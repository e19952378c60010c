from datetime import UTC, datetime

import msgspec
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from traceability.batch.header import Header
from traceability.batch.limits import BatchLimits
from traceability.batch.open import compress, decompress, open_batch, verify_batch
from traceability.batch.seal import records_root, seal_batch
from traceability.errors import LimitExceeded, Malformed, ProofRefused, SignatureRefused, ZhuoyueError
from traceability.signing import Ed25519Signer
from traceability.unit import Environment

SIGNER = Ed25519Signer.from_seed(b"a" * 32)
LINES = [b'{"kind":"x","n":%d}' % n for n in range(5)]


def header_of(lines, **changes):
    header = Header(
        format="1.0",
        environment=Environment.TEST,
        author="a.line-1",
        chain="0" * 32,
        seq=1,
        prev=None,
        sealed_at=datetime(2026, 11, 20, tzinfo=UTC),
        first_record=1,
        records=len(lines),
        root=records_root(lines),
        config="sha256:" + "0" * 64,
    )
    return msgspec.structs.replace(header, **changes)


BATCH = seal_batch(header_of(LINES), LINES, SIGNER)


def test_a_batch_comes_back_whole():
    opened = open_batch(decompress(compress(BATCH)))
    verify_batch(opened, SIGNER.public_key)
    assert list(opened.lines) == LINES
    assert opened.header == header_of(LINES)
    assert opened.hash.startswith("sha256:")


@given(st.integers(0, len(BATCH) - 1), st.integers(1, 255))
def test_one_changed_byte_anywhere_is_noticed(place, change):
    changed = bytearray(BATCH)
    changed[place] ^= change
    with pytest.raises(ZhuoyueError):
        verify_batch(open_batch(bytes(changed)), SIGNER.public_key)


@pytest.mark.parametrize("lines", [LINES[:-1], [*LINES, LINES[0]], list(reversed(LINES))])
def test_records_taken_away_added_or_moved_are_noticed(lines):
    envelope = BATCH.split(b"\n", 1)[0]
    changed = b"\n".join([envelope, *lines]) + b"\n"
    with pytest.raises(ProofRefused):
        verify_batch(open_batch(changed), SIGNER.public_key)


def test_another_authors_key_is_refused():
    with pytest.raises(SignatureRefused):
        verify_batch(open_batch(BATCH), Ed25519Signer.from_seed(b"b" * 32).public_key)


def test_a_sealer_that_miscounts_its_own_records_is_stopped():
    with pytest.raises(ValueError, match="does not describe"):
        seal_batch(header_of(LINES), LINES[:-1], SIGNER)


@pytest.mark.parametrize(
    ("data", "error"),
    [
        (b"", Malformed),
        (BATCH[:-1], Malformed),
        (BATCH.split(b"\n", 1)[0] + b"\n", Malformed),
        (BATCH + b"\n", LimitExceeded),
        (b"{}\n" + BATCH, Malformed),
        (BATCH.replace(b"vnd.zhuoyue.batch-header", b"vnd.zhuoyue.other-header"), Malformed),
    ],
)
def test_what_is_no_batch_is_refused(data, error):
    with pytest.raises(error):
        open_batch(data)


def test_only_the_first_batch_of_a_chain_has_no_predecessor():
    orphan = seal_batch(header_of(LINES, seq=2), LINES, SIGNER)
    with pytest.raises(Malformed, match="prev"):
        open_batch(orphan)


def test_a_bomb_is_refused_before_it_is_unpacked():
    bomb = compress(b"0" * 30_000_000)
    assert len(bomb) < 10_000
    with pytest.raises(LimitExceeded, match="would decompress"):
        decompress(bomb)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"plain",
        compress(BATCH)[:-3],
        compress(BATCH) + b"behind",
        zstandard.ZstdCompressor(write_content_size=False).compress(BATCH),
    ],
)
def test_a_body_is_exactly_one_whole_frame(body):
    with pytest.raises(Malformed):
        decompress(body)


def test_limits_hold():
    with pytest.raises(LimitExceeded, match="5 records"):
        open_batch(BATCH, BatchLimits(records=4))
    with pytest.raises(LimitExceeded, match="line 1"):
        open_batch(BATCH, BatchLimits(line=30))
    with pytest.raises(LimitExceeded, match="body has"):
        decompress(compress(BATCH), BatchLimits(body=10))
