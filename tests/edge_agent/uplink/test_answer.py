from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_agent.outbox.batches import SealedBatch
from edge_agent.pace import Pace
from edge_agent.uplink.answer import Accepted, Later, Reply, understand
from traceability.signing import Ed25519Signer

NOW = datetime(2026, 3, 1, 8, tzinfo=UTC)
BATCH = SealedBatch(chain="0" * 32, seq=1, hash="sha256:" + "0" * 64, records=1, body=b"")
KEY = Ed25519Signer.from_seed(b"h" * 32).public_key


def answer(status, body=b"", **headers):
    return understand(Reply(status=status, headers=headers, body=body), BATCH, "a", KEY, NOW)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("7", 7.0),
        ("999999", 300.0),
        ("Sun, 01 Mar 2026 08:00:30 GMT", 30.0),
        ("Sun, 01 Mar 2026 07:00:00 GMT", 0.0),
        ("-5", None),
        ("soon", None),
        ("", None),
    ],
)
def test_retry_after_is_a_number_or_a_date_and_never_for_ever(text, seconds):
    found = answer(503, **{"retry-after": text})
    assert isinstance(found, Later)
    assert found.after == seconds


@given(st.integers(200, 599), st.binary(max_size=200))
def test_no_noise_is_ever_taken_for_a_receipt(status, body):
    assert not isinstance(answer(status, body), Accepted)


@given(st.integers(1, 10_000), st.floats(0, 1))
def test_waits_grow_to_a_bound_and_are_never_nothing(failures, chance):
    pace = Pace(first=0.5, longest=60)
    wait = pace.wait(failures, lambda: chance)
    assert 0.25 <= wait <= 60
    assert pace.wait(failures + 1, lambda: chance) >= wait
