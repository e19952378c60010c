"""Batches of other versions of the format: later minor ones are taken, other major ones refused with advice."""

import msgspec
import pytest
from small_hub import SmallAgent, client_of

from hub.ingest.ingest import ingest
from hub.parts import Hub
from traceability import sync
from traceability.batch.header import HEADER_TYPE, decode_header
from traceability.batch.open import open_batch
from traceability.errors import FormatUnsupported, Malformed
from traceability.signing import envelope_payload, read_envelope, seal_envelope


def resealed(agent: SmallAgent, batch: bytes, **changes: object) -> bytes:
    """The batch under a header with other fields, signed by its author."""
    envelope, rest = batch.split(b"\n", 1)
    header = msgspec.json.decode(envelope_payload(read_envelope(envelope), HEADER_TYPE)) | changes
    return seal_envelope(msgspec.json.encode(header), HEADER_TYPE, agent.signer) + b"\n" + rest


@pytest.mark.parametrize("minor", ["1.1", "1.9999"])
def test_a_newer_minor_version_with_fields_of_its_own_is_taken(hub: Hub, agent: SmallAgent, minor: str) -> None:
    batch = resealed(agent, agent.seal(agent.result("S1")), format=minor, suite="sm2-sm3", more={"a": [1]})
    taken = ingest(hub, batch, compressed=False)
    assert taken.new
    assert taken.stored.hash == open_batch(batch).hash


def test_unknown_fields_are_an_error_in_a_version_that_is_known(hub: Hub, agent: SmallAgent) -> None:
    with pytest.raises(Malformed):
        ingest(hub, resealed(agent, agent.seal(agent.result("S1")), suite="x"), compressed=False)


@pytest.mark.parametrize("version", ["2.0", "0.9"])
async def test_another_major_version_is_refused_with_advice(hub: Hub, agent: SmallAgent, version: str) -> None:
    batch = resealed(agent, agent.seal(agent.result("S1")), format=version, anything=1)
    async with client_of(hub) as client:
        answer = await client.post(sync.BATCHES_PATH, content=batch)
    problem = answer.json()
    assert (answer.status_code, problem["type"]) == (415, sync.UNSUPPORTED_FORMAT)
    assert version in problem["detail"]
    assert "1.0" in problem["detail"]
    assert "update" in problem["advice"]


@pytest.mark.parametrize("version", ["", "1", "1.0.0", "x", "1.99999", "１.0", None, 1])
def test_what_is_no_version_is_malformed(agent: SmallAgent, version: object) -> None:
    header = msgspec.json.decode(envelope_payload(open_batch(agent.seal(agent.result("S1"))).envelope, HEADER_TYPE))
    with pytest.raises(Malformed) as refused:
        decode_header(msgspec.json.encode(header | {"format": version}))
    assert not isinstance(refused.value, FormatUnsupported)
